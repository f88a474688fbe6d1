"""Words to keys, slowly and in turn with everybody else's (pop.privacy.derivations)."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import time
from collections.abc import Sequence

from django.http import HttpRequest

from pop.privacy.codes import CodeKey, fold
from pop.privacy.derivations import pool

SALT_SECONDS = 3_600.0
"""A source is told apart from others for at most so long, in memory, by a salted mark."""


class _Salt:
    """A random salt of this process, another one each hour."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(16)
        self._since = time.monotonic()

    def now(self) -> bytes:
        if time.monotonic() - self._since > SALT_SECONDS:
            self._salt, self._since = secrets.token_bytes(16), time.monotonic()
        return self._salt


_salt = _Salt()


def keys_of(request: HttpRequest, words: str, language: str) -> Sequence[CodeKey]:
    """Return the keys of six words under every live pepper, the newest first; empty where no word was written.

    Takes a tenth of a second and more. Raises BusyError, KeysError, OSError. No address is kept: the mark of where a
    request comes from means nothing without the salt.
    """
    folded = fold(words, language)
    if not folded:
        return ()
    bucket = hmac.digest(_salt.now(), request.META.get("REMOTE_ADDR", "").encode(), "sha256").hex()[:16]
    return asyncio.run(pool.derive(folded, bucket))
