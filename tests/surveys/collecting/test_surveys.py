"""Forms are loaded once a version, opened and closed; what clients see is the version opened last."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pop.audit.models import AuditRow
from pop.surveys.collecting.actions.receiving import receive
from pop.surveys.collecting.actions.surveys import SurveyError, close_survey, load_form, open_survey
from pop.surveys.collecting.models import Survey
from pop.surveys.collecting.queries.submissions import submission
from pop.surveys.collecting.queries.surveys import (
    form_of_survey,
    offered,
    offered_xform,
    shape_of_survey,
    source_of,
    surveys,
)
from pop.surveys.forms.refusals import RefusedFormError
from tests.surveys.filled import NOW, fresh_id, offer, photo_survey, poster, workbook

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def load(version: str = "1", minutes: int = 0):  # type: ignore[no-untyped-def]
    return load_form(name="offer.md", data=workbook(version), now=NOW + timedelta(minutes=minutes))


def test_a_form_is_kept_as_a_draft_with_its_source_byte_for_byte() -> None:
    loaded = load()
    assert (loaded.form_id, loaded.version, loaded.state, loaded.new) == ("offer", "1", "draft", True)
    kept = source_of(loaded.id)
    assert kept is not None
    assert kept.data == workbook()
    assert b'id="offer"' in kept.xform
    assert form_of_survey(loaded.id).title == "What you offer"
    assert AuditRow.objects.get(action="load_form").object_id == str(loaded.id)


def test_the_same_file_again_changes_nothing() -> None:
    assert load().id == load(minutes=5).id
    assert not load().new
    assert AuditRow.objects.filter(action="load_form").count() == 1


def test_a_changed_form_needs_a_new_version() -> None:
    load()
    with pytest.raises(SurveyError, match="new version"):
        load_form(name="offer.md", data=workbook().replace(b"How many", b"How few"), now=NOW)
    assert Survey.objects.count() == 1


def test_a_form_without_a_version_is_refused() -> None:
    with pytest.raises((SurveyError, RefusedFormError)):
        load_form(name="offer.md", data=workbook(""), now=NOW)


@pytest.mark.parametrize("form_id", ["a/b", "../x", "a b", "a?b", "x" * 201])
def test_an_id_that_cannot_stand_in_an_address_is_refused(form_id: str) -> None:
    with pytest.raises((SurveyError, RefusedFormError)):
        load_form(name="offer.md", data=workbook().replace(b"| offer |", f"| {form_id} |".encode()), now=NOW)
    assert Survey.objects.count() == 0


def test_clients_are_shown_the_version_opened_last_and_may_fetch_the_others() -> None:
    load("1")
    load("2", minutes=1)
    assert offered() == []
    open_survey(form_id="offer", version="1", now=NOW)
    assert [each.version for each in offered()] == ["1"]
    open_survey(form_id="offer", now=NOW + timedelta(minutes=2))
    assert [each.version for each in offered()] == ["2"]
    assert [each.version for each in offered(every_version=True)] == ["2", "1"]
    assert b'version="1"' in (offered_xform("offer", "1") or b"")
    assert b'version="2"' in (offered_xform("offer") or b"")
    assert offered_xform("offer", "3") is None


def test_closing_closes_every_open_version_or_the_named_one() -> None:
    load("1")
    load("2", minutes=1)
    for version in ("1", "2"):
        open_survey(form_id="offer", version=version, now=NOW)
    assert [each.version for each in close_survey(form_id="offer", version="1", now=NOW)] == ["1"]
    assert [each.version for each in close_survey(form_id="offer", now=NOW)] == ["2"]
    assert offered() == []
    assert [each.state for each in surveys("offer")] == ["closed", "closed"]
    assert close_survey(form_id="offer", now=NOW) == []


@pytest.mark.parametrize("version", [None, "1"])
def test_a_form_that_was_not_loaded_can_be_neither_opened_nor_closed(version: str | None) -> None:
    for move in (open_survey, close_survey):
        with pytest.raises(SurveyError):
            move(form_id="nobody", version=version, now=NOW)


def test_what_the_engine_finds_wrong_is_kept_in_codes_and_nothing_is_turned_away(data_dir: Path) -> None:
    load()
    open_survey(form_id="offer", now=NOW)
    xml = offer(fresh_id()).replace(b"<staff>3<", b"<staff>-3<")
    done = receive(xml=xml, source="openrosa", now=NOW)
    kept = submission(done.submission)
    assert kept is not None
    assert kept.faults == [{"path": "/data/staff", "code": "constraint"}]
    right = submission(receive(xml=offer(fresh_id()), source="openrosa", now=NOW).submission)
    assert right is not None
    assert right.faults == []


def test_answers_to_a_form_that_the_engine_refuses_by_now_are_kept_and_say_so(data_dir: Path) -> None:
    photo_survey()
    kept = submission(receive(xml=poster(fresh_id()), source="openrosa", now=NOW).submission)
    assert kept is not None
    assert kept.faults == [{"path": "", "code": "engine_refuses_form"}]


def test_a_mistake_of_the_engine_turns_nobody_away(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load()
    open_survey(form_id="offer", now=NOW)
    monkeypatch.setattr("pop.surveys.collecting.checking.Answering.resume", lambda *_, **__: 1 / 0)
    kept = submission(receive(xml=offer(fresh_id()), source="openrosa", now=NOW).submission)
    assert kept is not None
    assert kept.faults == [{"path": "", "code": "engine_failed"}]


def test_the_shape_of_a_form_is_that_of_its_xform() -> None:
    shape = shape_of_survey(load().id)
    assert (shape.form_id, shape.version) == ("offer", "1")
    assert shape.node.children["contact"].repeats
