"""What follows from an answer: relevance, calculations, faults, choices, and what is sent."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from lxml import etree

from pop.surveys.forms.answering import Answering, NoSuchPathError, ReadOnlyError, UnreadableAnswersError
from tests.surveys.forms.writing import NOW, YES_NO, begun, form, golden


def sent(answering: Answering) -> dict[str, str]:
    """Return what is sent, by path; of several rows the last."""
    root = etree.fromstring(answering.submission_xml())
    found = {}
    for element in root.iter():
        path = "/".join(reversed([element.tag, *(above.tag for above in element.iterancestors())]))
        found[f"/{path}"] = element.text or ""
    return found


def test_what_is_not_relevant_is_blank_is_not_sent_and_comes_back() -> None:
    visit = begun(golden("visit"))
    visit.set_all({"/data/place": "The Lodge", "/data/open": "yes", "/data/inside/rooms": "4"})
    assert visit.seen("/data/score") == "4"
    visit.set("/data/open", "no")
    assert not visit.relevant("/data/inside/rooms")
    assert visit.seen("/data/inside/rooms") == ""
    assert visit.value("/data/inside/rooms") == "4"
    assert visit.seen("/data/score") == "0"
    assert not any(path.startswith("/data/inside") for path in sent(visit))
    visit.set("/data/open", "yes")
    assert visit.seen("/data/inside/rooms") == "4"
    assert sent(visit)["/data/inside/rooms"] == "4"


def test_a_group_hides_all_that_it_holds_whatever_that_says_itself() -> None:
    visit = begun(golden("visit"))
    visit.set_all({"/data/place": "The Lodge", "/data/open": "yes", "/data/inside/rooms": "2"})
    visit.set("/data/inside/helps", "quiet")
    assert visit.relevant("/data/inside/quiet/how_quiet")
    visit.set("/data/place", "")
    assert not visit.relevant("/data/inside/quiet/how_quiet")


def test_an_answer_is_needed_only_where_it_is_asked_for() -> None:
    visit = begun(golden("visit"))
    assert [fault.path for fault in visit.faults()] == ["/data/place", "/data/agreed"]
    visit.set("/data/place", "The Lodge")
    assert [fault.path for fault in visit.faults()] == ["/data/open", "/data/agreed"]
    visit.set_all({"/data/open": "yes", "/data/inside/rooms": "4", "/data/agreed": "OK"})
    assert [(fault.path, fault.code) for fault in visit.faults()] == [("/data/inside/helps", "required")]
    visit.set("/data/inside/rooms", "3")
    assert visit.faults() == ()


def test_a_fault_speaks_the_language_of_the_answering() -> None:
    visit = begun(golden("visit"), "ar")
    assert visit.valid("/data/place") is not None
    assert [fault.message for fault in visit.faults()] == ["يرجى ذكر المكان.", None]
    visit.set("/data/place", "x")
    fault = visit.valid("/data/place")
    assert fault is not None
    assert (fault.code, fault.message) == ("constraint", "حرفان على الأقل.")
    visit.language = "en"
    fault = visit.valid("/data/place")
    assert fault is not None
    assert fault.message == "Two letters at least."


def test_a_constraint_does_not_speak_of_a_blank() -> None:
    trial = begun(form([{"type": "integer", "name": "a", "label": "A", "constraint": ". > 5"}]))
    assert trial.faults() == ()
    trial.set("/data/a", "5")
    assert [fault.code for fault in trial.faults()] == ["constraint"]


def test_labels_say_what_was_answered_in_every_language() -> None:
    visit = begun(golden("visit"))
    visit.set_all({"/data/place": "The Lodge", "/data/open": "yes"})
    assert visit.label("/data/open") == "Was The Lodge open?"
    assert visit.label("/data/thanks") == "Thank you: 0 for The Lodge, Yes"
    visit.language = "ar"
    assert visit.label("/data/thanks") == "شكرًا: 0 لـThe Lodge، نعم"
    assert visit.label("/data/open", "en") == "Was The Lodge open?"


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("integer", " 007 ", "7"), ("integer", "-3", "-3"), ("integer", "3.0", None), ("integer", "٣", None),
        ("integer", "2147483648", None), ("integer", "1e3", None), ("decimal", "2.50", "2.5"), ("decimal", "7", "7.0"),
        ("decimal", "1,5", None), ("decimal", "Infinity", None), ("date", "2026-02-28", "2026-02-28"),
        ("date", "2026-02-30", None), ("date", "28.2.2026", None), ("time", "14:30", "14:30"), ("time", "24:00", None),
        ("time", "14:30:00.000+02:00", "14:30:00.000+02:00"), ("datetime", "2026-02-28", None),
        ("datetime", "2026-02-28T10:00:00.000Z", "2026-02-28T10:00:00.000Z"), ("geopoint", "10.5 20", "10.5 20.0"),
        ("geopoint", "91 0", None), ("geopoint", "here", None), ("text", " as it is ", " as it is "),
    ],
)  # fmt: skip
def test_an_answer_is_kept_in_the_form_of_its_kind_or_faulted(kind: str, value: str, kept: str | None) -> None:
    trial = begun(form([{"type": kind, "name": "a", "label": "A"}]))
    trial.set("/data/a", value)
    assert trial.seen("/data/a") == (kept or "")
    assert trial.value("/data/a") == (value if kept is None else kept)
    fault = trial.valid("/data/a")
    assert (None if fault is None else fault.code) == (None if kept is not None else kind)


def test_several_choices_are_kept_in_the_order_of_the_list() -> None:
    visit = begun(golden("visit"))
    visit.set_all({"/data/place": "The Lodge", "/data/open": "yes", "/data/inside/rooms": "2"})
    visit.set("/data/inside/helps", "people quiet people")
    assert visit.value("/data/inside/helps") == "quiet people"
    visit.set("/data/inside/helps", "quiet nonsense")
    fault = visit.valid("/data/inside/helps")
    assert fault is not None
    assert fault.code == "choice"


def test_other_asks_which() -> None:
    visit = begun(golden("visit"))
    visit.set_all({"/data/place": "The Lodge", "/data/open": "yes", "/data/inside/rooms": "2"})
    assert not visit.relevant("/data/inside/helps_other")
    visit.set("/data/inside/helps", "games other")
    assert visit.relevant("/data/inside/helps_other")
    assert visit.label("/data/inside/helps_other") == "Other"


def test_choices_follow_other_answers_and_take_away_what_is_no_longer_offered() -> None:
    trip = begun(golden("choosing"))
    assert trip.choices("/data/countries") == []
    trip.set("/data/region", "north")
    assert [(choice.name, label) for choice, label in trip.choices("/data/countries")] == [
        ("aland", "Aland"),
        ("beland", "Beland"),
    ]
    trip.set("/data/countries", "beland aland")
    trip.set("/data/first", "beland")
    assert trip.seen("/data/first") == "beland"
    trip.set("/data/region", "south")
    assert (trip.seen("/data/countries"), trip.seen("/data/first")) == ("", "")
    assert trip.valid("/data/countries") is None
    trip.set("/data/region", "north")
    assert (trip.seen("/data/countries"), trip.seen("/data/first")) == ("aland beland", "beland")


@pytest.mark.parametrize(("value", "fine"), [("-5", True), ("0.5", True), ("5.5", False), ("0.3", False), ("x", False)])
def test_a_scale_takes_what_is_on_its_steps(value: str, fine: bool) -> None:
    trip = begun(golden("choosing"))
    trip.set("/data/warm", value)
    assert (trip.valid("/data/warm") is None) == fine


def test_what_nobody_may_answer_cannot_be_answered() -> None:
    things = begun(golden("beginnings"))
    for path in ("/data/length", "/data/started", "/data/fixed", "/data/meta/instanceID"):
        with pytest.raises(ReadOnlyError):
            things.set(path, "x")
    visit = begun(golden("visit"))
    with pytest.raises(ReadOnlyError):
        visit.set("/data/thanks", "x")
    with pytest.raises(NoSuchPathError):
        visit.set("/data/inside", "x")
    with pytest.raises(NoSuchPathError):
        visit.set("/data/nobody", "x")


def test_of_several_answers_none_is_taken_if_one_cannot_be() -> None:
    visit = begun(golden("visit"))
    with pytest.raises(ReadOnlyError):
        visit.set_all({"/data/place": "The Lodge", "/data/score": "5"})
    assert visit.value("/data/place") == ""


def test_a_form_begins_with_what_it_brings_along() -> None:
    things = begun(golden("beginnings"))
    first = sent(things)
    assert first["/data/started"] == "2026-11-22T09:30:15.250+00:00"
    assert (first["/data/day"], first["/data/seen_on"]) == ("2026-11-22", "2026-11-22")
    assert (first["/data/device"], first["/data/source"]) == ("a machine", "a poster")
    assert (first["/data/people"], first["/data/twice"], first["/data/share"]) == ("2", "4", "0.5")
    assert (first["/data/code"], first["/data/fixed"]) == ("c2", "stays")
    assert "/data/why" not in first
    assert first["/data/meta/instanceID"].startswith("uuid:")


def test_a_calculation_over_which_somebody_wrote_stays_until_its_result_changes() -> None:
    things = begun(golden("beginnings"))
    things.set("/data/twice", "5")
    things.set("/data/late", "no")
    assert things.seen("/data/twice") == "5"
    things.set("/data/people", "3")
    assert things.seen("/data/twice") == "6"


def test_once_is_once() -> None:
    things = begun(golden("beginnings"))
    things.set("/data/people", "9")
    assert things.seen("/data/code") == "c2"


def test_a_trigger_writes_when_its_answer_changes_and_not_before() -> None:
    things = begun(golden("beginnings"))
    assert things.seen("/data/changed") == ""
    things.set("/data/people", "3")
    assert things.seen("/data/changed") == "3 people"
    things.set("/data/changed", "mine")
    things.set("/data/late", "yes")
    things.set("/data/people", "3")
    assert things.seen("/data/changed") == "mine"


def test_what_is_worked_out_at_the_beginning_is_not_worked_out_again() -> None:
    rows = [
        {"type": "integer", "name": "a", "label": "A", "default": "1"},
        {"type": "integer", "name": "b", "label": "B", "default": "${a} + 1"},
        {"type": "calculate", "name": "dice", "calculation": "random()"},
    ]
    trial = begun(form(rows))
    assert trial.seen("/data/b") == "2"
    dice = trial.seen("/data/dice")
    trial.set("/data/a", "7")
    assert (trial.seen("/data/b"), trial.seen("/data/dice")) == ("2", dice)


def test_an_answering_hangs_only_on_the_form_the_answers_and_what_was_passed_in() -> None:
    one, other = begun(golden("beginnings"), seed=5), begun(golden("beginnings"), seed=5)
    assert one.submission_xml() == other.submission_xml()
    assert one.submission_xml() != begun(golden("beginnings"), seed=6).submission_xml()


def test_two_people_with_one_form_do_not_see_each_other() -> None:
    made = golden("visit")
    one, other = begun(made), begun(made)
    one.set("/data/place", "The Lodge")
    assert other.seen("/data/place") == ""


def test_what_is_sent_names_the_form_and_escapes_the_answers() -> None:
    visit = begun(golden("visit"))
    visit.set("/data/place", 'A <b> & "c"\x00\r\nd')
    root = etree.fromstring(visit.submission_xml(instance_id="uuid:1", deprecated_id="uuid:0"))
    assert (root.tag, root.get("id"), root.get("version")) == ("data", "visit", "7")
    assert root.findtext("place") == 'A <b> & "c"\nd'
    assert (root.findtext("meta/instanceID"), root.findtext("meta/deprecatedID")) == ("uuid:1", "uuid:0")


def test_the_end_is_when_it_is_sent() -> None:
    things = begun(golden("beginnings"))
    end = NOW + dt.timedelta(hours=1)
    assert b"<ended>2026-11-22T10:30:15.250+00:00</ended>" in things.submission_xml(now=end)


def test_what_hangs_on_the_end_is_sent_as_of_the_end() -> None:
    rows = [
        {"type": "end", "name": "ended"},
        {"type": "calculate", "name": "copy", "calculation": "${ended}"},
    ]
    trial = begun(form(rows))
    assert trial.seen("/data/copy") == ""
    assert sent(trial)["/data/copy"] == "2026-11-22T09:30:15.250+00:00"


@pytest.mark.parametrize(
    ("kind", "default", "kept"),
    [
        ("acknowledge", "x", ""), ("acknowledge", "ok", "OK"), ("integer", "2.7", "2"), ("integer", "x", ""),
        ("decimal", "3", "3.0"), ("date", "2026-02-30", ""), ("date", "2026-02-28T10:00:00", "2026-02-28"),
        ("datetime", "0", ""), ("time", "x", ""), ("geopoint", "0 0", ""),
    ],
)  # fmt: skip
def test_what_a_form_brings_along_is_kept_in_the_form_of_its_kind(kind: str, default: str, kept: str) -> None:
    trial = begun(form([{"type": kind, "name": "a", "label": "A", "default": default}]))
    assert trial.seen("/data/a") == kept


def test_a_draft_keeps_all_answers_also_those_that_are_hidden_or_wrong() -> None:
    visit = begun(golden("visit"))
    visit.set_all({"/data/place": "The Lodge", "/data/open": "yes", "/data/inside/rooms": "many"})
    visit.set("/data/inside/rooms", "4")
    visit.set("/data/open", "no")
    again = Answering.resume(visit.form, visit.draft_xml(), now=NOW, chance=random.Random(9))
    assert again.value("/data/inside/rooms") == "4"
    assert again.submission_xml() == visit.submission_xml()
    visit.set("/data/open", "yes")
    visit.set("/data/inside/rooms", "many")
    again = Answering.resume(visit.form, visit.draft_xml(), now=NOW, chance=random.Random(9))
    assert again.value("/data/inside/rooms") == "many"
    fault = again.valid("/data/inside/rooms")
    assert fault is not None
    assert fault.code == "integer"


def test_a_draft_keeps_the_signs_as_they_were_typed_and_a_submission_composes_them() -> None:
    visit = begun(golden("visit"))
    visit.set("/data/place", " Cafe\u0301 ")
    again = Answering.resume(visit.form, visit.draft_xml(), now=NOW, chance=random.Random(9))
    assert again.value("/data/place") == " Cafe\u0301 "
    assert sent(again)["/data/place"] == " Caf\u00e9 "


def test_a_draft_does_not_begin_again() -> None:
    things = begun(golden("beginnings"))
    things.set_all({"/data/seen_on": "2020-01-01", "/data/people": "4"})
    later = NOW + dt.timedelta(days=3)
    again = Answering.resume(things.form, things.draft_xml(), now=later, chance=random.Random(9))
    assert (again.seen("/data/seen_on"), again.seen("/data/day")) == ("2020-01-01", "2026-11-22")
    assert again.seen("/data/code") == "c2"
    assert again.seen("/data/meta/instanceID") == things.seen("/data/meta/instanceID")


@pytest.mark.parametrize(
    "xml",
    [
        b"<data id='visit'>" + b"<a>" * 5000,
        b"<?xml version='1.0' encoding='nonsense'?><data id='visit'/>",
        b"<data id='visit'>" + b"<place/>" * 50_000 + b"</data>",
        b"<data id='visit'>" + b"a" * 5_000_000 + b"</data>",
        b"",
        b"no xml",
        b"<data id='other'/>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><data id='visit'>&b;</data>",
        b"<x/>",
    ],
)
def test_what_are_not_the_answers_of_a_form_is_not_read(xml: bytes) -> None:
    with pytest.raises(UnreadableAnswersError):
        Answering.resume(golden("visit"), xml, now=NOW, chance=random.Random(1))


def test_answers_of_an_older_form_are_read_as_far_as_they_go() -> None:
    xml = b"<data id='visit' version='1'><place>The Lodge</place><gone>x</gone></data>"
    visit = Answering.resume(golden("visit"), xml, now=NOW, chance=random.Random(1))
    assert visit.value("/data/place") == "The Lodge"
    assert visit.seen("/data/meta/instanceID").startswith("uuid:")


def test_a_question_may_be_as_long_as_its_list() -> None:
    choices = [{"list_name": "many", "name": f"c{number}", "label": f"C {number}"} for number in range(600)]
    trial = begun(form([{"type": "select_one many", "name": "a", "label": "A"}], [*YES_NO, *choices]))
    assert len(trial.choices("/data/a")) == 600


@pytest.mark.parametrize(("name", "code"), [("a b.png", None), ("صورة.JPG", None), ("", "required")])
def test_a_picture_is_answered_by_the_name_of_its_file(name: str, code: str | None) -> None:
    answering = begun(form([{"type": "image", "name": "photo", "label": "A photo", "required": "yes"}]))
    answering.set("/data/photo", name)
    fault = answering.valid("/data/photo")
    assert (fault and fault.code) == code
    assert answering.seen("/data/photo") == name


@pytest.mark.parametrize("name", ["../a.png", "a/b.png", "a\\b.png", ".png", "a\nb.png", "x" * 201])
def test_what_names_no_file_of_its_own_is_no_picture(name: str) -> None:
    answering = begun(form([{"type": "image", "name": "photo", "label": "A photo"}]))
    answering.set("/data/photo", name)
    fault = answering.valid("/data/photo")
    assert fault is not None
    assert fault.code == "image"
    assert answering.seen("/data/photo") == ""
