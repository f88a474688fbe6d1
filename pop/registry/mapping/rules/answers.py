"""From a filled instrument to the fields of a record: what was answered, and whether it may be published.

Only questions about the organisation itself are read. The respondent's role and address stay in the submission: no
field here can hold them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from pop.registry.directory.rules.publication import AI_DRIVEN_SOLUTION, PLATFORM_FEATURE, YOUTH_LED_SOLUTION

CONTACTS: Final = "contacts"
# Field of a record: the questions whose answers make it.
QUESTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("service_name",),
    "organisation": ("organisation_name",),
    "operator": ("operator",),
    "website": ("website",),
    "kind": ("service_kind",),
    "country": ("country",),
    "languages": ("languages",),
    "audience": ("audience",),
    "age_min": ("age_min",),
    "age_max": ("age_max",),
    "topics": ("topics_violence", "topics_online", "topics_wellbeing", "topics_life"),
    "responders": ("responders",),
    CONTACTS: ("channel_number", "channel_email", "channel_link"),
}
FIELDS: Final = tuple(QUESTIONS)
_LISTS: Final = frozenset({"languages", "audience", "topics", "responders"})
_NUMBERS: Final = frozenset({"age_min", "age_max"})
# An instrument whose records are run by young people, whatever its answers say of the operator.
YOUTH_LED: Final = "youth_led"
# What the instruments about solutions ask about has one kind, which nobody is asked for.
_KIND_OF: Final = {"platforms": PLATFORM_FEATURE, "youth_led": YOUTH_LED_SOLUTION, "ai_driven": AI_DRIVEN_SOLUTION}
_FREE: Final = {"free": True, "usual": False, "more": False}
_ANONYMOUS: Final = {"anonymous": True, "named": False}


class UnreadableError(ValueError):
    """A document that is no submission; its text is a code and holds nothing of the document."""


@dataclass(frozen=True)
class Answers:
    """Answers by question; those of a repeat stand in `rows`, one mapping for each row, and only there."""

    values: Mapping[str, str]
    rows: Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Offered:
    """What a submission offers for a record, by field; a field that nobody answered is not in `values`.

    `contacts` are the channels as they were stated: channel, as_stated, hours_source, free, anonymous. `consents` says
    of each field whether its answer may be published. `unplaced`: no page may name the country it is in.
    """

    values: Mapping[str, Any]
    contacts: Sequence[Mapping[str, Any]]
    consents: Mapping[str, bool]
    unplaced: bool


def read_answers(xml: bytes) -> Answers:
    """Return the answers of a submission that was taken in. Raises UnreadableError."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError:
        raise UnreadableError("not_xml") from None
    values: dict[str, str] = {}
    rows: list[dict[str, str]] = []
    _walk(root, values, rows)
    return Answers(values, rows)


def offered(answers: Answers, instrument: str, consents: Mapping[str, str]) -> Offered:
    """Return what the answers to an instrument offer; `consents` is {question: the question that publishes it or ""}.

    A field counts as agreed to only where every question that makes it is, and a question in no group never is.
    """
    said = answers.values
    values: dict[str, Any] = {}
    for field, questions in QUESTIONS.items():
        texts = [said[each] for each in questions if said.get(each)]
        if field in _LISTS:
            found = list(dict.fromkeys(" ".join(texts).split()))
            if found:
                values[field] = found
        elif field in _NUMBERS:
            if texts and len(texts[0]) <= 3 and texts[0].isdecimal():
                values[field] = int(texts[0])
        elif field != CONTACTS and texts:
            values[field] = texts[0]
    kind = _KIND_OF.get(instrument, "")
    if kind:
        values["kind"] = kind
    agreed = {
        field: all(_agreed(question, said, consents) for question in _publishing(field, instrument)) for field in FIELDS
    }
    if instrument == YOUTH_LED:
        values["operator"] = YOUTH_LED
    unplaced = instrument == YOUTH_LED and (
        said.get("danger_if_published") != "no" or said.get("publish_place", "nowhere") == "nowhere"
    )
    return Offered(values, [row for row in map(_contact, answers.rows) if row], agreed, unplaced)


def _publishing(field: str, instrument: str) -> tuple[str, ...]:
    """Return the questions whose consent a field hangs on: a kind that nobody was asked for hangs on who runs it."""
    return ("solution_kind",) if field == "kind" and instrument in _KIND_OF else QUESTIONS[field]


def _agreed(question: str, said: Mapping[str, str], consents: Mapping[str, str]) -> bool:
    asked = consents.get(question, "")
    return bool(asked) and said.get(asked) == "yes"


def _contact(row: Mapping[str, str]) -> Mapping[str, Any]:
    stated = row.get("channel_number") or row.get("channel_email") or row.get("channel_link") or ""
    channel = row.get("channel_id", "")
    if not channel:
        return {}
    hours = "24/7" if row.get("channel_hours") == "always" else row.get("channel_hours_text", "")
    return {
        "channel": channel,
        "as_stated": stated,
        "hours_source": hours,
        "free": _FREE.get(row.get("channel_cost", "")),
        "anonymous": _ANONYMOUS.get(row.get("channel_anonymity", "")),
    }


def _walk(parent: etree._Element, values: dict[str, str], rows: list[dict[str, str]]) -> None:
    for child in parent:
        name = str(etree.QName(child).localname)
        if name == "meta":
            continue
        if name == "channel" and len(child):
            row: dict[str, str] = {}
            _walk(child, row, rows)
            rows.append(row)
        elif len(child):
            _walk(child, values, rows)
        elif (child.text or "").strip():
            values[name] = (child.text or "").strip()
