"""What the worker does for conversations every second: a few rows at each call, because SQLite has one writer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from pop.audit.actions import Row, record_many
from pop.helpline import database
from pop.helpline.conversations.actions.answering import forget_marks
from pop.helpline.conversations.actions.entering import ENDED, FAILED, OPEN, PENDING
from pop.helpline.conversations.actions.forgetting import erase_due, forget_answers
from pop.helpline.conversations.actions.leasing import begin_epoch, drop_session_seals, end_leases
from pop.helpline.conversations.actions.moving import locked, move
from pop.helpline.conversations.models import CaseKey, ChildSession, ComplaintSeal, Conversation, KeySeal
from pop.helpline.conversations.queries import keys as case_keys
from pop.helpline.conversations.rules import lifecycle, retention
from pop.helpline.lines.models import TeamKey
from pop.helpline.lines.rules import RefusedError

TRACE = timedelta(days=1)
"""How long an ended session's trace stays, so that its form sent again opens no new conversation."""

_EVERY = 60
# Of a rush of people who try codes, each leaves a waiting session behind: more than came in a minute go in one.
_ROUNDS = 100
_GOING_ON = [state for state in lifecycle.STATES if state != lifecycle.CLOSED]


class KeepingDuty:
    """The worker's duty for conversations: lapsed leases at each call, everything else once a minute.

    `also` are what other capabilities forget: each is given the moment, and takes little time at each call.
    """

    def __init__(self, also: Sequence[Callable[[datetime], object]] = ()) -> None:
        self._thorough: datetime | None = None
        self._also = also

    def __call__(self) -> None:
        """Do what is due now; a failure is raised, and the next call tries again."""
        now = timezone.now()
        sweep_leases(now)
        if self._thorough is None or abs((now - self._thorough).total_seconds()) >= _EVERY:
            self._thorough = now
            sweep_stray_leases()
            while renew_epochs(now):
                continue
            for _ in range(_ROUNDS):
                if not sweep_sessions(now):
                    break
            erase_due(now)
            forget_answers(now)
            forget_marks(now)
            for forget in self._also:
                forget(now)


def sweep_leases(now: datetime | None = None, *, limit: int = 50) -> int:
    """Take back leases that nobody renewed for 30 minutes, and return how many conversations it concerned.

    An active conversation falls asleep and the child is told; a waiting one keeps its place, and staff open it with
    the team's key.
    """
    moment = now or timezone.now()
    over = Q(lease_until__lt=moment) | Q(lease_until=None, state_since__lt=moment - lifecycle.LEASE)
    active = Conversation.objects.filter(over, state=lifecycle.ACTIVE).values_list("id", flat=True)
    swept = 0
    for conversation in list(active[:limit]):
        swept += _fall_asleep(conversation, moment)
    waiting = Conversation.objects.filter(state=lifecycle.WAITING, lease_until__lt=moment)
    for conversation in list(waiting.values_list("id", flat=True)[:limit]):
        swept += _take_back(conversation, moment)
    return swept


def sweep_stray_leases(*, limit: int = 50) -> int:
    """Take back leases where the state has none, whatever left them there, and return of how many conversations."""
    stray = CaseKey.objects.filter(lease__isnull=False).exclude(conversation__state__in=lifecycle.LEASED)
    return sum(
        _take_back(conversation, None)
        for conversation in list(stray.values_list("conversation", flat=True).distinct()[:limit])
    )


def sweep_sessions(now: datetime | None = None, *, limit: int = 200) -> int:
    """End sessions that were not used for 30 days, and delete what is left of pending and ended ones."""
    moment = now or timezone.now()
    unused = ChildSession.objects.filter(state=OPEN, seen_at__lt=moment - retention.SESSION)
    hashes = list(unused.values_list("token_hash", flat=True)[:limit])
    gone = ChildSession.objects.filter(
        Q(state__in=(PENDING, FAILED), made_at__lt=moment - retention.PENDING)
        | Q(state=ENDED, made_at__lt=moment - TRACE, seen_at__lt=moment - TRACE)
    )
    dead = list(gone.values_list("token_hash", flat=True)[:limit])
    if not hashes and not dead:
        return 0
    with database.atomic():
        ChildSession.objects.filter(pk__in=hashes).update(state=ENDED, conversation=None)
        drop_session_seals(hashes)
        ComplaintSeal.objects.filter(recipient=case_keys.SESSION, recipient_id__in=hashes).delete()
        ChildSession.objects.filter(pk__in=dead).delete()
    return len(hashes) + len(dead)


