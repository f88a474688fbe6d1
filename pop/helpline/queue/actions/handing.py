"""Handing a conversation over to a colleague or to another team; the child is told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.utils import timezone

from pop.helpline import database
from pop.helpline.conversations.actions.moving import move, tell, transfer_keys_to_team
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.queries.keys import all_leased, of_staff
from pop.helpline.conversations.rules.lifecycle import ACTIVE, PROMISED, SLEEPING, WAITING, raised
from pop.helpline.conversations.rules.messages import unreadable
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.actions.moving import locked, opened_by, own, ring_duty
from pop.helpline.queue.actions.passing import pass_on
from pop.helpline.queue.models import HandOver
from pop.helpline.queue.queries.rooms import on_duty
from pop.helpline.queue.rules.reasons import MOST_NOTE
from pop.helpline.ringing import ring_staff
from pop.privacy.sealing import SealError, open_message, seal_message

_AUTHOR = "note"


def hand_over(
    *,
    conversation: UUID,
    by: UUID,
    private_key: bytes,
    to_staff: UUID | None = None,
    to_team: UUID | None = None,
    warm: bool = False,
    note: str = "",
    now: datetime | None = None,
) -> UUID:
    """Hand a conversation over and return the hand-over. Exactly one of `to_staff` and `to_team` is given.

    Cold to a colleague of the team: it is theirs at once. Warm: it is theirs when they accept, and stays with the giver
    until then. To another team of the line: back into the queue there, before others, under a new key; what was said
    before stays with the team that heard it, so the note tells what they need. The note is sealed.
    Raises RefusedError: "unknown", "not_yours", "wrong_state", "off_duty_colleague", "not_in_team", "same_team",
    "no_team_key", "note_text".
    """
    now = now or timezone.now()
    if (to_staff is None) == (to_team is None):
        raise ValueError("a hand-over goes to a colleague or to a team")
    if len(note) > MOST_NOTE or unreadable(note):
        raise RefusedError("note_text")
    with database.atomic():
        row = locked(conversation, staff=by)
        own(row, staff=by, states=(ACTIVE, SLEEPING, PROMISED))
        HandOver.objects.filter(conversation=row, taken_at=None).delete()
        keys = opened_by(row, staff=by, private_key=private_key)
        made = HandOver(pk=uuid4(), conversation=row, by=by, made_at=now, warm=warm, epoch=row.epoch)
        if to_team is not None:
            _to_team(row, made, to_team, keys, note, now=now)
        elif to_staff is not None:
            _may_receive(row, to_staff, by, now=now)
            made.to_staff, made.note = to_staff, _sealed(made, row, keys[row.epoch], note)
            pass_on(row.pk, to=to_staff, by=by, private_key=private_key)
            if warm:
                made.save(force_insert=True)
                tell(row, row.state, action="offer_hand_over", by=by, detail={"to_staff": str(to_staff)})
            else:
                made.taken_at = now
                made.save(force_insert=True)
                _change_hands(row, to_staff, keys, by=by, action="hand_over", now=now)
            ring_staff([to_staff])
    return made.pk


def accept_hand_over(*, hand_over: UUID, staff: UUID, private_key: bytes, now: datetime | None = None) -> None:
    """Take a conversation that a colleague offered; room is made for it. Raises RefusedError("unknown")."""
    now = now or timezone.now()
    with database.atomic():
        made, row = _offered(hand_over, staff)
        made.taken_at = now
        made.save(update_fields=["taken_at"])
        keys = opened_by(row, staff=staff, private_key=private_key)
        _change_hands(row, staff, keys, by=staff, action="accept_hand_over", now=now)


def decline_hand_over(*, hand_over: UUID, staff: UUID) -> None:
    """Leave an offered conversation with whoever has it. Raises RefusedError("unknown")."""
    with database.atomic():
        made, row = _offered(hand_over, staff)
        tell(row, row.state, action="decline_hand_over", by=staff)
        made.delete()
        ring_staff([row.assignee] if row.assignee else [])


def hand_over_note(*, hand_over: UUID, staff: UUID, private_key: bytes) -> str:
    """Return the note of a hand-over, "" where there is none; for the conversation's team only, and audited.

    Raises RefusedError("unknown").
    """
    made = HandOver.objects.select_related("conversation").filter(pk=hand_over).first()
    if made is None or not lines.is_member(staff, made.conversation.team_id):
        raise RefusedError("unknown")
    with database.atomic():
        database.record(
            action="read_hand_over_note", object_type="conversation", object_id=str(made.conversation_id), actor=staff
        )
    if made.note is None:
        return ""
    key = of_staff(made.conversation_id, staff, private_key).get(made.epoch)
    if key is None:
        raise RefusedError("unknown")
    try:
        return open_message(
            key,
            bytes(made.note),
            case=made.conversation_id,
            epoch=made.epoch,
            sequence=0,
            author=_AUTHOR,
            client_key=str(made.pk),
        )
    except SealError:
        raise RefusedError("unknown") from None


def _sealed(made: HandOver, row: Conversation, key: bytes, note: str) -> bytes | None:
    if not note.strip():
        return None
    return seal_message(key, note, case=row.pk, epoch=made.epoch, sequence=0, author=_AUTHOR, client_key=str(made.pk))


def _to_team(
    row: Conversation, made: HandOver, team: UUID, keys: dict[int, bytes], note: str, *, now: datetime
) -> None:
    found = lines.team(team)
    if found is None or found.line != row.line_id or team not in {each.id for each in lines.teams(row.line_id)}:
        raise RefusedError("unknown")
    if team == row.team_id:
        raise RefusedError("same_team")
    # First into the queue, where the service may hold the key: the new one too, under which the note is sealed.
    move(
        row.pk,
        to=WAITING,
        action="hand_over",
        by=made.by,
        assignee=None,
        urgency=raised(row.urgency),
        keys=keys,
        told="handed_over",
        params={"to": "team"},
        detail={"to_team": str(team)},
        now=now,
    )
    transfer_keys_to_team(conversation=row.pk, team=team, by=made.by, now=now)
    row.refresh_from_db()
    made.to_team_id, made.epoch = team, row.epoch
    made.note = _sealed(made, row, all_leased(row.pk)[row.epoch], note)
    made.save(force_insert=True)
    ring_duty(row.line_id)


def _may_receive(row: Conversation, staff: UUID, by: UUID, *, now: datetime) -> None:
    if staff == by or not lines.is_member(staff, row.team_id):
        raise RefusedError("not_in_team")
    if not on_duty(staff, line=row.line_id, now=now):
        raise RefusedError("off_duty_colleague")


def _offered(hand_over: UUID, staff: UUID) -> tuple[HandOver, Conversation]:
    made = HandOver.objects.filter(pk=hand_over, to_staff=staff, taken_at=None).first()
    if made is None:
        raise RefusedError("unknown")
    row = locked(made.conversation_id, staff=staff)
    # The conversation may have been lost, slept or closed meanwhile; the row was read before it was locked.
    made = HandOver.objects.filter(pk=hand_over, to_staff=staff, taken_at=None).first()
    if made is None or row.assignee != made.by or row.state not in (ACTIVE, SLEEPING, PROMISED):
        raise RefusedError("unknown")
    return made, row


def _change_hands(
    row: Conversation, staff: UUID, keys: dict[int, bytes], *, by: UUID, action: str, now: datetime
) -> None:
    before = row.assignee
    promised = row.promised_for if row.state == PROMISED else None
    move(
        row.pk,
        to=row.state,
        action=action,
        by=by,
        assignee=staff,
        promised_for=promised,
        keys=keys,
        told="handed_over",
        params={"to": "colleague"},
        detail={"to_staff": str(staff), "from_staff": str(before)},
        now=now,
    )
    if promised is not None:  # whoever has it now keeps the promise, not whoever passed it on
        Conversation.objects.filter(pk=row.pk).update(promised_by=staff)
    ring_staff([staff, *([before] if before else [])])
