"""`pop backup …`: making backups, putting one back, and proving both."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from pop.audit.actions import note_restored, record
from pop.audit.queries import HEADS
from pop.privacy.backups import postgresql
from pop.privacy.backups.actions import create_backup, restore_backup
from pop.privacy.backups.errors import BackupError, FilesError
from pop.privacy.backups.files import Manifest
from pop.privacy.backups.recipients import (
    Identity,
    Recipient,
    development_identity,
    identities,
    make_identity,
    recipients,
)
from pop.privacy.erasures import journal_exists, replay
from pop.server.jobs import auditing, backing_files
from pop.server.jobs.preparing import make_ready
from pop.server.wiring import ERASERS


def key(arguments: argparse.Namespace) -> int:
    """Make a key pair for backups on a person's own machine."""
    try:
        public = make_identity(Path(arguments.file))
    except BackupError as error:
        return _refuse("key", error)
    print(public)
    print(f"The private half is in {arguments.file}: it belongs to a person, never to the service.", file=sys.stderr)
    return 0


def create(arguments: argparse.Namespace) -> int:
    """Make a backup of each of the service's databases and say where they are."""
    for line in make_ready():
        print(line, file=sys.stderr)
    made = dt.datetime.now(dt.UTC)
    first = Path(arguments.file or Path(settings.DATA_DIR) / "backups" / f"pop-{made:%Y-%m-%dT%H%M%SZ}.age")
    for using in settings.DATABASES:
        path = first if using == DEFAULT_DB_ALIAS else first.with_name(f"{first.stem}-{using}{first.suffix}")
        started = time.monotonic()
        try:
            manifest = _create(using, path, made, _recipients())
        except BackupError as error:
            return _refuse("create", error)
        except OSError as error:
            return _refuse("create", f"{path} cannot be written: {error.strerror}")
        print(f"{path}: {_tell(manifest)}, {path.stat().st_size} bytes, in {time.monotonic() - started:.1f} s")
    try:
        return 1 if backing_files.create_files(first, made, _recipients()) else 0
    except BackupError as error:
        return _refuse("create", error)
    except OSError as error:
        return _refuse("create", f"{backing_files.beside(first)} cannot be written: {error.strerror}")


def restore(arguments: argparse.Namespace) -> int:
    """Put a backup into an empty database, erase again what was erased since, and verify the audit.

    With `--into` the process has that other database from its first moment (pop.server.commands).
    """
    path, using = Path(arguments.file), arguments.database
    if using not in settings.DATABASES:
        return _refuse("restore", f"this service has no database of its own called {using}")
    started = time.monotonic()
    try:
        keys = _identities(arguments.identity)
    except BackupError as error:
        return _refuse("restore", error)
    try:
        manifest = restore_backup(settings.DATABASES[using], path, name=using, identities=keys, questions=HEADS)
    except FilesError:
        return _restore_files(path, keys)
    except BackupError as error:
        return _refuse("restore", error)
    except OSError as error:
        return _refuse("restore", f"{path} cannot be restored: {error.strerror}")
    print(f"Restored {_tell(manifest)}, in {time.monotonic() - started:.1f} s.", flush=True)
    for line in make_ready():
        print(line, file=sys.stderr)
    erased = _erase_again(is_needed=arguments.into is None)
    if arguments.into is None:
        note_restored(made=manifest.made, using=using)
    verified = auditing.verify_one(using, restored=arguments.into is not None)
    # Files are put back last: of what was erased again no row names any. A copy for looking at gets none.
    is_whole = arguments.into is not None or using != DEFAULT_DB_ALIAS
    attached = is_whole or _restore_files(backing_files.beside(path), keys) == 0
    return 0 if erased and attached and verified == 0 else 1


def _restore_files(path: Path, keys: list[Identity]) -> int:
    """Put back the files of submissions from their backup, where there is one, and say whether all are there."""
    try:
        if path.exists():
            backing_files.restore_files(path, keys)
    except BackupError as error:
        return _refuse("restore", f"{path.name}: {error}")
    except OSError as error:
        return _refuse("restore", f"the files of {path.name} cannot be written: {error.strerror}")
    return 0 if backing_files.all_are_there(path) else 1


