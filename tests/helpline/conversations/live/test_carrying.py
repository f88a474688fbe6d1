"""What processes carry to each other is signed, sealed, shown once and in order; what is amiss is looked up instead."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, MutableMapping
from typing import Any
from uuid import UUID, uuid4

import pytest

from pop.helpline import ringing
from pop.helpline.conversations.live import hub as hubs
from pop.helpline.conversations.live import reading
from pop.helpline.conversations.live.hub import Entry, Hub
from pop.helpline.conversations.live.reading import Head, Look
from pop.helpline.conversations.live.streams import CHILD, Stream
from pop.helpline.conversations.rules.carrying import LARGEST, Carried, packed, staff_bytes, unpacked
from pop.privacy.sealing import new_key, seal_message

AT = "2026-11-22T08:00:00.000001Z"
KEY, SIGNING = new_key(), new_key()
OWNER = uuid4()


def carried(conversation: UUID, sequence: int, text: str = "words", **changes: Any) -> Carried:
    """Return a message as a process carries it, with some of its fields changed after it was sealed."""
    blob = seal_message(
        KEY, text, case=conversation, epoch=0, sequence=sequence, author="child", client_key=f"key-{sequence}"
    )
    usual = Carried(
        conversation=conversation.bytes,
        assignee=staff_bytes(OWNER),
        promised_by=staff_bytes(None),
        sequence=sequence,
        epoch=0,
        author="child",
        kind="text",
        state="active",
        client_key=f"key-{sequence}",
        blob=blob,
    )
    return usual._replace(**changes)


class World:
    """A hub with one child's stream that has seen the messages up to 4; `looked` counts its looks at the database."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.conversation = uuid4()
        self.wrote: list[bytes] = []
        self.looked = 0
        self.hub = Hub()

        async def send(message: MutableMapping[str, Any]) -> None:
            self.wrote.append(message["body"])

        async def look(*_: object) -> Look:
            self.looked += 1
            return Look({self.conversation: Head(4, "active", frozenset({OWNER}))}, {}, set(), False)

        monkeypatch.setattr(self.hub, "_look", look)
        monkeypatch.setattr(hubs, "carrying_key", lambda: SIGNING)
        self.stream = Stream(side=CHILD, send=send, abort=None, ticket="")
        self.stream.follow(self.conversation, 4)

    async def begin(self) -> None:
        self.hub.join(self.stream, Entry({self.conversation: {0: KEY}}))
        self.hub.start()
        await asyncio.sleep(0.02)
        self.wrote.clear()
        self.looked = 0

    async def hear(self, *messages: Carried, key: bytes | None = None) -> None:
        [package], left = packed(key or SIGNING, AT, messages)
        assert not left
        self.hub.hear(*ringing.parts(ringing.CARRIED + package))

    def shown(self) -> list[bytes]:
        return [line for body in self.wrote for line in body.split(b"\n") if line.startswith(b"id: ")]


def within(monkeypatch: pytest.MonkeyPatch, work: Callable[[World], Any]) -> World:
    """Run some work beside a hub, and return what became of it."""

    async def run() -> World:
        world = World(monkeypatch)
        monkeypatch.setattr(reading, "look_at_heads", lambda _: {})
        await world.begin()
        await work(world)
        await asyncio.sleep(0.05)
        await world.hub.stop()
        return world

    return asyncio.run(run())


def test_what_is_carried_is_shown_without_a_look_at_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(world: World) -> None:
        await world.hear(carried(world.conversation, 5, "first"), carried(world.conversation, 6, "second"))
        assert world.looked == 0

    world = within(monkeypatch, work)
    assert world.shown() == [b"id: 5", b"id: 6"]
    assert b'"t":"first","at":"%b"' % AT.encode() in world.wrote[0]


def test_a_second_copy_and_an_older_one_are_shown_no_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(world: World) -> None:
        for sequence in (5, 5, 6, 5, 6, 4, 3):
            await world.hear(carried(world.conversation, sequence))

    assert within(monkeypatch, work).shown() == [b"id: 5", b"id: 6"]


