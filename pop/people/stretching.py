"""How a password becomes the key under which a person's private key lies.

Two things are needed to open it: the password, stretched by Argon2id so that guessing is dear, and the deployment's
root key, which is in no database and in no backup: a stolen table allows no guessing at all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, NamedTuple

from nacl.utils import random

from pop.privacy.keyring import keyring
from pop.privacy.sealing import SALT, derive, password_key

# Each stretching takes 64 MiB: a rush of sign-ins must not take the machine's memory.
AT_ONCE: Final = 2
LONGEST_WAIT: Final = 20.0
_turns = threading.BoundedSemaphore(AT_ONCE)


class BusyError(Exception):
    """So many people sign in at this moment that one more would wait for longer than `LONGEST_WAIT` seconds."""


class Stretched(NamedTuple):
    """A 32-byte key made of a password, and the salt it was made with. Its text shows neither."""

    secret: bytes
    salt: bytes

    def __repr__(self) -> str:
        return "<Stretched>"


class Hardness:
    """What stretching takes. One object, so that tests can make it cheap in one place."""

    of_password: Callable[[str, bytes], bytes] = staticmethod(password_key)
    root: Callable[[], bytes] = staticmethod(lambda: keyring().root)


def stretch(password: str, salt: bytes | None = None) -> Stretched:
    """Return the key of a password, with a random salt unless one is given. Raises BusyError.

    About 0.1 s, at most two at a time in a process. Never call it inside a transaction: SQLite has one writer.
    """
    salt = random(SALT) if salt is None else salt
    if not _turns.acquire(timeout=LONGEST_WAIT):
        raise BusyError
    try:
        made = Hardness.of_password(password, salt)
    finally:
        _turns.release()
    return Stretched(derive(made + Hardness.root(), "key of a member of staff"), salt)
