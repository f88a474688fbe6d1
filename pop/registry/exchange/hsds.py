"""A published service as Open Referral HSDS 3.0 objects: plain dictionaries with no property of our own.

What HSDS cannot say stands in `attributes`, with terms of the profile. An address where people are kept safe is never
among it, and a web address is given as `url` only while its check holds, because readers turn `url` into links.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pop.places.countries import country_name
from pop.places.languages import language_name
from pop.registry.directory.queries.pages import WEB, ChangeFacts, ContactFacts, ServiceFacts
from pop.registry.directory.rules.tables import STAGES, kinds, topics
from pop.registry.directory.rules.weekly import DAY_MINUTES, DAYS, Span, weekly_spans
from pop.registry.directory.words import REGISTRY
from pop.registry.exchange.profile import PROFILE, VERSION, Taxonomy, Term, terms

Json = dict[str, object]

# Turns a service's id into that of its place and back; it leaves the bits of the UUID's version and variant alone.
_PLACE = 0x5A17E0FA_9C11_07A3_12B4_6D1E2F3A4B5C

# RFC 6350 types of the channels that are reached by a number.
_PHONE_TYPES = {"phone": "voice", "sms": "text", "whatsapp": "text", "viber": "text", "relay_text": "textphone"}
_ASSURING = STAGES[STAGES.index("desk_checked") :]
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+")


def taxonomy_object(taxonomy: Taxonomy) -> Json:
    """Return one taxonomy."""
    return {
        "id": str(taxonomy.id),
        "name": taxonomy.name,
        "description": taxonomy.description,
        "uri": f"urn:uuid:{taxonomy.id}",
        "version": VERSION,
    }


def term_object(term: Term, *, full: bool = False) -> Json:
    """Return one term; `full` with its taxonomy nested."""
    found: Json = {
        "id": str(term.id),
        "code": term.code,
        "name": term.name,
        "description": term.description,
        "taxonomy": term.taxonomy.name,
        "taxonomy_id": str(term.taxonomy.id),
        "language": "en",
        "term_uri": f"urn:uuid:{term.id}",
    }
    if full:
        found["taxonomy_detail"] = taxonomy_object(term.taxonomy)
    return found


def organization_object(id: UUID, services: Sequence[ServiceFacts], *, full: bool) -> Json:
    """Return one body with what its published services (at least one) say of it."""
    first = services[0]
    named = ", ".join(sorted(service.name for service in services)[:10])
    found: Json = {"id": str(id), "name": first.organisation, "description": f"Runs: {named}."}
    website = next((each.website for each in services if each.website_checked and _is_uri(each.website)), "")
    if website:
        found["website"] = website
    if full:
        attributes = [_attribute(id, "organization", "fact", "country", first.country)]
        if ("operator", first.operator) in terms():
            attributes.append(_attribute(id, "organization", "operator", first.operator))
        found["attributes"] = attributes
    return found


def service_object(facts: ServiceFacts, *, now: datetime) -> Json:
    """Return a service with its fields and its organization, as the lists have it."""
    found: Json = {
        "id": str(facts.id),
        "organization_id": str(facts.organisation_id),
        "name": facts.name,
        "status": "active",
        "eligibility_description": "; ".join(_named("audience", each) for each in facts.audience),
        "last_modified": facts.changed_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "organization": organization_object(facts.organisation_id, [facts], full=False),
    }
    if facts.website_checked and _is_uri(facts.website):
        found["url"] = facts.website
    email = next((each.dial for each in _open(facts) if each.channel == "email" and _EMAIL.fullmatch(each.dial)), "")
    if email:
        found["email"] = email
    if facts.age_min is not None:
        found["minimum_age"] = facts.age_min
    if facts.age_max is not None:
        found["maximum_age"] = facts.age_max
    if facts.stage in _ASSURING and facts.stage_on:
        found["assured_date"] = facts.stage_on.isoformat()
    if facts.notices:
        found["alert"] = " ".join(_named("notice", notice.kind) for notice in facts.notices)
    if _all_free(facts):
        found["fees_description"] = "Free of charge."
    return found


def full_service(
    facts: ServiceFacts, *, now: datetime, conflicts: Iterable[str] = (), history: Iterable[ChangeFacts] = ()
) -> Json:
    """Return a service with everything nested."""
    found = service_object(facts, now=now)
    found["organization"] = organization_object(facts.organisation_id, [facts], full=True)
    found["phones"] = [_phone(facts, each) for each in _open(facts) if _is_number(each)]
    found["schedules"] = _schedules(facts, now)
    found["service_areas"] = _areas(facts)
    found["service_at_locations"] = [at_location(facts, full=True)]
    found["languages"] = _languages(facts.id, "service_id", facts.languages)
    if _all_free(facts):
        found["cost_options"] = [
            {
                "id": str(uuid5(facts.id, "cost")),
                "service_id": str(facts.id),
                "amount": 0,
                "amount_description": "Free of charge.",
            }
        ]
    found["attributes"] = _service_attributes(facts, conflicts)
    found["metadata"] = [_metadata(facts, change) for change in history]
    return found


def at_location_id(service: UUID) -> UUID:
    """Return the id of the one virtual place at which a service is reached; of that id, the service's again."""
    return UUID(int=service.int ^ _PLACE)


