"""Who can open a backup: age keys whose private halves are kept elsewhere, by people."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from pyrage import IdentityError, RecipientError, x25519

from pop.privacy.backups.errors import BackupError
from pop.privacy.keyfiles import MARKER

DEVELOPMENT_KEY = "backup.key"

Recipient: TypeAlias = x25519.Recipient
Identity: TypeAlias = x25519.Identity


def recipients(given: str, *, keys: Path, production: bool) -> list[Recipient]:
    """Return the public keys that `given` names: a file of them, or the keys themselves with commas between.

    Where nothing is given, a service that is only tried out has a key in its key directory, made here on first use.
    Raises BackupError for a key that is none, and in production where nothing is given.
    """
    if given.strip():
        return _read_recipients(given)
    if production or not (keys / MARKER).exists():
        raise BackupError(
            "nobody could open the backup: name age public keys in POP_BACKUP_RECIPIENTS "
            "(`pop backup key FILE` makes a pair)"
        )
    path = keys / DEVELOPMENT_KEY
    if not path.exists():
        make_identity(path)
    return [each.to_public() for each in identities(path.read_text(encoding="ascii"))]


def development_identity(keys: Path) -> str | None:
    """Return the text of the private key that lies beside development keys; None where there is none."""
    path = keys / DEVELOPMENT_KEY
    return path.read_text(encoding="ascii") if path.exists() and (keys / MARKER).exists() else None


def identities(text: str) -> list[Identity]:
    """Return the private keys of an age key file's text. Raises BackupError where there is none."""
    try:
        found = [x25519.Identity.from_str(line) for line in _lines(text)]
    except IdentityError:
        raise BackupError("this is no age private key: its line begins with AGE-SECRET-KEY-1") from None
    if not found:
        raise BackupError("the file holds no age private key")
    return found


def make_identity(path: Path) -> str:
    """Write a new private key (0600) and return its public half. Raises BackupError where the file exists."""
    identity = x25519.Identity.generate()
    public = str(identity.to_public())
    text = f"# made {dt.datetime.now(dt.UTC):%Y-%m-%d}\n# public key: {public}\n{identity}\n"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BackupError(f"{path} exists already: keys are never overwritten") from None
    except OSError as error:
        raise BackupError(f"{path} cannot be written: {error.strerror}") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return public


def _read_recipients(given: str) -> list[Recipient]:
    text = given
    if not given.strip().startswith("age1"):
        try:
            text = Path(given).read_text(encoding="ascii")
        except (OSError, ValueError):
            raise BackupError(f"POP_BACKUP_RECIPIENTS: {given} is neither age public keys nor a file of them") from None
    found = []
    for line in _lines(text):
        try:
            found.append(x25519.Recipient.from_str(line))
        except RecipientError:
            raise BackupError(f"POP_BACKUP_RECIPIENTS: not an age public key (age1…): {line[:12]}…") from None
    if not found:
        raise BackupError("POP_BACKUP_RECIPIENTS names no key")
    return found


def _lines(text: str) -> Iterable[str]:
    lines = (line.strip() for line in text.replace(",", "\n").splitlines())
    return [line for line in lines if line and not line.startswith("#")]
