"""What a row, and the facts that people read about it, say that a record should hold: plain values to compare."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from pop.registry.directory.rules.channels import ReadChannel, read_channels
from pop.registry.directory.rules.domains import foreign
from pop.registry.directory.rules.facts import LANGUAGE_HOURS, Fact, source_key, yes_or_no
from pop.registry.directory.rules.hours import read_hours
from pop.registry.directory.rules.numbers import ReadNumber, digits_of, read_number
from pop.registry.directory.rules.precedence import Observation
from pop.registry.directory.rules.publication import CLEAR, cleared
from pop.registry.directory.rules.rows import HotlineRow, ServiceRow
from pop.registry.directory.rules.tables import kinds

# The namespace of every id made from a source's words. It never changes: the ids are public.
NAMESPACE = uuid.UUID("6f0e1b0c-5d0b-5a53-9a55-2f6d6b0c7d11")
NUMBERING_PLAN = "numbering plan (phonenumbers)"
HOTLINE_LIST = "list of national hotlines"
_DIAL_LIMIT = 120
_TEXT_LIMIT = 200
_HOURS_LIMIT = 300
_WEBSITE = "website"
_LEAVES_TRACE = {"phone": True, "sms": True, "whatsapp": True, "telegram": True, "viber": True, "email": True}


@dataclass(slots=True)
class ContactDraft:
    """One contact as its source has it. The fields are those of the registry's contact."""

    channel: str
    as_stated: str
    dial: str = ""
    number_kind: str = ""
    e164: str = ""
    message_body: str = ""
    from_abroad: bool | None = None
    alternative: str = ""
    languages: list[str] = field(default_factory=list)
    subdivisions: list[str] = field(default_factory=list)
    age_min: int | None = None
    age_max: int | None = None
    free: bool | None = None
    anonymous: bool | None = None
    leaves_trace: bool | None = None
    hours: str = ""
    hours_source: str = ""
    hours_rule: str = ""
    withheld: str = ""
    position: int = 0
    evidence: dict[str, Observation] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """What the contact is known by: its number as digits, or its address."""
        if self.number_kind == "unparsed":
            return self.as_stated.casefold()
        return self.e164 or (digits_of(self.dial) if self.number_kind else self.dial.casefold())

    def identity(self, service: uuid.UUID) -> uuid.UUID:
        """Return the contact's id: the same for the same channel, address and languages of the same service."""
        return uuid.uuid5(service, "|".join((self.channel, self.address, ",".join(self.languages))))


@dataclass(slots=True)
class ServiceDraft:
    """One service as its source has it, with its contacts."""

    key: str
    line: int
    name: str
    country: str
    kind: str
    subdivisions: list[str]
    audience: list[str]
    age_min: int | None
    age_max: int | None
    languages: list[str]
    topics: list[str]
    responders: list[str]
    timezone: str
    website: str
    remarks: str
    stage: str
    stage_on: date | None
    source: str
    vouched: bool
    safety: str
    email: str
    contacts: list[ContactDraft]
    # Observations of the service's fields, and of what is no field of it (such as `numbers_as_stated`, `serves`).
    evidence: dict[str, Observation]
    loose: list[tuple[str, Observation]]
    warnings: list[str]

    @property
    def seen(self) -> Observation:
        """Where and when the row was read; its value is blank."""
        return Observation("", self.source, self.stage_on, self.stage)

    @property
    def id(self) -> uuid.UUID:
        """The service's id, made of the country and the name as first loaded."""
        return uuid.uuid5(NAMESPACE, self.key)


# Fields that a reload compares, and the name their evidence goes by.
SERVICE_FIELDS = [
    "name",
    "kind",
    "subdivisions",
    "audience",
    "age_min",
    "age_max",
    "languages",
    "topics",
    "responders",
    "timezone",
    "website",
]
CONTACT_FIELDS = {
    "dial": ("dial", "as_stated", "number_kind", "e164", "message_body"),
    "hours": ("hours", "hours_source", "hours_rule"),
    "languages": ("languages",),
    "subdivisions": ("subdivisions",),
    "age_min": ("age_min",),
    "age_max": ("age_max",),
    "free": ("free",),
    "anonymous": ("anonymous",),
    "from_abroad": ("from_abroad",),
    "alternative": ("alternative",),
    "leaves_trace": ("leaves_trace",),
}


