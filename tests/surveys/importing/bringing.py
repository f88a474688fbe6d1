"""An import from a file to its end, as the command does it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from lxml import etree

from pop.surveys.collecting.models import Submission
from pop.surveys.importing.actions.bringing import begin_import, start_import
from pop.surveys.importing.actions.working import Checking, take_some
from pop.surveys.importing.queries import ImportFacts, import_facts
from pop.surveys.importing.reading.opening import read_book
from pop.surveys.importing.rules.mapping import ColumnMapping
from pop.surveys.importing.rules.suggesting import suggest
from tests.surveys.filled import NOW
from tests.surveys.importing.exports import form


def suggested(name: str, data: bytes, **changes: Any) -> ColumnMapping:
    return replace(suggest(read_book(name, data), form()).mapping, **changes)


def checked(survey: UUID, name: str, data: bytes, mapping: ColumnMapping) -> ImportFacts:
    made, _ = begin_import(survey=survey, file_name=name, data=data, now=NOW, hands="command", mapping=mapping)
    checking = Checking(made)
    while checking.step():
        pass
    return facts(made)


def brought(
    survey: UUID, name: str, data: bytes, mapping: ColumnMapping | None = None, *, good_only: bool = False
) -> ImportFacts:
    found = checked(survey, name, data, mapping or suggested(name, data))
    start_import(import_id=found.id, good_only=good_only)
    while take_some(found.id):
        pass
    return facts(found.id)


def facts(import_id: UUID) -> ImportFacts:
    found = import_facts(import_id)
    assert found is not None
    return found


def answers(row: Submission) -> dict[str, Any]:
    """The answers of a submission by path, those of repeats as lists."""
    found: dict[str, Any] = {}
    for element in etree.fromstring(bytes(row.xml)).iter():
        if not len(element) and element.text:
            path = element.getroottree().getpath(element)
            found[path] = element.text
    return found
