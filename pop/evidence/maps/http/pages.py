"""The map's pages at the public door: six views of one question, and one to show on other people's pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from pop.evidence.maps import queries
from pop.evidence.maps.http import wording
from pop.evidence.maps.http.assets import CSS, SCRIPT, layer
from pop.evidence.maps.http.sieve import kept, sieve
from pop.evidence.maps.http.wording import Places
from pop.evidence.maps.queries import Answer
from pop.evidence.maps.rules.drawing import STEPS, Drawn, draw
from pop.evidence.maps.rules.filters import Filter, ParameterError, read_filter
from pop.evidence.maps.rules.matrix import matrix_of
from pop.evidence.maps.words import MAP
from pop.people.entrance import anyone
from pop.places.countries import country_name
from pop.places.languages import best_language, own_name
from pop.places.regions import editions
from pop.places.words import LANGUAGES, Speaker
from pop.registry.directory.queries.mapped import lists
from pop.registry.directory.words import REGISTRY

PER_PAGE = 50
VIEWS = ("", "grid", "table", "matrix", "records", "coverage")
_TITLES = {"": "map", "embed": "map"}
LICENCE = "CC-BY-4.0"
CITATION = "PoP, Protection through Online Participation: map of help for children"

View = Callable[[HttpRequest, Speaker, Places, Answer], HttpResponse]


def asked_of(given: QueryDict) -> Filter:
    """Return the question in a query string. Raises ParameterError."""
    return read_filter(dict(given.lists()), queries.accepted(), now=timezone.now())


def speaker(language: str) -> Speaker:
    """Return a speaker of the map's words and of the registry's lists."""
    return Speaker((MAP, REGISTRY), language)


def _page(view: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """Make a page of a view: its language from the address or from the browser, its question from the query."""

    def wrap(shown: View) -> Callable[..., HttpResponse]:
        @anyone
        @gzip_page
        @require_safe
        def answered(request: HttpRequest, language: str = "") -> HttpResponse:
            if language and language not in LANGUAGES:
                return _wrong(request, speaker("en"), Places("/map", "en"), None)
            spoken = language or best_language(request.headers.get("Accept-Language", ""))
            places = Places(f"/{language}/map" if language else "/map", spoken)
            say = speaker(spoken)
            try:
                asked = asked_of(request.GET)
                if any("" in values for _, values in request.GET.lists()):
                    # The form sends every field, chosen or not: what somebody sends on holds what was asked alone.
                    query = asked.query(page=asked.page)
                    return HttpResponseRedirect(request.path + (f"?{query}" if query else ""))
                answer = queries.select(asked, now=timezone.now())
            except ParameterError as wrong:
                return _wrong(request, say, places, wrong)
            response = shown(request, say, places, answer)
            if not language:
                response["Vary"] = "Accept-Language, Accept-Encoding"
            return response

        answered.__doc__ = shown.__doc__
        answered.__name__ = shown.__name__
        return answered

    return wrap


def _wrong(request: HttpRequest, say: Speaker, places: Places, wrong: ParameterError | None) -> HttpResponse:
    shown = wrong.accepted if wrong else LANGUAGES
    context = {
        "say": say,
        "css": CSS,
        "title": say["not_understood"],
        "parameter": say("not_understood_text", parameter=wrong.parameter if wrong else "language"),
        "accepted": say("accepted", values=", ".join(shown)),
        "places": places,
        "choices": [],
    }
    status = HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.NOT_FOUND
    return render(request, "map/wrong.html", context, status=status)


def _frame(request: HttpRequest, view: str, say: Speaker, places: Places, answer: Answer) -> dict[str, object]:
    """Return what every page of the map shows around its view."""
    asked = answer.asked
    file_query = wording.download_query(asked)
    geometry = layer()
    return {
        "say": say,
        "css": CSS,
        "script": SCRIPT,
        "title": say[f"{_TITLES.get(view, view)}_title"],
        "places": places,
        "views": [(say[f"view_{each or 'map'}"], places.address(each, asked.query()), each == view) for each in VIEWS],
        "choices": [
            (code, own_name(code), Places(f"/{code}/map", code).address(view, asked.query(page=asked.page)))
            for code in LANGUAGES
        ],
        "total": say("summary", count=answer.total, countries=len(answer.by_country)),
        "records_address": places.address("records", asked.query()),
        "chips": wording.chips(asked, view, say, places),
        "sieve": sieve(answer, say),
        "kept": kept(asked),
        "here": places.address(view, ""),
        "regional": wording.regional_lines(answer.by_region_only(), say),
        "files": [
            (say[f"download_{name}"], f"/map{ending}" + (f"?{file_query}" if file_query else ""))
            for name, ending in _FILES
        ],
        "embed": wording.embed_line(f"{request.scheme}://{request.get_host()}", asked, say["map_title"]),
        "licence": say("licence", citation=CITATION),
        "geometry": say(
            "geometry",
            name=geometry.name,
            licence=geometry.licence,
            version=geometry.version,
            hash=geometry.sha256,
        ),
        "edition": _edition(asked.edition, say),
    }


_FILES = (
    ("csv", ".csv"),
    ("hxl", ".hxl.csv"),
    ("geojson", ".geojson"),
    ("json", ".json"),
    ("svg", ".svg"),
)


def _edition(id: str, say: Speaker) -> str:
    edition = editions()[id]
    return say("regions_source", source=edition.source, date=edition.read_on, note=edition.note)


def drawing(answer: Answer, say: Speaker, places: Places) -> str:
    """Return the drawing of an answer. A country of the layer that our lists do not know is drawn as unanswered."""

    def area_of(code: str) -> Drawn:
        if code not in answer.region_of:
            return Drawn("outside", 0, code, "")
        return wording.drawn(wording.cell(answer, code, say, places))

    return draw(layer(), area_of, label=say["drawing_label"], not_agreed=say["state_not_agreed"])


def legend(say: Speaker) -> list[tuple[str, str, str]]:
    """Return the signs: (class, word, what to know about it)."""
    steps = [(f"c{number}", say[f"step_{number}"], "") for number in range(1, len(STEPS) + 1)]
    states = (("n", "none_known"), ("e", "no_answer"), ("s", "suppressed"), ("h", "not_agreed"))
    signs = [(sign, say[f"state_{state}"], say[f"explain_{state}"]) for sign, state in states]
    return [*steps, *signs, ("u", say["unchecked"], say["explain_unchecked"])]


@_page("")
def world(request: HttpRequest, say: Speaker, places: Places, answer: Answer) -> HttpResponse:
    """The drawing, its legend, and the same numbers by region."""
    file_query = wording.download_query(answer.asked)
    context = _frame(request, "", say, places, answer) | {
        "drawing": drawing(answer, say, places),
        "drawing_file": "/map.svg" + (f"?{file_query}" if file_query else ""),
        "legend": legend(say),
        "regions": wording.region_lines(answer, say, places),
        "coverage": _coverage(say),
        "coverage_address": places.address("coverage", ""),
    }
    return render(request, "map/world.html", context)


@_page("embed")
def embed(request: HttpRequest, say: Speaker, places: Places, answer: Answer) -> HttpResponse:
    """The drawing alone, to be shown inside another page: no cookie, no script, every link to a page of its own."""
    context = {
        "say": say,
        "css": CSS,
        "title": say["map_title"],
        "total": say("summary", count=answer.total, countries=len(answer.by_country)),
        "drawing": drawing(answer, say, places).replace("<a href=", '<a target="_blank" rel="noopener" href='),
        "legend": legend(say),
        "whole": places.address("", answer.asked.query()),
        "chips": wording.chips(answer.asked, "", say, places),
        "regional": wording.regional_lines(answer.by_region_only(), say),
    }
    return render(request, "map/embed.html", context)


def _grouped(answer: Answer, say: Speaker, places: Places) -> list[tuple[wording.RegionLine, list[wording.Cell]]]:
    """Return the regions of the question with their countries."""
    shown = [each for each in wording.cells(answer, say, places) if each.state != "outside"]
    return [
        (line, [each for each in shown if answer.region_of[each.code] == line.id])
        for line in wording.region_lines(answer, say, places)
    ]


@_page("grid")
def grid(request: HttpRequest, say: Speaker, places: Places, answer: Answer) -> HttpResponse:
    """One tile for each country or area, without borders."""
    context = _frame(request, "grid", say, places, answer) | {
        "groups": [(line, [(each, _tile(each)) for each in inside]) for line, inside in _grouped(answer, say, places)],
        "legend": [each for each in legend(say) if each[0] != "h"],
    }
    return render(request, "map/grid.html", context)


def _tile(each: wording.Cell) -> str:
    shade = wording.drawn(each)
    if shade.state == "number":
        step = sum(each.count >= least for least in STEPS)
        return f"c{step} t{step}"
    return {"suppressed": "s", "none_known": "n", "no_answer": "e"}.get(shade.state, "o")


@_page("table")
def table(request: HttpRequest, say: Speaker, places: Places, answer: Answer) -> HttpResponse:
    """One line for each country or area."""
    context = _frame(request, "table", say, places, answer) | {"groups": _grouped(answer, say, places)}
    return render(request, "map/table.html", context)


@_page("matrix")
def matrix(request: HttpRequest, say: Speaker, places: Places, answer: Answer) -> HttpResponse:
    """Topics by channels, or by regions."""
    asked, known = answer.asked, lists()
    found = matrix_of(answer, asked.by, topics=known.topics, channels=known.channels)

    def link(count: int, **only: str) -> tuple[int, str]:
        return count, places.address("records", asked.query(only, by="channel")) if count else ""

    context = _frame(request, "matrix", say, places, answer) | {
        "columns": [
            (wording.value(found.by, column, asked.edition, say), link(total, **{found.by: column}))
            for column, total in zip(found.columns, found.totals, strict=True)
        ],
        "lines": [
            (
                wording.value("topic", line.topic, asked.edition, say),
                link(line.total, topic=line.topic),
                [
                    link(count, topic=line.topic, **{found.by: column})
                    for column, count in zip(found.columns, line.counts, strict=True)
                ],
            )
            for line in found.lines
        ],
        "all": link(found.total),
        "kinds": [
            (say[f"matrix_by_{by}"], places.address("matrix", asked.query(by=by)), by == found.by)
            for by in ("channel", "region")
        ],
    }
    return render(request, "map/matrix.html", context)


@_page("records")
def records(request: HttpRequest, say: Speaker, places: Places, answer: Answer) -> HttpResponse:
    """The records behind a number, each leading to its page."""
    last = max(1, -(-answer.total // PER_PAGE))
    number = min(answer.asked.page, last)
    query = answer.asked.query
    context = _frame(request, "records", say, places, answer) | {
        "rows": [
            (
                each,
                say(
                    "record_line",
                    kind=wording.value("kind", each.kind, "", say),
                    country=country_name(each.country, say.language),
                ),
                wording.value("stage", each.stage, "", say),
            )
            for each in answer.page((number - 1) * PER_PAGE, PER_PAGE)
        ],
        "page_of": say("page_of", page=number, pages=last) if last > 1 else "",
        "before": places.address("records", query(page=number - 1)) if number > 1 else "",
        "after": places.address("records", query(page=number + 1)) if number < last else "",
    }
    return render(request, "map/records.html", context)


def _coverage(say: Speaker) -> list[str]:
    found = queries.coverage()
    return [
        say("states_covered", count=found.with_records, states=found.states),
        say("states_named", count=found.named, states=found.states),
        say("states_either", count=found.either, states=found.states),
    ]


@_page("coverage")
def coverage(request: HttpRequest, say: Speaker, places: Places, answer: Answer) -> HttpResponse:
    """How far the world is covered, and what has been published before, with its sources."""
    named = wording.in_order((code, country_name(code, say.language)) for code in queries.took_part())
    figures: Mapping[str, object] = queries.figures()
    context = _frame(request, "coverage", say, places, answer) | {
        "coverage": _coverage(say),
        "figures": [(say[f"figures_{about}"], rows) for about, rows in figures.items()],
        "named": [name for _, name in named],
    }
    return render(request, "map/coverage.html", context)
