"""Who may send, through which address, and how much came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from pop.people.asking import Ask, Rows
from pop.surveys.collecting.models import Assignment, Partner, Token
from pop.surveys.collecting.rules.tokens import lookup_of

# Databases do not agree where nothing stands among dates: who never sent stands before everybody who did.
NEVER: Final = datetime(1, 1, 1, tzinfo=UTC)
SORTS = {
    "name": ("name",),
    "country": ("country", "name"),
    "submissions": ("whole", "name"),
    "last": ("latest", "name"),
}


@dataclass(frozen=True)
class PartnerFacts:
    """A partner with the response so far: whole submissions, corrections not counted twice, and when the last came."""

    id: UUID
    name: str
    country: str
    email: str
    tokens: int  # that are in force
    submissions: int
    last_at: datetime | None
    language: str = ""  # of mails to them; "" where their country's is taken


@dataclass(frozen=True)
class TokenFacts:
    """One address of a partner. What stands in it is known to the partner alone."""

    id: UUID
    partner: UUID
    partner_name: str
    made_at: datetime
    revoked_at: datetime | None


def partners(ask: Ask) -> Rows[PartnerFacts]:
    """Return partners; filters: `country` (ISO 3166-1), `answered` ("yes" or "no"); sorts: `SORTS`."""
    rows = _counted()
    if ask.search:
        rows = rows.filter(Q(name__icontains=ask.search) | Q(email__icontains=ask.search))
    if ask.filters.get("country"):
        rows = rows.filter(country=ask.filters["country"])
    if ask.filters.get("answered"):
        rows = rows.filter(whole__gt=0) if ask.filters["answered"] == "yes" else rows.filter(whole=0)
    ordered = rows.order_by(*ask.order(SORTS, ("name", "id")))
    return Rows([_facts(row) for row in ordered[ask.first : ask.first + ask.count]], rows.count())


def partner(partner_id: UUID) -> PartnerFacts | None:
    """Return one partner, or None."""
    row = _counted().filter(id=partner_id).first()
    return _facts(row) if row else None


def names() -> Sequence[tuple[str, str]]:
    """Return (id, name) of every partner, by name: for a list's filter."""
    return [(str(found), name) for found, name in Partner.objects.order_by("name").values_list("id", "name")]


def find_partner(called: str) -> UUID | None:
    """Return the id of the partner of this name or id, or None."""
    row = Partner.objects.filter(name=" ".join(called.split())).first()
    if row is None:
        wanted = id_of(called)
        row = Partner.objects.filter(id=wanted).first() if wanted else None
    return row.id if row else None


def tokens(partner: UUID | None = None) -> Sequence[TokenFacts]:
    """Return the addresses of everybody, or of one partner: those in force first, newest first."""
    rows = Token.objects.select_related("partner")
    if partner is not None:
        rows = rows.filter(partner_id=partner)
    found = [
        TokenFacts(row.id, row.partner_id, row.partner.name, row.made_at, row.revoked_at)
        for row in rows.order_by("-made_at", "-id")
    ]
    return sorted(found, key=lambda each: each.revoked_at is not None)


def assigned_forms(partner: UUID) -> frozenset[str]:
    """Return the form_ids that a partner's addresses offer; none means every open form."""
    return frozenset(Assignment.objects.filter(partner_id=partner).values_list("form_id", flat=True))


def assignments() -> Sequence[tuple[UUID, str, str]]:
    """Return every assignment as partner, the partner's name and form_id, by name."""
    rows = Assignment.objects.order_by("partner__name", "form_id")
    return list(rows.values_list("partner_id", "partner__name", "form_id"))


def partner_of(token: str) -> UUID | None:
    """Return whose address this is; None for one that never was as for one that was revoked.

    One look by the hash either way: neither the answer nor its time tells which of the two it is.
    """
    row = Token.objects.filter(lookup=lookup_of(token)).values_list("partner_id", "revoked_at").first()
    return row[0] if row and row[1] is None else None


def id_of(text: str) -> UUID | None:
    """Return the id that somebody wrote, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _counted() -> QuerySet[Any]:
    return Partner.objects.annotate(
        live=Count("tokens", filter=Q(tokens__revoked_at=None), distinct=True),
        whole=Count(
            "submissions",
            filter=Q(submissions__state="received", submissions__replaces=None),
            distinct=True,
        ),
        last=Max("submissions__completed_at"),
        latest=Coalesce(Max("submissions__completed_at"), Value(NEVER)),
    )


def _facts(row: Any) -> PartnerFacts:
    return PartnerFacts(row.id, row.name, row.country, row.email, row.live, row.whole, row.last, row.language)
