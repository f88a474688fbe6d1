"""Taking a place among the first messages of a line, and writing down, seldom, that there was none."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pop.helpline import database
from pop.helpline.conversations.models import FirstMessages
from pop.helpline.conversations.rules.flow import NOTED, Bucket, Flow, after_one, told
from pop.helpline.lines.rules import RefusedError


def take_place(line: UUID, *, danger: bool, flow: Flow, now: datetime) -> None:
    """Take one first message out of a line's bucket, inside the caller's transaction. Raises RefusedError("too_many").

    The bucket is locked until that transaction ends, so that all processes together let in no more than one would.
    """
    fresh = FirstMessages(line_id=line, danger=danger, left=flow.at_once, at=now)
    FirstMessages.objects.bulk_create([fresh], ignore_conflicts=True)
    row = FirstMessages.objects.select_for_update().get(line=line, danger=danger)
    bucket = after_one(Bucket(row.left, row.at), now=now, flow=flow)
    if bucket is None:
        raise RefusedError("too_many")
    FirstMessages.objects.filter(pk=row.pk).update(left=bucket.left, at=bucket.at)


def note_turned_away(line: UUID, *, danger: bool, now: datetime) -> None:
    """Write down that somebody was asked to try again, once in ten seconds; the audit has a row for each such time."""
    row = FirstMessages.objects.filter(line=line, danger=danger).first()
    before = row.turned_away_at if row is not None else None
    if row is None or (before is not None and abs(now - before) < NOTED):
        return
    with database.atomic():
        changed = FirstMessages.objects.filter(pk=row.pk, turned_away_at=before).update(turned_away_at=now)
        if changed and not told(before, now=now):
            database.record(
                action="turn_away_first_messages", object_type="line", object_id=str(line), detail={"danger": danger}
            )
