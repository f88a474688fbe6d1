"""Putting messages into conversations: many in one transaction, each exactly once, each sealed before it is kept.

`append_many` is the only way in. It locks the conversations in the order of their ids, checks each send, gives the
next sequence, seals, and writes all of them with a few statements; a refused send leaves the others as they are. The
rows are read and written in plain SQL, because every acknowledgement waits for it.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone

from pop.helpline import database
from pop.helpline.conversations.actions.duty import has_room
from pop.helpline.conversations.actions.leasing import grant_leases
from pop.helpline.conversations.actions.plain_sql import CONVERSATION, SQL, Message
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.queries import keys as case_keys
from pop.helpline.conversations.queries.keys import Opened, body_mark, token_hash
from pop.helpline.conversations.rules import lifecycle
from pop.helpline.conversations.rules.carrying import Carried, moment, packed, staff_bytes
from pop.helpline.conversations.rules.messages import (
    CHILD,
    COUNSELLOR,
    NOTICE,
    SUPERVISOR,
    SYSTEM,
    TEXT,
    USUAL,
    Limits,
    Pace,
    fault_of,
    paced,
    pause_code,
    valid_client_key,
)
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.ringing import ring_carrying
from pop.privacy.sealing import SealError, seal_message

# The event of a commit that kept messages: its subscriber writes who wrote to the audit.
SENT = "messages_sent"


class Sending(NamedTuple):
    """One message to append.

    Who may: a child by the `token` of an open session of this conversation; a counsellor (`staff`) who is its
    assignee and in its team; a supervisor (`staff`) of its line; the system always. What opens the case key where no
    lease does: `keys` (epoch: key), the child's `token`, or the `private_key` of `staff`.
    """

    conversation: UUID
    author: str
    text: str
    client_key: str
    staff: UUID | None = None
    kind: str = TEXT
    token: str = ""
    private_key: bytes | None = None
    keys: Mapping[int, bytes] | None = None

    def __repr__(self) -> str:
        return "<Sending>"


class Appended(NamedTuple):
    """A kept message. `fresh` is False where the same message had been kept before.

    `state` and `owners` (of the staff: the assignee, and who promised a reply) are the conversation's.
    """

    conversation: UUID
    sequence: int
    epoch: int
    at: dt.datetime
    state: str
    fresh: bool
    owners: frozenset[UUID] = frozenset()


class _Earlier(NamedTuple):
    """A message that is there already under this key."""

    sequence: int
    epoch: int
    author: str
    staff: UUID | None
    mark: bytes
    at: dt.datetime


class _Row:
    """A conversation while messages are appended to it; the columns above, and what changed."""

    __slots__ = (
        *CONVERSATION,
        "by_child",
        "by_staff",
        "moved",
        "before",
        "state_before",
        "assignee_before",
    )

    id: UUID
    line_id: UUID
    team_id: UUID
    state: str
    assignee: UUID | None
    promised_by: UUID | None
    urgency: int
    waiting_since: dt.datetime | None
    answered_at: dt.datetime | None
    last_sequence: int
    epoch: int
    lease_until: dt.datetime | None
    window_at: dt.datetime | None
    window_count: int
    paused_until: dt.datetime | None
    blocked_at: dt.datetime | None

    def __init__(self, values: Sequence[Any]) -> None:
        # In the order of CONVERSATION.
        self.id, self.line_id, self.team_id, self.assignee, self.promised_by, *rest = values
        self.waiting_since, self.answered_at, self.lease_until, self.window_at, self.paused_until, *rest = rest
        self.blocked_at, self.state, self.urgency, self.last_sequence, self.epoch, self.window_count = rest
        self.before, self.state_before, self.assignee_before = self.last_sequence, self.state, self.assignee
        self.by_child = self.by_staff = self.moved = False

    def owners(self) -> frozenset[UUID]:
        return frozenset([each for each in (self.assignee, self.promised_by) if each is not None])


def append_many(
    sends: Sequence[Sending], *, now: dt.datetime | None = None, limits: Limits = USUAL
) -> list[Appended | RefusedError]:
    """Append messages inside the caller's transaction (`database.atomic()`), and return what became of each, in order.

    The same client key with the same body gives the earlier result; with another body RefusedError("key_reused").
    Other codes: unknown, closed, blocked, paused, slow_down, empty, too_long, unreadable, locked (nothing that the
    sender has opens the case key). Whatever else goes wrong raises, and the caller's transaction must be undone.
    """
    return _Batch(now or timezone.now(), limits).run(sends)


def append(sending: Sending, *, now: dt.datetime | None = None, limits: Limits = USUAL) -> Appended:
    """Append one message inside the caller's transaction. Raises RefusedError with the codes of `append_many`."""
    [result] = append_many([sending], now=now, limits=limits)
    if isinstance(result, RefusedError):
        raise result
    return result


