"""What was withdrawn comes back by no import: neither from a backup with rows that wait, nor from its file again."""

from __future__ import annotations

from uuid import UUID

import pytest

from pop.privacy.erasures import replay
from pop.server.wiring import ERASERS
from pop.surveys.collecting.actions.withdrawing import withdraw
from pop.surveys.collecting.models import Submission
from pop.surveys.importing.actions.bringing import start_import
from pop.surveys.importing.actions.working import take_some
from pop.surveys.importing.models import Import, ImportRow
from tests.surveys.filled import NOW
from tests.surveys.importing.bringing import brought, checked, facts, suggested
from tests.surveys.importing.exports import CSV, UUIDS, kobo

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def restored(import_id: UUID, rows: list[ImportRow]) -> None:
    """Put everything back as it was when the rows were checked and nothing had come in."""
    Submission.objects.all().delete()
    ImportRow.objects.all().delete()
    ImportRow.objects.bulk_create(rows)
    Import.objects.filter(id=import_id).update(state="checked", finished_at=None)


def test_a_backup_with_rows_that_wait_brings_nothing_back_that_was_withdrawn_since(survey: UUID) -> None:
    found = checked(survey, "service.xlsx", kobo(), suggested("service.xlsx", kobo()))
    rows = list(ImportRow.objects.all())
    start_import(import_id=found.id, good_only=False)
    while take_some(found.id):
        pass
    gone = Submission.objects.get(instance_id=f"uuid:{UUIDS[0]}")
    withdraw(submission=gone.id, now=NOW)
    restored(found.id, rows)
    assert sum(b"Line of Hope" in bytes(row.xml) for row in ImportRow.objects.all()) == 1
    assert not replay(ERASERS).left
    assert not any(b"Line of Hope" in bytes(row.xml) for row in ImportRow.objects.all())
    start_import(import_id=found.id, good_only=False)
    while take_some(found.id):
        pass
    assert [row.instance_id for row in Submission.objects.all()] == [f"uuid:{UUIDS[1]}"]
    assert (facts(found.id).counts["taken"], facts(found.id).counts["there"]) == (1, 1)


@pytest.mark.parametrize(("name", "data"), [("service.xlsx", kobo()), ("a.csv", CSV.encode())])
def test_the_file_once_more_brings_nothing_back_where_a_backup_forgot_that_it_was_here(
    survey: UUID, name: str, data: bytes
) -> None:
    brought(survey, name, data)
    gone = next(row for row in Submission.objects.all() if b"Line of Hope" in bytes(row.xml))
    withdraw(submission=gone.id, now=NOW)
    Submission.objects.all().delete()
    replay(ERASERS)
    again = brought(survey, name, data)
    assert (again.counts["taken"], again.counts["there"]) == (1, 1)
    assert not any(b"Line of Hope" in bytes(row.xml) for row in Submission.objects.all())
