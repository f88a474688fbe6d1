"""Coming on duty and leaving it. A browser that dies loses no child: whom it had goes back into the queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from pop.helpline import database
from pop.helpline.conversations.actions.moving import locked, move
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import ACTIVE, WAITING, raised
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.actions.moving import ring_duty
from pop.helpline.queue.models import Presence
from pop.helpline.queue.rules.reasons import CAPACITY, LOST_AFTER
from pop.places.languages import known_languages

DUTY_CHANGED = "duty_changed"

AVAILABLE = "available"
BREAK = "break"
_MOST_LANGUAGES = 12


def go_on_duty(
    *, staff: UUID, line: UUID, capacity: int, languages: Sequence[str], given: bool, now: datetime | None = None
) -> None:
    """Come on duty on a line, or change with how much: `given` takes what the queue gives, not only what one takes.

    Raises RefusedError: "unknown" (in no team of the line), "capacity" (not 1 to 8), "languages".
    """
    now = now or timezone.now()
    if not any(each.line == line for each in lines.teams_of(staff)):
        raise RefusedError("unknown")
    if capacity not in CAPACITY:
        raise RefusedError("capacity")
    spoken = list(dict.fromkeys(languages))
    if len(spoken) > _MOST_LANGUAGES or not {each.partition("-")[0] for each in spoken} <= known_languages():
        raise RefusedError("languages")
    with database.atomic():
        before = Presence.objects.select_for_update().filter(staff=staff).first()
        since = before.since if before is not None and before.line_id == line else now
        Presence.objects.update_or_create(
            staff=staff,
            defaults={
                "line_id": line,
                "state": AVAILABLE,
                "capacity": capacity,
                "languages": spoken,
                "given": given,
                "since": since,
                "seen_at": now,
            },
        )
        _tell("go_on_duty", staff, line, {"capacity": capacity, "languages": spoken, "given": given})


def stand_in(*, staff: UUID, line: UUID, now: datetime) -> None:
    """Count somebody as on duty who takes a conversation without having come on duty; they are given nothing more.

    Inside the caller's transaction. Who is on duty stays as they are.
    """
    _, made = Presence.objects.get_or_create(
        staff=staff, defaults={"line_id": line, "capacity": 1, "given": False, "since": now, "seen_at": now}
    )
    if made:
        _tell("go_on_duty", staff, line, {"capacity": 1, "languages": [], "given": False})


def beat(staff: UUID, *, now: datetime | None = None) -> bool:
    """Say that somebody's browser lives: every 15 seconds. False: they are not on duty, or no longer."""
    return bool(Presence.objects.filter(staff=staff).update(seen_at=now or timezone.now()))


def take_break(*, staff: UUID, on: bool, now: datetime | None = None) -> None:
    """Begin or end a break: nothing new is given meanwhile. Raises RefusedError("off_duty")."""
    now = now or timezone.now()
    with database.atomic():
        row = Presence.objects.select_for_update().filter(staff=staff).first()
        if row is None:
            raise RefusedError("off_duty")
        row.state, row.seen_at = (BREAK if on else AVAILABLE), now
        row.save(update_fields=["state", "seen_at"])
        _tell("take_break" if on else "end_break", staff, row.line_id)


def go_off_duty(*, staff: UUID, anyway: bool = False, now: datetime | None = None) -> None:
    """Leave duty. Who still talks with children is asked to hand them over first ("hand_over_first").

    With `anyway` they go back into the queue, before others, and are told. Being off duty already is no error.
    """
    now = now or timezone.now()
    with database.atomic():
        row = Presence.objects.select_for_update().filter(staff=staff).first()
        if row is None:
            return
        talking = _talking(staff)
        if talking and not anyway:
            raise RefusedError("hand_over_first")
        row.delete()
        for each in talking:
            _put_back(each, staff, why="off_duty", now=now)
        _tell("go_off_duty", staff, row.line_id)


def return_lost(now: datetime) -> int:
    """Put the conversations of dead browsers back into the queue, and return how many; every few seconds.

    Lost is who gave no sign of life for 40 seconds. Each child keeps its first moment of waiting, goes before others
    and is told.
    """
    returned = 0
    silent = Presence.objects.filter(seen_at__lt=now - LOST_AFTER)
    for staff in list(silent.values_list("staff", flat=True)):
        returned += _lose(staff, now)
    here = Presence.objects.filter(seen_at__gte=now - LOST_AFTER).values("staff")
    orphans = (
        Conversation.objects.filter(state=ACTIVE, practice=False, state_since__lt=now - LOST_AFTER)
        .exclude(channel="phone")
        .exclude(assignee__in=here)
        .exclude(assigned_at__gte=now - LOST_AFTER)
    )
    for conversation, had in list(orphans.values_list("pk", "assignee")):
        with database.atomic():
            returned += _put_back(conversation, had, why="lost", now=now)
    return returned


def _lose(staff: UUID, now: datetime) -> int:
    with database.atomic():
        row = Presence.objects.select_for_update().filter(staff=staff, seen_at__lt=now - LOST_AFTER).first()
        if row is None:  # a sign of life came in between
            return 0
        row.delete()
        returned = sum(_put_back(each, staff, why="lost", now=now) for each in _talking(staff))
        _tell("lose_sight", staff, row.line_id, {"conversations": returned}, lost=True)
        return returned


def _talking(staff: UUID) -> list[UUID]:
    """Return whom somebody talks with: in the order of ids, in which every act locks several."""
    rows = Conversation.objects.filter(assignee=staff, state=ACTIVE, practice=False).exclude(channel="phone")
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _put_back(conversation: UUID, staff: UUID | None, *, why: str, now: datetime) -> bool:
    row = locked(conversation)
    if row.state != ACTIVE or row.assignee != staff:
        return False
    move(
        conversation,
        to=WAITING,
        action="return_to_queue",
        by=None,
        assignee=None,
        urgency=raised(row.urgency),
        told="counsellor_lost",
        detail={"why": why, "from_staff": str(staff)},
        now=now,
    )
    ring_duty(row.line_id)
    return True


def _tell(action: str, staff: UUID, line: UUID, detail: dict[str, object] | None = None, *, lost: bool = False) -> None:
    actor = None if lost else staff
    database.record(action=action, object_type="staff", object_id=str(staff), actor=actor, detail=detail)
    database.publish(name=DUTY_CHANGED, payload={"line": str(line), "staff": str(staff)})
    ring_duty(line)
