"""Who did what, for the console and for whoever may ask who read something."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q

from pop.audit.models import AuditLink, AuditRow

SORTS: Mapping[str, Sequence[str]] = {
    "at": ("at",),
    "action": ("action",),
    "object": ("object_type", "object_id"),
}


@dataclass(frozen=True)
class Trace:
    """One act: when, by whom (None: the system), what, of which record, with codes only."""

    at: dt.datetime
    actor: UUID | None
    action: str
    object_type: str
    object_id: str
    detail: Mapping[str, object]


def traces(
    *,
    search: str,
    actors: Sequence[UUID],
    action: str,
    object_type: str,
    order: Sequence[str],
    first: int,
    count: int,
    using: str | None = None,
) -> tuple[list[Trace], int]:
    """Return rows and their number. `search` is looked for in the action and the id, or finds `actors`' rows.

    `using` names the database: each keeps an audit of its own.
    """
    found = AuditRow.objects.using(using).all()
    if search:
        found = found.filter(Q(action__icontains=search) | Q(object_id__icontains=search) | Q(actor__in=list(actors)))
    if action:
        found = found.filter(action=action)
    if object_type:
        found = found.filter(object_type=object_type)
    rows = found.order_by(*order)[first : first + count]
    return _traces(rows), found.count()


def readers_of(object_id: str, actions: Collection[str], *, using: str = DEFAULT_DB_ALIAS) -> list[Trace]:
    """Return the rows of these actions on this record, oldest first: who has read a conversation, and when."""
    rows = AuditRow.objects.using(using).filter(object_id=object_id, action__in=list(actions))
    return _traces(rows.order_by("at", "id"))


def actors_on(object_id: str, *, using: str | None = None) -> frozenset[UUID]:
    """Return who of the staff did anything to this record, reading included."""
    rows = AuditRow.objects.using(using).filter(object_id=object_id, actor__isnull=False).order_by()
    return frozenset(actor for actor in rows.values_list("actor", flat=True).distinct() if actor is not None)


def traces_on(object_id: str, *, count: int, actions: Collection[str] = (), using: str | None = None) -> list[Trace]:
    """Return the last `count` rows about this record, newest first; of these `actions` only, where any are named."""
    rows = AuditRow.objects.using(using).filter(object_id=object_id)
    if actions:
        rows = rows.filter(action__in=list(actions))
    return _traces(rows.order_by("-at", "-id")[:count])


def traces_by(
    actors: Collection[UUID],
    *,
    object_types: Collection[str],
    search: str,
    named: Collection[UUID],
    action: str,
    object_type: str,
    order: Sequence[str],
    first: int,
    count: int,
    using: str | None = None,
) -> tuple[list[Trace], int]:
    """Return what these people did to these types of record, and how many rows it is.

    `search` is looked for in the action and the id, or finds the rows of `named`.
    """
    found = AuditRow.objects.using(using).filter(actor__in=list(actors), object_type__in=list(object_types))
    if search:
        found = found.filter(Q(action__icontains=search) | Q(object_id__icontains=search) | Q(actor__in=list(named)))
    if action:
        found = found.filter(action=action)
    if object_type:
        found = found.filter(object_type=object_type)
    return _traces(found.order_by(*order)[first : first + count]), found.count()


def known_actions(*, using: str | None = None) -> list[str]:
    """Return the actions that occur in the audit, in alphabetical order."""
    return sorted(set(AuditRow.objects.using(using).order_by().values_list("action", flat=True).distinct()))


def known_objects(*, using: str | None = None) -> list[str]:
    """Return the types of record that occur in the audit, in alphabetical order."""
    return sorted(set(AuditRow.objects.using(using).order_by().values_list("object_type", flat=True).distinct()))


def oldest_link(*, using: str = DEFAULT_DB_ALIAS) -> dt.datetime | None:
    """Return when the oldest link was made, which a cut would take first; None where there is none."""
    return AuditLink.objects.using(using).order_by("number").values_list("at", flat=True).first()


def _traces(rows: Iterable[AuditRow]) -> list[Trace]:
    return [Trace(row.at, row.actor, row.action, row.object_type, row.object_id, dict(row.detail)) for row in rows]