def at_location(facts: ServiceFacts, *, full: bool) -> Json:
    """Return the one place of a service: virtual, because none is given a street address, a shelter least of all."""
    place: Json = {
        "id": str(uuid5(facts.id, "location")),
        "location_type": "virtual",
        "name": ", ".join(dict.fromkeys(_named("channel", each.channel) for each in _open(facts))) or "Not known",
        "organization_id": str(facts.organisation_id),
    }
    if facts.website_checked and _is_uri(facts.website):
        place["url"] = facts.website
    found: Json = {
        "id": str(at_location_id(facts.id)),
        "service_id": str(facts.id),
        "location_id": place["id"],
        "description": "Reached from anywhere in its area by phone or online.",
    }
    if full:
        found["location"] = place
    return found


def _named(taxonomy: str, code: str) -> str:
    key = f"{taxonomy}_{code}"
    return REGISTRY.say(key, "en") if key in REGISTRY.texts else code


def _open(facts: ServiceFacts) -> list[ContactFacts]:
    """Return the contacts that anybody may be given: none that is withheld, no place to go to."""
    return [each for each in facts.contacts if not each.withheld and not each.concealed and each.channel != "in_person"]


def _is_number(contact: ContactFacts) -> bool:
    return contact.channel in _PHONE_TYPES and bool(contact.e164 or contact.dial)


def _all_free(facts: ServiceFacts) -> bool:
    numbers = [each for each in _open(facts) if _is_number(each)]
    return bool(numbers) and all(each.free for each in numbers)


def _is_uri(text: str) -> bool:
    """Whether a text is a web address that a schema's `uri` accepts."""
    if not text.startswith(WEB) or not all("!" <= sign <= "~" and sign not in '"<>\\^`{|}' for sign in text):
        return False
    try:
        return bool(urlsplit(text).hostname)
    except ValueError:
        return False


def _attribute(link: UUID, entity: str, taxonomy: str, code: str, value: str = "", *, part: str = "") -> Json:
    term = terms()[taxonomy, code]
    found: Json = {
        "id": str(uuid5(link, f"attribute:{part}:{taxonomy}:{code}:{value}")),
        "link_id": str(link),
        "taxonomy_term_id": str(term.id),
        "link_type": taxonomy,
        "link_entity": entity,
        "taxonomy_term": term_object(term),
    }
    if value:
        found["value"] = value
    return found


def _yes_no(link: UUID, entity: str, code: str, value: bool | None) -> list[Json]:
    return [] if value is None else [_attribute(link, entity, "fact", code, "yes" if value else "no")]


def _service_attributes(facts: ServiceFacts, conflicts: Iterable[str]) -> list[Json]:
    of_kind = kinds().get(facts.kind)
    claimed = {*facts.topics, *(of_kind.topics if of_kind else ())}
    codes = [
        ("kind", facts.kind),
        *(("topic", topic) for topic in topics() if topic in claimed),
        *(("audience", each) for each in facts.audience),
        *(("responder", each) for each in facts.responders),
        ("operator", facts.operator),
        ("stage", facts.stage),
    ]
    found = [_attribute(facts.id, "service", *each) for each in dict.fromkeys(codes) if each in terms()]
    for contact in _open(facts):
        if not _is_number(contact) and ("channel", contact.channel) in terms():
            shown = contact.dial if contact.checked or not contact.dial.startswith(WEB) else ""
            found.append(_attribute(facts.id, "service", "channel", contact.channel, shown, part=str(contact.id)))
    values = [
        ("country", facts.country),
        ("timezone", facts.timezone),
        ("public_holidays", facts.holiday_policy if facts.holiday_policy in {"open", "closed"} else ""),
        ("evidence_date", facts.stage_on.isoformat() if facts.stage_on else ""),
        ("evidence_source", facts.source),
        ("website_not_checked", "" if facts.website_checked else facts.website),
        *(("contradiction", code) for code in conflicts),
    ]
    return found + [_attribute(facts.id, "service", "fact", code, value) for code, value in values if value]