def drill(arguments: argparse.Namespace) -> int:
    """Make a backup, restore it into a place of its own, compare the two, say how long it took, and remove both."""
    for line in make_ready():
        print(line, file=sys.stderr)
    try:
        to, text = _drill_keys(arguments.identity)
        for using in settings.DATABASES:
            with tempfile.TemporaryDirectory(prefix=".drill-", dir=settings.DATA_DIR) as folder:
                held = _drill_one(using, Path(folder), to, text)
                if using == DEFAULT_DB_ALIAS:
                    held = backing_files.drill_files(Path(folder), to, identities(text)) and held
                if not held:
                    print("The drill FAILED: what stands above says where.", file=sys.stderr)
                    return 1
    except BackupError as error:
        return _refuse("drill", error)
    except OSError as error:
        return _refuse("drill", f"no room for it: {error.strerror}")
    return 0


def _drill_one(using: str, folder: Path, to: list[Recipient], text: str) -> bool:
    path = folder / "backup.age"
    started = time.monotonic()
    manifest = _create(using, path, dt.datetime.now(dt.UTC), to)
    copied = time.monotonic() - started
    print(f"Copied {_tell(manifest)}: {path.stat().st_size} bytes, in {copied:.1f} s.", flush=True)
    with _spare_database(using, folder) as place:
        command = [sys.executable, "-m", "pop.server", "backup", "restore", str(path)]
        done = subprocess.run(  # noqa: S603 - our own command
            [*command, "--identity=-", f"--database={using}", f"--into={place}"], input=text.encode(), check=False
        )
    if done.returncode == 0:
        print(f"The drill held: every table and the heads of the audit agree, in {time.monotonic() - started:.1f} s.")
    return done.returncode == 0


def _create(using: str, path: Path, made: dt.datetime, to: list[Recipient]) -> Manifest:
    record(action="create_backup", object_type="database", object_id=using, detail={"recipients": len(to)}, using=using)
    return create_backup(settings.DATABASES[using], path, name=using, to=to, made=made, questions=HEADS)


def _recipients() -> list[Recipient]:
    return recipients(settings.BACKUP_RECIPIENTS, keys=Path(settings.KEYS_DIR), production=settings.PRODUCTION)


def _identities(file: str | None) -> list[Identity]:
    return identities(_identity_text(file))


def _identity_text(file: str | None) -> str:
    if file == "-":
        return sys.stdin.read()
    if file is not None:
        try:
            return Path(file).read_text(encoding="ascii")
        except (OSError, ValueError):
            raise BackupError(f"{file} cannot be read as an age key file") from None
    text = development_identity(Path(settings.KEYS_DIR))
    if text is None:
        raise BackupError("name the file of a private key with --identity; it is kept by people, not by the service")
    return text


def _drill_keys(file: str | None) -> tuple[list[Recipient], str]:
    """Return who can open the drill's backup, and the private key that will."""
    to = _recipients()
    if file is not None or development_identity(Path(settings.KEYS_DIR)) is not None:
        return to, _identity_text(file)
    print("Opened with a key made for this drill: --identity FILE would prove that yours opens it.", file=sys.stderr)
    own = Identity.generate()
    return [*to, own.to_public()], str(own)


@contextmanager
def _spare_database(using: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty database that is gone afterwards."""
    if connections[using].vendor != "postgresql":
        yield str(folder / "restored.sqlite3")
        return
    given = os.environ.get("HELPLINE_DATABASE_URL", "") if using != DEFAULT_DB_ALIAS else ""
    address = urlsplit(given or os.environ.get("DATABASE_URL", ""))
    with postgresql.spare(settings.DATABASES[using]) as name:
        yield urlunsplit(address._replace(path=f"/{name}"))


def _erase_again(*, is_needed: bool) -> bool:
    """Replay the journal of erasures; say what was done, and whether all of it could be."""
    if not journal_exists():
        if not is_needed:
            return True
        print(
            f"There is no journal of erasures in {settings.DATA_DIR}/erasures. If the service has run elsewhere, copy "
            "it here and restore again: what children had deleted may be back.",
            file=sys.stderr,
        )
        return True
    done = replay(ERASERS)
    print(f"Erased again what the journal names: {sum(done.erased.values())} records.")
    for kind, count in done.left.items():
        print(f"The journal names {count} records of the kind {kind}, which nothing here can erase.", file=sys.stderr)
    if done.unreadable:
        print(f"{done.unreadable} lines of the journal of erasures cannot be read.", file=sys.stderr)
    return not done.left


def _tell(manifest: Manifest) -> str:
    rows = sum(manifest.facts.tables.values())
    return f"{rows} rows in {len(manifest.facts.tables)} tables of {manifest.made:%Y-%m-%d %H:%M} UTC"


def _refuse(verb: str, reason: object) -> int:
    print(f"pop backup {verb}: {reason}", file=sys.stderr)
    return 1
