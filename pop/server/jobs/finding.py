"""`pop match`: the finder from the command line."""

from __future__ import annotations

import argparse
import json
import sys
import time
from urllib.parse import urlencode

from django.conf import settings
from pop_sdk.engine import emergency_only
from pop_sdk.need import NeedError, from_query

from pop.server.jobs.preparing import prepare
from pop.server.wiring import emergency_numbers, snapshots, vocabulary
from pop.signposting.snapshots.store import snapshots_dir


def match(arguments: argparse.Namespace) -> int:
    """Print the answer of GET /v1/match for the same parameters."""
    asked = [
        (name, value)
        for name in ("country", "subdivision", "age", "audience", "at", "limit")
        if (value := getattr(arguments, name)) is not None
    ]
    asked += [(name, value) for name in ("topic", "language", "channel", "needs") for value in getattr(arguments, name)]
    now = int(time.time())
    try:
        need = from_query(urlencode(asked).encode(), vocabulary=vocabulary(), now=now)
    except NeedError as error:
        accepted = f" (accepted: {', '.join(error.accepted)})" if error.accepted else ""
        print(f"pop match: {error}{accepted}", file=sys.stderr)
        return 2
    watch = snapshots()
    if not settings.PRODUCTION and not snapshots_dir().exists():  # a machine that has never served
        for line in prepare():
            print(line, file=sys.stderr)
    watch.look()
    engine = watch.engine
    if engine is None:
        print("There is no valid snapshot; `pop snapshot build` makes one. Emergency numbers only:", file=sys.stderr)
        body = emergency_only(emergency_numbers(), need, now=now)
    else:
        body = engine.match(need, now=now)
    print(json.dumps(json.loads(body), ensure_ascii=False, indent=1))
    return 0 if engine is not None else 1
