"""`pop registry …`: loading, contradictions, web addresses."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import sys
from pathlib import Path

from pop.registry.directory.actions.links import check_links
from pop.registry.directory.actions.load import LoadBusyError, load_registry, load_seed
from pop.registry.directory.queries.contradictions import check as find_contradictions
from pop.server.jobs.preparing import make_ready


def tell_ready() -> None:
    """Make what the commands stand on, and say so where nobody parses it."""
    for line in make_ready():
        print(line, file=sys.stderr)


def load(arguments: argparse.Namespace) -> int:
    """Load a file, a folder or the seed; 1 when a row was refused or nothing could be loaded."""
    tell_ready()
    try:
        report = load_registry(path=Path(arguments.file)) if arguments.file else load_seed()
    except OSError as error:
        print(f"pop registry load: {arguments.file}: {error.strerror}", file=sys.stderr)
        return 1
    except LoadBusyError as error:
        print(f"pop registry load: {error}", file=sys.stderr)
        return 1
    if not report.files:
        print(
            f"pop registry load: {arguments.file}: no table of services, hotlines or emergency numbers", file=sys.stderr
        )
        return 1
    for line in report.lines():
        print(line)
    return 0 if report.ok else 1


def check(arguments: argparse.Namespace) -> int:
    """List contradictions, one a line. Finding some is the command's work, so that is 0 as well."""
    tell_ready()
    found = find_contradictions(country=(arguments.country or "").upper())
    for finding in found:
        print(json.dumps(dataclasses.asdict(finding), default=str, ensure_ascii=False) if arguments.json else finding)
    if not arguments.json:
        print(f"{len(found)} findings", file=sys.stderr)
    return 0


def links(arguments: argparse.Namespace) -> int:
    """Check web addresses, oldest first; each is written as it is done, so that this can be stopped and resumed."""
    tell_ready()
    report = check_links(
        now=lambda: dt.datetime.now(dt.UTC),
        limit=arguments.limit,
        progress=lambda line: print(line, flush=True),
    )
    for line in report.lines():
        print(line)
    return 0
