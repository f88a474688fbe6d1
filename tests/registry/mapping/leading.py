"""Whom a child would be led to, asked of a snapshot that is built for the question."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pop_sdk
from django.utils import timezone

from pop.privacy.keys import ensure_development_keys, public_keys
from pop.signposting.snapshots import store
from pop.signposting.snapshots.actions import build_snapshot


def home_at(folder: Path) -> SimpleNamespace:
    """Return the places of keys and snapshots in a folder, with keys in it."""
    found = SimpleNamespace(keys=folder / "keys", snapshots=folder / "snapshots")
    ensure_development_keys(found.keys)
    return found


def matched(home: SimpleNamespace) -> list[str]:
    """Return the names that a child in Kenya is led to by a snapshot built now."""
    now = timezone.now()
    build_snapshot(now=now)
    moment = int(now.timestamp())
    stored = store.read_current(home.snapshots)
    assert stored is not None
    snapshot = pop_sdk.load(stored.data, stored.signature, keys=public_keys(home.keys), now=moment)
    engine = pop_sdk.compile_snapshot(snapshot)
    need = pop_sdk.from_query(b"country=KE", vocabulary=engine.vocabulary, now=moment)
    return [each["service"]["name"] for each in engine.answer(need, now=moment)["matches"]]
