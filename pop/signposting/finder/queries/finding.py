"""What the child's pages ask: the engine in memory, a country's numbers and notices, and the services for a choice."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pop_sdk.engine import Engine
from pop_sdk.need import Need

from pop.places.countries import country_name
from pop.signposting.finder.rules import IMAGE_SERVICES, WRITTEN, Choice

Match = Mapping[str, Any]
Emergency = Mapping[str, Sequence[Mapping[str, Any]]]

MOST_CARDS = 4
# With fewer services than this, wider ones are added: there is always a second way.
ENOUGH = 2


class Source(Protocol):
    """Where the engine of the snapshot in force is found (pop.signposting.snapshots.watch)."""

    @property
    def engine(self) -> Engine | None:
        """The engine, None while there is no valid snapshot."""


@dataclass(slots=True)
class _Joined:
    engine: Callable[[], Engine | None]
    emergency: Emergency


_joined = _Joined(engine=lambda: None, emergency={})


def use_engine(engine: Callable[[], Engine | None], *, emergency: Emergency | None = None) -> None:
    """Join the pages to the process's snapshots, and to the committed emergency numbers that answer without one.

    `emergency` is {country: [{"dial", "uri", "kind"}, …]}, at most two each, the general one first.
    """
    _joined.engine = engine
    _joined.emergency = emergency or {}


def current_engine() -> Engine | None:
    """Return the engine of the snapshot in force, None while there is none."""
    return _joined.engine()


@functools.lru_cache(maxsize=1)
def _countries(engine: Engine) -> dict[str, Mapping[str, Any]]:
    listed = json.loads(engine.countries_json())["countries"]
    return {country["code"]: country for country in listed}


@dataclass(frozen=True, slots=True)
class Number:
    """One emergency number."""

    dial: str
    uri: str
    kind: str


@dataclass(frozen=True, slots=True)
class Country:
    """One country as a page needs it: its name in the reader's language, its numbers, and the notices in force."""

    code: str
    name: str
    emergency: tuple[Number, ...]
    notices: tuple[str, ...]
    notices_change_at: int | None  # Unix seconds of the next beginning or end of a notice


def country(code: str, *, language: str, now: int) -> Country:
    """Return what is known of one country. `code` must be one of pop.places.countries.codes()."""
    engine = current_engine()
    facts = _countries(engine).get(code, {}) if engine is not None else {}
    numbers = facts.get("emergency") if engine is not None else _joined.emergency.get(code)
    notices = facts.get("notices") or []
    changes = [moment for notice in notices for moment in (notice["starts"], notice["ends"]) if moment > now]
    return Country(
        code=code,
        name=country_name(code, language),
        emergency=tuple(
            Number(dial=str(number["dial"]), uri=str(number["uri"]), kind=str(number["kind"]))
            for number in (numbers or [])[:2]
        ),
        notices=tuple(notice["kind"] for notice in notices if notice["starts"] <= now < notice["ends"]),
        notices_change_at=min(changes, default=None),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """The services for a choice, best first. `wider` is why `others` stand there: "", "more", "gap" or "nearest"."""

    matches: tuple[Match, ...]
    others: tuple[Match, ...]
    wider: str
    images: tuple[Match, ...]
    writing: bool  # whether at least one of `matches` can be written to
    known: bool  # False while there is no valid snapshot


NOTHING = Found(matches=(), others=(), wider="", images=(), writing=False, known=False)


def find(choice: Choice, *, country: str, language: str, now: int) -> Found:
    """Return the services for a choice in a country at `now` (Unix seconds): people first, reporting services apart."""
    engine = current_engine()
    if engine is None:
        return NOTHING
    low, high = choice.age_bounds
    need = Need(
        country=country,
        topics=choice.asked_topics(),
        languages=(language,),
        age_min=low,
        age_max=high,
        limit=8,
    )
    answer = engine.answer(need, now=now)
    matches = _people(answer["matches"])
    gap = answer["gap"] is not None
    if choice.age == "18-24":
        # Few lines say that they are for young adults: theirs come first, and one for everybody stands among the rest.
        own, public = (_fitting(engine, need, audience, now=now) for audience in ("young_person", "general_public"))
        # What stands in for a missing topic comes after a line for everybody that has it.
        fitting = [match for match in matches if "wider_service" not in match["reasons"]]
        matches = _merged(_merged(_merged(own, fitting)[: MOST_CARDS - 1], public), matches)
        gap = gap and not own and not public
    if choice.talk == "no":
        written = [match for match in _fitting(engine, need._replace(channels=WRITTEN), now=now) if _written(match)]
        whole = {match["service"]["id"]: match for match in matches}
        matches = _merged([whole.get(match["service"]["id"], match) for match in written], matches)
    matches = matches[:MOST_CARDS]
    others: list[Match] = []
    wider = "gap" if gap else ""
    if gap:
        others = [match for match in answer["gap"]["nearest"] if match["contacts"]][:2]
        wider = "nearest" if others else wider
    elif len(matches) < ENOUGH:
        others = _second_ways(engine, need, matches, now=now)
        wider = "more" if others else wider
    return Found(
        matches=tuple(matches),
        others=tuple(others),
        wider=wider,
        images=tuple(_images(engine, need, now=now)) if choice.about_images else (),
        writing=any(_written(match) for match in matches),
        known=True,
    )


def image_services(*, country: str, language: str, now: int) -> tuple[Match, ...]:
    """Return the checked hotlines and image-removal services of a country; empty where none is known."""
    engine = current_engine()
    if engine is None:
        return ()
    return tuple(_images(engine, Need(country=country, languages=(language,)), now=now))


def _images(engine: Engine, need: Need, *, now: int) -> list[Match]:
    asked = need._replace(topics=("report_content", "online_sexual_harm", "privacy"), channels=(), limit=20)
    found = [match for match in engine.answer(asked, now=now)["matches"] if match["service"]["kind"] in IMAGE_SERVICES]
    return found[:3]


def _second_ways(engine: Engine, need: Need, matches: Sequence[Match], *, now: int) -> list[Match]:
    """Return up to two more services of the country for children, on any topic.

    Lines for everybody stand in only where no line for children fits: that is the engine's to say, in a gap.
    """
    seen = {match["service"]["id"] for match in matches}
    found = _fitting(engine, need._replace(topics=(), channels=()), now=now)
    return [match for match in found if match["service"]["id"] not in seen][:2]


def _fitting(engine: Engine, need: Need, audience: str = "child", *, now: int) -> list[Match]:
    """Return the services that fit a need as it stands, none that only stand in for a gap.

    A line for everybody says so among its reasons, as the engine says it where it widens a question by itself.
    """
    answer = engine.answer(need._replace(audience=audience), now=now)
    found = _people(answer["matches"]) if answer["gap"] is None else []
    if audience != "general_public":
        return found
    return [{**match, "reasons": [*match["reasons"], "general_public_service"]} for match in found]


def _people(matches: Sequence[Match]) -> list[Match]:
    return [match for match in matches if match["service"]["kind"] not in IMAGE_SERVICES and match["contacts"]]


def _merged(first: Sequence[Match], then: Sequence[Match]) -> list[Match]:
    seen = {match["service"]["id"] for match in first}
    return [*first, *(match for match in then if match["service"]["id"] not in seen)]


def _written(match: Match) -> bool:
    return any(contact["channel"] in WRITTEN for contact in match["contacts"])
