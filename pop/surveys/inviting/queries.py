"""Who is written to next, and what was written to whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from pop.people.asking import Ask, Rows
from pop.surveys.collecting.models import Invitation, Partner, Submission, Survey
from pop.surveys.inviting.models import Mail
from pop.surveys.inviting.rules import reminder_due

STEPS = ("answered", "started", "opened", "not_opened", "revoked")
MAILS = ("never", "waits", "sent", "stopped", "refused", "failed")
SORTS = {"partner": ("partner__name",), "form": ("form_id",), "made": ("-made_at",), "sent": ("-sent_last",)}
CLAIM_LASTS = timedelta(minutes=10)


@dataclass(frozen=True)
class Due:
    """A reminder that is due: about which invitation, the first (1) or the second (2), since when."""

    invitation: UUID
    partner_name: str
    form_id: str
    language: str  # chosen for the partner, or ""
    country: str
    number: int
    due_at: datetime


@dataclass(frozen=True)
class Asked:
    """One invitation as the list of reminders shows it. `step`: one of `STEPS`; `mails`: one of `MAILS`."""

    id: UUID
    partner: UUID
    partner_name: str
    form_id: str
    made_at: datetime
    step: str
    mails: str
    sent: int
    sent_at: datetime | None


def reminders_due(
    *, now: datetime, days: Sequence[int], form_id: str | None = None, everybody: bool = False
) -> Iterator[Due]:
    """Yield the reminders that are due, the oldest invitation first.

    `everybody` counts those links too that nobody asked to write about so far, where their partner has an address.
    """
    rows = _wanted().annotate(
        last=Max("mails__number"),
        sent_last=Max("mails__sent_at"),
        begun=Min("mails__sent_at", filter=Q(mails__number=0)),
    )
    if not everybody:
        rows = rows.exclude(mails_from=None)
    if form_id is not None:
        rows = rows.filter(form_id=form_id)
    waits = Mail.objects.filter(invitation=OuterRef("pk"), state__in=("waiting", "claimed"))
    for row in rows.exclude(Exists(waits)).order_by("made_at", "id").iterator(chunk_size=500):
        number = (row.last or 0) + 1
        due = reminder_due(number=number, begun=row.begun or row.made_at, last=row.sent_last, days=days)
        if due is not None and due <= now:
            partner = row.partner
            yield Due(row.id, partner.name, row.form_id, partner.language, partner.country, number, due)


def is_wanted(invitation: UUID) -> bool:
    """Return whether a mail about an invitation may be sent at this moment."""
    return _wanted().filter(id=invitation).exists()


def _wanted() -> QuerySet[Invitation]:
    """Return the invitations about which anything may be written: open, without an answer, to whoever takes mails."""
    stopped = Partner.objects.filter(email__iexact=OuterRef("partner__email")).exclude(mails_stopped_at=None)
    answers = Submission.objects.filter(partner=OuterRef("partner"), survey__form_id=OuterRef("form_id"))
    return (
        Invitation.objects.select_related("partner")
        .filter(revoked_at=None, answered_at=None, partner__mails_refused_at=None)
        .filter(form_id__in=Survey.objects.filter(state="open").values("form_id"))
        .exclude(partner__email="")
        .exclude(Exists(stopped))
        .exclude(Exists(answers))
    )


def takes_mails(partner: UUID) -> bool:
    """Return whether whoever reads at a partner's address wants mails."""
    return not Partner.objects.filter(id=partner).exclude(mails_stopped_at=None).exists()


def not_invited(form_id: str, *, most: int) -> list[tuple[UUID, str]]:
    """Return partners that mails may be written to and that have no link to a form in force: id and name, by name."""
    invited_to_it = Invitation.objects.filter(partner=OuterRef("pk"), form_id=form_id, revoked_at=None)
    stopped = Partner.objects.filter(email__iexact=OuterRef("email")).exclude(mails_stopped_at=None)
    answers = Submission.objects.filter(partner=OuterRef("pk"), survey__form_id=form_id)
    rows = Partner.objects.filter(mails_refused_at=None).exclude(email="")
    for reason in (invited_to_it, stopped, answers):
        rows = rows.exclude(Exists(reason))
    return list(rows.order_by("name", "id").values_list("id", "name")[:most])


