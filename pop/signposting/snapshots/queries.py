"""What can be asked of the snapshot in force. Nothing is believed before its signature is verified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey
from pop_sdk import Snapshot, SnapshotError, load

from pop.events.queries import published_since
from pop.privacy.keys import public_keys
from pop.signposting.snapshots.store import Stored, read_current, snapshots_dir

CHANGED = "registry_changed"
# An event's time is taken before its transaction commits. One that old may have been missed by the read that a snapshot
# was built from; loads, the longest transactions, take seconds.
_LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class InForce:
    """A verified snapshot: its version, when it was made and when it ends (Unix seconds), its number of services."""

    version: int
    created: int
    expires: int
    services: int


def fast_verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Verify an Ed25519 signature with libsodium: the verifier that the server passes to the SDK."""
    try:
        VerifyKey(public_key).verify(message, signature)
    except (CryptoError, ValueError):
        return False
    return True


def verified(directory: Path, *, keys: Sequence[bytes], now: int) -> tuple[Stored, Snapshot]:
    """Return the snapshot in force as it lies and as it reads, verified with one of `keys`.

    Raises SnapshotError with the reason: there is none, or what the SDK finds wrong with it.
    """
    stored = read_current(directory)
    if stored is None:
        raise SnapshotError("there is none")
    snapshot = load(stored.data, stored.signature, keys=keys, now=now, verify=fast_verify)
    if snapshot.version != stored.version:
        raise SnapshotError("the file's name and the document tell different versions")
    return stored, snapshot


def verify_current(*, now: datetime) -> InForce:
    """Verify this deployment's snapshot in force. Raises SnapshotError, and KeysError where no public key is."""
    _, snapshot = verified(snapshots_dir(), keys=public_keys(settings.KEYS_DIR), now=int(now.timestamp()))
    return summary(snapshot)


def summary(snapshot: Snapshot) -> InForce:
    """Return the few facts about a verified snapshot that schedules and people ask for."""
    return InForce(
        version=snapshot.version,
        created=snapshot.created,
        expires=snapshot.expires,
        services=sum(country["services"] for country in snapshot.head["countries"].values()),
    )


def changed_since(created: int) -> bool:
    """Say whether the registry may have changed since a snapshot made at `created` (Unix seconds) was read."""
    return published_since(name=CHANGED, moment=datetime.fromtimestamp(created, UTC) - _LATE)


def snapshot_is_current(*, now: datetime | None = None) -> bool:
    """Say whether the snapshot in force is valid and holds every published change. KeysError as `verify_current`."""
    moment = now or datetime.now(UTC)
    try:
        in_force = verify_current(now=moment)
    except SnapshotError:
        return False
    return not changed_since(in_force.created)
