"""A child's first message: it opens a conversation, and the same form sent twice opens one."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from pop.helpline import database
from pop.helpline.conversations.actions.appending import Sending, append
from pop.helpline.conversations.actions.flow import note_turned_away, take_place
from pop.helpline.conversations.actions.leasing import begin_epoch
from pop.helpline.conversations.actions.moving import tell
from pop.helpline.conversations.models import ChildSession, Conversation, Message
from pop.helpline.conversations.queries import keys as case_keys
from pop.helpline.conversations.queries.flow import takes_one_more
from pop.helpline.conversations.rules import lifecycle
from pop.helpline.conversations.rules.flow import Flow
from pop.helpline.conversations.rules.messages import CHILD, fault_of, valid_form_key
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.privacy.keyring import keyring
from pop.privacy.sealing import derive

AGES: Final = ("8-12", "13-17", "18-24")
SAME_FORM: Final = timedelta(minutes=10)
"""How long a form sent again gives the same conversation: a lost answer, a second press of the button."""

_TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_CODE: Final = re.compile(r"[a-z0-9_]{1,24}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True)
class Opened:
    """An opened conversation, and the token that belongs into the child's cookie and nowhere else."""

    token: str = field(repr=False)
    conversation: UUID
    state: str
    fresh: bool


def open_conversation(
    *,
    line: UUID,
    text: str,
    form_key: str,
    language: str,
    age: str = "",
    country: str = "",
    tile: str = "",
    danger: bool = False,
    channel: str = "webchat",
    practice: bool = False,
    flow: Flow | None = None,
    now: datetime | None = None,
) -> Opened:
    """Open a conversation with a first message, sealed to the line's intake team, and return its token and state.

    `form_key` (22 to 64 characters of base64url, at least 128 random bits) makes the token, so that the same form sent
    again within ten minutes gives the same conversation and cookie; it is never kept. What the child ticked is taken
    where it is one of our codes and left blank otherwise: nothing but the message is compulsory. `flow` is how many new
    conversations the line takes (None: any number, for the program itself). Raises RefusedError: "unknown" (no such
    line, or not one for this), "no_team_key", "key_reused", "empty", "too_long", "unreadable", "too_many" (for now).
    """
    moment = now or timezone.now()
    if not valid_form_key(form_key):
        raise RefusedError("unreadable")
    if fault := fault_of(text):
        raise RefusedError(fault)
    offer, team = lines.offer(line, now=moment), lines.intake_team(line)
    record = lines.line(line)
    if offer is None or record is None or record.practice != practice or (offer.sandbox and settings.PRODUCTION):
        raise RefusedError("unknown")
    if team is None:
        raise RefusedError("no_team_key")
    token = case_keys.token_of(derive(keyring().root, f"session:{form_key}"))
    hashed = case_keys.token_hash(token)
    earlier = _earlier(token, hashed, text, form_key, moment)
    if earlier is not None:
        return earlier
    if flow is not None and not takes_one_more(line, danger=danger, flow=flow, now=moment):
        note_turned_away(line, danger=danger, now=moment)
        raise RefusedError("too_many")
    state = lifecycle.first_state(line_open=offer.open)
    try:
        with database.atomic():
            if flow is not None:
                take_place(line, danger=danger, flow=flow, now=moment)
            row = Conversation.objects.create(
                line_id=line,
                team_id=team.id,
                channel=channel,
                practice=practice,
                state=state,
                state_since=moment,
                opened_at=moment,
                language=language if len(language) <= 16 and _TAG.fullmatch(language) else "en",
                country=country if _COUNTRY.fullmatch(country) else "",
                age=age if age in AGES else "",
                tile=tile if _CODE.fullmatch(tile) else "",
                danger=danger,
                urgency=2 if danger else 0,
                waiting_since=moment if state == lifecycle.WAITING else None,
                child_seen_at=to_the_minute(moment),
            )
            ChildSession.objects.create(
                token_hash=hashed,
                conversation=row,
                public_key=case_keys.session_pair(token).public,
                made_at=moment,
                seen_at=to_the_minute(moment),
            )
            key = begin_epoch(row, team=team.id, now=moment)
            append(Sending(row.pk, CHILD, text, _client_key(form_key), token=token, keys={1: key}), now=moment)
            tell(row, state, action="open_conversation", by=None, detail={"channel": channel})
    except IntegrityError:
        # The same form came twice at once, and the other one was quicker.
        earlier = _earlier(token, hashed, text, form_key, moment)
        if earlier is None:
            raise
        return earlier
    return Opened(token, row.pk, state, True)


def to_the_minute(moment: datetime) -> datetime:
    """Return the minute of a moment: when a child looked is nobody's business to the second."""
    return moment.replace(second=0, microsecond=0)


def _client_key(form_key: str) -> str:
    """The form's key itself would, with the root key, make the token: only its hash is kept."""
    return "first-" + hashlib.sha256(b"first message:" + form_key.encode()).hexdigest()[:48]


def _earlier(token: str, hashed: str, text: str, form_key: str, now: datetime) -> Opened | None:
    session = ChildSession.objects.filter(pk=hashed).first()
    if session is None:
        return None
    if session.state != "open" or session.conversation_id is None:
        raise RefusedError("key_reused")
    row = Conversation.objects.get(pk=session.conversation_id)
    first = Message.objects.filter(conversation=row, client_key=_client_key(form_key)).first()
    key = case_keys.of_session(row.pk, token).get(1)
    # Closing rounds the times down to the quarter of an hour: then the form is not sent again by itself any more.
    if first is None or key is None or abs(now - session.made_at) > SAME_FORM:
        raise RefusedError("key_reused")
    if bytes(first.body_mark) != case_keys.body_mark(case_keys.opened(key).marks, text):
        raise RefusedError("key_reused")
    return Opened(token, row.pk, row.state, False)