def waits_to_be_sent(now: datetime) -> int:
    """Return how many mails are due and not sent; those whose sending was broken off count again after a while."""
    return _to_send(now).count()


def next_to_send(now: datetime) -> Mail | None:
    """Return the mail that is due longest."""
    return _to_send(now).order_by("due_at", "id").first()


def _to_send(now: datetime) -> QuerySet[Mail]:
    broken_off = Q(state="claimed", claimed_at__lte=now - CLAIM_LASTS)
    return Mail.objects.filter(Q(state="waiting", due_at__lte=now) | broken_off)


def claimed_since(moment: datetime) -> int:
    """Return how many mails were taken up since a moment, sent or not."""
    return Mail.objects.filter(claimed_at__gt=moment).count()


def invited(ask: Ask) -> Rows[Asked]:
    """Return invitations; filters: `form`, `step` (`STEPS`), `mails` (`MAILS`); sorts: `SORTS`."""
    rows = Invitation.objects.select_related("partner").annotate(
        sent=Count("mails", filter=Q(mails__state="sent"), distinct=True),
        waiting=Count("mails", filter=Q(mails__state__in=("waiting", "claimed")), distinct=True),
        failed=Count("mails", filter=Q(mails__state="failed"), distinct=True),
        sent_last=Max("mails__sent_at"),
    )
    if ask.search:
        rows = rows.filter(Q(partner__name__icontains=ask.search) | Q(partner__email__icontains=ask.search))
    if ask.filters.get("form"):
        rows = rows.filter(form_id=ask.filters["form"])
    if ask.filters.get("step"):
        rows = rows.filter(_of_step(ask.filters["step"]))
    if ask.filters.get("mails"):
        rows = rows.filter(_of_mails(ask.filters["mails"]))
    ordered = rows.order_by(*ask.order(SORTS, ("-made_at", "id")))
    return Rows([_asked(row) for row in ordered[ask.first : ask.first + ask.count]], rows.count())


def _of_step(step: str) -> Q:
    if step == "revoked":
        return ~Q(revoked_at=None)
    live = Q(revoked_at=None)
    if step == "answered":
        return live & ~Q(answered_at=None)
    live &= Q(answered_at=None)
    if step == "started":
        return live & ~Q(started_at=None)
    live &= Q(started_at=None)
    return live & (~Q(opened_at=None) if step == "opened" else Q(opened_at=None))


def _of_mails(mails: str) -> Q:
    if mails == "stopped":
        return ~Q(partner__mails_stopped_at=None)
    takes = Q(partner__mails_stopped_at=None)
    if mails == "refused":
        return takes & ~Q(partner__mails_refused_at=None)
    takes &= Q(partner__mails_refused_at=None)
    if mails == "waits":
        return takes & Q(waiting__gt=0)
    takes &= Q(waiting=0)
    if mails == "failed":
        return takes & Q(failed__gt=0)
    return takes & Q(failed=0) & (Q(sent__gt=0) if mails == "sent" else Q(sent=0))


def _asked(row: Invitation) -> Asked:
    steps = (
        ("revoked", row.revoked_at),
        ("answered", row.answered_at),
        ("started", row.started_at),
        ("opened", row.opened_at),
    )
    partner = row.partner
    counts = {name: getattr(row, name) for name in ("waiting", "failed", "sent")}
    mails = (
        ("stopped", partner.mails_stopped_at),
        ("refused", partner.mails_refused_at),
        ("waits", counts["waiting"]),
        ("failed", counts["failed"]),
        ("sent", counts["sent"]),
    )
    return Asked(
        id=row.id,
        partner=row.partner_id,
        partner_name=partner.name,
        form_id=row.form_id,
        made_at=row.made_at,
        step=next((step for step, at in steps if at), "not_opened"),
        mails=next((state for state, so in mails if so), "never"),
        sent=counts["sent"],
        sent_at=getattr(row, "sent_last", None),
    )
