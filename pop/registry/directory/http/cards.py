"""What the public pages' templates print: every fact already in the reader's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pop.places.words import Speaker
from pop.registry.directory.http import wording
from pop.registry.directory.queries.pages import (
    WEB,
    ChangeFacts,
    ContactFacts,
    EmergencyFacts,
    EvidenceFacts,
    NoticeFacts,
    ServiceFacts,
)

# Where somebody answers at once or not at all, so that unknown hours are worth a word.
TIMED = frozenset({"phone", "sms", "whatsapp", "viber", "telegram", "webchat", "relay_text", "video_sign", "in_person"})
EMERGENCY_KINDS = frozenset({"any", "police", "ambulance", "fire"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list of facts. `code` marks text that is written left to right in every language."""

    label: str
    value: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """A web address: `url` is a link target only where `checked` says until when somebody may rely on it."""

    url: str
    checked: str
    note: str


@dataclass(frozen=True, slots=True)
class ContactCard:
    """One way of contact on a page."""

    id: str
    channel: str
    dial: str
    is_number: bool
    address: Address | None
    hours: str
    withheld: str
    word: str


@dataclass(frozen=True, slots=True)
class ServiceCard:
    """One service in a country's list."""

    id: str
    name: str
    kind: str
    stage: str
    on: str
    source: str
    languages: str
    hours: str  # "" where contacts differ; then each contact has its own
    contacts: tuple[ContactCard, ...]
    website: Address | None
    cautions: tuple[str, ...]
    notices: tuple[tuple[str, str], ...]
    conflicts: tuple[str, ...]
    mapped_only: bool


def address(url: str, checked: date | None, say: Speaker) -> Address | None:
    """Return a web address as text, or as a link where its check holds; None for none."""
    if not url:
        return None
    if checked is None:
        return Address(url, "", say["link_unchecked"])
    when = wording.day(checked, say)
    return Address(url, when, say("link_checked", date=when))


def contact_card(contact: ContactFacts, facts: ServiceFacts, say: Speaker) -> ContactCard:
    """Return one contact for a page."""
    return ContactCard(
        id=str(contact.id),
        channel=wording.named("channel", contact.channel, say),
        dial=contact.dial,
        is_number=bool(contact.number_kind) and bool(contact.dial),
        address=address(contact.dial, contact.checked, say) if contact.dial.startswith(WEB) else None,
        hours=wording.hours(contact.hours, facts.timezone, say) if contact.hours or contact.channel in TIMED else "",
        withheld=wording.withheld(contact, say),
        word=say("message_word", word=wording.isolated(contact.message_body)) if contact.message_body else "",
    )


def notice_lines(notices: Sequence[NoticeFacts], say: Speaker) -> tuple[tuple[str, str], ...]:
    """Return (what, until when) of notices."""
    return tuple(
        (wording.named("notice", notice.kind, say), say("notice_until", date=wording.day(notice.ends_at.date(), say)))
        for notice in notices
    )


def service_card(facts: ServiceFacts, conflicts: Sequence[str], today: date, say: Speaker) -> ServiceCard:
    """Return one service for a country's page."""
    contacts = tuple(contact_card(contact, facts, say) for contact in facts.contacts)
    same = {contact.hours for contact in contacts if contact.hours}
    return ServiceCard(
        id=str(facts.id),
        name=facts.name,
        kind=wording.named("kind", facts.kind, say),
        stage=wording.named("stage", facts.stage, say),
        on=wording.day(facts.stage_on, say),
        source=facts.source,
        languages=wording.languages(facts.languages, say),
        hours=same.pop() if len(same) == 1 else "",
        contacts=contacts,
        website=address(facts.website, facts.website_checked, say),
        cautions=tuple(wording.cautions(facts, today, say)),
        notices=notice_lines(facts.notices, say),
        conflicts=tuple(wording.named("conflict", code, say) for code in conflicts),
        mapped_only=facts.mapped_only,
    )


def service_lines(facts: ServiceFacts, say: Speaker) -> list[Line]:
    """Return the facts of a service that are not about one contact."""
    audience = (wording.named("audience", each, say) for each in facts.audience)
    topics = (wording.named("topic", each, say) for each in facts.topics)
    people = (wording.named("responder", each, say) for each in facts.responders)
    lines = [
        Line(say["field_kind"], wording.named("kind", facts.kind, say)),
        Line(say["field_organisation"], facts.organisation),
        Line(
            say["field_operator"],
            wording.named("operator", facts.operator, say) if facts.operator else say["not_known"],
        ),
        Line(say["field_audience"], wording.joined(audience, say)),
        Line(say["field_ages"], wording.ages(facts.age_min, facts.age_max, say)),
        Line(say["field_languages"], wording.languages(facts.languages, say)),
        Line(say["field_topics"], wording.joined(topics, say)),
        Line(say["field_responders"], wording.joined(people, say)),
    ]
    if facts.subdivisions:
        lines.append(Line(say["field_subdivisions"], ", ".join(facts.subdivisions), code=True))
    return lines


