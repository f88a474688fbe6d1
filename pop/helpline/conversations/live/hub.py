"""The hub of a process: which streams are open, and bringing them what is new.

It wakes only the conversations that rang and, once a second, looks where all conversations with open streams stand:
a lost ring costs a second. One thread reads and opens; the event loop writes. Whatever one message becomes, is made
once for all who see it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from uuid import UUID

from django.db import Error

from pop.helpline import database, ringing
from pop.helpline.conversations.actions.appending import Appended, Sending
from pop.helpline.conversations.live import reading
from pop.helpline.conversations.live.reading import Fresh, Head
from pop.helpline.conversations.live.streams import CHILD, COMMENT, FROM_NOW, STAFF, Stream
from pop.helpline.conversations.queries.keys import carrying_key
from pop.helpline.conversations.rules.carrying import owners_of, unpacked
from pop.helpline.conversations.rules.lifecycle import WAITING

FLOOR_SECONDS = 1.0
COMMENT_SECONDS = 15
# A ticket (a session, a sign-in, a membership) is shown again at least so often.
TICKET_SECONDS = 5
PLACE_SECONDS = 5
THERE_SECONDS = 60
# After every sequence there can be: a stream that begins now has missed nothing.
NEVER = 2**31 - 1

Keys = Mapping[int, bytes]
# Where a waiting child stands: {"place", "low", "high"}, or what is known of it.
Places = Callable[[Iterable[UUID]], Mapping[UUID, Mapping[str, object]]]

T = TypeVar("T")

logger = logging.getLogger("pop.helpline")


@dataclass(slots=True)
class Followed:
    """A conversation with at least one open stream."""

    keys: Keys
    streams: list[Stream] = field(default_factory=list)
    head: Head | None = None
    new: bool = True  # a stream came that was not told yet where it stands
    locked: bool = False  # a message came under a key that is not here yet
    place: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a stream may follow: its keys by conversation."""

    keys: Mapping[UUID, Keys]


# Shows a stream's ticket again: what it may follow now (keys only of what is new), or None when it is over.
Admit = Callable[[Stream], Entry | None]
# Of many streams of staff, those whose ticket must be shown again.
Stale = Callable[[Sequence[Stream]], set[Stream]]
# Of many children's tickets, those that are over. Both run in a thread.
Over = Callable[[Iterable[object]], set[object]]
# Keeps that children have these conversations open.
There = Callable[[Iterable[UUID]], object]


