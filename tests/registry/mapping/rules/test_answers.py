"""What is read of a filled instrument: the fields of a record, who agreed to what, and nothing of the respondent."""

from __future__ import annotations

import pytest

from pop.registry.mapping.instruments import NAMES, consents
from pop.registry.mapping.rules.answers import FIELDS, QUESTIONS, UnreadableError, offered, read_answers
from tests.registry.mapping.filling import filled


def offer(name: str = "helplines", **answers: str):  # type: ignore[no-untyped-def]
    xml = filled(name, instance_id="uuid:1", corrects=None, rows=(), **answers)
    return offered(read_answers(xml), name, consents())


def test_the_answers_become_the_fields_of_a_record() -> None:
    found = offer(channels="phone email", channel_hours="set", channel_hours_text="Mo-Fr 08:00-20:00")
    assert found.values["name"] == "Lantern Line"
    assert found.values["languages"] == ["en", "sw"]
    assert found.values["topics"] == ["bullying"]
    assert found.values["age_max"] == 18
    assert [each["channel"] for each in found.contacts] == ["phone", "email"]
    phone = found.contacts[0]
    assert (phone["as_stated"], phone["hours_source"], phone["free"]) == ("0800 720 111", "Mo-Fr 08:00-20:00", True)
    assert "respondent" not in str(found)
    assert "private.person" not in str(found)


@pytest.mark.parametrize("name", NAMES)
def test_without_a_yes_nothing_is_agreed_to_in_any_instrument(name: str) -> None:
    no = dict.fromkeys(
        (f"publish_{group}" for group in ("identity", "reach", "services", "channels", "safeguards", "experience")),
        "no",
    )
    assert not any(offer(name, publish_helplines="no", **no).consents.values())


def test_each_field_hangs_on_its_own_yes() -> None:
    found = offer(publish_channels="no", publish_helplines="no").consents
    assert {name for name in FIELDS if not found[name]} == {"contacts", "responders", "kind"}
    assert not any(offer(publish_identity="no").consents[name] for name in ("name", "organisation", "website"))


def test_what_the_other_instruments_ask_about_has_a_kind_of_its_own_that_hangs_on_who_runs_it() -> None:
    kinds = {name: offer(name).values["kind"] for name in NAMES}
    assert kinds == {
        "helplines": "child_helpline",
        "platforms": "platform_feature",
        "youth_led": "youth_led_solution",
        "ai_driven": "ai_driven_solution",
    }
    assert all(offer(name).consents["kind"] for name in NAMES)
    assert not any(offer(name, publish_identity="no").consents["kind"] for name in NAMES if name != "helplines")


def test_every_question_that_makes_a_field_is_one_of_the_instruments() -> None:
    known = consents()
    assert all(known[question] for questions in QUESTIONS.values() for question in questions)


def test_what_young_people_lead_is_named_so_and_has_no_place_where_there_may_be_danger() -> None:
    safe = offer("youth_led", operator="civil_society", danger_if_published="no", publish_place="region")
    assert (safe.values["operator"], safe.unplaced) == ("youth_led", False)
    assert offer("youth_led", danger_if_published="unsure", publish_place="region").unplaced
    assert offer("youth_led", danger_if_published="no", publish_place="nowhere").unplaced


@pytest.mark.parametrize("data", [b"", b"<a>", b"\xff\xfe", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;'])
def test_what_is_no_submission_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_answers(data)