def number_lines(contact: ContactFacts, facts: ServiceFacts, say: Speaker) -> list[Line]:
    """Return what is known about one number: cost, trace, anonymity, abroad, who answers, hours, languages, ages."""
    people = (wording.named("responder", each, say) for each in facts.responders)
    low = contact.age_min if contact.age_min is not None else facts.age_min
    high = contact.age_max if contact.age_max is not None else facts.age_max
    return [
        Line(say["field_channel"], wording.named("channel", contact.channel, say)),
        Line(say["field_hours"], wording.hours(contact.hours, facts.timezone, say)),
        Line(say["field_free"], wording.answer(contact.free, say)),
        Line(say["field_trace"], wording.answer(contact.leaves_trace, say)),
        Line(say["field_anonymous"], wording.answer(contact.anonymous, say)),
        Line(say["field_from_abroad"], wording.answer(contact.from_abroad, say)),
        Line(say["field_languages"], wording.languages(contact.languages or facts.languages, say)),
        Line(say["field_ages"], wording.ages(low, high, say)),
        Line(say["field_responders"], wording.joined(people, say)),
    ]


def number_sentences(
    contact: ContactFacts, facts: ServiceFacts, newest: EvidenceFacts | None, today: date, say: Speaker
) -> list[str]:
    """Return what a number never travels without: what it is, where it works, when it was last checked."""
    said: list[str] = []
    if contact.number_kind == "short":
        said.append(say("number_short", country=wording.country(facts.country, say)))
    elif contact.e164:
        said.append(say("number_full", number=wording.isolated(contact.e164)))
    if contact.alternative:
        said.append(say("abroad_instead", number=wording.isolated(contact.alternative)))
    if contact.message_body:
        said.append(say("message_word", word=wording.isolated(contact.message_body)))
    if contact.hours_source and contact.hours_source != contact.hours:
        said.append(say("hours_source", text=wording.isolated(contact.hours_source)))
    if contact.hours:
        known = facts.holiday_policy in {"open", "closed"}
        said.append(say[f"holidays_{facts.holiday_policy}" if known else "caution_holiday"])
    on, stage = (newest.on, newest.stage) if newest else (facts.stage_on, facts.stage)
    if on is None:
        said.append(say["caution_not_checked"])
    else:
        said.append(say("checked_on", date=wording.day(on, say), stage=wording.named("stage", stage, say)))
        if (today - on).days > 365:
            said.append(say("caution_not_checked_since", date=wording.day(on, say)))
    return said


def field_label(field: str, say: Speaker) -> str:
    """Return the name of a stored field."""
    return say[wording.FIELD_WORDS.get(field, "field_other")]


@dataclass(frozen=True, slots=True)
class EvidenceCard:
    """One observation on a page."""

    label: str
    value: str
    stage: str
    on: str
    source: str


@dataclass(frozen=True, slots=True)
class ChangeCard:
    """One change on a page."""

    on: str
    label: str
    before: str
    after: str


def evidence_card(row: EvidenceFacts, say: Speaker) -> EvidenceCard:
    """Return one observation for a page."""
    return EvidenceCard(
        label=field_label(row.field, say),
        value=wording.value_of(row.field, row.value, say),
        stage=wording.named("stage", row.stage, say),
        on=wording.day(row.on, say),
        source=row.source,
    )


def change_card(row: ChangeFacts, say: Speaker) -> ChangeCard:
    """Return one change for a page."""
    return ChangeCard(
        on=wording.day(row.on, say),
        label=field_label(row.field, say),
        before=wording.value_of(row.field, row.before, say) or "–",
        after=wording.value_of(row.field, row.after, say) or "–",
    )


@dataclass(frozen=True, slots=True)
class EmergencyCard:
    """One emergency number on a page."""

    dial: str
    kind: str
    stage: str
    on: str
    shown: str


def emergency_card(number: EmergencyFacts, say: Speaker) -> EmergencyCard:
    """Return one emergency number for a page."""
    kind = number.kind if number.kind in EMERGENCY_KINDS else "unknown"
    return EmergencyCard(
        dial=number.dial,
        kind=say[f"emergency_{kind}"],
        stage=wording.named("stage", number.stage, say),
        on=wording.day(number.on, say),
        shown=say["emergency_shown" if number.shown else "emergency_not_shown"],
    )


def unknown_lines(services: Sequence[ServiceFacts], today: date, say: Speaker) -> list[str]:
    """Return what is not known about a country's services, each with how many it concerns."""
    counts = {
        "unknown_provider": sum(facts.stage not in {"provider_confirmed", "test_contacted"} for facts in services),
        "unknown_old": sum(facts.stage_on is None or (today - facts.stage_on).days > 365 for facts in services),
        "unknown_hours": sum(not any(contact.hours for contact in facts.contacts) for facts in services),
        "unknown_free": sum(all(contact.free is None for contact in facts.contacts) for facts in services),
        "unknown_languages": sum(not facts.languages for facts in services),
    }
    return [say(key, count=count) for key, count in counts.items() if count]
