"""Moving a conversation from state to state: the one place where state, lease, audit, event and notice go together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from uuid import UUID

from django.utils import timezone

from pop.helpline import database
from pop.helpline.conversations.actions.appending import notice
from pop.helpline.conversations.actions.leasing import begin_epoch, end_leases, grant_leases
from pop.helpline.conversations.actions.rounding import round_moments
from pop.helpline.conversations.models import CaseKey, ChildSession, Conversation, KeySeal, Message
from pop.helpline.conversations.queries import keys as case_keys
from pop.helpline.conversations.queries.talks import Talk, talk_of
from pop.helpline.conversations.rules import lifecycle, retention
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.ringing import ring
from pop.privacy.sealing import seal_to

CHANGED = "conversation_changed"


class Keep(Enum):
    """Leave a value as it is."""

    SAME = "same"


def move(
    conversation: UUID,
    *,
    to: str,
    action: str,
    by: UUID | None,
    assignee: UUID | Keep | None = Keep.SAME,
    urgency: int | None = None,
    promised_for: datetime | None = None,
    keys: Mapping[int, bytes] | None = None,
    told: str = "",
    params: Mapping[str, object] | None = None,
    detail: Mapping[str, object] | None = None,
    now: datetime | None = None,
) -> Talk:
    """Bring a conversation into a state, in a transaction of its own or the caller's, and return it.

    The lease follows: ended where the new state has none, granted where it has one and `keys` (epoch: key) or the
    present lease open the case. `waiting` keeps the first `waiting_since` of the last day. `promised` needs
    `promised_for` and `by`. `told` is the code of a notice to the child, with `params`. Who may is decided by whoever
    calls. Raises RefusedError: "unknown", "closed", "wrong_state" (no way leads from the present state to this one).
    """
    moment = now or timezone.now()
    with database.atomic():
        row = locked(conversation)
        if row.state == lifecycle.CLOSED:
            raise RefusedError("closed")
        if to == lifecycle.CLOSED or (to != row.state and not lifecycle.may_become(row.state, to)):
            raise RefusedError("wrong_state")
        known = dict(keys or {}) or open_by_lease(row)
        if told:
            notice(row.pk, told, params, keys=known, now=moment)
        changes: dict[str, object] = {"promised_for": None, "promised_by": None}
        if to == lifecycle.PROMISED:
            if promised_for is None or by is None:
                raise RefusedError("wrong_state")
            changes = {"promised_for": promised_for, "promised_by": by}
        if to != row.state:
            changes |= {"state": to, "state_since": moment}
        if to == lifecycle.WAITING:
            changes["waiting_since"] = first_wait(row, moment)
        if not isinstance(assignee, Keep) and assignee != row.assignee:
            changes |= {"assignee": assignee, "assigned_at": None if assignee is None else moment}
        if urgency is not None:
            changes["urgency"] = urgency
        Conversation.objects.filter(pk=row.pk).update(**changes)
        follow_with_lease(row, to, known, moment)
        tell(row, to, action=action, by=by, detail=detail)
        return talk_of(locked(conversation))


def close(
    *,
    conversation: UUID,
    by: UUID | None,
    ended_by: str,
    keys: Mapping[int, bytes] | None = None,
    retention_class: str = "",
    now: datetime | None = None,
) -> None:
    """Close a conversation for good: a last notice, the lease gone, its times rounded to a quarter of an hour.

    `ended_by` is child, staff or system. The epochs stay sealed to team, code, sessions and escrow: from now on a
    person is needed. Closing a closed one changes nothing. Raises RefusedError("unknown").
    """
    moment = now or timezone.now()
    with database.atomic():
        row = locked(conversation)
        if row.state == lifecycle.CLOSED:
            return
        notice(row.pk, "closed", {"by": ended_by}, keys=dict(keys or {}) or open_by_lease(row), now=moment)
        row = locked(conversation)
        end_leases([row.pk])
        kept_as = retention_class or _retention(row)
        ended = lifecycle.rounded(moment)
        Conversation.objects.filter(pk=row.pk).update(
            state=lifecycle.CLOSED,
            state_since=ended,
            closed_at=ended,
            ended_by=ended_by,
            retention=kept_as,
            erase_after=retention.erase_after(kept_as, closed_on=ended.date()),
            promised_for=None,
            promised_by=None,
            window_at=None,
            window_count=0,
            paused_until=None,
        )
        _round_times(row)
        tell(row, lifecycle.CLOSED, action="close_conversation", by=by, detail={"ended_by": ended_by})


def transfer_keys_to_team(
    *,
    conversation: UUID,
    team: UUID,
    by: UUID | None,
    share: Mapping[int, bytes] | None = None,
    now: datetime | None = None,
) -> None:
    """Give a conversation to another team of its line: a new epoch begins, and older messages keep theirs.

    `share` seals these older epochs (epoch: key) to the new team too, where somebody decided that it may read on.
    Raises RefusedError: "unknown" (conversation; a team of another line), "closed", "no_team_key".
    """
    moment = now or timezone.now()
    with database.atomic():
        row = locked(conversation)
        if row.state == lifecycle.CLOSED:
            raise RefusedError("closed")
        target = lines.team(team)
        if target is None or target.line != row.line_id:
            raise RefusedError("unknown")
        _share(row, team, share or {})
        row.team_id, row.epoch = team, row.epoch + 1
        Conversation.objects.filter(pk=row.pk).update(team=team, epoch=row.epoch)
        begin_epoch(row, team=team, now=moment)
        tell(row, row.state, action="transfer_keys_to_team", by=by, detail={"team": str(team), "epoch": row.epoch})


def renew_lease(conversation: UUID, *, keys: Mapping[int, bytes] | None = None, now: datetime | None = None) -> None:
    """Renew the open lease after an act of either side: by the keys that opened the case, or the present lease.

    Nothing happens in a state without a lease, nor where it was renewed within a minute.
    """
    moment = now or timezone.now()
    row = Conversation.objects.filter(pk=conversation, state__in=lifecycle.LEASED).first()
    if row is None or not lifecycle.lease_is_due(row.lease_until, now=moment):
        return
    with database.atomic():
        row = locked(conversation)
        follow_with_lease(row, row.state, dict(keys or {}) or open_by_lease(row), moment)


def locked(conversation: UUID) -> Conversation:
    """Return a conversation's row, held until the caller's transaction ends. Raises RefusedError("unknown")."""
    row = Conversation.objects.select_for_update().filter(pk=conversation).first()
    if row is None:
        raise RefusedError("unknown")
    return row


def open_by_lease(row: Conversation) -> dict[int, bytes]:
    """Return the keys that the service itself can open now: none outside `waiting` and `active`."""
    return case_keys.all_leased(row.pk) if row.state in lifecycle.LEASED else {}


def follow_with_lease(row: Conversation, state: str, keys: Mapping[int, bytes], now: datetime) -> None:
    """Let the lease follow the state: ended, or granted and renewed where there are keys."""
    if state not in lifecycle.LEASED:
        end_leases([row.pk])
    elif keys:
        grant_leases({(row.pk, epoch): key for epoch, key in keys.items()})
        Conversation.objects.filter(pk=row.pk).update(lease_until=lifecycle.lease_until(now))


def first_wait(row: Conversation, now: datetime) -> datetime:
    """Return since when somebody waits: the first time within a day, because a child's place is not lost by a crash."""
    before = row.waiting_since
    return before if before is not None and (now - before).total_seconds() < 86_400 else now


