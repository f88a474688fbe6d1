"""Files of the key directory: put in place at once and for good, never quoted in an error.

A secret or public key is 32 bytes in hex. Escrow keys carry a word before it that says which half they are: people
carry these files about, and nobody may take a private one for a public one.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Final

from django.conf import settings
from nacl.utils import random

from pop.durable import sync_directory

MARKER: Final = "DEVELOPMENT"
ESCROW_PRIVATE: Final = "escrow-private "
ESCROW_PUBLIC: Final = "escrow-public "
_LENGTH: Final = 32

logger = logging.getLogger("pop.privacy")


class KeysError(Exception):
    """The key directory cannot be used; the text says why and what to do, and holds no key."""


def refuse_in_production(directory: Path) -> None:
    """Raise KeysError where production would use development keys."""
    if settings.PRODUCTION and (directory / MARKER).exists():
        raise KeysError(
            f"{directory} holds development keys, which production refuses: run `pop keys init` with another one"
        )


def prepare(directory: Path) -> None:
    """Make the key directory; only its owner may enter it."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    if directory.stat().st_mode & 0o077:
        directory.chmod(0o700)


def fresh() -> bytes:
    """Return the content of a new secret key file."""
    return as_hex(random(_LENGTH))


def as_hex(key: bytes, before: str = "") -> bytes:
    """Return the content of a key file."""
    return f"{before}{key.hex()}\n".encode()


def read(path: Path, before: str = "") -> bytes:
    """Return the 32 bytes of a key file. Raises KeysError where it is missing or malformed."""
    try:
        text = path.read_text(encoding="ascii").strip()
        key = bytes.fromhex(text.removeprefix(before)) if text.startswith(before) else b""
    except FileNotFoundError:
        raise KeysError(f"{path} is missing: run `pop keys init`") from None
    except (OSError, ValueError):
        raise KeysError(f"{path} cannot be read as a key") from None
    if len(key) != _LENGTH:
        kind = f"the words {before.strip()} and " if before else ""
        raise KeysError(f"{path} does not hold {kind}{_LENGTH} bytes in hex")
    return key


def read_secret(path: Path, before: str = "") -> bytes:
    """Return a secret. Raises KeysError as ``read`` does, and in production where others could read it too."""
    key = read(path, before)
    if settings.PRODUCTION and path.stat().st_mode & 0o077:
        raise KeysError(f"{path} can be read by others on this machine: set its mode to 0600")
    return key


def write(path: Path, content: bytes, *, mode: int) -> None:
    """Put a file in place at once and for good: a reader sees the old one or the new one."""
    _stage(path, content, mode).replace(path)
    sync_directory(path.parent)


def write_new(path: Path, content: bytes, *, mode: int = 0o600) -> bool:
    """Put a file in place unless there is one already, which then stands. Returns whether this one stands."""
    staged = _stage(path, content, mode)
    try:
        os.link(staged, path)
    except FileExistsError:
        logger.info("keys: %s was there already and stands", path.name)
        return False
    finally:
        staged.unlink()
    sync_directory(path.parent)
    return True


def _stage(path: Path, content: bytes, mode: int) -> Path:
    """Write a synced file of this process beside ``path``, and return where it lies."""
    staged = path.with_name(f"{path.name}.{os.getpid()}.new")
    staged.unlink(missing_ok=True)
    with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return staged
