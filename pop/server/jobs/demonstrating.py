"""`pop demo …`: making demonstration data in a database of its own, and serving it."""

from __future__ import annotations

import argparse
import sys
import time

from django.conf import settings
from django.utils import timezone

from pop.server.jobs import serving
from pop.server.jobs.preparing import make_ready
from pop.server.jobs.stamping import stamp_folder
from pop.simulation.actions import finish, stamp
from pop.simulation.mapping.bringing import bring
from pop.simulation.queries import stamp_of_database

_SAID_EVERY = 50


def mapping(arguments: argparse.Namespace) -> int:
    """Make the data set that was asked for, or go on with making it, and say how to serve it."""
    id = stamp_folder()
    for line in make_ready():
        print(line, flush=True)
    found = stamp_of_database()
    if found is None:
        stamp(id=id, responses=arguments.responses, seed=arguments.seed, now=timezone.now())
    elif (found.responses, found.seed) != (arguments.responses, arguments.seed):
        print(
            f"pop demo mapping: {settings.DATA_DIR} holds {found.responses} responses of seed {found.seed}. "
            "Name another folder with --folder for others.",
            file=sys.stderr,
        )
        return 1
    if found is None or not found.finished:
        began = time.monotonic()
        for brought in bring(arguments.responses, seed=arguments.seed, now=timezone.now):
            if brought.done % _SAID_EVERY == 0 or brought.done == brought.of:
                seconds = time.monotonic() - began
                print(f"{brought.done} of {brought.of} responses, {seconds:.0f} s", flush=True)
        finish(now=timezone.now())
    print(f"Demonstration data is in {settings.DATA_DIR}. Serve it with: .venv/bin/pop demo serve{_folder(arguments)}")
    return 0


def serve(_: argparse.Namespace) -> int:
    """Serve both doors and the worker over demonstration data."""
    return serving.serve_all()


def _folder(arguments: argparse.Namespace) -> str:
    own = f" --folder {arguments.folder}" if arguments.folder else ""
    return own + (" --database …" if arguments.database else "")
