"""Rows of a list that tell of a record which a survey made: the same service is not written down twice."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from pop.registry.directory.models import Service, Task
from pop.registry.directory.rules.drafts import ServiceDraft
from pop.registry.directory.rules.editing import CONTACT_COLUMNS
from pop.registry.directory.rules.likeness import Subject, host_of, likeness, signs_of

KNOWN_FROM_SURVEY = "known_from_survey"
# What a person says of such a task to let the row in after all.
ANOTHER_SERVICE = "another_service"


@dataclass(frozen=True)
class Twin:
    """The record that a row seems to be about; `agreed`: people have agreed to it, so the row waits for their word."""

    service: Service
    agreed: bool


class Surveyed:
    """The records that surveys made in some countries, read in a handful of queries."""

    def __init__(self, drafts: Iterable[ServiceDraft]) -> None:
        countries = {draft.country for draft in drafts}
        made = Service.objects.filter(from_survey=True, country__in=countries).exclude(state="defunct")
        self._rows: dict[str, list[tuple[Service, Subject[uuid.UUID]]]] = defaultdict(list)
        for row in made.order_by("id").prefetch_related("contacts"):
            contacts = [{name: getattr(each, name) for name in CONTACT_COLUMNS} for each in row.contacts.all()]
            side = _side(row.pk, row.name, row.country, row.website, contacts)
            self._rows[row.country].append((row, side))
        tasks = Task.objects.filter(kind=KNOWN_FROM_SURVEY, service__country__in=countries)
        self.asked: set[tuple[uuid.UUID, str]] = set()
        self._others: set[tuple[uuid.UUID, str]] = set()
        for service, detail, outcome in tasks.values_list("service_id", "detail", "outcome"):
            asked = (service, str(detail.get("key", "")))
            self.asked.add(asked)
            if outcome == ANOTHER_SERVICE:
                self._others.add(asked)

    def twin_of(self, draft: ServiceDraft) -> Twin | None:
        """Return the record that a row tells of: by number, by name, or by its website; those first that people have
        agreed to. None where somebody has said that it is another service.
        """
        known = self._rows.get(draft.country, ())
        if not known:
            return None
        own = _side(draft.id, draft.name, draft.country, draft.website, [asdict(each) for each in draft.contacts])
        found = [
            Twin(row, row.state != "waiting")
            for row, side in known
            if (row.pk, draft.key) not in self._others
            and (likeness(own, side).same or _same_page(draft.website, row.website))
        ]
        return min(found, key=lambda twin: not twin.agreed, default=None)


def _same_page(one: str, other: str) -> bool:
    """Say whether two addresses are one page: a host of its own, and the same path. Many bodies share a host."""
    return bool(host_of(one)) and _page(one) == _page(other)


def _page(website: str) -> str:
    return website.strip().casefold().partition("://")[2].removeprefix("www.").rstrip("/")


def _side(
    key: uuid.UUID, name: str, country: str, website: str, contacts: Sequence[dict[str, object]]
) -> Subject[uuid.UUID]:
    numbers, addresses = signs_of(country, contacts)
    return Subject(key, (name,), country, numbers, addresses, host_of(website))
