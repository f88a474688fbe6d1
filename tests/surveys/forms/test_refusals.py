"""What is not supported is refused by name and place, never ignored, and never a traceback."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop.surveys.forms import refusals
from tests.surveys.forms.writing import YES_NO, Row, markdown, reasons

A = {"type": "text", "name": "a", "label": "A"}
TYPES = (
    *("audio", "video", "file", "barcode", "geotrace", "geoshape", "osm", "rank yn", "audit"),
    *("start-geopoint", "background-audio", "background-geopoint", "subscriberid", "simserial", "no_such_type"),
    *(
        "trigger",
        "add note prompt",
        "select_one yn or other",
        "text yn",
        "select_one ${a}",
        "begin_loop",
        "percentage",
        "photo",
        "calculate_here",
    ),
)
EXTERNAL = ("select_one_from_file places.csv", "select_one_external yn", "csv-external", "xml-external")


def refused(
    survey: Sequence[Row], choices: tuple[Row, ...] = YES_NO, settings: Row | None = None
) -> set[tuple[object, ...]]:
    if settings is None and any("::" in column for row in survey for column in row):
        settings = {"form_id": "trial", "version": "1"}
    found = reasons("trial.md", markdown(survey, choices, settings))
    assert {reason.code for reason in found} <= set(refusals.CODES)
    return {(reason.code, reason.sheet, reason.row, reason.column) for reason in found}


def test_a_form_that_uses_only_what_is_supported_is_taken() -> None:
    assert refused([A, {"type": "select_one yn", "name": "b", "label": "B"}]) == set()


@pytest.mark.parametrize("kind", TYPES)
def test_a_type_that_is_not_supported_is_refused_by_name(kind: str) -> None:
    found = reasons("trial.md", markdown([A, {"type": kind, "name": "b", "label": "B"}], YES_NO))
    assert [(reason.code, reason.row) for reason in found] == [("type_unsupported", 3)]
    assert kind in found[0].said


@pytest.mark.parametrize("kind", EXTERNAL)
def test_choices_of_another_file_are_refused(kind: str) -> None:
    assert refused([A, {"type": kind, "name": "b", "label": "B"}]) == {("external_data", "survey", 3, "type")}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"appearance": "signature"}, ("appearance_unsupported", "survey", 2, "appearance")),
        ({"appearance": "search('places')"}, ("external_data", "survey", 2, "appearance")),
        ({"appearance": "w2 numbers"}, ("appearance_unsupported", "survey", 2, "appearance")),
        ({"calculation": "pulldata('f', 'a', 'b', 'c')"}, ("external_data", "survey", 2, "calculation")),
        ({"parameters": "max-pixels=640"}, ("parameter_unsupported", "survey", 2, "parameters")),
        ({"media::image": "a.png"}, ("media_unsupported", "survey", 1, "media::image")),
        ({"media::audio::English (en)": "a.mp3"}, ("media_unsupported", "survey", 1, "media::audio::English (en)")),
        ({"bind::foo": "1"}, ("column_unknown", "survey", 1, "bind::foo")),
        ({"save_to": "x"}, ("column_unknown", "survey", 1, "save_to")),
        ({"relevant": "${a} ="}, ("expression_unreadable", "survey", 2, "relevant")),
        ({"relevant": "/data/nobody = 1"}, ("reference_unknown", "survey", 2, "relevant")),
        ({"constraint": "distance(.) > 1"}, ("function_unknown", "survey", 2, "constraint")),
        ({"constraint": "if(true(), 1)"}, ("function_arguments", "survey", 2, "constraint")),
        ({"constraint": "count(1) > 0"}, ("expression_types", "survey", 2, "constraint")),
        ({"constraint": "regex(., '(a+)+$')"}, ("regex_unusable", "survey", 2, "constraint")),
        ({"constraint": "regex(., '^(a|a)*b$')"}, ("regex_unusable", "survey", 2, "constraint")),
        ({"constraint": "regex(., '^((ab)+c)+$')"}, ("regex_unusable", "survey", 2, "constraint")),
        ({"constraint": "regex(., '[')"}, ("regex_unusable", "survey", 2, "constraint")),
        ({"constraint": "regex(., /data/a)"}, ("regex_unusable", "survey", 2, "constraint")),
        ({"constraint": "following::node() = 1"}, ("axis_unsupported", "survey", 2, "constraint")),
        ({"constraint": "(" * 60 + "1" + ")" * 60}, ("expression_too_deep", "survey", 2, "constraint")),
        ({"constraint": "+".join("1" * 400)}, ("expression_too_deep", "survey", 2, "constraint")),
        ({"constraint": f". != '{'a' * 21_000}'"}, ("expression_too_long", "survey", 2, "constraint")),
        ({"calculation": ". + 1"}, ("cycle", "survey", 2, "calculation")),
        ({"default": "unknown-function()"}, ("function_unknown", "survey", 2, "default")),
        ({"relevant": "count(instance('nobody')/top/item) > 1"}, ("reference_unknown", "survey", 2, "relevant")),
        ({"calculation": "jr:choice-name('x', '/data/a')"}, ("reference_unknown", "survey", 2, "calculation")),
    ],
)  # fmt: skip
def test_a_cell_that_is_not_supported_is_refused_at_its_place(cells: Row, expected: tuple[object, ...]) -> None:
    assert expected in refused([{**A, **cells}])


@pytest.mark.parametrize(
    "parameters", ["start=5 end=1 step=-1", "start=5 end=5", "step=0", "step=-1", "start=11", "end=nan", "end=inf"]
)
def test_a_scale_that_does_not_go_up_is_refused(parameters: str) -> None:
    rows = [{"type": "range", "name": "a", "label": "A", "parameters": parameters}]
    assert refused(rows) == {("parameter_unsupported", "survey", 2, "parameters")}


def test_what_hangs_on_itself_through_others_is_refused_as_a_circle() -> None:
    calculated = {"type": "calculate"}
    found = reasons(
        "trial.md",
        markdown([
            {**calculated, "name": "one", "calculation": "${three} + 1"},
            {**calculated, "name": "two", "calculation": "${one} + 1"},
            {**calculated, "name": "three", "calculation": "${two} + 1"},
        ]),
    )  # fmt: skip
    assert [reason.code for reason in found] == ["cycle"]
    assert all(name in found[0].said for name in ("one", "two", "three"))


def test_a_group_that_hangs_on_what_it_holds_is_refused_as_a_circle() -> None:
    group = [
        {"type": "begin_group", "name": "g", "label": "G", "relevant": "${a} = 'x'"},
        A,
        {"type": "end_group"},
    ]
    assert refused(group) == {("cycle", "survey", 2, "relevant")}


def test_a_repeat_that_counts_itself_is_refused_as_a_circle() -> None:
    repeat = [
        {"type": "begin_repeat", "name": "r", "label": "R", "repeat_count": "count(${r})"},
        A,
        {"type": "end_repeat"},
    ]
    assert "cycle" in {reason[0] for reason in refused(repeat)}


def test_a_trigger_in_a_repeat_cannot_set_what_is_outside_it() -> None:
    rows = [
        {"type": "begin_repeat", "name": "r", "label": "R"},
        A,
        {"type": "end_repeat"},
        {"type": "text", "name": "b", "label": "B", "calculation": "'x'", "trigger": "${a}"},
    ]
    assert ("reference_unknown", "survey", 5, "trigger") in refused(rows)


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("public_key", "encryption_unsupported"),
        ("submission_url", "encryption_unsupported"),
        ("auto_send", "setting_unsupported"),
        ("namespaces", "setting_unsupported"),
        ("allow_choice_duplicates", "setting_unsupported"),
        ("style", "setting_unsupported"),
    ],
)
def test_a_setting_that_is_not_supported_is_refused(setting: str, code: str) -> None:
    assert refused([A], (), {"form_id": "x", setting: "something"}) == {(code, "settings", 2, setting)}


@pytest.mark.parametrize("column", ["default", "calculation", "trigger"])
def test_a_picture_that_the_form_would_bring_along_is_refused(column: str) -> None:
    picture = {"type": "image", "name": "b", "label": "B", column: "${a}" if column == "trigger" else "'x.png'"}
    assert ("media_unsupported", "survey", 3, column) in refused([A, picture])
    assert refused([A, {"type": "image", "name": "b", "label": "B"}]) == set()


def test_every_reason_is_told_at_once() -> None:
    found = refused([{**A, "appearance": "signature"}, {"type": "audio", "name": "b", "label": "B"}])
    assert len(found) == 2


EN, FR = "English (en)", "French (fr)"


def test_a_text_that_is_missing_in_a_language_is_refused_with_its_column() -> None:
    rows = [{"type": "text", "name": "a", f"label::{EN}": "A", f"label::{FR}": "A", f"hint::{EN}": "H"}]
    assert refused(rows, ()) == {("untranslated", "survey", 2, f"hint::{FR}")}


def test_a_choice_that_is_missing_in_a_language_is_refused() -> None:
    rows = [{"type": "select_one yn", "name": "a", f"label::{EN}": "A", f"label::{FR}": "A"}]
    choices = ({"list_name": "yn", "name": "yes", f"label::{EN}": "Yes", f"label::{FR}": ""},)
    assert refused(rows, choices) == {("untranslated", "choices", 2, f"label::{FR}")}


def test_a_text_without_a_language_beside_texts_with_one_is_refused() -> None:
    rows = [{"type": "text", "name": "a", f"label::{EN}": "A", "hint": "H"}]
    assert ("untranslated", "survey", 2, f"hint::{EN}") in refused(rows, ())


def test_other_without_a_translated_choice_is_refused() -> None:
    rows = [{"type": "select_one yn or_other", "name": "a", f"label::{EN}": "A", f"label::{FR}": "A"}]
    choices = ({"list_name": "yn", "name": "yes", f"label::{EN}": "Yes", f"label::{FR}": "Oui"},)
    assert refused(rows, choices) == {("untranslated", "survey", 2, "type")}


@pytest.mark.parametrize("language", ["Klingonese", "English ()", "english (e)"])
def test_a_language_without_a_tag_is_refused(language: str) -> None:
    rows = [{"type": "text", "name": "a", f"label::{language}": "A"}]
    assert {reason[0] for reason in refused(rows, ())} == {"language_without_tag"}


def test_one_tag_for_two_languages_is_refused() -> None:
    rows = [{"type": "text", "name": "a", "label::English (en)": "A", "label::Simple English (en)": "A"}]
    assert "language_without_tag" in {reason[0] for reason in refused(rows, ())}


def test_a_default_language_that_no_column_speaks_is_refused() -> None:
    rows = [{"type": "text", "name": "a", f"label::{EN}": "A"}]
    assert refused(rows, (), {"form_id": "x", "default_language": FR}) == {
        ("untranslated", "settings", 2, "default_language")
    }


def test_other_is_not_english_in_a_form_that_is_not() -> None:
    rows = [{"type": "select_one yn or_other", "name": "a", "label": "Quoi ?"}]
    settings = {"form_id": "x", "default_language": FR}
    assert refused(rows, YES_NO, settings) == {("untranslated", "survey", 2, "type")}
    assert refused(rows, (*YES_NO, {"list_name": "yn", "name": "other", "label": "Autre"}), settings) == set()


def test_choices_that_cannot_be_told_apart_are_refused() -> None:
    twice = (*YES_NO, YES_NO[0])
    assert refused([{"type": "select_one yn", "name": "a", "label": "A"}], twice) == {
        ("choices_unusable", "choices", 4, "name")
    }
    blank = ({"list_name": "yn", "name": "very good", "label": "V"},)
    assert ("choices_unusable", "choices", 2, "name") in refused([A], blank)


def test_what_the_compiler_refuses_is_told_with_its_row() -> None:
    found = reasons("trial.md", markdown([A, {**A}]))
    assert [reason.code for reason in found] == ["form_invalid"]
    found = reasons("trial.md", markdown([A, {"type": "select_one nobody", "name": "b", "label": "B"}], YES_NO))
    assert [(reason.code, reason.row) for reason in found] == [("form_invalid", 3)]


def test_a_form_without_measure_is_refused() -> None:
    many = [{"type": "text", "name": f"q{number}", "label": "Q"} for number in range(3_001)]
    assert {reason[:2] for reason in refused(many)} == {("file_too_large", "survey")}
    assert refused([{**A, "label": "a" * 40_000}]) == {("file_too_large", "survey", 2, "label")}


def test_a_form_that_is_nested_without_measure_is_refused() -> None:
    deep = [{"type": "begin_group", "name": f"g{number}", "label": "G"} for number in range(400)]
    found = refused([*deep, A, *({"type": "end_group"} for _ in deep)])
    assert {reason[0] for reason in found} <= {"form_invalid", "expression_too_deep"}
    assert found


def test_a_reason_stays_one_line_that_cannot_steer_a_terminal() -> None:
    (reason,) = reasons("trial.md", markdown([{"type": "te\u009bxt\u202e", "name": "a", "label": "A"}]))
    assert all(sign.isprintable() for sign in str(reason))


@settings(max_examples=120, deadline=None)
@given(st.text(alphabet="/.()[]'\"+-*=<>!,|@:$ abcdivmor19é\n", max_size=30))
def test_no_expression_makes_a_traceback(expression: str) -> None:
    row = {**A, "relevant": expression.replace("\n", " ")}
    assert {reason[0] for reason in refused([row, {"type": "note", "name": "n", "label": "N"}])} <= set(refusals.CODES)
