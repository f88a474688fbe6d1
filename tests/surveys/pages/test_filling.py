"""From the first page to the thanks, without JavaScript."""

from __future__ import annotations

import pytest

from pop.surveys.collecting.models import Draft, Submission
from tests.surveys.pages.filling import Filler, Said

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

WHERE: Said = {"country": "Invented Land 07", "topics": ["", "t01", "t05"], "sure": ["", "OK"]}


def begun(filler: Filler, form: str = "kinds", language: str = "en") -> Filler:
    return filler.get(f"/survey/{form}").post(f"/survey/{form}", {"language": language})


def ready(filler: Filler) -> Filler:
    """Fill the whole form and arrive at the check before sending."""
    begun(filler).fill(name="Line of Invention", alone="yes").fill(WHERE)
    return filler.fill(number="0000")


def test_a_form_is_filled_checked_and_sent(filler: Filler) -> None:
    assert begun(filler).path == "/survey/kinds/1"
    assert filler.title == "Who you are"
    assert "Page 1 of 3" in filler.text
    filler.fill(name="Line of Invention", alone="yes", staff="12")
    assert "With 24 ears." in filler.text
    filler.fill()
    assert filler.path == "/survey/kinds/2", filler.text
    filler.fill(WHERE, since="2020-02-29", opens="09:30", last="2026-01-02T03:04", busy="4", place="46.2, 6.1")
    assert filler.path == "/survey/kinds/3", filler.text
    filler.fill(number="0000")
    assert filler.path == "/survey/kinds/review"
    for said in ("Line of Invention", "Invented Land 07", "Topic 05", "12", "February 29, 2020", "No answer"):
        assert said in filler.text, said
    filler.fill(do="")
    assert (filler.status, filler.path) == (200, "/survey/kinds/send"), filler.text
    assert len(filler.words.split()) == 6
    kept = Submission.objects.get()
    assert (kept.source, kept.state, kept.faults) == ("web", "received", [])
    for held in (b"<name>Line of Invention</name>", b"<country>c07</country>", b"<topics>t01 t05</topics>"):
        assert held in bytes(kept.xml)


def test_no_answer_stands_in_an_address_and_one_cookie_is_all_that_a_browser_keeps(filler: Filler) -> None:
    begun(filler)
    [cookie] = filler.client.cookies.values()
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert not cookie["max-age"]
    filler.fill(name="Line of Invention", alone="yes")
    assert "Line" not in filler.path
    assert "Invention" not in str(filler.client.cookies)
    assert b"Invention" not in bytes(Draft.objects.get().sealed)


def test_a_form_that_was_sent_twice_is_one_submission_and_shows_the_same_words(filler: Filler) -> None:
    ready(filler)
    [(name, cookie)] = filler.client.cookies.items()
    held, said = cookie.value, filler.fields()
    words = filler.post("/survey/kinds/send", said).words
    assert not filler.client.cookies[name].value
    # The second press left the browser before the first answer reached it.
    filler.client.cookies[name] = held
    assert filler.post("/survey/kinds/send", said).words == words
    assert Submission.objects.count() == 1


@pytest.mark.parametrize("door", ["send", "later"])
def test_a_browser_that_never_got_its_answer_presses_again_and_loses_nothing(door: str, filler: Filler) -> None:
    ready(filler)
    [(name, cookie)] = filler.client.cookies.items()
    held, said = cookie.value, filler.fields()
    # The answers are sealed to the words, and the browser learns nothing of it.
    words = filler.post("/survey/kinds/later", said).words
    filler.client.cookies[name] = held
    assert filler.post(f"/survey/kinds/{door}", said).status == 200
    assert filler.words == words
    assert Submission.objects.count() == (door == "send")


def test_an_answer_that_brings_up_more_questions_shows_them_on_the_same_page(filler: Filler) -> None:
    begun(filler).fill(name="Line of Invention", alone="no", staff="3")
    assert filler.status == 200
    assert filler.path == "/survey/kinds/1"
    assert "Your answers bring up more on this page" in filler.text
    assert "With 6 ears." in filler.text
    assert filler.fields()[filler.name_of("name")] == ["Line of Invention"]
    assert "Page 1 of 4" in filler.text
    filler.fill()
    assert filler.status == 400
    assert filler.told() == [filler.dom.xpath("//textarea")[0].get("id")]
    filler.fill(partners="The neighbours")
    assert filler.path == "/survey/kinds/2"