def as_text(value: object) -> str:
    """Return a field's value as evidence and history keep it: lists by spaces, "" for what is not known."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return " ".join(str(part) for part in value)
    return str(value)


def draft_service(row: ServiceRow, facts: Sequence[Fact]) -> ServiceDraft:
    """Return what the record of `row` should hold. `facts` are about this service; a later one beats an earlier."""
    own = {fact.field: fact.value for fact in (*row.facts, *facts) if not fact.contact}
    kind = kinds()[own.get("kind", row.kind)]
    seen = Observation("", row.source, row.source_modified, row.stage)
    contacts, warnings = _contacts(row, facts, seen)
    languages = list(own["languages"].split() if "languages" in own else row.languages)
    for contact in contacts:  # a language with hours of its own is a language of the service
        languages += [tag for tag in contact.languages if tag not in languages]
    draft = ServiceDraft(
        key=row.key,
        line=row.line,
        name=row.name,
        country=row.country,
        kind=kind.id,
        subdivisions=own.get("subdivisions", "").split(),
        audience=own["audience"].split() if "audience" in own else list(kind.default_audience),
        age_min=int(own["age_min"]) if "age_min" in own else None,
        age_max=int(own["age_max"]) if "age_max" in own else None,
        languages=languages,
        topics=own.get("topics", "").split(),
        responders=own.get("responders", "").split(),
        timezone=row.timezone,
        website=row.website,
        remarks=row.remarks,
        stage=row.stage,
        stage_on=row.source_modified,
        source=row.source,
        vouched=bool(row.source),
        safety=_safety(row, kind.id),
        email=row.email,
        contacts=contacts,
        evidence={},
        loose=[],
        warnings=warnings,
    )
    draft.evidence = {
        name: seen._replace(value=text) for name in SERVICE_FIELDS if (text := as_text(getattr(draft, name)))
    }
    stated = [("numbers_as_stated", row.numbers_as_stated), ("hours_as_stated", row.hours_as_stated)]
    read = [(fact.field, fact.value) for fact in (*row.facts, *facts) if not fact.contact and fact.field in LOOSE]
    draft.loose = [(name, seen._replace(value=text)) for name, text in (*stated, *read) if text]
    return draft


# Statements that are no field of a record: they stand beside it, as evidence.
LOOSE = frozenset({"serves", "other_number", "other_hours", "numbers_as_stated", "hours_as_stated", "hours_problem"})


def draft_hotline(row: HotlineRow) -> ServiceDraft:
    """Return what the record of a hotline should hold: it takes reports of illegal content, and nothing else."""
    kind = kinds()["hotline"]
    seen = Observation("", HOTLINE_LIST, None, "unconfirmed_lead")
    contact = ContactDraft("form", row.url, dial=row.url)
    contact.evidence = {"dial": seen._replace(value=row.url)}
    draft = ServiceDraft(
        key=source_key(row.country, row.name),
        line=row.line,
        name=row.name,
        country=row.country,
        kind=kind.id,
        subdivisions=[],
        audience=list(kind.default_audience),
        age_min=None,
        age_max=None,
        languages=[],
        topics=list(kind.topics),
        responders=[],
        timezone="",
        website=row.url,
        remarks="",
        stage=seen.stage,
        stage_on=None,
        source=HOTLINE_LIST,
        vouched=True,
        safety=CLEAR,
        email="",
        contacts=[contact],
        evidence={},
        loose=[],
        warnings=[],
    )
    draft.evidence = {
        name: seen._replace(value=text) for name in SERVICE_FIELDS if (text := as_text(getattr(draft, name)))
    }
    return draft


def _safety(row: ServiceRow, kind: str) -> str:
    """Return why no child may see the row until a person decides, or "clear"."""
    if row.do_not_publish:
        return "do_not_publish"
    # A directory's page that says nothing but a name, or a name and a number, is a template that nobody filled in.
    says_nothing = not (row.languages or row.website or row.email or row.opening_hours or row.hours_as_stated)
    if row.stage == "directory_listed" and says_nothing and not row.other_channels:
        return "empty_page"
    return cleared(False, kind)


def _contacts(row: ServiceRow, facts: Sequence[Fact], seen: Observation) -> tuple[list[ContactDraft], list[str]]:
    """Return the contacts of a row, phones first, and what should be told to whoever loads it."""
    phones = [_phone(stated, read_number(stated, row.country), seen) for stated in row.numbers]
    others = [_written(read, seen) for read in read_channels(row.other_channels, row.country)]
    warnings = [f"nobody can read {item.as_stated!r} in other_channels" for item in others if not item.channel]
    contacts = [*phones, *(item for item in others if item.channel)]
    if row.email:
        contacts.append(_email(row, seen))
    contacts += _from_facts(row, facts, contacts, seen)
    _state_hours(row, contacts, seen)
    for fact in facts:
        if fact.contact:
            contacts, fitted = _apply(contacts, fact, seen, row)
            if not fitted:
                warnings.append(f"the fact {fact.field} is about {fact.contact!r}, which the row does not have")
    unique: dict[tuple[str, str, str], ContactDraft] = {}
    for contact in contacts:
        unique.setdefault((contact.channel, contact.address, ",".join(contact.languages)), contact)
    for position, contact in enumerate(unique.values()):
        contact.position = position
    return list(unique.values()), warnings


def _phone(stated: str, number: ReadNumber, seen: Observation) -> ContactDraft:
    contact = ContactDraft(
        "phone",
        stated[:_TEXT_LIMIT],
        dial=number.dial,
        number_kind=number.kind,
        e164=number.e164,
        from_abroad=number.from_abroad,
        free=number.free,
        leaves_trace=True,
        withheld="" if number.kind != "unparsed" else "unparsed_number",
    )
    contact.evidence["dial"] = seen._replace(value=stated)
    for name in ("from_abroad", "free"):
        if (value := getattr(contact, name)) is not None:
            contact.evidence[name] = Observation(as_text(value), NUMBERING_PLAN, None, "unconfirmed_lead")
    return contact


def _written(read: ReadChannel, seen: Observation) -> ContactDraft:
    """Return a channel other than the voice; one that is offered without an address is kept, and kept from children."""
    contact = ContactDraft(
        read.channel,
        read.as_stated[:_TEXT_LIMIT],
        dial=read.dial,
        message_body=read.body,
        leaves_trace=_LEAVES_TRACE.get(read.channel),
        withheld="" if read.dial else "no_address",
    )
    if read.number is not None:
        contact.number_kind, contact.e164 = read.number.kind, read.number.e164
        contact.from_abroad = read.number.from_abroad if read.channel == "sms" else None
        if read.number.kind == "unparsed":
            contact.withheld = "unparsed_number"
    contact.evidence["dial"] = seen._replace(value=read.as_stated)
    return contact


def _email(row: ServiceRow, seen: Observation) -> ContactDraft:
    contact = ContactDraft("email", row.email, dial=row.email, leaves_trace=True)
    contact.evidence["dial"] = seen._replace(value=row.email)
    if foreign(row.email, row.country, row.website) == "foreign":
        contact.withheld = "foreign_email"
    return contact


def _from_facts(
    row: ServiceRow, facts: Sequence[Fact], contacts: Sequence[ContactDraft], seen: Observation
) -> list[ContactDraft]:
    """Return contacts that only facts know: a website that is a chat, a channel offered without an address."""
    made: list[ContactDraft] = []
    present = {contact.channel for contact in contacts}
    for fact in facts:
        if fact.contact == _WEBSITE and fact.field == "channel" and row.website and len(row.website) <= _DIAL_LIMIT:
            contact = ContactDraft(fact.value, row.website, dial=row.website)
            contact.evidence["dial"] = seen._replace(value=row.website)
            made.append(contact)
        elif fact.field == "offered" and yes_or_no(fact.value) and fact.contact not in present:
            contact = ContactDraft(fact.contact, f"{fact.contact} offered", withheld="no_address")
            contact.leaves_trace = _LEAVES_TRACE.get(fact.contact)
            contact.evidence["dial"] = seen._replace(value=contact.as_stated)
            made.append(contact)
    return made


def _state_hours(row: ServiceRow, contacts: Sequence[ContactDraft], seen: Observation) -> None:
    """Give the row's hours to its phones; without a phone, to the one way there is. Letters are not timed by them."""
    text = row.opening_hours or row.hours_as_stated
    phones = [contact for contact in contacts if contact.channel == "phone"]
    reachable = [contact for contact in contacts if contact.channel != "email" and contact.withheld != "no_address"]
    holders = phones or (reachable if len(reachable) == 1 else [])
    for contact in holders if text else []:
        _set_hours(contact, text, seen, read=bool(row.opening_hours))


