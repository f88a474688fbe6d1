"""Answers to go on with are read by whoever knows the words, and by nobody else."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from pop.privacy.codes import CodeKey, derive_code, fold, make_code
from pop.surveys.collecting.actions.drafts import (
    KEPT,
    DraftError,
    begin_draft,
    finish_draft,
    forget_expired,
    open_draft,
    save_draft,
)
from pop.surveys.collecting.actions.receiving import receive
from pop.surveys.collecting.models import Draft
from tests.surveys.filled import NOW, fresh_id, photo_survey, poster

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

ANSWERS = "<data><place>kanarienvogel</place></data>"


@pytest.fixture(scope="module")
def key() -> CodeKey:
    return derive_code(fold(make_code("en"), "en"), b"pepper of the tests, 32 bytes ..")


@pytest.fixture(scope="module")
def other_key() -> CodeKey:
    return derive_code(fold(make_code("ar"), "ar"), b"pepper of the tests, 32 bytes ..")


def test_the_code_opens_what_was_kept(key: CodeKey, other_key: CodeKey) -> None:
    survey = photo_survey()
    draft = begin_draft(survey=survey.id, xml=ANSWERS, language="ar", key=key, now=NOW)
    opened = open_draft(keys=[other_key, key], now=NOW)
    assert opened is not None
    assert (opened.draft, opened.survey, opened.language, opened.submission) == (draft, survey.id, "ar", None)
    assert opened.xml == ANSWERS
    assert "kanarienvogel" not in repr(opened)
    assert open_draft(keys=[other_key], now=NOW) is None
    assert open_draft(keys=[], now=NOW) is None


def test_nothing_of_the_answers_and_little_of_their_length_is_in_the_database(key: CodeKey) -> None:
    survey = photo_survey()
    draft = begin_draft(survey=survey.id, xml=ANSWERS, language="en", key=key, now=NOW)
    before = len(Draft.objects.get().sealed)
    save_draft(draft=draft, xml=ANSWERS + "<x/>", language="en", now=NOW)
    row = Draft.objects.values_list().get()
    assert b"kanarienvogel" not in b"".join(bytes(each) for each in row if isinstance(each, (bytes, memoryview)))
    assert len(Draft.objects.get().sealed) == before


def test_saving_needs_no_code_and_replaces_what_was_kept(key: CodeKey) -> None:
    survey = photo_survey()
    draft = begin_draft(survey=survey.id, xml=ANSWERS, language="en", key=key, now=NOW)
    later = NOW + timedelta(days=80)
    save_draft(draft=draft, xml="<data/>", language="fr", now=later)
    opened = open_draft(keys=[key], now=later + timedelta(days=80))
    assert opened is not None
    assert (opened.xml, opened.language) == ("<data/>", "fr")


def test_a_row_put_in_anothers_place_or_back_to_an_older_state_opens_nothing(key: CodeKey) -> None:
    survey = photo_survey()
    draft = begin_draft(survey=survey.id, xml=ANSWERS, language="en", key=key, now=NOW)
    old = Draft.objects.values("sealed", "sealed_key").get()
    save_draft(draft=draft, xml="<data/>", language="en", now=NOW)
    Draft.objects.update(**old)
    assert open_draft(keys=[key], now=NOW) is None


def test_a_draft_is_forgotten_after_its_time(key: CodeKey) -> None:
    survey = photo_survey()
    draft = begin_draft(survey=survey.id, xml=ANSWERS, language="en", key=key, now=NOW)
    after = NOW + KEPT
    assert open_draft(keys=[key], now=after) is None
    with pytest.raises(DraftError, match="unknown_draft"):
        save_draft(draft=draft, xml="", language="en", now=after)
    assert forget_expired(now=NOW) == 0
    assert forget_expired(now=after) == 1
    assert Draft.objects.count() == 0


def test_after_sending_the_code_leads_to_what_was_sent_and_the_draft_is_gone(key: CodeKey, data_dir: object) -> None:
    survey = photo_survey()
    draft = begin_draft(survey=survey.id, xml=ANSWERS, language="en", key=key, now=NOW)
    done = receive(xml=poster(fresh_id()), source="web", now=NOW)
    finish_draft(draft=draft, submission=done.submission, now=NOW)
    opened = open_draft(keys=[key], now=NOW + timedelta(days=300))
    assert opened is not None
    assert (opened.submission, opened.xml) == (done.submission, "")
    assert bytes(Draft.objects.get().sealed) == b""
    with pytest.raises(DraftError, match="unknown_draft"):
        save_draft(draft=draft, xml=ANSWERS, language="en", now=NOW)


@pytest.mark.parametrize(("state", "code"), [("draft", "unknown_survey"), ("closed", "closed")])
def test_no_draft_is_begun_where_nothing_can_be_sent(key: CodeKey, state: str, code: str) -> None:
    survey = photo_survey(state=state)
    with pytest.raises(DraftError, match=code):
        begin_draft(survey=survey.id, xml=ANSWERS, language="en", key=key, now=NOW)


def test_what_is_not_there_is_neither_saved_nor_finished(key: CodeKey) -> None:
    with pytest.raises(DraftError):
        save_draft(draft=uuid.uuid4(), xml="", language="en", now=NOW)
    with pytest.raises(DraftError):
        finish_draft(draft=uuid.uuid4(), submission=uuid.uuid4(), now=NOW)
    with pytest.raises(DraftError):
        begin_draft(survey=uuid.uuid4(), xml="", language="en", key=key, now=NOW)


def test_a_draft_without_an_end_is_not_kept(key: CodeKey) -> None:
    survey = photo_survey()
    with pytest.raises(DraftError, match="too_long"):
        begin_draft(survey=survey.id, xml="x" * 1_000_001, language="en", key=key, now=NOW)
