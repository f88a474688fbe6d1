"""The pool of derivations: two at a time on a machine, fair, bounded, and nothing is left of who gave up."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from pop.privacy import derivations
from pop.privacy.codes import CodeKey, derive_code
from pop.privacy.derivations import BusyError, Pool
from pop.privacy.keys import KeysError
from pop.privacy.sealing import Pair

PATIENCE = 30.0
KEY = CodeKey(bytes(32), Pair(bytes(32), bytes(32)))
PEPPERS = {1: b"\x01" * 32, 2: b"\x02" * 32}


class Slow:
    """Stands in for the derivation: tells what runs, and holds what begins with "held" until it is let go."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.most = 0
        self.go = threading.Event()
        self.began = threading.Semaphore(0)
        self._running = 0
        self._lock = threading.Lock()

    def __call__(self, folded: str, pepper: bytes) -> CodeKey:
        with self._lock:
            self.order.append(folded)
            self._running += 1
            self.most = max(self.most, self._running)
        self.began.release()
        if folded.startswith("held"):
            assert self.go.wait(PATIENCE)
        with self._lock:
            self._running -= 1
        return KEY


@pytest.fixture
def make_pool(tmp_path) -> Iterator[Callable[..., Pool]]:
    made = []

    def make(derive=derive_code, *, directory=tmp_path / "turns", peppers=None, **more) -> Pool:
        pool = Pool(lambda: directory, lambda: peppers or {1: PEPPERS[1]}, derive=derive, **more)
        made.append(pool)
        return pool

    yield make
    for pool in made:
        pool.close()


async def began(slow: Slow, number: int) -> None:
    for _ in range(number):
        assert await asyncio.to_thread(slow.began.acquire, timeout=PATIENCE)


async def both_held(pool: Pool, slow: Slow) -> list[asyncio.Task[list[CodeKey]]]:
    """Keep both threads busy, so that whoever comes now waits."""
    tasks = [asyncio.create_task(pool.derive(f"held {at}", f"holder {at}")) for at in range(2)]
    await began(slow, 2)
    return tasks


async def asked(pool: Pool, *wanted: tuple[str, str]) -> list[asyncio.Task[list[CodeKey]]]:
    """Ask for ``(folded, bucket)`` one after the other, and return once all wait."""
    tasks = [asyncio.create_task(pool.derive(folded, bucket)) for folded, bucket in wanted]
    await asyncio.sleep(0)
    return tasks


def test_a_code_gives_a_key_for_each_live_pepper_the_newest_first(make_pool):
    pool = make_pool(peppers=PEPPERS)
    keys = asyncio.run(pool.derive("one two three four five six", "a"))
    assert keys == [derive_code("one two three four five six", PEPPERS[edition]) for edition in (2, 1)]