def tell(
    row: Conversation, state: str, *, action: str, by: UUID | None, detail: Mapping[str, object] | None = None
) -> None:
    """Write the audit row and the event of a change, and ring; inside the caller's transaction."""
    database.record(
        action=action,
        object_type="conversation",
        object_id=str(row.pk),
        actor=by,
        detail={"from": row.state, "to": state, **(detail or {})},
    )
    database.publish(name=CHANGED, payload={"conversation": str(row.pk), "state": state, "line": str(row.line_id)})
    ring([row.pk])


def _share(row: Conversation, team: UUID, keys: Mapping[int, bytes]) -> None:
    current = lines.current_team_key(team)
    if current is None:
        raise RefusedError("no_team_key")
    for case_key in CaseKey.objects.filter(conversation=row, epoch__in=list(keys)):
        KeySeal.objects.update_or_create(
            case_key=case_key,
            recipient=case_keys.TEAM,
            recipient_id=str(team),
            defaults={"edition": current.edition, "blob": seal_to(current.public, keys[case_key.epoch])},
        )


def _retention(row: Conversation) -> str:
    if row.practice:
        return retention.PRACTICE
    return retention.DANGER if row.danger else row.retention


def _round_times(row: Conversation) -> None:
    """Round what stands in clear beside the words: when something was said can tell who said it."""
    names = (
        "opened_at",
        "waiting_since",
        "assigned_at",
        "answered_at",
        "last_child_at",
        "last_staff_at",
        "child_seen_at",
    )
    times = {name: getattr(row, name) for name in names}
    Conversation.objects.filter(pk=row.pk).update(
        **{name: lifecycle.rounded(at) for name, at in times.items() if at is not None}
    )
    round_moments(Message.objects.filter(conversation=row).only("id", "at"), ["at"])
    round_moments(CaseKey.objects.filter(conversation=row).only("id", "made_at"), ["made_at"])
    round_moments(ChildSession.objects.filter(conversation=row), ["made_at", "seen_at"])
