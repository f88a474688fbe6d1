"""Which records may not be named in their country: `server` joins whoever keeps the table of country risk, and says it.

A record that nobody has checked for children stands before the public for the map's sake alone, so what the map hides,
no other page names either. A checked one leads children to help, and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from pop.registry.directory.models import Service
from pop.registry.directory.rules.tables import kinds


class Traits(NamedTuple):
    """What of a record decides whether it may be named in its country."""

    country: str
    kind: str
    operator: str
    topics: Collection[str]


# Records by id → the ids of those that the map hides in their country.
Shield = Callable[[Mapping[UUID, Traits]], Collection[UUID]]


class _Joined:
    """Until somebody knows which records are hidden, all of them are."""

    def __init__(self) -> None:
        self.shield: Shield = frozenset


_joined = _Joined()


def use_shield(shield: Shield) -> None:
    """Have `shield` say which records may not be named in their country."""
    _joined.shield = shield


def hidden_among(records: QuerySet[Service, Any]) -> list[UUID]:
    """Return the ids of those of these records that may not be named in their country."""
    rows = records.order_by().values_list("id", "country", "kind", "organisation__operator", "topics")
    found = {id: Traits(country, kind, operator, _topics(kind, own)) for id, country, kind, operator, own in rows}
    return list(_joined.shield(found)) if found else []


def _topics(kind: str, own: Sequence[str]) -> frozenset[str]:
    """Return the topics of a record, those too that its kind alone is evidence for, as the map counts them."""
    known = kinds().get(kind)
    return frozenset((*own, *(known.topics if known else ())))
