"""The map's facts as a reader's words: names of places, of values and of states, and where each number leads."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pop.evidence.maps.queries import Answer
from pop.evidence.maps.rules.board import Regional
from pop.evidence.maps.rules.drawing import Drawn
from pop.evidence.maps.rules.filters import NAMES, Filter
from pop.evidence.maps.rules.hiding import FEWEST
from pop.places.countries import country_name
from pop.places.languages import language_name
from pop.places.words import Speaker

# Which of the registry's words, or of ours, names a value of a filter.
_PREFIX = {
    "kind": "kind",
    "topic": "topic",
    "channel": "channel",
    "audience": "audience",
    "operator": "operator",
    "responder": "responder",
    "stage": "stage",
    "needs": "need",
    "evidence": "evidence",
    "checked": "checked",
}
_OWN = {"not_known": "not_known", "general": "general", "now": "open_now", "closed": "open_closed"}


class Places(NamedTuple):
    """Where the views are: "/map", or "/ar/map" for a page whose address names its language."""

    root: str
    language: str

    def address(self, view: str, query: str) -> str:
        """Return the address of a view ("" for the map itself) with a question."""
        return f"{self.root}{view and '/' + view}" + (f"?{query}" if query else "")


def region(edition: str, id: str, say: Speaker) -> str:
    """Return a region's name."""
    return say[f"{edition}_{id}"]


def value(name: str, given: str, edition: str, say: Speaker) -> str:
    """Return the words of one value of a filter; a code without a word stays as it is."""
    if given in _OWN:
        return say[_OWN[given]]
    if name == "region":
        return region(edition, given, say)
    if name == "country":
        return country_name(given, say.language)
    if name == "language":
        return language_name(given, say.language)
    if name == "age":
        return say("age_band", band=f"\u2066{given}\u2069") if "-" in given else say("age_one", age=given)
    key = f"{_PREFIX.get(name, '')}_{given}"
    return say[key] if key in say else given  # noqa: SIM401 (a speaker is no dictionary)


def in_order(names: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return (code, name) pairs by name, letters with marks beside those without."""

    def key(pair: tuple[str, str]) -> tuple[str, str]:
        plain = unicodedata.normalize("NFKD", pair[1].casefold())
        return "".join(sign for sign in plain if not unicodedata.combining(sign)), pair[0]

    return sorted(names, key=key)


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands for one place in every view: its state, its number, its words, and where they lead."""

    code: str
    name: str
    state: str
    count: int
    words: str
    address: str
    took_part: bool
    unchecked: int  # how many of its records nobody has checked for children yet
    unchecked_words: str
    unchecked_address: str

    @property
    def said(self) -> str:
        """The name with the number or the state, as one sentence, and what is not checked as another."""
        return f"{self.name}: {self.words}" + (f". {self.unchecked_words}" if self.unchecked else "")


def cell(answer: Answer, code: str, say: Speaker, places: Places) -> Cell:
    """Return what every view says of one country."""
    state, count = answer.state(code), answer.by_country.get(code, 0)
    words = str(count) if state == "number" else say[f"state_{state}"]
    address = places.address("records", answer.asked.query({"country": code})) if state == "number" else ""
    unchecked = answer.unchecked(code) if state == "number" else 0
    only = {"country": code, "checked": "no"}
    return Cell(
        code=code,
        name=country_name(code, say.language),
        state=state,
        count=count,
        words=words,
        address=address,
        took_part=code in answer.board.took_part,
        unchecked=unchecked,
        unchecked_words=say("unchecked_count", count=unchecked) if unchecked else "",
        unchecked_address=places.address("records", answer.asked.query(only)) if unchecked else "",
    )


def cells(answer: Answer, say: Speaker, places: Places) -> list[Cell]:
    """Return every country or area, by name."""
    names = in_order((code, country_name(code, say.language)) for code in answer.region_of)
    return [cell(answer, code, say, places) for code, _ in names]


def drawn(each: Cell) -> Drawn:
    """Return how a country is drawn."""
    return Drawn(each.state, each.count, each.said, each.address, bool(each.unchecked))


@dataclass(frozen=True, slots=True)
class RegionLine:
    """One region with its number and where it leads."""

    id: str
    name: str
    count: int
    address: str


def region_lines(answer: Answer, say: Speaker, places: Places) -> list[RegionLine]:
    """Return the regions that the question is about, by name."""
    asked = answer.asked
    counts = answer.by_region()
    names = in_order((id, region(asked.edition, id, say)) for id in counts)
    return [
        RegionLine(id, name, counts[id], places.address("records", asked.query({"region": id})) if counts[id] else "")
        for id, name in names
    ]


def regional_lines(found: Sequence[Regional], say: Speaker) -> list[str]:
    """Return what is said of records that are shown by region only; a small number is not said."""
    return [
        say(
            "region_count",
            region=region("m49", each.region, say),
            count=say("fewer", count=FEWEST) if each.count is None else each.count,
        )
        for each in found
    ]


class Chip(NamedTuple):
    """One chosen value, what its link does in words, and the address of the same question without it."""

    label: str
    removing: str
    address: str


def chips(asked: Filter, view: str, say: Speaker, places: Places) -> list[Chip]:
    """Return the chosen values, each with the question that is left when it is taken away."""
    found: list[Chip] = []
    for name in NAMES:
        for given in asked.values(name):
            rest = {**asked.chosen, name: tuple(each for each in asked.values(name) if each != given)}
            left = Filter({key: values for key, values in rest.items() if values}, asked.edition, asked.at, asked.by)
            label = f"{say[f'filter_{name}']}: {value(name, given, asked.edition, say)}"
            found.append(Chip(label, say("remove", name=label), places.address(view, left.query())))
    if asked.at is not None:
        left = Filter(asked.chosen, asked.edition, None, asked.by)
        label = f"{say['filter_at']}: {asked.at:%Y-%m-%d %H:%M}"
        found.append(Chip(label, say("remove", name=label), places.address(view, left.query())))
    return found


def download_query(asked: Filter) -> str:
    """Return the question for a file: what it counts, without how the page shows it."""
    return Filter(asked.chosen, asked.edition, asked.at).query()


def embed_line(origin: str, asked: Filter, title: str) -> str:
    """Return the HTML that shows the map on another page."""
    query = download_query(asked)
    address = f"{origin}/map/embed" + (f"?{query}" if query else "")
    return (
        f'<iframe src="{address.replace("&", "&amp;")}" title="{title}" width="100%" height="520" '
        'style="border:0" loading="lazy" referrerpolicy="no-referrer"></iframe>'
    )