def notice(
    conversation: UUID,
    code: str,
    params: Mapping[str, object] | None = None,
    *,
    keys: Mapping[int, bytes] | None = None,
    client_key: str = "",
    now: dt.datetime | None = None,
) -> Appended | None:
    """Append a notice of ours (sealed JSON {"code", …}) inside the caller's transaction.

    Returns None where nothing opens the case key, because a conversation may change while nobody has it open: the
    state itself tells then. `client_key`, kept in clear, makes a notice that may be told twice appear once. Without one
    the notice gets a key that says nothing: not what was told, and not when to the second.
    """
    body = json.dumps({"code": code, **(params or {})}, ensure_ascii=False, sort_keys=True, default=str)
    moment = now or timezone.now()
    key = client_key or f"notice:{secrets.token_hex(16)}"
    [result] = append_many([Sending(conversation, SYSTEM, body, key, kind=NOTICE, keys=keys)], now=moment)
    if isinstance(result, RefusedError):
        if result.code != "locked":
            raise result
        return None
    return result


class _Batch:
    """One call of `append_many`."""

    def __init__(self, now: dt.datetime, limits: Limits) -> None:
        self._now = now
        self._limits = limits
        self._sql = SQL(database.connection())
        self._rows: dict[UUID, _Row] = {}
        self._sessions: dict[str, tuple[UUID | None, str]] = {}
        self._members: dict[tuple[UUID, UUID], str] = {}
        self._earlier: dict[tuple[UUID, str], _Earlier] = {}
        self._keys: dict[tuple[UUID, int], Opened] = {}
        self._messages: list[Message] = []
        self._told: list[list[object]] = []

    def run(self, sends: Sequence[Sending]) -> list[Appended | RefusedError]:
        hashes = [token_hash(each.token) if each.token else "" for each in sends]
        self._read(sends, hashes)
        results: list[Appended | RefusedError] = []
        for sending, hashed in zip(sends, hashes, strict=True):
            try:
                results.append(self._one(sending, hashed))
            except RefusedError as refused:
                results.append(refused)
        self._write()
        return results

    def _read(self, sends: Sequence[Sending], hashes: Sequence[str]) -> None:
        pairs = {(s.conversation, s.client_key) for s in sends if s.author == SYSTEM or valid_client_key(s.client_key)}
        turn = self._sql.read(
            list({each.conversation for each in sends}), list({each for each in hashes if each}), list(pairs)
        )
        for values in turn.conversations:
            row = _Row(values)
            self._rows[row.id] = row
        self._sessions = {hashed: (conversation, state) for hashed, conversation, state in turn.sessions}
        self._earlier = {(each, key): _Earlier(*rest) for each, key, *rest in turn.earlier}
        staff = {each.staff for each in sends if each.staff is not None and each.author != SYSTEM}
        if staff:
            self._members = lines.roles_in_teams(staff, {row.team_id for row in self._rows.values()})
        self._keys = case_keys.leased((row.id, row.epoch) for row in self._rows.values() if self._leased(row))

    def _one(self, sending: Sending, hashed: str) -> Appended:
        row = self._rows.get(sending.conversation)
        if row is None or not self._may(sending, hashed, row):
            raise RefusedError("unknown")
        fault = fault_of(sending.text) if sending.kind == TEXT else None
        if fault or not (sending.author == SYSTEM or valid_client_key(sending.client_key)):
            raise RefusedError(fault or "unreadable")
        earlier = self._earlier.get((row.id, sending.client_key))
        if earlier is not None:
            return self._again(sending, row, earlier)
        self._check_state(sending, row)
        key = self._key(sending, row, row.epoch)
        pace = self._pace(sending, row)
        return self._append(sending, row, key, pace)

    def _may(self, sending: Sending, hashed: str, row: _Row) -> bool:
        if sending.author == CHILD:
            return self._sessions.get(hashed) == (row.id, "open")
        if sending.author == SYSTEM:
            return True
        if sending.staff is None:
            return False
        role = self._members.get((row.team_id, sending.staff))
        if sending.author == COUNSELLOR:
            return role is not None
        # A supervisor of another team of the line may write too, once somebody has given them the case key.
        return sending.author == SUPERVISOR and (
            role == SUPERVISOR or (sending.keys is not None and lines.supervises(sending.staff, row.line_id))
        )

    def _again(self, sending: Sending, row: _Row, earlier: _Earlier) -> Appended:
        """Return the earlier result of the same send; the body is compared under the key that it was kept with."""
        key = self._key(sending, row, earlier.epoch)
        same = earlier.mark == body_mark(key.marks, sending.text)
        if not same or (earlier.author, earlier.staff) != (sending.author, sending.staff):
            raise RefusedError("key_reused")
        return Appended(row.id, earlier.sequence, earlier.epoch, earlier.at, row.state, False)

    def _check_state(self, sending: Sending, row: _Row) -> None:
        if row.state == lifecycle.CLOSED:
            raise RefusedError("closed")
        if sending.author == CHILD:
            if row.blocked_at is not None:
                raise RefusedError("blocked")
            if row.paused_until is not None and self._now < row.paused_until:
                raise RefusedError(pause_code(row.paused_until, now=self._now, limits=self._limits))
        elif sending.author == COUNSELLOR:
            # A promise is kept by whoever gave it; everything else is written by the one who has the conversation.
            mine = row.promised_by if row.state == lifecycle.PROMISED else row.assignee
            if sending.staff not in (mine, row.assignee) or row.state in (lifecycle.WAITING, lifecycle.MESSAGE_LEFT):
                raise RefusedError("not_yours")

    def _pace(self, sending: Sending, row: _Row) -> Pace | None:
        if sending.author != CHILD:
            return None
        pace = paced(Pace(row.window_at, row.window_count), now=self._now, limits=self._limits)
        if pace is None:
            row.paused_until = self._now + self._limits.pause
            row.window_at, row.window_count, row.moved = None, 0, True
            raise RefusedError("slow_down")
        return pace

    def _append(self, sending: Sending, row: _Row, key: Opened, pace: Pace | None) -> Appended:
        now, sequence = self._now, row.last_sequence + 1
        blob = seal_message(
            key.key,
            sending.text,
            case=row.id,
            epoch=row.epoch,
            sequence=sequence,
            author=sending.author,
            client_key=sending.client_key,
        )
        mark = body_mark(key.marks, sending.text)
        row.last_sequence = sequence
        if pace is not None:
            row.window_at, row.window_count = pace
            row.by_child = True
        elif sending.author != SYSTEM:
            row.by_staff = True
        self._move(sending, row)
        self._messages.append(
            (row.id, sequence, row.epoch, sending.author, sending.staff, sending.kind, sending.client_key, mark, blob)
        )
        self._earlier[row.id, sending.client_key] = _Earlier(
            sequence, row.epoch, sending.author, sending.staff, mark, now
        )
        staff = None if sending.staff is None else str(sending.staff)
        self._told.append([str(row.id), sequence, sending.author, staff])
        return Appended(row.id, sequence, row.epoch, now, row.state, True, row.owners())

    def _move(self, sending: Sending, row: _Row) -> None:
        """Let a message wake its conversation."""
        state = row.state
        if sending.author == CHILD and state not in lifecycle.LEASED:
            had = row.promised_by if state == lifecycle.PROMISED else row.assignee
            room = has_room(had)
            state = lifecycle.after_child_wrote(
                state, line_open=lines.open_now(row.line_id, now=self._now), has_room=room
            )
            if state == lifecycle.ACTIVE:
                row.assignee = had
            elif row.state == lifecycle.PROMISED:
                row.urgency = lifecycle.raised(row.urgency)
            if state != lifecycle.ACTIVE:
                row.assignee = None
        elif sending.author == COUNSELLOR:
            state = lifecycle.after_staff_wrote(state)
            row.assignee = sending.staff
        if sending.author in (COUNSELLOR, SUPERVISOR) and row.answered_at is None:
            row.answered_at, row.moved = self._now, True
        if state != row.state:
            row.state, row.moved = state, True
            if state == lifecycle.WAITING and row.waiting_since is None:
                row.waiting_since = self._now

    def _leased(self, row: _Row) -> bool:
        return row.state in lifecycle.LEASED and row.lease_until is not None and self._now < row.lease_until

    def _key(self, sending: Sending, row: _Row, epoch: int) -> Opened:
        known = self._keys.get((row.id, epoch))
        if known is None:
            try:
                found = case_keys.any_keys(
                    row.id,
                    leased_now=self._leased(row),
                    given=sending.keys,
                    token=sending.token if sending.author == CHILD else "",
                    staff=sending.staff,
                    private_key=sending.private_key,
                )
            except SealError:
                found = {}
            for each, key in found.items():
                self._keys[row.id, each] = case_keys.opened(key)
            known = self._keys.get((row.id, epoch))
        if known is None:
            raise RefusedError("locked")
        return known

    def _write(self) -> None:
        changed = [row for row in self._rows.values() if row.last_sequence != row.before]
        moved = [row for row in self._rows.values() if row.moved]
        if not changed and not moved:
            return
        now = self._now
        with self._sql.together():
            self._sql.write(
                self._messages,
                [
                    (row.last_sequence, row.window_at, row.window_count, row.by_child, row.by_staff, row.id)
                    for row in changed
                ],
                at=now,
            )
            for row in moved:
                self._store_move(row)
            self._renew(changed)
            if self._told:
                database.publish(name=SENT, payload={"at": now.isoformat(), "sent": self._told})
            for row in moved:
                database.publish(
                    name="conversation_changed",
                    payload={"conversation": str(row.id), "state": row.state, "line": str(row.line_id)},
                )
        self._ring(changed, moved)

    def _ring(self, changed: Sequence[_Row], moved: Sequence[_Row]) -> None:
        rows = self._rows
        packages, left = packed(
            case_keys.carrying_key(),
            moment(self._now),
            [
                Carried(
                    conversation=identity.bytes,
                    assignee=staff_bytes(rows[identity].assignee),
                    promised_by=staff_bytes(rows[identity].promised_by),
                    sequence=sequence,
                    epoch=epoch,
                    author=author,
                    kind=kind,
                    state=rows[identity].state,
                    client_key=client_key,
                    blob=blob,
                )
                for identity, sequence, epoch, author, _, kind, client_key, _, blob in self._messages
            ],
        )
        told = (*changed, *moved)
        ring_carrying([row.id for row in told], packages, [*left, *(row.id.bytes for row in moved)])

    def _renew(self, changed: Iterable[_Row]) -> None:
        """Renew leases where the state has one; where a message woke the conversation, there is none yet: grant it."""
        ends = lifecycle.lease_until(self._now)
        due = [
            row
            for row in changed
            if (row.by_child or row.by_staff)  # a notice of ours is nobody's act
            and row.state in lifecycle.LEASED
            and lifecycle.lease_is_due(row.lease_until, now=self._now)
        ]
        absent = {row.id for row in due if not (row.lease_until and self._now < row.lease_until)}
        grant_leases({place: key.key for place, key in self._keys.items() if place[0] in absent})
        self._sql.update_leases([(ends, row.id) for row in due])

    def _store_move(self, row: _Row) -> None:
        """Write what seldom changes: a state, an assignee, a pause, the first answer."""
        stored = Conversation.objects.filter(pk=row.id)
        if row.state != row.state_before:
            stored.update(state=row.state, state_since=self._now)
            if row.state_before == lifecycle.PROMISED:
                stored.update(promised_by=None, promised_for=None)
        if row.assignee != row.assignee_before:
            stored.update(assignee=row.assignee, assigned_at=None if row.assignee is None else self._now)
        stored.update(
            urgency=row.urgency,
            waiting_since=row.waiting_since,
            answered_at=row.answered_at,
            window_at=row.window_at,
            window_count=row.window_count,
            paused_until=row.paused_until,
        )
