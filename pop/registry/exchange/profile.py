"""PoP profile 1 of Open Referral HSDS 3.0: the taxonomies whose terms carry, as attributes, what HSDS has no field for.

Ids are derived from names, so that a term has the same id everywhere; they never change within a profile.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

from pop.registry.directory.rules.tables import AUDIENCES, CHANNELS, RESPONDERS, STAGES, kinds, topics
from pop.registry.directory.words import REGISTRY

PROFILE = "PoP profile 1"
VERSION = "1"
_SPACE = UUID("9a1f6d52-3c0b-5b8e-9d57-2f4e6a7c1b30")
OPERATORS = ("civil_society", "government", "school", "faith", "youth_led", "company", "un")

# What a fact's value is written like.
FACTS = {
    "country": "The country of the service or number, ISO 3166-1 alpha-2. A short number means nothing without it.",
    "number_kind": "`full`: also written in E.164; `short`: works only in its country and is never forced into E.164.",
    "dial": "What a person in the country dials.",
    "from_abroad": "Whether the number works from another country: yes or no; absent where nobody knows.",
    "alternative": "The full number, in E.164, to dial from another country instead.",
    "free": "Whether it costs nothing: yes or no; absent where nobody knows.",
    "anonymous": "Whether people can stay anonymous: yes or no; absent where nobody knows.",
    "leaves_trace": "Whether it shows on a bill or in the call history: yes or no; absent where nobody knows.",
    "message_body": "The key word that a message must hold.",
    "opening_hours": "Opening hours in OpenStreetMap's notation, in the zone of `timezone`; schedules come from it.",
    "opening_hours_as_stated": "Opening hours as the source wrote them.",
    "timezone": "The IANA time zone of the opening hours. A schedule's UTC offset is only that of the day of export.",
    "public_holidays": "Whether it opens on public holidays: open or closed; absent where nobody knows.",
    "evidence_date": "The day of the evidence behind the stage of verification, ISO 8601.",
    "evidence_source": "Where that evidence was found.",
    "website_not_checked": "A web address that nobody has checked in the last 90 days: not to be offered as a link.",
    "contradiction": "A code of what contradicts itself in the sources.",
}


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """One list of terms."""

    id: UUID
    code: str
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Term:
    """One term; `code` is unique in its taxonomy."""

    id: UUID
    code: str
    name: str
    description: str
    taxonomy: Taxonomy


def _taxonomy(code: str, name: str, description: str) -> Taxonomy:
    return Taxonomy(uuid5(_SPACE, f"taxonomy:{code}"), code, f"{PROFILE}: {name}", description)


@functools.cache
def taxonomies() -> Mapping[str, Taxonomy]:
    """Return the taxonomies by code."""
    listed = (
        _taxonomy("topic", "topics", "What a child may need help with. A topic is claimed only with evidence."),
        _taxonomy("kind", "kinds of service", "What kind of service it is."),
        _taxonomy("audience", "audiences", "Whom a service is for. A service not for `child` is no answer to a child."),
        _taxonomy("channel", "channels", "How a service is reached; the value is the address where it is no number."),
        _taxonomy("responder", "responders", "Who answers."),
        _taxonomy("operator", "operators", "What kind of body runs the service."),
        _taxonomy(
            "stage", "stages of verification", "How well a record is checked, weakest first; trust fades with age."
        ),
        _taxonomy("fact", "facts", "Facts whose value HSDS has no field for."),
    )
    return {taxonomy.code: taxonomy for taxonomy in listed}


@functools.cache
def terms() -> Mapping[tuple[str, str], Term]:
    """Return the terms by (taxonomy's code, term's code)."""
    found: dict[tuple[str, str], Term] = {}

    def add(taxonomy: str, code: str, name: str, description: str) -> None:
        id = uuid5(_SPACE, f"term:{taxonomy}:{code}")
        found[taxonomy, code] = Term(id, code, name, description, taxonomies()[taxonomy])

    for topic in topics().values():
        name = REGISTRY.say(f"topic_{topic.id}", "en")
        add("topic", topic.id, name, f"CHI category: {topic.chi or 'none'}. Risk class: {topic.risk}.")
    named = {"kind": kinds(), "audience": AUDIENCES, "channel": CHANNELS, "responder": RESPONDERS}
    for taxonomy, codes in (*named.items(), ("operator", OPERATORS), ("stage", STAGES)):
        for code in codes:
            name = REGISTRY.say(f"{taxonomy}_{code}", "en")
            add(taxonomy, code, name, f"{name}.")
    for code, description in FACTS.items():
        add("fact", code, code.replace("_", " ").capitalize(), description)
    return found


@functools.cache
def term_by_id() -> Mapping[UUID, Term]:
    """Return the terms by id."""
    return {term.id: term for term in terms().values()}


@functools.cache
def taxonomy_by_id() -> Mapping[UUID, Taxonomy]:
    """Return the taxonomies by id."""
    return {taxonomy.id: taxonomy for taxonomy in taxonomies().values()}
