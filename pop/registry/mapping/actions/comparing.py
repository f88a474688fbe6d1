"""Comparing a finding with the registry as it is now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from pop.registry.directory.queries.comparable import Comparable, comparable, comparable_one
from pop.registry.directory.rules.likeness import Likeness, Subject, host_of, ranked, signs_of
from pop.registry.mapping.models import Finding
from pop.registry.mapping.rules.comparing import contacts_to_add, differing_fields, verdict_of

CORRECTS = "corrects_record"


def compare(finding: Finding) -> None:
    """Write into a locked finding which record it is about, how it differs, and why we think so; the caller saves."""
    best: Likeness[UUID] | None
    record: Comparable | None
    if finding.service_id is not None:
        # A correction of what became a record is about that record, whatever it says now.
        record = comparable_one(finding.service_id)
        best = Likeness(finding.service_id, 100, 0.0, (CORRECTS,))
    else:
        offer = subject_of_finding(finding)
        rows = comparable(
            country=finding.country,
            e164=[str(each.get("e164") or "") for each in finding.contacts],
            hosts=[offer.host] if offer.host else [],
        )
        found = ranked(offer, map(_subject, rows))
        best = found[0] if found else None
        record = next((row for row in rows if best is not None and row.id == best.key), None)
    finding.match_id = record.id if record is not None and best is not None else None
    finding.reasons = list(best.reasons) if best is not None and record is not None else []
    finding.score = best.score if best is not None and record is not None else 0
    finding.verdict = verdict_of(best if record is not None else None, differing(finding, record))
    finding.state, finding.stale = "compared", False


def differing(finding: Finding, record: Comparable | None) -> list[str]:
    """Return the fields in which a finding says something that a record does not."""
    if record is None:
        return []
    return differing_fields(finding.values, known_values(record), additions(finding, record))


def additions(finding: Finding, record: Comparable | None) -> list[Mapping[str, Any]]:
    """Return the contacts of a finding that a record lacks; all of them where there is no record."""
    known = record.contacts if record is not None else ()
    return contacts_to_add(finding.country, finding.contacts, known)


def known_values(record: Comparable) -> dict[str, Any]:
    """Return a record's values by the names of a finding's fields."""
    own = {"organisation": record.organisation, "operator": record.operator, "country": record.country}
    return {**record.values, **own}


def subject_of_finding(finding: Finding) -> Subject[str]:
    """Return a finding as one side of a comparison."""
    return _side(str(finding.pk), finding.country, finding.values, finding.contacts)


def _subject(row: Comparable) -> Subject[UUID]:
    return _side(row.id, row.country, known_values(row), row.contacts)


def _side(key: Any, country: str, values: Mapping[str, Any], contacts: Iterable[Mapping[str, Any]]) -> Subject[Any]:
    numbers, addresses = signs_of(country, contacts)
    return Subject(
        key=key,
        names=(str(values.get("name") or ""),),
        country=country,
        numbers=numbers,
        addresses=addresses,
        host=host_of(str(values.get("website") or "")),
    )
