"""The instruments on a first start and on later ones: what is new is loaded and opened, what people closed stays so."""

from __future__ import annotations

from pathlib import Path

import pytest

from pop.registry.mapping.actions import shipping
from pop.registry.mapping.actions.shipping import load_instrument
from pop.registry.mapping.instruments import NAMES
from pop.registry.mapping.instruments import source as shipped
from pop.server.jobs.preparing import open_instruments
from pop.surveys.collecting.actions import surveys as actions
from pop.surveys.collecting.actions.surveys import SurveyError, close_survey, open_survey
from pop.surveys.collecting.queries.surveys import offered, surveys
from pop.surveys.forms.loading import load
from tests.registry.mapping.filling import NOW

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _own_data(data_dir: Path) -> None:
    """Files go to a folder of this test."""


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A later edition of the project, whose instruments are of another version."""
    monkeypatch.setattr(shipping, "source", lambda name: shipped(name).replace(b"20261123", b"20270101"))
    monkeypatch.setattr(actions, "load", load)


def states(form_id: str = "pop_youth_led") -> list[tuple[str, str]]:
    return [(each.version, each.state) for each in surveys(form_id)]


def test_a_first_start_opens_all_four_and_a_second_one_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(list(open_instruments())) == len(NAMES)
    assert {each.instrument for each in offered()} == set(NAMES)
    monkeypatch.setattr(shipping, "load_form", lambda **_: pytest.fail("it was loaded again"))
    assert list(open_instruments()) == []


def test_loading_alone_leaves_a_draft() -> None:
    loaded = load_instrument("youth_led", now=NOW)
    assert loaded is not None
    assert states() == [("20261123", "draft")]


@pytest.mark.usefixtures("changed")
def test_a_new_version_opens_beside_the_one_that_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipping, "source", shipped)
    load_instrument("youth_led", now=NOW, opened=True)
    monkeypatch.setattr(shipping, "source", lambda name: shipped(name).replace(b"20261123", b"20270101"))
    load_instrument("youth_led", now=NOW, opened=True)
    assert sorted(states()) == [("20261123", "open"), ("20270101", "open")]


@pytest.mark.usefixtures("changed")
def test_a_form_that_people_closed_is_not_opened_by_a_new_version() -> None:
    actions.load_form(name="youth_led.md", data=shipped("youth_led"), now=NOW)
    open_survey(form_id="pop_youth_led", now=NOW)
    close_survey(form_id="pop_youth_led", now=NOW)
    load_instrument("youth_led", now=NOW, opened=True)
    assert sorted(states()) == [("20261123", "closed"), ("20270101", "draft")]


def test_words_that_changed_under_the_same_version_are_refused_and_do_not_stop_a_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load_instrument("youth_led", now=NOW, opened=True)
    monkeypatch.setattr(shipping, "source", lambda name: shipped(name) + b"\n")
    with pytest.raises(SurveyError):
        load_instrument("youth_led", now=NOW, opened=True)
    said = list(open_instruments())
    assert [line for line in said if "youth_led stays" in line]
    assert len(offered()) == len(NAMES)
