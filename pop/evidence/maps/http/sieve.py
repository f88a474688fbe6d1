"""The filters of the map as a form: one choice per fact, and what is chosen twice kept as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pop_sdk.vocabulary import AGE_BANDS

from pop.evidence.maps.http.wording import in_order, value
from pop.evidence.maps.queries import Answer, accepted
from pop.evidence.maps.rules.filters import CHECKED, EVIDENCE, GENERAL, NOT_KNOWN, OPEN, Filter
from pop.places.countries import country_name
from pop.places.regions import EDITIONS
from pop.places.words import Speaker
from pop.registry.directory.queries.mapped import lists


class Choice(NamedTuple):
    """One fact of the form: its options as (value, words, chosen), and values that it cannot show but must keep."""

    name: str
    label: str
    options: Sequence[tuple[str, str, bool]]
    kept: Sequence[str]


def sieve(answer: Answer, say: Speaker) -> list[Choice]:
    """Return the form's facts, in the order in which people think of them."""
    asked, known = answer.asked, lists()
    regions = accepted().regions[asked.edition]
    spoken = [tag for tag in answer.board.bits.get("language", {}) if "-" not in tag and tag != NOT_KNOWN]
    return [
        _choice(asked, say, "region", _named(asked, say, "region", regions)),
        _choice(asked, say, "country", _named(asked, say, "country", answer.region_of)),
        _choice(asked, say, "topic", [*_plain(asked, say, "topic", [*known.topics, GENERAL, NOT_KNOWN])]),
        _choice(asked, say, "channel", _plain(asked, say, "channel", [*known.channels, NOT_KNOWN])),
        _choice(
            asked,
            say,
            "language",
            [*_named(asked, say, "language", spoken), *_plain(asked, say, "language", [NOT_KNOWN])],
        ),
        _choice(asked, say, "age", _plain(asked, say, "age", [*AGE_BANDS, NOT_KNOWN])),
        _choice(asked, say, "kind", _plain(asked, say, "kind", known.kinds)),
        _choice(asked, say, "audience", _plain(asked, say, "audience", known.audiences)),
        _choice(asked, say, "operator", _plain(asked, say, "operator", [*known.operators, NOT_KNOWN])),
        _choice(asked, say, "responder", _plain(asked, say, "responder", [*known.responders, NOT_KNOWN])),
        _choice(asked, say, "needs", _plain(asked, say, "needs", known.needs)),
        _choice(asked, say, "open", _plain(asked, say, "open", OPEN)),
        _choice(asked, say, "stage", _plain(asked, say, "stage", known.stages)),
        _choice(asked, say, "evidence", _plain(asked, say, "evidence", EVIDENCE)),
        _choice(asked, say, "checked", _plain(asked, say, "checked", CHECKED)),
        Choice(
            "edition",
            say["filter_edition"],
            [(each, say[f"edition_{each}"], each == asked.edition) for each in EDITIONS],
            (),
        ),
    ]


def kept(asked: Filter) -> list[tuple[str, str]]:
    """Return what the form has no choice for and must carry along."""
    pairs = [("subdivision", each) for each in asked.values("subdivision")]
    if asked.at is not None:
        pairs.append(("at", asked.at.strftime("%Y-%m-%dT%H:%M:%SZ")))
    if asked.by != "channel":
        pairs.append(("by", asked.by))
    return pairs


def _plain(asked: Filter, say: Speaker, name: str, ids: Iterable[str]) -> list[tuple[str, str]]:
    return [(id, value(name, id, asked.edition, say)) for id in ids]


def _named(asked: Filter, say: Speaker, name: str, ids: Iterable[str]) -> list[tuple[str, str]]:
    if name == "country":
        return in_order((id, country_name(id, say.language)) for id in ids)
    return in_order(_plain(asked, say, name, ids))


def _choice(asked: Filter, say: Speaker, name: str, options: Iterable[tuple[str, str]]) -> Choice:
    chosen = asked.values(name)
    listed = list(options)
    if len(chosen) > 1 or (chosen and chosen[0] not in {id for id, _ in listed}):
        return Choice(name, say[f"filter_{name}"], (), chosen)
    blank = ("", say["any"], not chosen)
    return Choice(name, say[f"filter_{name}"], [blank, *((id, words, id in chosen) for id, words in listed)], ())
