"""One run: who comes when, what is killed meanwhile, what is read in the end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Final

from pop.simulation import processes
from pop.simulation.child import Child
from pop.simulation.counsellor import Counsellor
from pop.simulation.script import Marks
from pop.simulation.staffing import make_counsellor
from pop.simulation.tally import Result, share
from pop.simulation.world import GRACE_SECONDS, GaveUpError, Plan, World

PROGRESS_SECONDS: Final = 10.0
# What was acknowledged last needs a moment on its way to the other side.
SETTLE_SECONDS: Final = 2.0
READ_TOGETHER: Final = 40
MAKE_TOGETHER: Final = 2
# A limit of sign-ins a minute stands before the door: many counsellors need minutes to come.
WARM_SECONDS: Final = 900.0
# Tries that belong to talking: a counsellor who still comes in is no fault of a message.
_OF_TALKING: Final = ("send", "answer", "child's stream", "desk's stream")
MEASURING: Final = "Every child is answered; the figures count from now on."

Tell = Callable[[str], None]


async def simulate(
    plan: Plan,
    *,
    data: Path,
    server: processes.Running,
    tell: Tell,
    seed: int,
    kill_every: float = 0.0,
) -> Result:
    """Run a plan against a running server of this data directory, and return what came of it. Ctrl-C ends it early."""
    chance = random.Random(seed)
    world = World(plan, server.public, server.console, chance, Marks(random.Random()))
    children = [Child(number, world, random.Random(chance.random())) for number in range(plan.children)]
    counsellors: list[Counsellor] = []
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, world.finish)
    loop.add_signal_handler(signal.SIGTERM, world.finish)
    began = time.monotonic()
    asides = [asyncio.create_task(_report(world, tell, began))]
    if kill_every:
        asides.append(asyncio.create_task(_kill(world, data, kill_every)))
    staff = asyncio.create_task(_staff(world, counsellors, chance))
    lives = [asyncio.create_task(child.live()) for child in children]
    try:
        if plan.steady:
            await _until_all_talk(world, tell)
        measured = time.monotonic()
        await world.rest(plan.seconds)
        told = measurement(world, time.monotonic() - measured)
        world.finish()
        await _come_to_an_end([*lives, staff], GRACE_SECONDS + 15)
        await asyncio.sleep(SETTLE_SECONDS)
        tell("Reading every conversation as it lies there ...")
        await _all(READ_TOGETHER, (child.read_out() for child in children))
        result = world.tally.result()
        await _all(READ_TOGETHER, (each.finish() for each in counsellors))
        await _all(READ_TOGETHER, (each.finish() for each in children))
    finally:
        for task in (*asides, *lives, staff):
            task.cancel()
        await asyncio.gather(*asides, *lives, staff, return_exceptions=True)
        loop.remove_signal_handler(signal.SIGINT)
        loop.remove_signal_handler(signal.SIGTERM)
    tell(told)
    for what, count in sorted(world.trouble.items()):
        tell(f"  tried again: {what} ({count} times)")
    return result


async def _until_all_talk(world: World, tell: Tell) -> None:
    """Wait until somebody answers every child; the figures count from then on."""
    until = time.monotonic() + WARM_SECONDS
    while world.goes_on and world.standing["active"] < world.plan.children and time.monotonic() < until:
        await world.rest(0.5)
    world.tally.seconds.clear()
    world.trouble.clear()
    tell(MEASURING)


def measurement(world: World, seconds: float) -> str:
    """Return what was measured of a run's messages, in one line."""
    times = sorted(world.tally.seconds)
    longest = times[-1] if times else 0.0
    again = sum(count for what, count in world.trouble.items() if what.startswith(_OF_TALKING))
    return (
        f"measured {seconds:.0f} s: {len(times) / max(seconds, 0.001):.1f} messages/s, talking "
        f"{world.standing['active']}, p95 {share(times, 0.95):.0f} ms, p99 {share(times, 0.99):.0f} ms, longest "
        f"{1000 * longest:.0f} ms, tried again {again} times"
    )


async def _staff(world: World, counsellors: list[Counsellor], chance: random.Random) -> None:
    """Make counsellors one after another, and let each come to work as soon as there is one."""
    gate = asyncio.Semaphore(MAKE_TOGETHER)

    async def one(number: int) -> None:
        async with gate:
            if not world.goes_on:
                return
            _, login = await asyncio.to_thread(make_counsellor, number)
        counsellor = Counsellor(number, login, world, random.Random(chance.random()))
        counsellors.append(counsellor)
        await counsellor.live()

    results = await asyncio.gather(*(one(number) for number in range(world.plan.counsellors)), return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            world.trouble[f"counsellor: {type(result).__name__}"] += 1


async def _come_to_an_end(tasks: Iterable[asyncio.Task[None]], seconds: float) -> None:
    _, late = await asyncio.wait(list(tasks), timeout=seconds)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)


async def _all(together: int, works: Iterable[Awaitable[None]]) -> None:
    gate = asyncio.Semaphore(together)

    async def one(work: Awaitable[None]) -> None:
        async with gate:
            with contextlib.suppress(GaveUpError):
                await work

    await asyncio.gather(*(one(work) for work in works))


async def _kill(world: World, data: Path, every: float) -> None:
    """Kill one of the server's processes after another, without a word of warning; `pop serve` starts them again."""
    turn = 0
    while True:
        await asyncio.sleep(every)
        if not world.goes_on:
            return
        door = processes.DOORS[turn % len(processes.DOORS)]
        turn += 1
        server = processes.running(data)
        process = server.doors.get(door) if server else None
        if process is None or not processes.is_ours(process, "pop.server", "serve", door):
            world.standing["not killed"] += 1
            continue
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
            world.standing["kills"] += 1


async def _report(world: World, tell: Tell, began: float) -> None:
    while True:
        await asyncio.sleep(PROGRESS_SECONDS)
        tell(progress(world, time.monotonic() - began))


def progress(world: World, seconds: float) -> str:
    """Return one line that says how a run stands."""
    standing, so_far = world.standing, world.tally.result()
    states = " ".join(f"{state} {standing[state]}" for state in ("waiting", "active", "sleeping", "closed"))
    return (
        f"{int(seconds) // 60}:{int(seconds) % 60:02d}  {states}  on duty {standing['on duty']}"
        f"  acknowledged {so_far.acknowledged} of {so_far.sent}  delivered {so_far.delivered}"
        + (f"  kills {standing['kills']}" if standing["kills"] else "")
    )