def test_a_gap_is_not_skipped_but_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(world: World) -> None:
        await world.hear(carried(world.conversation, 6))
        await world.hear(carried(world.conversation, 5))
        await asyncio.sleep(0.02)
        assert world.looked == 1

    assert within(monkeypatch, work).shown() == []


def test_a_package_that_no_process_of_ours_signed_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(world: World) -> None:
        await world.hear(carried(world.conversation, 5), key=new_key())
        [package], _ = packed(SIGNING, AT, [carried(world.conversation, 5)])
        for place in range(len(package)):
            changed = package[:place] + bytes([package[place] ^ 1]) + package[place + 1 :]
            world.hub.hear(ringing.CARRIED, [changed])
        for length in range(len(package)):
            world.hub.hear(ringing.CARRIED, [package[:length]])

    world = within(monkeypatch, work)
    assert (world.shown(), world.looked) == ([], 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"blob": b"\1" + bytes(300)},
        {"author": "counsellor"},
        {"epoch": 1},
        {"client_key": "another-key"},
        {"state": "closed"},
        {"assignee": staff_bytes(uuid4())},
        {"promised_by": staff_bytes(uuid4())},
    ],
)
def test_what_does_not_open_or_tells_of_another_state_is_looked_up(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    async def work(world: World) -> None:
        await world.hear(carried(world.conversation, 5, **changes))
        await asyncio.sleep(0.02)
        assert world.looked == 1

    assert within(monkeypatch, work).shown() == []


def test_what_was_rung_for_is_looked_up_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A counsellor may have lost the conversation: until that was looked at, nothing more of it is shown."""

    async def work(world: World) -> None:
        world.hub.hear(ringing.CONVERSATIONS, [world.conversation.bytes])
        await world.hear(carried(world.conversation, 5))
        assert world.shown() == []

    assert within(monkeypatch, work).looked == 1


def test_packages_hold_what_fits_and_name_what_does_not() -> None:
    key, conversation = new_key(), uuid4()
    large = carried(conversation, 3)._replace(blob=b"\1" * (LARGEST // 4 + 1))
    many = [carried(conversation, 10 + each, "x" * 4_000) for each in range(40)]
    packages, left = packed(key, AT, [many[0], large, *many[1:]])
    assert left == [conversation.bytes]
    assert max(map(len, packages)) <= LARGEST
    found = [unpacked(key, each) for each in packages]
    assert [message for each in found if each for message in each.messages] == many
    assert {each.at for each in found if each} == {AT}
    assert b"xxxx" not in b"".join(packages)


def test_a_receiver_that_is_full_is_told_with_the_next_ring(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    bells = ringing.Bells(tmp_path_factory.mktemp("bells"))
    (bells.directory.path / "other.bell").touch()
    heard: list[bytes] = []
    full = True

    def sendto(datagram: bytes, address: str) -> None:
        if full:
            raise BlockingIOError
        assert address.endswith("other.bell")
        heard.append(datagram)

    class Socket:
        pass

    bells.socket.close()
    stand_in: Any = Socket()
    stand_in.sendto = sendto
    bells.socket = stand_in
    one, other = uuid4().bytes, uuid4().bytes
    bells.send(ringing.CONVERSATIONS + one)
    bells.send(ringing.CARRIED + b"sealed", [other])
    full = False
    bells.send(ringing.TYPING + b"now")
    assert heard == [ringing.CONVERSATIONS + one + other, ringing.TYPING + b"now"]


def test_a_moment_is_written_alike_by_both_ways() -> None:
    for microsecond in (0, 1, 120_000):
        at = dt.datetime(2026, 11, 22, 8, 0, 0, microsecond, tzinfo=dt.UTC)
        assert reading.moment(at) == reading.moment(str(at.replace(tzinfo=None)))