def _set_hours(contact: ContactDraft, text: str, seen: Observation, *, read: bool = True) -> None:
    """Keep the source's words, and beside them what they mean, or why nobody can say it.

    A text that its own source put aside (`read` is False) is never evaluated, even where it happens to be readable.
    """
    contact.hours_source = text
    contact.evidence["hours"] = seen._replace(value=text)
    found = read_hours(text)
    fits = read and len(found.hours) <= _HOURS_LIMIT
    contact.hours = found.hours if fits else ""
    contact.hours_rule = found.rule if fits or found.errors else "put_aside"


def _apply(
    contacts: list[ContactDraft], fact: Fact, seen: Observation, row: ServiceRow
) -> tuple[list[ContactDraft], bool]:
    """Put one fact about a contact where it belongs; return the contacts and whether there was one."""
    if fact.field in ("offered", "channel"):
        return contacts, fact.contact != _WEBSITE or bool(row.website)
    about = [contact for contact in contacts if _is_about(fact, contact, row)]
    for contact in about:
        observed = seen._replace(value=fact.value)
        if fact.field == "hours":
            _set_hours(contact, fact.value, seen)
        elif fact.field == "language_hours":
            matched = LANGUAGE_HOURS.match(fact.value)
            if matched:
                second = _split(contact, matched["tags"].split(","), matched["hours"], seen, row)
                contacts.insert(contacts.index(contact) + 1, second)
        else:
            value: object = fact.value
            if fact.field in ("languages", "subdivisions"):
                value = fact.value.split()
            elif fact.field in ("from_abroad", "free", "anonymous"):
                value = yes_or_no(fact.value)
            elif fact.field in ("age_min", "age_max"):
                value = int(fact.value)
            setattr(contact, fact.field, value)
            contact.evidence[fact.field] = observed
    return contacts, bool(about)


def _is_about(fact: Fact, contact: ContactDraft, row: ServiceRow) -> bool:
    if fact.contact in (contact.channel, contact.as_stated):
        return True
    if fact.contact == _WEBSITE:
        return bool(row.website) and contact.as_stated == row.website
    digits = digits_of(fact.contact)
    return contact.channel == "phone" and bool(digits) and digits == digits_of(contact.as_stated)


def _split(contact: ContactDraft, tags: list[str], hours: str, seen: Observation, row: ServiceRow) -> ContactDraft:
    """Return a second contact with the same number, for languages with hours of their own, taken off the first."""
    second = replace(contact, languages=tags, evidence=dict(contact.evidence))
    second.evidence["languages"] = seen._replace(value=as_text(tags))
    _set_hours(second, hours, seen)
    contact.languages = [tag for tag in (contact.languages or row.languages) if tag not in tags]
    contact.evidence["languages"] = seen._replace(value=as_text(contact.languages))
    return second