def test_what_is_wrong_is_listed_at_the_top_and_told_beside_the_field_with_nothing_lost(filler: Filler) -> None:
    begun(filler).fill(staff="many", share="a third", alone="yes")
    assert filler.status == 400
    assert filler.dom.xpath("//title")[0].text.startswith("Error: ")
    for short in ("name", "staff", "share"):
        field = filler.dom.xpath(f"//input[@name='{filler.name_of(short)}']")[0]
        assert field.get("aria-invalid") == "true"
        assert field.get("id") in filler.told()
        told = [filler.dom.get_element_by_id(each).text_content() for each in field.get("aria-describedby").split()]
        assert any("Please" in each for each in told)
    assert filler.fields()[filler.name_of("staff")] == ["many"]
    filler.fill(name="A", staff="0", share="9,5")
    assert filler.status == 400
    assert "At least one person." in filler.text
    assert filler.fields()[filler.name_of("share")] == ["9.5"]


def test_going_back_loses_nothing_and_asks_for_nothing(filler: Filler) -> None:
    begun(filler).fill(name="Line of Invention", alone="yes").fill(do="back", since="2020-01-01")
    assert filler.path == "/survey/kinds/1"
    assert filler.fields()[filler.name_of("name")] == ["Line of Invention"]
    filler.fill()
    assert filler.fields()[filler.name_of("since")] == ["2020-01-01"]


def test_a_look_shows_what_would_be_asked_and_keeps_nothing(filler: Filler) -> None:
    begun(filler).fill(name="Line of Invention", alone="no", do="look")
    assert "With whom does it work?" in filler.text
    assert not filler.told()
    filler.get("/survey/kinds/1")
    assert filler.fields()[filler.name_of("name")] == [""]


def test_what_a_script_brought_in_is_taken_with_what_brought_it_in(filler: Filler) -> None:
    begun(filler).fill(name="Line of Invention", alone="no", do="look")
    filler.fill(partners="The neighbours")
    assert filler.path == "/survey/kinds/2", filler.text
    filler.get("/survey/kinds/1")
    assert filler.fields()[filler.name_of("partners")] == ["The neighbours"]


def test_rows_are_added_and_removed(filler: Filler) -> None:
    begun(filler).fill(name="A", alone="yes").fill(WHERE)
    filler.fill(do="add:/data/contact", number="1")
    assert filler.status == 200
    filler.fill(do="add:/data/contact", number_2="2")
    filler.fill(do="remove:/data/contact:2", number_3="3")
    rows = [filler.fields()[filler.name_of(f"number_{row}")] for row in (1, 2)]
    assert rows == [["1"], ["3"]]
    filler.fill(always_2="no")
    assert "When, then?" in filler.text


def test_a_page_is_changed_from_the_check_and_leads_back_to_it(filler: Filler) -> None:
    ready(filler)
    filler.get("/survey/kinds/1?to=review").fill(do="review", name="Another Line")
    assert filler.path == "/survey/kinds/review"
    assert "Another Line" in filler.text


def test_nothing_is_sent_while_something_is_missing_and_the_check_leads_to_it(filler: Filler) -> None:
    begun(filler).get("/survey/kinds/review").fill(do="")
    assert filler.status == 400
    assert not Submission.objects.exists()
    way = filler.dom.xpath("//section[@class='wrong']//a/@href")
    assert way[0].startswith("/survey/kinds/1?to=review&check=1#")
    filler.get(way[0].partition("#")[0])
    assert way[0].rpartition("#")[2] in filler.told()


def test_the_language_changes_on_any_page_and_keeps_what_was_written(filler: Filler) -> None:
    begun(filler)
    said = filler.fields() | {filler.name_of("name"): "خط الاختراع", "language": "ar"}
    filler.post("/survey/kinds/1", said)
    assert filler.dom.get("dir") == "rtl"
    assert filler.title == "من أنتم"
    assert filler.fields()[filler.name_of("name")] == ["خط الاختراع"]


def test_a_name_that_is_nearly_right_is_met_with_the_likely_ones(filler: Filler) -> None:
    begun(filler).fill(name="A", alone="yes").fill({**WHERE, "country": "invented land"})
    assert filler.status == 400
    assert "Did you mean one of these?" in filler.text
    name = filler.name_of("country")
    filler.fill({"country": ["invented land", "c03"]})
    assert filler.path == "/survey/kinds/3"
    filler.get("/survey/kinds/2")
    assert filler.fields()[name] == ["Invented Land 03"]


def test_digits_of_other_scripts_are_digits(filler: Filler) -> None:
    begun(filler).fill(name="A", alone="yes", staff="١٢", share="٣٫٥").fill()
    filler.get("/survey/kinds/1")
    assert [filler.fields()[filler.name_of(each)] for each in ("staff", "share")] == [["12"], ["3.5"]]


@pytest.mark.parametrize("path", ["/survey/none", "/survey/none/1", "/survey/kinds/1", "/survey/i/" + "a" * 64])
def test_who_comes_without_answers_or_to_nothing_is_told_so(path: str, filler: Filler) -> None:
    assert filler.get(path).status in (200, 404)
    assert filler.path in ("/survey/none", "/survey/kinds", path)
