"""Telephone calls: conversations without messages, opened and closed by staff."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from pop.helpline import database
from pop.helpline.cases.actions.closing import keep_record
from pop.helpline.cases.rules.records import Record, fault
from pop.helpline.conversations.actions.leasing import begin_epoch, end_leases
from pop.helpline.conversations.actions.moving import close, tell
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import ACTIVE
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.places.countries import codes
from pop.places.languages import known_languages

PHONE = "phone"
_LONGEST = timedelta(hours=12)
_HOW_LATE = timedelta(days=7)
_CLOCKS = timedelta(minutes=1)


def start_phone_call(
    *, line: UUID, staff: UUID, language: str = "", country: str = "", now: datetime | None = None
) -> UUID:
    """Open the case of a call that begins, and return it: notes, risk check and closing are as for any other.

    Raises RefusedError: "unknown" (in no team of the line), "no_team_key".
    """
    now = now or timezone.now()
    with database.atomic():
        row = _open(line, staff, language, country, began=now)
        tell(row, ACTIVE, action="start_phone_call", by=staff)
    return row.pk


def log_phone_call(
    *,
    line: UUID,
    staff: UUID,
    started_at: datetime,
    ended_at: datetime,
    record: Record,
    language: str = "",
    country: str = "",
    now: datetime | None = None,
) -> UUID:
    """Write down a call that is over, with its contact record, and return the case.

    Raises RefusedError: "unknown", "no_team_key", "call_times" (ended before it began, over 12 hours long, in the
    future or over 7 days ago), and what `pop.helpline.cases.rules.records.fault` says of the record.
    """
    now = now or timezone.now()
    length = ended_at - started_at
    if not timedelta(0) <= length <= _LONGEST or ended_at > now + _CLOCKS or started_at < now - _HOW_LATE:
        raise RefusedError("call_times")
    wrong = fault(record)
    if wrong:
        raise RefusedError(wrong)
    with database.atomic():
        row = _open(line, staff, language, country, began=started_at)
        end_leases([row.pk])
        row.closed_at = ended_at
        keep_record(row, record, staff=staff, now=now)
        close(conversation=row.pk, by=staff, ended_by="staff", now=ended_at)
    return row.pk


def _open(line: UUID, staff: UUID, language: str, country: str, *, began: datetime) -> Conversation:
    team = next((each.team for each in lines.teams_of(staff) if each.line == line), None)
    found = lines.line(line)
    if team is None or found is None:
        raise RefusedError("unknown")
    row = Conversation.objects.create(
        pk=uuid4(),
        line_id=line,
        team_id=team,
        channel=PHONE,
        practice=found.practice,
        state=ACTIVE,
        state_since=began,
        opened_at=began,
        language=language if language.partition("-")[0] in known_languages() and len(language) <= 16 else "",
        country=country if country in codes() else "",
        assignee=staff,
        assigned_at=began,
        answered_at=began,
    )
    begin_epoch(row, team=team, now=began)
    return row
