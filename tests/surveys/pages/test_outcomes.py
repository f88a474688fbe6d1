"""Who sent answers sees what became of them, where somebody has told these pages."""

from __future__ import annotations

from uuid import UUID

import pytest

from pop.surveys.pages import outcomes
from pop.surveys.pages.outcomes import CODES, Outcome
from pop.surveys.pages.words import SURVEY
from tests.surveys.pages.filling import Filler
from tests.surveys.pages.test_coming_back import elsewhere, sent

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

RECORD = UUID(int=7)


@pytest.mark.parametrize("code", CODES)
def test_the_page_of_sent_answers_says_what_became_of_them(
    filler: Filler, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        outcomes._joined, "ask", lambda submission: Outcome(code, RECORD if code == "approved" else None)
    )
    kept = elsewhere(sent(filler))
    assert SURVEY.say(f"kept_{code}", "en") in kept.text
    assert (f"/en/service/{RECORD}" in kept.page) is (code == "approved")


def test_a_survey_that_nobody_reviews_promises_nothing(filler: Filler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes._joined, "ask", lambda submission: None)
    kept = elsewhere(sent(filler))
    assert not any(SURVEY.say(f"kept_{code}", "en") in kept.text for code in CODES)
