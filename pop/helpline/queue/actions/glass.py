"""Breaking glass: somebody outside the team reads in an emergency, because a second person of the team allows it.

The second person opens the case keys with their own key and seals them to whoever asked; an hour later the sealed keys
are gone. Nobody can break glass alone, each step is audited, and the child sees in its list that somebody read so.
"""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID, uuid4

from django.utils import timezone

from pop.helpline import database
from pop.helpline.conversations.actions import reading
from pop.helpline.conversations.actions.moving import locked, tell
from pop.helpline.conversations.queries.keys import of_staff
from pop.helpline.conversations.queries.talks import Said
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.models import BrokenGlass
from pop.helpline.queue.rules.reasons import GLASS_LASTS, GLASS_REASONS, GLASS_WAITS
from pop.helpline.ringing import ring_staff
from pop.people import queries as people
from pop.privacy.sealing import SealError, open_with, seal_to

HOW = "broken_glass"


def break_glass(*, conversation: UUID, staff: UUID, reason: str, now: datetime | None = None) -> UUID:
    """Ask for emergency access to a conversation of another team of one's line, and return the request.

    Only supervisors may ask. Raises RefusedError: "unknown", "reason", "glass_not_needed" (in the team already),
    "no_staff_key" (nothing could be sealed to them). Asking again while a request is open gives the same one.
    """
    now = now or timezone.now()
    if reason not in GLASS_REASONS:
        raise RefusedError("reason")
    with database.atomic():
        row = locked(conversation)
        if not lines.supervises(staff, row.line_id):
            raise RefusedError("unknown")
        if lines.is_member(staff, row.team_id):
            raise RefusedError("glass_not_needed")
        if people.public_key_of(staff) is None:
            raise RefusedError("no_staff_key")
        opened = BrokenGlass.objects.filter(
            conversation=row, by=staff, ends_at=None, allowed_at=None, made_at__gt=now - GLASS_WAITS
        ).first()
        if opened is not None:
            return opened.pk
        made = BrokenGlass.objects.create(pk=uuid4(), conversation=row, by=staff, reason=reason, made_at=now)
        tell(row, row.state, action="ask_to_break_glass", by=staff, detail={"reason": reason, "glass": str(made.pk)})
        ring_staff([each.staff for each in lines.members(row.team_id)])
        return made.pk


def allow_broken_glass(*, glass: UUID, staff: UUID, private_key: bytes, now: datetime | None = None) -> None:
    """Allow emergency access for 60 minutes, as a member of the conversation's team who is not who asked.

    Raises RefusedError: "unknown", "glass_over" (asked too long ago, decided already), "no_staff_key".
    """
    now = now or timezone.now()
    with database.atomic():
        made = _pending(glass, staff, now=now)
        key = people.public_key_of(made.by)
        if key is None:
            raise RefusedError("no_staff_key")
        # Who asked may have lost the part that allowed them to ask.
        if not lines.supervises(made.by, made.conversation.line_id):
            raise RefusedError("glass_over")
        keys = of_staff(made.conversation_id, staff, private_key)
        plain = json.dumps({str(epoch): each.hex() for epoch, each in keys.items()}).encode()
        made.second, made.allowed_at, made.ends_at = staff, now, now + GLASS_LASTS
        made.blob = seal_to(key.key, plain)
        made.save(update_fields=["second", "allowed_at", "ends_at", "blob"])
        _tell(made, "allow_broken_glass", staff)
        ring_staff([made.by])


def refuse_broken_glass(*, glass: UUID, staff: UUID, now: datetime | None = None) -> None:
    """Refuse emergency access, as a member of the conversation's team. Raises RefusedError: "unknown", "glass_over"."""
    now = now or timezone.now()
    with database.atomic():
        made = _pending(glass, staff, now=now)
        made.second, made.ends_at = staff, now
        made.save(update_fields=["second", "ends_at"])
        _tell(made, "refuse_broken_glass", staff)
        ring_staff([made.by])


def read_through_glass(*, glass: UUID, staff: UUID, private_key: bytes, now: datetime | None = None) -> list[Said]:
    """Return what was said, to whoever broke the glass and was allowed to, until it ends; each reading is audited.

    Raises RefusedError: "unknown", "glass_over".
    """
    now = now or timezone.now()
    made = BrokenGlass.objects.select_related("conversation").filter(pk=glass, by=staff).first()
    if made is None:
        raise RefusedError("unknown")
    if made.blob is None or made.ends_at is None or now >= made.ends_at:
        raise RefusedError("glass_over")
    # Leaving the line, or the service, ends it at once.
    if not lines.supervises(staff, made.conversation.line_id):
        raise RefusedError("unknown")
    try:
        plain = open_with(private_key, bytes(made.blob))
    except SealError:
        raise RefusedError("glass_over") from None
    keys = {int(epoch): bytes.fromhex(each) for epoch, each in json.loads(plain).items()}
    return reading.read(made.conversation_id, staff=staff, how=HOW, keys=keys)


def end_broken_glass(*, glass: UUID, staff: UUID, now: datetime | None = None) -> None:
    """End emergency access before its hour is over: whoever asked, or a member of the team.

    Raises RefusedError("unknown"). Ending an ended one changes nothing.
    """
    now = now or timezone.now()
    with database.atomic():
        made = BrokenGlass.objects.select_for_update().select_related("conversation").filter(pk=glass).first()
        if made is None or (made.by != staff and not lines.is_member(staff, made.conversation.team_id)):
            raise RefusedError("unknown")
        if made.blob is None and made.ends_at is not None:
            return
        made.ends_at, made.blob = now, None
        made.save(update_fields=["ends_at", "blob"])
        _tell(made, "end_broken_glass", staff)


def sweep_glass(now: datetime) -> int:
    """Destroy the sealed keys of every emergency access whose hour is over, and return how many; every minute."""
    over = BrokenGlass.objects.filter(ends_at__lte=now, blob__isnull=False)
    if not over.exists():
        return 0
    ended = 0
    with database.atomic():
        for made in list(over.select_for_update().select_related("conversation")):
            made.blob = None
            made.save(update_fields=["blob"])
            _tell(made, "end_broken_glass", None)
            ended += 1
    return ended


def _pending(glass: UUID, staff: UUID, *, now: datetime) -> BrokenGlass:
    made = BrokenGlass.objects.select_for_update().select_related("conversation").filter(pk=glass).first()
    if made is None or made.by == staff or not lines.is_member(staff, made.conversation.team_id):
        raise RefusedError("unknown")
    if made.allowed_at is not None or made.ends_at is not None or now >= made.made_at + GLASS_WAITS:
        raise RefusedError("glass_over")
    return made


def _tell(made: BrokenGlass, action: str, by: UUID | None) -> None:
    row = made.conversation
    tell(row, row.state, action=action, by=by, detail={"glass": str(made.pk), "asked_by": str(made.by)})
