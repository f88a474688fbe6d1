"""A child's ways in and out: by the session of this browser, and back by six words on any device."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from pop.helpline import database
from pop.helpline.conversations.actions.leasing import drop_session_seals, seal_for_code, seal_for_session
from pop.helpline.conversations.actions.moving import close, locked, move, renew_lease
from pop.helpline.conversations.actions.opening import to_the_minute
from pop.helpline.conversations.models import Answers, ChildSession, Complaint, ComplaintSeal, Conversation
from pop.helpline.conversations.queries import keys as case_keys
from pop.helpline.conversations.queries.talks import Talk, talk_of
from pop.helpline.conversations.rules import lifecycle
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.ringing import ring
from pop.privacy.codes import CodeKey, derive_code, fold, make_code
from pop.privacy.keyring import keyring
from pop.privacy.sealing import SealError, open_with, seal_to

OPEN, PENDING, FAILED, ENDED = "open", "pending", "failed", "ended"
Derive = Callable[[str, bytes], CodeKey]


@dataclass(frozen=True)
class Inside:
    """A child in its conversation, with the case keys that its session opened (epoch: key)."""

    conversation: Talk
    keys: dict[int, bytes] = field(repr=False)


def child_enters(token: str, *, now: datetime | None = None) -> Inside | None:
    """Return the child's conversation and its keys, or None for a session that is not open; renews the lease.

    When the session was last seen is kept to the minute, of a closed conversation to the quarter of an hour.
    """
    moment = now or timezone.now()
    hashed = case_keys.token_hash(token)
    session = ChildSession.objects.select_related("conversation").filter(pk=hashed, state=OPEN).first()
    if session is None or session.conversation is None:
        return None
    row = session.conversation
    keys = case_keys.of_session(row.pk, token)
    minute = lifecycle.rounded(moment) if row.state == lifecycle.CLOSED else to_the_minute(moment)
    if session.seen_at != minute:
        ChildSession.objects.filter(pk=hashed).update(seen_at=minute)
        Conversation.objects.filter(pk=row.pk).exclude(state=lifecycle.CLOSED).update(child_seen_at=minute)
    renew_lease(row.pk, keys=keys, now=moment)
    return Inside(talk_of(row), keys)


def pause(token: str, *, now: datetime | None = None) -> None:
    """Let the child's conversation sleep: nothing is lost, the service itself cannot open it any more.

    Raises RefusedError: "unknown" (no open session), "closed". A message left or a promise stays what it is.
    """
    inside = _inside(token, now)
    if inside.conversation.state in lifecycle.LEASED:
        move(
            inside.conversation.id,
            to=lifecycle.SLEEPING,
            action="pause_conversation",
            by=None,
            keys=inside.keys,
            told="slept",
            params={"by": "child"},
            now=now,
        )
    elif inside.conversation.state == lifecycle.CLOSED:
        raise RefusedError("closed")


def end(token: str, *, now: datetime | None = None) -> None:
    """Close the conversation by the child's wish; the session still opens it. Raises RefusedError("unknown")."""
    inside = _inside(token, now)
    close(conversation=inside.conversation.id, by=None, ended_by="child", keys=inside.keys, now=now)


def leave(token: str) -> None:
    """End this browser's session: its token opens nothing any more. An unknown one is no error."""
    hashed = case_keys.token_hash(token)
    with database.atomic():
        session = ChildSession.objects.select_for_update().filter(pk=hashed).first()
        if session is None:
            return
        conversation = session.conversation_id
        ChildSession.objects.filter(pk=hashed).update(state=ENDED, conversation=None)
        drop_session_seals([hashed])
        ComplaintSeal.objects.filter(recipient=case_keys.SESSION, recipient_id=hashed).delete()
        if conversation is not None:
            database.record(action="leave_session", object_type="conversation", object_id=str(conversation))
            ring([conversation])


def answer_questions(line: UUID, helped: int | None, listened: int | None, *, now: datetime | None = None) -> None:
    """Keep the two optional answers (1 no, 2 a little, 3 yes, None not said): line and week, no conversation.

    Raises RefusedError("unknown") for another line or answer. Nothing is kept where nothing was said.
    """
    if lines.line(line) is None or any(each not in (None, 1, 2, 3) for each in (helped, listened)):
        raise RefusedError("unknown")
    if helped is not None or listened is not None:
        today = (now or timezone.now()).date()
        Answers.objects.create(
            line_id=line, week=today - timedelta(days=today.weekday()), helped=helped, listened=listened
        )


