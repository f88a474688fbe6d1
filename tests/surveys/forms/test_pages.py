"""How a form is cut into pages."""

from __future__ import annotations

from tests.surveys.forms.writing import YES_NO, begun, form, golden

TEXT = {"type": "text"}


def test_each_group_at_the_top_is_a_page_and_so_are_the_questions_between() -> None:
    visit = begun(golden("visit"))
    visit.set_all({"/data/place": "The Lodge", "/data/open": "yes", "/data/inside/rooms": "2"})
    visit.set("/data/inside/helps", "quiet")
    shown = [(page.path, [place.path for place in page.places]) for page in visit.pages()]
    assert shown == [
        ("/data/place", ["/data/place", "/data/open"]),
        (
            "/data/inside",
            [
                "/data/inside",
                "/data/inside/rooms",
                "/data/inside/helps",
                "/data/inside/quiet",
                "/data/inside/quiet/how_quiet",
            ],
        ),
        ("/data/thanks", ["/data/thanks", "/data/agreed"]),
    ]
    assert [place.depth for place in visit.pages()[1].places] == [0, 1, 1, 1, 2]


def test_a_page_of_which_nothing_is_relevant_is_none() -> None:
    visit = begun(golden("visit"))
    assert [page.path for page in visit.pages()] == ["/data/place", "/data/thanks"]
    visit.set("/data/place", "The Lodge")
    visit.set("/data/open", "yes")
    assert [page.path for page in visit.pages()] == ["/data/place", "/data/inside", "/data/thanks"]
    visit.set("/data/open", "no")
    assert "/data/inside" not in [page.path for page in visit.pages()]


def test_a_repeat_is_a_page_also_while_it_has_no_rows() -> None:
    team = begun(golden("team"))
    assert [page.path for page in team.pages()] == ["/data/days", "/data/person"]
    team.set("/data/days", "2")
    assert [page.path for page in team.pages()] == ["/data/days", "/data/day", "/data/person"]
    person = team.pages()[2]
    assert [path for path, _ in person.repeats] == ["/data/person"]
    team.set("/data/person[1]/speaks", "yes")
    assert [path for path, _ in team.pages()[2].repeats] == ["/data/person", "/data/person[1]/language"]
    team.remove_repeat("/data/person", 1)
    (_, _, empty) = team.pages()
    assert (empty.path, empty.places) == ("/data/person", ())


def test_a_field_list_inside_a_group_is_a_page_of_its_own() -> None:
    made = form(
        [
            {"type": "begin_group", "name": "all", "label": "All"},
            {**TEXT, "name": "a", "label": "A"},
            {"type": "begin_group", "name": "list", "label": "List", "appearance": "field-list"},
            {**TEXT, "name": "b", "label": "B"},
            {**TEXT, "name": "c", "label": "C"},
            {"type": "end_group"},
            {**TEXT, "name": "d", "label": "D"},
            {"type": "end_group"},
        ]
    )
    assert [page.path for page in begun(made).pages()] == ["/data/all/a", "/data/all/list", "/data/all/d"]


def test_the_faults_of_a_page_are_those_of_its_questions() -> None:
    visit = begun(golden("visit"))
    first = visit.pages()[0]
    assert [fault.path for fault in visit.faults(first)] == ["/data/place"]
    every = [fault for page in visit.pages() for fault in visit.faults(page)]
    assert tuple(every) == visit.faults()


def test_what_is_only_kept_is_on_no_page() -> None:
    things = begun(golden("beginnings"))
    shown = {place.path for page in things.pages() for place in page.places}
    assert {"/data/started", "/data/source", "/data/length", "/data/meta/instanceID"} & shown == set()
    assert "/data/seen_on" in shown


def test_a_form_with_nothing_to_ask_has_no_pages() -> None:
    made = form([{"type": "calculate", "name": "a", "calculation": "1"}], YES_NO)
    assert begun(made).pages() == ()
