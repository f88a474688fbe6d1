"""What a form is once it is loaded."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from lxml import etree

from pop.surveys.forms.definition import Group, Question, Repeat
from pop.surveys.forms.loading import load
from tests.surveys.forms.writing import GOLDEN, YES_NO, form, golden, markdown, workbook


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.md")), ids=lambda path: path.stem)
def test_the_same_file_gives_the_same_form(path: Path) -> None:
    once, again = (load(path.name, path.read_bytes()) for _ in range(2))
    assert (once.xml, once.md5, once.sha256) == (again.xml, again.md5, again.sha256)
    assert list(once.by_path) == list(again.by_path)


def test_a_form_says_what_it_is() -> None:
    made = golden("visit")
    assert (made.id, made.version, made.title) == ("visit", "7", "A visit")
    assert (made.default_language, made.languages) == ("en", ("en", "ar"))
    assert made.md5 == hashlib.md5(made.xml, usedforsecurity=False).hexdigest()
    assert made.sha256 == hashlib.sha256(made.xml).hexdigest()
    assert etree.fromstring(made.xml).tag == "{http://www.w3.org/1999/xhtml}html"


def test_a_form_is_a_tree_of_groups_repeats_and_questions() -> None:
    made = golden("team")
    assert isinstance(made.root, Group)
    person = made.by_path["/data/person"]
    assert isinstance(person, Repeat)
    assert person.count is None
    assert [child.name for child in person.children] == ["name", "speaks", "language", "tongues"]
    day = made.by_path["/data/day"]
    assert isinstance(day, Repeat)
    assert day.count is not None


def test_a_question_knows_all_that_its_row_says() -> None:
    made = golden("visit")
    place = made.by_path["/data/place"]
    assert isinstance(place, Question)
    assert (place.kind, place.name) == ("text", "place")
    assert place.label is not None
    assert place.label.constant("ar") == "المكان"
    assert place.hint is not None
    assert place.hint.constant("en") == "Its name"
    assert place.guidance is not None
    assert place.guidance.constant("en") == "As on the door"
    assert place.constraint_message is not None
    assert place.required is not None
    scale = made.by_path["/data/inside/quiet/how_quiet"]
    assert isinstance(scale, Question)
    assert scale.parameters == {"start": "1", "end": "5", "step": "1"}
    group = made.by_path["/data/inside"]
    assert isinstance(group, Group)
    assert group.appearance == ("field-list",)


def test_other_is_asked_in_the_languages_of_the_form() -> None:
    made = golden("visit")
    helps, other = made.by_path["/data/inside/helps"], made.by_path["/data/inside/helps_other"]
    assert isinstance(helps, Question)
    assert isinstance(other, Question)
    assert helps.or_other
    assert other.other_of == helps.path
    assert other.label is not None
    assert (other.label.constant("en"), other.label.constant("ar")) == ("Other", "غير ذلك")
    assert b"Specify other" not in made.xml


def test_other_in_a_form_of_one_language_is_as_the_compiler_makes_it() -> None:
    made = form([{"type": "select_one yn or_other", "name": "a", "label": "A?"}], YES_NO)
    other = made.by_path["/data/a_other"]
    assert isinstance(other, Question)
    assert other.label is not None
    assert other.label.constant("en") == "Specify other."


def test_a_workbook_and_its_markdown_give_the_same_form() -> None:
    survey = [{"type": "text", "name": "a", "label": "A"}, {"type": "integer", "name": "b", "label": "B"}]
    settings = {"form_id": "same", "form_title": "Same", "version": "2", "default_language": "en"}
    assert load("f.xlsx", workbook({"survey": survey, "settings": [settings]})).xml == form(survey, (), settings).xml


def test_a_form_without_an_id_takes_the_name_of_its_file() -> None:
    data = markdown([{"type": "text", "name": "a", "label": "A"}], (), {"form_title": "T"})
    assert load("my form.md", data).id == "my_form"


def test_a_sheet_that_begins_with_an_underscore_is_not_read() -> None:
    survey = [{"type": "text", "name": "a", "label": "A"}]
    data = workbook({"survey": survey, "_notes": [{"anything": "at all"}], "settings": [{"form_id": "x"}]})
    assert load("f.xlsx", data).id == "x"


def test_duties_come_after_what_they_read() -> None:
    made = golden("team")
    done: set[str] = set()
    setters = {duty.path for duty in made.duties if duty.what == "calculate"}
    for duty in made.duties:
        assert (duty.reads & setters) - {duty.path} <= done, duty
        if duty.what == "calculate":
            done.add(duty.path)