def keep_way_back(token: str, language: str, *, derive: Derive = derive_code, now: datetime | None = None) -> str:
    """Make the code that leads back on any device, in place of an older one, and return it: it is kept nowhere.

    Takes the time of one derivation (`derive`, about 0.2 s) outside any transaction. Raises RefusedError("unknown").
    """
    inside = _inside(token, now)
    ring_of_keys = keyring()
    edition = ring_of_keys.pepper_edition
    while True:
        code = make_code(language)
        key = derive(fold(code, language), ring_of_keys.peppers[edition])
        # A code leads to one conversation. Two alike in 2^66 are a broken source of randomness, or a test.
        if not Conversation.objects.filter(code_lookup=key.lookup).exclude(pk=inside.conversation.id).exists():
            break
    with database.atomic():
        row = locked(inside.conversation.id)
        # Read again under the lock: an epoch that began meanwhile is sealed to the new code too.
        seal_for_code(row.pk, key.pair.public, case_keys.of_session(row.pk, token))
        Conversation.objects.filter(pk=row.pk).update(
            code_lookup=key.lookup, code_pepper=edition, code_public=key.pair.public
        )
        for complaint, secret in _complaint_keys(row.pk, case_keys.SESSION, token):
            _seal_complaint(complaint, case_keys.CODE, "", key.pair.public, secret)
        database.record(action="keep_way_back", object_type="conversation", object_id=str(row.pk))
    return code


def begin_coming_back(*, instead_of: str = "", now: datetime | None = None) -> str:
    """Begin a session that waits for a code, and return its token, for the cookie.

    `instead_of` is the token of one that waited in the same browser: it waits no more.
    """
    moment = now or timezone.now()
    token = case_keys.token_of(secrets.token_bytes(32))
    if instead_of:
        ChildSession.objects.filter(pk=case_keys.token_hash(instead_of), state__in=(PENDING, FAILED)).delete()
    ChildSession.objects.create(
        token_hash=case_keys.token_hash(token),
        state=PENDING,
        public_key=case_keys.session_pair(token).public,
        made_at=moment,
        seen_at=to_the_minute(moment),
    )
    return token


def come_back(token: str, code_keys: Sequence[tuple[int, CodeKey]], *, now: datetime | None = None) -> bool:
    """Open a waiting session's conversation by a typed code: its keys, one per live pepper (edition, key).

    Returns whether it is the code of a conversation; a session that failed may try again. The caller derives the keys
    for every live pepper each time, so that a wrong code takes the same time as a right one. Raises
    RefusedError("unknown") for a session that does not wait for a code.
    """
    moment = now or timezone.now()
    hashed = case_keys.token_hash(token)
    with database.atomic():
        session = ChildSession.objects.select_for_update().filter(pk=hashed, state__in=(PENDING, FAILED)).first()
        if session is None:
            raise RefusedError("unknown")
        found = None
        for edition, key in code_keys:
            found = found or _by_code(edition, key)
        if found is None:
            ChildSession.objects.filter(pk=hashed).update(state=FAILED, seen_at=to_the_minute(moment))
            return False
        conversation, private = found
        row = locked(conversation)
        public = bytes(session.public_key)
        keys = case_keys.of_code(row.pk, private)
        seal_for_session(row.pk, hashed, public, keys)
        ChildSession.objects.filter(pk=hashed).update(state=OPEN, conversation=row, seen_at=to_the_minute(moment))
        for complaint, secret in _opened_complaints(row.pk, case_keys.CODE, "", private):
            _seal_complaint(complaint, case_keys.SESSION, hashed, public, secret)
        database.record(action="come_back", object_type="conversation", object_id=str(row.pk))
        ring([row.pk])
    renew_lease(row.pk, keys=keys, now=moment)
    return True


def _inside(token: str, now: datetime | None) -> Inside:
    inside = child_enters(token, now=now)
    if inside is None:
        raise RefusedError("unknown")
    return inside


def _by_code(edition: int, key: CodeKey) -> tuple[UUID, bytes] | None:
    row = Conversation.objects.filter(code_lookup=key.lookup, code_pepper=edition).first()
    if row is None or bytes(row.code_public or b"") != key.pair.public:
        return None
    return row.pk, key.pair.private


def _complaint_keys(conversation: UUID, recipient: str, token: str) -> list[tuple[Complaint, bytes]]:
    private = case_keys.session_pair(token).private
    return _opened_complaints(conversation, recipient, case_keys.token_hash(token), private)


def _opened_complaints(
    conversation: UUID, recipient: str, recipient_id: str, private: bytes
) -> list[tuple[Complaint, bytes]]:
    seals = ComplaintSeal.objects.select_related("complaint").filter(
        complaint__conversation=conversation, recipient=recipient, recipient_id=recipient_id
    )
    found: list[tuple[Complaint, bytes]] = []
    for seal in seals:
        try:
            found.append((seal.complaint, open_with(private, bytes(seal.blob))))
        except SealError:
            continue
    return found


def _seal_complaint(complaint: Complaint, recipient: str, recipient_id: str, public: bytes, secret: bytes) -> None:
    ComplaintSeal.objects.filter(complaint=complaint, recipient=recipient, recipient_id=recipient_id).delete()
    ComplaintSeal.objects.create(
        complaint=complaint, recipient=recipient, recipient_id=recipient_id, blob=seal_to(public, secret)
    )