def _phone(facts: ServiceFacts, contact: ContactFacts) -> Json:
    values = [
        ("country", facts.country),
        ("number_kind", contact.number_kind),
        ("dial", contact.dial if contact.e164 else ""),
        ("alternative", contact.alternative),
        ("message_body", contact.message_body),
    ]
    found: Json = {
        "id": str(contact.id),
        "service_id": str(facts.id),
        "number": contact.e164 or contact.dial,
        "type": _PHONE_TYPES[contact.channel],
        "attributes": [
            _attribute(contact.id, "phone", "channel", contact.channel),
            *(_attribute(contact.id, "phone", "fact", code, value) for code, value in values if value),
            *_yes_no(contact.id, "phone", "from_abroad", contact.from_abroad),
            *_yes_no(contact.id, "phone", "free", contact.free),
            *_yes_no(contact.id, "phone", "anonymous", contact.anonymous),
            *_yes_no(contact.id, "phone", "leaves_trace", contact.leaves_trace),
        ],
    }
    if contact.languages:
        found["languages"] = _languages(contact.id, "phone_id", contact.languages)
    if contact.number_kind == "short":
        place = country_name(facts.country, "en")
        found["description"] = REGISTRY.say("number_short", "en").format(country=place)
    return found


def _languages(of: UUID, link: str, tags: Iterable[str]) -> list[Json]:
    return [
        {
            "id": str(uuid5(of, f"language:{tag}")),
            link: str(of),
            "name": language_name(tag, "en"),
            "code": tag.split("-")[0].lower(),
            **({"note": f"BCP 47: {tag}"} if "-" in tag else {}),
        }
        for tag in dict.fromkeys(tags)
    ]


def _areas(facts: ServiceFacts) -> list[Json]:
    place = country_name(facts.country, "en")
    areas = [(code, f"{place}: {code}") for code in facts.subdivisions] or [(facts.country, place)]
    return [
        {
            "id": str(uuid5(facts.id, f"area:{code}")),
            "service_id": str(facts.id),
            "name": name,
            "uri": f"https://www.iso.org/obp/ui/#iso:code:3166:{code}",
        }
        for code, name in areas
    ]


def _schedules(facts: ServiceFacts, now: datetime) -> list[Json]:
    """Return the weekly openings; contacts with the same hours share them and are named in the attributes."""
    by_hours: dict[str, list[ContactFacts]] = {}
    for contact in _open(facts):
        if contact.hours:
            by_hours.setdefault(contact.hours, []).append(contact)
    found: list[Json] = []
    for hours, contacts in by_hours.items():
        for position, span in enumerate(weekly_spans(hours) or (None,)):
            found.append(_schedule(facts, hours, contacts, span, position, now))
    return found


def _schedule(
    facts: ServiceFacts, hours: str, contacts: Sequence[ContactFacts], span: Span | None, position: int, now: datetime
) -> Json:
    id = uuid5(facts.id, f"schedule:{hours}:{position}")
    codes = [("channel", each, "") for each in dict.fromkeys(contact.channel for contact in contacts)]
    stated = contacts[0].hours_source
    values = [
        ("opening_hours", hours),
        ("opening_hours_as_stated", stated if stated != hours else ""),
        ("timezone", facts.timezone),
    ]
    found: Json = {
        "id": str(id),
        "service_id": str(facts.id),
        "description": hours,
        "attributes": [
            _attribute(id, "schedule", *each)
            for each in (*codes, *(("fact", code, value) for code, value in values if value))
            if each[:2] in terms()
        ],
    }
    if span is None:
        return found
    minutes = _offset(facts.timezone, now)
    found |= {
        "freq": "WEEKLY",
        "interval": 1,
        "wkst": "MO",
        "byday": ",".join(DAYS[day].upper() for day in span.days),
        "opens_at": _clock(span.opens, minutes),
        "closes_at": _clock(span.closes, minutes),
    }
    if minutes is not None:
        found["timezone"] = minutes // 60 if minutes % 60 == 0 else minutes / 60
    if span.closes > DAY_MINUTES:
        found["notes"] = "Closes on the following day."
    return found


def _offset(zone: str, now: datetime) -> int | None:
    """Return a zone's distance from UTC in minutes, None for a zone that is not known."""
    try:
        offset = now.astimezone(ZoneInfo(zone)).utcoffset() if zone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
    return None if offset is None else int(offset.total_seconds() // 60)


def _clock(minutes: int, offset: int | None) -> str:
    """Return HH:MM with the offset; the end of a day is 23:59, because many readers do not know 24:00."""
    of_day = minutes % DAY_MINUTES if minutes != DAY_MINUTES else DAY_MINUTES - 1
    sign = "" if offset is None else f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"
    return f"{of_day // 60:02d}:{of_day % 60:02d}{sign}"


def _metadata(facts: ServiceFacts, change: ChangeFacts) -> Json:
    return {
        "id": str(change.id),
        "resource_id": str(change.contact or facts.id),
        "resource_type": "phone" if change.contact else "service",
        "last_action_date": change.on.isoformat(),
        "last_action_type": "create" if change.field == "record" else "update",
        "field_name": change.field,
        "previous_value": change.before,
        "replacement_value": change.after,
        "updated_by": f"{PROFILE}, {change.via}",
    }