class Hub:
    """The open streams of this process."""

    def __init__(self, *, over: Over | None = None, places: Places | None = None, there: There | None = None) -> None:
        self.followed: dict[UUID, Followed] = {}
        self.streams: set[Stream] = set()
        self._by_staff: dict[UUID, set[Stream]] = {}
        self._admits: dict[str, Admit] = {}
        self._stale: Stale | None = None
        self._ids: dict[bytes, UUID] = {}  # of what is followed, as a ring names it
        self._there = there
        self._over = over
        self._places = places
        self._dirty: set[UUID] = set()
        self._dirty_staff: set[UUID] = set()
        self._again: set[Stream] = set()
        self._some = asyncio.Event()
        self._here = reading.own_sqlite()
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="live-reading")
        self._opener = ThreadPoolExecutor(2, thread_name_prefix="live-opening")
        self._tasks: list[asyncio.Task[None]] = []
        self._second = 0

    def let_in(self, side: str, admit: Admit, stale: Stale | None = None) -> None:
        """Let this say what a side's streams may follow, and which of staff's must be asked anew."""
        self._admits[side] = admit
        self._stale = stale or self._stale

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._tasks = [asyncio.create_task(self._rounds()), asyncio.create_task(self._seconds())]

    async def stop(self) -> None:
        """End every stream in good order, and come back when the threads have."""
        self.end_all()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for pool in (self._reader, self._opener):
            pool.shutdown(wait=False, cancel_futures=True)

    def end_all(self) -> None:
        """End every stream: their readers come back, to another process."""
        for stream in list(self.streams):
            stream.end()
            self.leave(stream)

    async def in_thread(self, call: Callable[[], T]) -> T:
        """Run something short that reads the database, beside the loop; a broken connection is dropped."""

        def run() -> T:
            try:
                return call()
            except Error:
                database.connection().close()
                raise

        return await asyncio.get_running_loop().run_in_executor(self._opener, run)

    def join(self, stream: Stream, entry: Entry) -> None:
        """Let a stream take part from its positions on; what it has missed is sent at once."""
        # Those that come together are looked at in different seconds.
        stream.born = self._second - len(self.streams) % TICKET_SECONDS
        self.streams.add(stream)
        if stream.who is not None:
            self._by_staff.setdefault(stream.who, set()).add(stream)
        for conversation, keys in entry.keys.items():
            self._take_in(stream, conversation, keys)
        self._some.set()

    def follows(self, staff: UUID, conversation: UUID) -> bool:
        """Say whether somebody has a stream of this process open that follows a conversation."""
        return any(conversation in stream.positions for stream in self._by_staff.get(staff, ()))

    def has_keys(self, stream: Stream, conversation: UUID) -> bool:
        """Say whether a stream follows a conversation already, and no key is missing."""
        followed = self.followed.get(conversation)
        return followed is not None and conversation in stream.positions and not followed.locked

    def leave(self, stream: Stream) -> None:
        """Let a stream go."""
        stream.ended = True
        self.streams.discard(stream)
        self._again.discard(stream)
        if stream.who is not None:
            mine = self._by_staff.get(stream.who, set())
            mine.discard(stream)
            if not mine:
                self._by_staff.pop(stream.who, None)
        for conversation in list(stream.positions):
            self._drop(stream, conversation)

    def hear(self, kind: bytes, items: list[bytes]) -> None:
        """Take a ring (pop.helpline.ringing), in the event loop."""
        if kind == ringing.CONVERSATIONS:
            ids = self._ids
            self._dirty.update([ids[each] for each in items if each in ids])
        elif kind == ringing.STAFF:
            rung = {UUID(bytes=each) for each in items}
            self._dirty_staff |= rung & self._by_staff.keys()
        elif kind == ringing.TYPING:
            for each in items:
                self._typing(UUID(bytes=each[:16]), each[16], bool(each[17]))
        elif kind == ringing.CARRIED:
            for package in items:
                self._carried(package)
        if self._dirty or self._dirty_staff:
            self._some.set()

    def _carried(self, signed: bytes) -> None:
        """Bring round what another process has committed, where it is exactly what comes next; else look for it.

        A second copy is passed over and a gap is filled from the database: a message is shown once, in its order.
        """
        package = unpacked(carrying_key(), signed)
        if package is None:
            return
        writes: dict[Stream, list[bytes]] = {}
        for each in package.messages:
            conversation = self._ids.get(each.conversation)
            if conversation is None or conversation in self._dirty:
                continue
            followed = self.followed[conversation]
            positions = [stream.positions[conversation] for stream in followed.streams]
            if min(positions) >= each.sequence:
                continue
            head, key = followed.head, followed.keys.get(each.epoch)
            inner = None
            if (
                head is not None
                and key is not None
                and head.state == each.state
                and head.owners == owners_of(each)
                and min(positions) == max(positions) == each.sequence - 1
            ):
                inner = reading.opened(each, conversation, key, package.at)
            if inner is None:
                self._dirty.add(conversation)
                continue
            for stream in followed.streams:
                event = stream.message(conversation, each.sequence, inner)
                writes.setdefault(stream, []).append(event)
        self._write(writes)

    def kept(self, batch: list[tuple[Sending, Appended]]) -> None:
        """Bring round what this process has just committed, without reading it back."""
        writes: dict[Stream, list[bytes]] = {}
        for sending, appended in batch:
            followed = self.followed.get(appended.conversation)
            if followed is None:
                continue
            head = followed.head
            if (
                head is None
                or appended.conversation in self._dirty
                or head.state != appended.state
                or head.owners != appended.owners
                or not _all_at(followed.streams, appended.conversation, appended.sequence - 1)
            ):
                self._dirty.add(appended.conversation)
                continue
            inner = reading.inner_json(
                sequence=appended.sequence,
                author=sending.author,
                kind=sending.kind,
                text=sending.text,
                at=reading.moment(appended.at),
            )
            for stream in followed.streams:
                event = stream.message(appended.conversation, appended.sequence, inner)
                writes.setdefault(stream, []).append(event)
        self._write(writes)
        if self._dirty:
            self._some.set()

    def _take_in(self, stream: Stream, conversation: UUID, keys: Keys) -> None:
        followed = self.followed.get(conversation)
        if followed is None:
            followed = self.followed[conversation] = Followed(keys)
            self._ids[conversation.bytes] = conversation
        else:
            followed.keys = {**followed.keys, **keys}
            followed.locked = False
        if stream not in followed.streams:
            followed.streams.append(stream)
            followed.new = True
        self._dirty.add(conversation)

    def _drop(self, stream: Stream, conversation: UUID) -> None:
        stream.unfollow(conversation)
        followed = self.followed.get(conversation)
        if followed is not None and stream in followed.streams:
            followed.streams.remove(stream)
            if not followed.streams:
                del self.followed[conversation]
                del self._ids[conversation.bytes]

    def _write(self, writes: Mapping[Stream, list[bytes]]) -> None:
        for stream, events in writes.items():
            if not stream.push(b"".join(events)):
                self.leave(stream)

    def _typing(self, conversation: UUID, side: int, on: bool) -> None:
        followed = self.followed.get(conversation)
        if followed is None:
            return
        # Who writes does not need to be told.
        reader = STAFF if side == ringing.CHILD else CHILD
        for stream in list(followed.streams):
            if stream.side == reader:
                self._write({stream: [stream.event("typing", conversation, {"on": on})]})

    async def _rounds(self) -> None:
        while True:
            await self._some.wait()
            self._some.clear()
            dirty, self._dirty = self._dirty, set()
            staff, self._dirty_staff = self._dirty_staff, set()
            try:
                if dirty:
                    await self._round(dirty)
                if staff:
                    await self._staff_round(staff)
            except Exception as error:
                # The floor comes back to them each second; a text of the error could quote what was read.
                logger.error("the hub could not read: %s", type(error).__name__)
                await asyncio.sleep(0.2)

    async def _round(self, dirty: set[UUID]) -> None:
        wanted = {
            each: min(_position(stream, each) for stream in followed.streams)
            for each in dirty
            if (followed := self.followed.get(each)) and followed.streams
        }
        if not wanted:
            return
        keys = {each: self.followed[each].keys for each in wanted}
        heads, found, locked, more = await self._look(wanted, keys)
        writes: dict[Stream, list[bytes]] = {}
        for conversation in wanted:
            followed = self.followed.get(conversation)
            if followed is None:
                continue
            head = heads.get(conversation)
            if head is None:
                self._forgotten(conversation, followed)
                continue
            self._shut_out(conversation, followed, head)
            for stream in followed.streams:
                if stream.positions[conversation] == FROM_NOW:
                    stream.follow(conversation, head.last)
            self._bring(conversation, followed, found.get(conversation, ()), writes)
            if followed.new or followed.head is None or followed.head.state != head.state:
                followed.new = False
                followed.head = head
                self._tell_state(conversation, followed, writes)
            followed.head = head
        self._write(writes)
        if more:
            self._dirty |= wanted.keys() & self.followed.keys()
            self._some.set()
        for conversation in locked & self.followed.keys():
            # Another epoch began: the next second's tickets bring its key. Not at once, or a key that nobody here has
            # would be asked for without end.
            self.followed[conversation].locked = True

    async def _look(self, wanted: Mapping[UUID, int], keys: Mapping[UUID, Keys]) -> reading.Look:
        if self._here is not None:
            # A read of SQLite's log waits for nobody, and costs less than waking a thread for it.
            return reading.look(wanted, keys, self._here)
        return await asyncio.get_running_loop().run_in_executor(self._reader, reading.look_in_thread, wanted, keys)

    def _bring(
        self, conversation: UUID, followed: Followed, found: Iterable[Fresh], writes: dict[Stream, list[bytes]]
    ) -> None:
        for fresh in found:
            for stream in followed.streams:
                if stream.positions[conversation] < fresh.sequence:
                    event = stream.message(conversation, fresh.sequence, fresh.inner)
                    writes.setdefault(stream, []).append(event)

    def _tell_state(self, conversation: UUID, followed: Followed, writes: dict[Stream, list[bytes]]) -> None:
        state = followed.head.state if followed.head else ""
        for stream in followed.streams:
            place = followed.place if stream.side == CHILD and state == WAITING else {}
            event = stream.state(conversation, {"state": state, **place})
            if event:
                writes.setdefault(stream, []).append(event)

    def _shut_out(self, conversation: UUID, followed: Followed, head: Head) -> None:
        """Nothing more for a counsellor who no longer has the conversation, not even what is on its way."""
        for stream in list(followed.streams):
            if stream.side == STAFF and stream.who not in head.owners and conversation not in stream.asked:
                self._write({stream: [stream.event("state", conversation, {"state": "gone"})]})
                self._drop(stream, conversation)

    def _forgotten(self, conversation: UUID, followed: Followed) -> None:
        for stream in list(followed.streams):
            self._write({stream: [stream.event("state", conversation, {"state": "gone"})]})
            if stream.side == CHILD:
                stream.end()
                self.leave(stream)
            else:
                self._drop(stream, conversation)

    async def _staff_round(self, staff: set[UUID]) -> None:
        for each in staff:
            for stream in list(self._by_staff.get(each, ())):
                self._again.add(stream)
                self._write({stream: [stream.event("queue", None, {})]})
        await self._show_again()

    async def _show_again(self) -> None:
        """Let streams show their ticket again: take in what is theirs now, and end those whose ticket is over."""
        again, self._again = list(self._again), set()
        for stream in again:
            try:
                entry = await self.in_thread(partial(self._admits[stream.side], stream))
            except Exception as error:
                # Reading closes where nobody can say who may read: the reader comes back and is asked anew.
                logger.error("a stream's ticket could not be looked at: %s", type(error).__name__)
                entry = None
            if stream.ended:
                continue
            if entry is None:
                stream.end()
                self.leave(stream)
                continue
            for conversation in stream.positions.keys() - entry.keys.keys():
                self._write({stream: [stream.event("state", conversation, {"state": "gone"})]})
                self._drop(stream, conversation)
            for conversation, keys in entry.keys.items():
                if conversation not in stream.positions:
                    stream.follow(conversation, FROM_NOW)
                self._take_in(stream, conversation, keys)
        self._some.set()

    async def _seconds(self) -> None:
        while True:
            began = time.monotonic()
            self._second += 1
            try:
                await self._floor()
            except Exception as error:
                logger.error("the hub could not look: %s", type(error).__name__)
            await asyncio.sleep(max(0.2, FLOOR_SECONDS - (time.monotonic() - began)))

    async def _floor(self) -> None:
        for stream in [each for each in self.streams if (self._second - each.born) % COMMENT_SECONDS == 0]:
            if not stream.push(COMMENT):
                self.leave(stream)
        await self._tickets()
        if self._places is not None and self._second % PLACE_SECONDS == 0:
            await self._look_at_places()
        if self.followed:
            heads = await asyncio.get_running_loop().run_in_executor(
                self._reader, reading.look_at_heads, list(self.followed)
            )
            for conversation, followed in self.followed.items():
                head = heads.get(conversation)
                known = followed.head
                if (
                    head is None
                    or known is None
                    or (head.state, head.owners) != (known.state, known.owners)
                    or any(stream.positions[conversation] < head.last for stream in followed.streams)
                ):
                    self._dirty.add(conversation)
            if self._dirty:
                self._some.set()

    async def _tickets(self) -> None:
        due = [each for each in self.streams if (self._second - each.born) % TICKET_SECONDS == TICKET_SECONDS - 1]
        staff = [each for each in due if each.side == STAFF]
        if staff and self._stale is not None:
            self._again |= await self.in_thread(partial(self._stale, staff)) & self.streams
        self._again.update(stream for each in self.followed.values() if each.locked for stream in each.streams)
        children = [each for each in due if each.side == CHILD]
        if children and self._over is not None:
            over = self._over
            ended = await self.in_thread(lambda: over([each.ticket for each in children]))
            for stream in children:
                if stream.ticket in ended and not stream.ended:
                    stream.end()
                    self.leave(stream)
        if self._again:
            await self._show_again()
        there = self._there
        seen = {
            conversation
            for each in self.streams
            if each.side == CHILD and (self._second - each.born) % THERE_SECONDS == 1
            for conversation in each.positions
        }
        if seen and there is not None:
            await self.in_thread(lambda: there(seen))

    async def _look_at_places(self) -> None:
        """Tell waiting children how their place has changed."""
        waiting = [each for each, followed in self.followed.items() if followed.head and followed.head.state == WAITING]
        if not waiting or self._places is None:
            return
        places = self._places
        found = await self.in_thread(lambda: places(waiting))
        writes: dict[Stream, list[bytes]] = {}
        for conversation in waiting:
            followed = self.followed.get(conversation)
            if followed is not None:
                followed.place = found.get(conversation, {})
                self._tell_state(conversation, followed, writes)
        self._write(writes)


def _position(stream: Stream, conversation: UUID) -> int:
    position = stream.positions[conversation]
    return NEVER if position == FROM_NOW else position


def _all_at(streams: Iterable[Stream], conversation: UUID, position: int) -> bool:
    return all(each.positions[conversation] == position for each in streams)
