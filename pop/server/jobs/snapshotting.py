"""`pop snapshot …`: the signed snapshot."""

from __future__ import annotations

import argparse
import datetime as dt
import sys

from django.conf import settings
from pop_sdk.reading import SnapshotError

from pop.privacy.keys import KeysError
from pop.server.jobs.preparing import make_ready
from pop.signposting.snapshots.actions import build_snapshot
from pop.signposting.snapshots.queries import verify_current


def build(_: argparse.Namespace) -> int:
    """Build, sign and put in force a new version."""
    for line in make_ready():
        print(line, file=sys.stderr)
    try:
        version = build_snapshot()
    except KeysError as error:
        print(f"pop snapshot build: {error}", file=sys.stderr)
        return 1
    print(f"Snapshot {version} is in force.")
    return 0


def verify(_: argparse.Namespace) -> int:
    """Verify the version in force and say until when it holds."""
    try:
        found = verify_current(now=dt.datetime.now(dt.UTC))
    except (SnapshotError, KeysError) as error:
        print(f"pop snapshot verify: refused: {error}. `pop snapshot build` makes a new one.", file=sys.stderr)
        return 1
    until = dt.datetime.fromtimestamp(found.expires, dt.UTC)
    print(f"Snapshot {found.version} is good: {found.services} services, valid until {until:%Y-%m-%d %H:%M} UTC.")
    print(f"Keys in {settings.KEYS_DIR}")
    return 0
