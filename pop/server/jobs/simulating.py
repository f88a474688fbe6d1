"""`pop simulate`: invented children and counsellors against the server that runs on this data directory."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from pathlib import Path

from django.conf import settings

from pop.helpline.lines import queries as lines
from pop.server.jobs.limits import allow_many_connections
from pop.simulation import processes
from pop.simulation.run import simulate
from pop.simulation.staffing import end_simulated
from pop.simulation.world import Plan

LOOPBACK = frozenset({"", "127.0.0.1", "localhost", "::1"})
MOST_CHILDREN, MOST_COUNSELLORS = 5_000, 400


def simulate_(arguments: argparse.Namespace) -> int:
    """Run it; 0 when nothing that was acknowledged was lost or doubled, 1 otherwise or when it may not run."""
    data = Path(settings.DATA_DIR)
    server = processes.running(data)
    refusal = why_not(server, arguments)
    if refusal or server is None:
        print(f"pop: {refusal}", file=sys.stderr)
        return 1
    plan = Plan(
        children=arguments.children,
        counsellors=arguments.counsellors,
        seconds=arguments.minutes * 60,
        every=arguments.every,
        steady=arguments.steady,
    )
    seed = arguments.seed if arguments.seed is not None else random.randrange(1_000_000)
    print(
        f"{plan.children} invented children and {plan.counsellors} counsellors for {arguments.minutes:g} minutes, "
        f"seed {seed}. Ctrl-C ends it early.",
        flush=True,
    )
    allow_many_connections()
    try:
        end_simulated()
        result = asyncio.run(
            simulate(plan, data=data, server=server, tell=_tell, seed=seed, kill_every=arguments.kill_every)
        )
    finally:
        end_simulated()
    print(result.line(), flush=True)
    return 0 if result.whole else 1


def why_not(server: processes.Running | None, arguments: argparse.Namespace) -> str:
    """Return the sentence that says why it may not run, or ""."""
    if settings.PRODUCTION:
        return "Invented children never talk to a service in production."
    if settings.BIND not in LOOPBACK:
        return "Invented children only talk to a server on this machine: POP_BIND names another address."
    if not (1 <= arguments.children <= MOST_CHILDREN and 1 <= arguments.counsellors <= MOST_COUNSELLORS):
        return f"There are 1 to {MOST_CHILDREN} children and 1 to {MOST_COUNSELLORS} counsellors."
    if not (0 < arguments.minutes <= 24 * 60 and arguments.every >= 1 and arguments.kill_every >= 0):
        return "The minutes are more than 0, the seconds between messages at least 1."
    there = [line for line in lines.lines() if not line.practice]
    if not any(line.sandbox for line in there):
        return "There is no line for trying out. `make run` on a new data directory makes one."
    if any(not line.sandbox for line in there):
        return "A line that is not for trying out answers here: invented children would wait before real ones."
    if server is None:
        return "No server runs on this data directory. Start one with `make run`, and try again beside it."
    if arguments.kill_every and not all(
        processes.is_ours(each, "pop.server", "serve", door) for door, each in server.doors.items()
    ):
        return "The server's processes cannot be told from others here, so none is killed."
    return ""


def _tell(text: str) -> None:
    print(text, flush=True)