def test_the_pool_of_the_process_uses_its_directory_and_its_keyring(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(derivations, "keyring", lambda: type("Ring", (), {"peppers": PEPPERS}))
    assert len(asyncio.run(derivations.pool.derive("one two", "a"))) == 2
    assert {path.name for path in (tmp_path / "derivations").iterdir()} & {"slot-0", "slot-1"}


def test_never_more_than_two_run_at_once_in_all_pools_of_a_machine(make_pool, tmp_path):
    slow = Slow()
    pools = [make_pool(slow) for _ in range(3)]

    async def play():
        tasks = await asked(pools[0], *((f"held {at}", "a") for at in range(2)))
        await began(slow, 2)
        more = [asyncio.create_task(pool.derive(str(at), "a")) for pool in pools[1:] for at in range(5)]
        # Meanwhile a machine of its own does ten: if the others could run, they would have.
        other = make_pool(Slow(), directory=tmp_path / "other machine")
        for at in range(10):
            await other.derive(str(at), "a")
        assert [pool.waiting("a") for pool in pools[1:]] == [5, 5]
        slow.go.set()
        await asyncio.gather(*tasks, *more)

    asyncio.run(play())
    assert slow.most == 2
    assert len(slow.order) == 12


def test_pools_of_two_machines_do_not_wait_for_each_other(make_pool, tmp_path):
    slow = Slow()
    pools = [make_pool(slow, directory=tmp_path / name) for name in ("one", "two")]

    async def play():
        tasks = [asyncio.create_task(pool.derive(f"held {at}", "a")) for pool in pools for at in range(2)]
        await began(slow, 4)
        slow.go.set()
        await asyncio.gather(*tasks)

    asyncio.run(play())
    assert slow.most == 4


def test_a_process_that_dies_gives_its_turn_back(make_pool, tmp_path):
    directory = tmp_path / "turns"
    directory.mkdir()
    hold = (
        "import fcntl, sys, time\n"
        "held = [open(f'{sys.argv[1]}/slot-{slot}', 'w') for slot in range(2)]\n"
        "for each in held: fcntl.flock(each, fcntl.LOCK_EX)\n"
        "print('held', flush=True)\n"
        "time.sleep(600)\n"
    )
    slow = Slow()
    pool = make_pool(slow)
    with subprocess.Popen([sys.executable, "-c", hold, str(directory)], stdout=subprocess.PIPE) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == b"held\n"

            async def play():
                [task] = await asked(pool, ("one", "a"))
                free = make_pool(Slow(), directory=tmp_path / "other machine")
                for at in range(5):
                    await free.derive(str(at), "a")
                assert slow.order == []
                other.kill()
                await asyncio.wait_for(task, PATIENCE)

            asyncio.run(play())
        finally:
            other.kill()
    assert slow.order == ["one"]


def test_one_source_that_floods_does_not_keep_the_others_waiting(make_pool):
    slow = Slow()
    pool = make_pool(slow)

    async def play():
        first = await both_held(pool, slow)
        flood = await asked(pool, *((f"flood {at}", "flood") for at in range(200)))
        others = await asked(pool, *((f"child {at}", f"child {at}") for at in range(5)))
        assert pool.waiting("another child") == 6
        assert pool.waiting("flood") == 205
        slow.go.set()
        await asyncio.gather(*first, *flood, *others)

    asyncio.run(play())
    places = [slow.order.index(f"child {at}") for at in range(5)]
    assert max(places) <= 2 + 6 + 1
    assert [word for word in slow.order if word.startswith("flood")][:2] == ["flood 0", "flood 1"]


def test_a_full_room_refuses_the_source_that_fills_it_and_lets_a_child_in(make_pool):
    slow = Slow()
    pool = make_pool(slow, room=10)

    async def play():
        first = await both_held(pool, slow)
        flood = await asked(pool, *((f"flood {at}", "flood") for at in range(10)))
        with pytest.raises(BusyError):
            await pool.derive("flood again", "flood")
        [child] = await asked(pool, ("child", "child"))
        with pytest.raises(BusyError):
            await asyncio.wait_for(flood[9], PATIENCE)
        slow.go.set()
        assert await child == [KEY]
        await asyncio.gather(*first, *flood[:9])

    asyncio.run(play())
    assert {"flood again", "flood 9"}.isdisjoint(slow.order)


def test_who_gives_up_leaves_the_queue_and_costs_nothing(make_pool):
    slow = Slow()
    pool = make_pool(slow)

    async def play():
        first = await both_held(pool, slow)
        gone, stays = await asked(pool, ("gone", "a"), ("stays", "a"))
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert pool.waiting("a") == 1
        first[0].cancel()  # this one runs already: its result is dropped, its turn ends
        slow.go.set()
        assert await stays == [KEY]
        await first[1]

    asyncio.run(play())
    assert "gone" not in slow.order


def test_an_event_loop_that_ended_meanwhile_takes_nothing_with_it(make_pool):
    slow = Slow()
    pool = make_pool(slow)

    async def ask_and_leave():
        await asked(pool, ("held by nobody", "a"))
        await began(slow, 1)

    asyncio.run(ask_and_leave())
    slow.go.set()
    assert asyncio.run(pool.derive("next", "a")) == [KEY]


def test_what_goes_wrong_reaches_who_asked_and_the_pool_goes_on(make_pool, tmp_path):
    broken = [KeysError("no pepper"), None]

    def peppers():
        error = broken.pop(0)
        if error:
            raise error
        return PEPPERS

    pool = Pool(lambda: tmp_path / "turns", peppers, derive=lambda *_: KEY)
    with pytest.raises(KeysError, match="no pepper"):
        asyncio.run(pool.derive("one", "a"))
    assert asyncio.run(pool.derive("one", "a")) == [KEY, KEY]
    pool.close()


def test_a_data_directory_that_cannot_be_used_is_said_and_may_be_mended(make_pool, tmp_path):
    (tmp_path / "turns").write_text("a file where the directory should be")
    pool = make_pool(Slow())
    for _ in range(3):
        with pytest.raises(OSError, match="exists"):
            asyncio.run(pool.derive("one", "a"))
    (tmp_path / "turns").unlink()
    assert asyncio.run(pool.derive("one", "a")) == [KEY]


def test_derivations_run_at_a_low_priority_and_nothing_else_does(make_pool):
    seen = []

    def look(folded: str, pepper: bytes) -> CodeKey:
        seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return KEY

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    asyncio.run(make_pool(look).derive("one", "a"))
    assert seen == [max(10, before)]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


def test_a_rush_is_told_while_it_lasts(make_pool):
    now = [1000.0]
    pool = make_pool(lambda *_: KEY, clock=lambda: now[0])

    async def attempts(number: int) -> None:
        for _ in range(number):
            await pool.derive("one", "a")

    asyncio.run(attempts(derivations.RUSH))
    assert pool.rush() is False
    asyncio.run(attempts(1))
    assert pool.rush() is True
    now[0] += 61
    assert pool.rush() is False
    asyncio.run(attempts(1))
    assert pool.rush() is False


def test_refused_attempts_count_in_a_rush(make_pool):
    pool = make_pool(lambda *_: KEY, room=0)

    async def attempts() -> None:
        for _ in range(derivations.RUSH + 1):
            with pytest.raises(BusyError):
                await pool.derive("one", "a")

    asyncio.run(attempts())
    assert pool.rush() is True


def test_a_closed_pool_tells_everybody_and_takes_nobody(make_pool):
    slow = Slow()
    pool = make_pool(slow)

    async def play():
        first = await both_held(pool, slow)
        [waits] = await asked(pool, ("waits", "a"))
        closing = asyncio.create_task(asyncio.to_thread(pool.close))
        with pytest.raises(BusyError):
            await asyncio.wait_for(waits, PATIENCE)
        slow.go.set()
        await asyncio.gather(closing, *first)
        with pytest.raises(BusyError):
            await pool.derive("late", "a")

    asyncio.run(play())
    assert not {"waits", "late"} & set(slow.order)


def test_no_word_of_a_code_shows_in_what_waits_or_is_refused(make_pool):
    assert str(BusyError()) == ""

    async def look() -> str:
        loop = asyncio.get_running_loop()
        return repr(derivations._Job("six secret words", loop, loop.create_future()))

    assert "secret" not in asyncio.run(look())