def renew_epochs(now: datetime | None = None, *, limit: int = 20) -> int:
    """Begin a new epoch where a team's key changed since the present one began, and return how many began.

    Whoever left the team may have kept its former private key: what is written from now on is not sealed to it.
    """
    moment = now or timezone.now()
    current = TeamKey.objects.filter(team=OuterRef("team"), retired_at=None).order_by("-edition").values("edition")[:1]
    sealed = KeySeal.objects.filter(
        case_key__conversation=OuterRef("pk"),
        case_key__epoch=OuterRef("epoch"),
        case_key__team=OuterRef("team"),
        recipient=case_keys.TEAM,
    ).values("edition")[:1]
    behind = (
        Conversation.objects.filter(state__in=_GOING_ON)
        .annotate(current=Subquery(current), sealed=Subquery(sealed))
        .filter(sealed__lt=F("current"))
        .values_list("id", flat=True)
    )
    begun = 0
    for conversation in list(behind[:limit]):
        with database.atomic():
            row = locked(conversation)
            if row.state == lifecycle.CLOSED:
                continue
            row.epoch += 1
            Conversation.objects.filter(pk=row.pk).update(epoch=row.epoch)
            begin_epoch(row, team=row.team_id, now=moment)
            database.record(
                action="renew_epoch",
                object_type="conversation",
                object_id=str(row.pk),
                detail={"epoch": row.epoch},
            )
        begun += 1
    return begun


def member_left(payload: Mapping[str, object]) -> None:
    """Hear "team_left" {team, staff}: what they had goes back to the others, and the child is told."""
    team, staff = UUID(str(payload["team"])), UUID(str(payload["staff"]))
    theirs = Conversation.objects.filter(Q(assignee=staff) | Q(promised_by=staff), team=team)
    for row in theirs.exclude(state=lifecycle.CLOSED):
        raised = lifecycle.raised(row.urgency)
        if row.state in (lifecycle.ACTIVE, lifecycle.PROMISED):
            move(
                row.pk,
                to=lifecycle.WAITING,
                action="return_to_queue",
                by=None,
                assignee=None,
                urgency=raised,
                told="counsellor_lost",
                detail={"why": "left_team"},
            )
        else:
            Conversation.objects.filter(pk=row.pk).update(assignee=None, urgency=raised)


def audit_sends(payload: Mapping[str, object]) -> None:
    """Hear "messages_sent" {at, sent: [[conversation, sequence, author, staff]]}: one audit row for each message."""
    at = datetime.fromisoformat(str(payload["at"]))
    sent = payload["sent"]
    if not isinstance(sent, list):
        raise TypeError("what was sent is a list")
    rows = [
        Row(
            action="send_message",
            object_type="conversation",
            object_id=str(conversation),
            actor=UUID(staff) if staff else None,
            detail={"sequence": sequence, "author": author},
            at=at,
        )
        for conversation, sequence, author, staff in sent
    ]
    record_many(rows, using=database.ALIAS)


def _take_back(conversation: UUID, now: datetime | None) -> int:
    try:
        with database.atomic():
            row = locked(conversation)
            lapsed = now is not None and row.lease_until is not None and row.lease_until < now
            if row.state in lifecycle.LEASED and not lapsed:
                return 0
            end_leases([conversation])
    except RefusedError:
        return 0
    return 1


def _fall_asleep(conversation: UUID, now: datetime) -> int:
    try:
        with database.atomic():
            row = locked(conversation)
            # The lease is over, its rows are still there: enough for the last notice.
            keys = case_keys.all_leased(conversation)
            if row.state != lifecycle.ACTIVE or (row.lease_until is not None and row.lease_until >= now):
                return 0
            move(
                conversation,
                to=lifecycle.SLEEPING,
                action="fall_asleep",
                by=None,
                keys=keys,
                told="slept",
                params={"by": "system"},
                now=now,
            )
    except RefusedError:
        return 0
    return 1
