"""The key directory: today the Ed25519 pair that signs snapshots.

Files: `signing.key` (32-byte seed in hex, 0600), `signing.pub` and, after a rotation, `signing.previous.pub` (32 bytes
in hex). Both public keys are valid at once, so that a snapshot signed before a rotation stays good. Only the worker
reads the seed. A marker file tells development keys from real ones: production refuses them.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from django.conf import settings
from nacl.signing import SigningKey

SEED = "signing.key"
PUBLIC = "signing.pub"
PREVIOUS = "signing.previous.pub"
MARKER = "DEVELOPMENT"
WARNING = (
    "DEVELOPMENT KEYS. They were made by the first start on this machine and protect nobody.\n"
    "Before any child uses this service, run `pop keys init` with an empty key directory and set POP_PRODUCTION=1.\n"
)
_LENGTH = 32

logger = logging.getLogger("pop.privacy")


class KeysError(Exception):
    """The key directory cannot be used; the text says why and what to do, and holds no key."""


def ensure_development_keys(directory: Path) -> bool:
    """Make a signing pair marked as for development where there is no pair yet; complete a half-made one.

    Returns whether it made one. Raises KeysError in production.
    """
    if settings.PRODUCTION:
        raise KeysError("production makes no development keys: run `pop keys init`")
    _prepare(directory)
    made = not (directory / SEED).exists()
    if made:
        # The marker comes first: a crash after it leaves no key that could pass for a real one.
        _write(directory / MARKER, WARNING.encode(), mode=0o600)
        _write_new(directory / SEED, _hex(SigningKey.generate().encode()))
    _complete(directory)
    return made


def init_keys(directory: Path) -> None:
    """Make the signing pair of a production service. Raises KeysError where any key is already there."""
    _prepare(directory)
    there = [name for name in (SEED, PUBLIC, PREVIOUS, MARKER) if (directory / name).exists()]
    if there:
        raise KeysError(
            f"{directory} already holds {', '.join(there)}: keys are never overwritten, choose an empty directory"
        )
    _write_new(directory / SEED, _hex(SigningKey.generate().encode()))
    _complete(directory)


def rotate_signing(directory: Path) -> None:
    """Replace the signing pair; the former public key stays valid as `signing.previous.pub`.

    Each state in between is a good one: until the new seed stands, the old seed signs, and its public key is the
    previous one. A key from before the former rotation is valid no longer, so rotate only after a snapshot was built
    with this one.
    """
    former = SigningKey(signing_seed(directory))
    fresh = SigningKey.generate()
    _write(directory / PREVIOUS, _hex(former.verify_key.encode()), mode=0o644)
    _write(directory / PUBLIC, _hex(fresh.verify_key.encode()), mode=0o644)
    _write(directory / SEED, _hex(fresh.encode()), mode=0o600)


def signing_seed(directory: Path) -> bytes:
    """Return the 32-byte seed. Raises KeysError where it is missing, malformed, or not fit for production."""
    _refuse_in_production(directory)
    path = directory / SEED
    seed = _read(path)
    if settings.PRODUCTION and path.stat().st_mode & 0o077:
        raise KeysError(f"{path} can be read by others on this machine: set its mode to 0600")
    return seed


def public_keys(directory: Path) -> list[bytes]:
    """Return the public keys that are valid now, the current one first. Raises KeysError as `signing_seed` does."""
    _refuse_in_production(directory)
    keys = [_read(directory / PUBLIC)]
    if (directory / PREVIOUS).exists():
        previous = _read(directory / PREVIOUS)
        if previous not in keys:
            keys.append(previous)
    return keys


def development_warning(directory: Path) -> str | None:
    """Return the warning to print where the directory holds development keys, else None."""
    return WARNING if (directory / MARKER).exists() else None


def _refuse_in_production(directory: Path) -> None:
    if settings.PRODUCTION and (directory / MARKER).exists():
        raise KeysError(
            f"{directory} holds development keys, which production refuses: run `pop keys init` with another one"
        )


def _prepare(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    if directory.stat().st_mode & 0o077:
        directory.chmod(0o700)


def _complete(directory: Path) -> None:
    """Derive the public key from the seed where a crash left it out."""
    if not (directory / PUBLIC).exists():
        _write(directory / PUBLIC, _hex(SigningKey(_read(directory / SEED)).verify_key.encode()), mode=0o644)


def _hex(key: bytes) -> bytes:
    return key.hex().encode() + b"\n"


def _read(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        raise KeysError(f"{path} is missing: run `pop keys init`") from None
    except (OSError, ValueError):
        raise KeysError(f"{path} cannot be read as a key") from None
    if len(key) != _LENGTH:
        raise KeysError(f"{path} does not hold {_LENGTH} bytes in hex")
    return key


def _stage(path: Path, content: bytes, mode: int) -> Path:
    """Write a synced file of this process beside `path`, and return where it lies."""
    staged = path.with_name(f"{path.name}.{os.getpid()}.new")
    staged.unlink(missing_ok=True)
    with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return staged


def _write(path: Path, content: bytes, *, mode: int) -> None:
    """Put a file in place at once and for good: a reader sees the old one or the new one."""
    _stage(path, content, mode).replace(path)
    _sync_directory(path.parent)


def _write_new(path: Path, content: bytes) -> None:
    """Put a secret in place unless another process of the same first start was quicker: then its file stands."""
    staged = _stage(path, content, 0o600)
    try:
        os.link(staged, path)
    except FileExistsError:
        logger.info("keys: another process made %s first", path.name)
    finally:
        staged.unlink()
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
