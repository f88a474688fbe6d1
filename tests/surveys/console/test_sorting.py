"""The order of lists: what says that it ascends does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pop.people.asking import Ask
from pop.surveys.collecting.actions.receiving import receive
from pop.surveys.collecting.queries.submissions import submissions
from tests.surveys.filled import NOW, fresh_id, photo_survey, poster

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def test_submissions_that_ascend_by_day_begin_with_the_oldest_and_stand_newest_first_unasked() -> None:
    photo_survey()
    for late in (1, 0, 2):
        receive(xml=poster(fresh_id()), source="openrosa", now=NOW + timedelta(days=late))

    def days(ask: Ask) -> list[int]:
        return [(row.received_at - NOW).days for row in submissions(ask).rows]

    assert days(Ask(sort="received")) == [0, 1, 2]
    assert days(Ask(sort="received", down=True)) == days(Ask()) == [2, 1, 0]
