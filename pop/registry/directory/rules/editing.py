"""What staff may change of a record, how a form's values become columns, and how many people a change needs.

A number that children are shown is the one fact that must never be wrong by one person's mistake or wish: whatever
makes a published number, brings one up or takes one away needs two people besides the one who proposed it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from pop.places import countries
from pop.registry.directory.rules.addresses import address_of
from pop.registry.directory.rules.cells import WrongRowError, web_address
from pop.registry.directory.rules.channels import read_channel
from pop.registry.directory.rules.drafts import CONTACT_FIELDS, ContactDraft
from pop.registry.directory.rules.hours import read_hours
from pop.registry.directory.rules.numbers import emergency_in, read_number
from pop.registry.directory.rules.publication import MAPPED_ONLY
from pop.registry.directory.rules.tables import STAGES

# One change as a proposal keeps it: {"contact": id or None, "field": …, "before": …, "after": …}.
Change = Mapping[str, Any]

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
    "holiday_policy",
    "website",
]
CONTACT_COLUMNS = [
    "channel",
    "as_stated",
    "number_kind",
    "e164",
    "dial",
    "message_body",
    "from_abroad",
    "alternative",
    "languages",
    "subdivisions",
    "age_min",
    "age_max",
    "free",
    "anonymous",
    "leaves_trace",
    "hours",
    "hours_source",
    "hours_rule",
    "withheld",
]
# What makes a link or decides whether, and to whom, it is shown. "contact" is a whole contact, added. The kind and the
# audience keep a record from every child, ages and regions from many; a shelter's kind also keeps its place hidden.
REACH = frozenset(
    [
        "contact",
        "channel",
        "as_stated",
        "number_kind",
        "e164",
        "dial",
        "message_body",
        "alternative",
        "withheld",
        "website",
        "kind",
        "audience",
        "subdivisions",
        "age_min",
        "age_max",
        "safety",
        "state",
    ]
)
# Of these, what a survey does not change but in a record that is on the map only.
FIXED_FOR_SURVEYS = (REACH & set(SERVICE_FIELDS)) - {"age_min", "age_max", "subdivisions"}
WHOLE = "contact"
DIGEST = "reach"
REMOVED = "removed"
# A number that a survey brought to a record which children see: nobody has called back yet.
AWAITS_CALL = "awaits_call"
WITHHELD = ("", REMOVED, AWAITS_CALL, "emergency_number", "foreign_email", "no_address", "unparsed_number", "other")
SUSPENDED_BECAUSE = ("wrong_number", "not_a_helpline", "unsafe", "closed", "provider_asked", "other")
# Sides of a decision that change who sees a record: each needs two people where children see it now or will.
STATE_KINDS = {
    "publish": ("published", "clear"),
    "unsuspend": ("published", "clear"),
    "defunct": ("defunct", None),
}
ONE, TWO = 1, 2
# What a survey says, taken up by a reviewer.
MAPPING = "mapping"
# What a ministry says is what an official list says: it runs the service as seldom as a directory does, and has not
# called it either.
FOCAL_POINT_STAGE = "directory_listed"
# How the history names a change that was made on a ministry's word.
VIA_FOCAL_POINT = "apply_focal_proposal"
OLDEST_OBSERVATION = date(2000, 1, 1)

_CALLED = frozenset({"phone", "relay_text"})
_APPS = frozenset({"whatsapp", "viber"})
_NAMED = frozenset({"telegram", "email"})
_SUBDIVISION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")
_EVIDENCE_NAMES = {column: name for name, columns in CONTACT_FIELDS.items() for column in columns} | {"channel": "dial"}


class MistakeError(ValueError):
    """A value that cannot be taken: the field's name and the mistake's code (a key of the console's words)."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


def approvals_needed(kind: str, state: str, changes: Iterable[Change]) -> int:
    """Return how many people besides the proposer must agree to a change of a record in `state`."""
    if kind in ("publish", "unsuspend", "emergency") or (
        kind == MAPPING and any(c["field"] == "state" for c in changes)
    ):
        return TWO
    if state == "waiting":
        # Nobody is shown it yet, and its publication needs two people who look at exactly these numbers.
        return ONE
    if kind == "defunct":
        return TWO
    return TWO if any(change["field"] in REACH for change in changes) else ONE


def reaches_children_uncalled(safety: str, changes: Iterable[Change]) -> bool:
    """Say whether what a survey says would come to children without a call, in a record of this `safety`.

    Only from a record that is on the map alone does nothing reach them before the safety decision; one that was
    suspended comes back to them without it.
    """
    return safety != MAPPED_ONLY and any(
        change["field"] in FIXED_FOR_SURVEYS or (change["field"] == WHOLE and not change["after"]["withheld"])
        for change in changes
    )


def service_columns(values: Mapping[str, Any], country: str) -> dict[str, Any]:
    """Return a service's columns from a form's values. Raises MistakeError."""
    columns = {name: values[name] for name in SERVICE_FIELDS if name in values}
    _check_lists(columns, country)
    _check_ages(columns)
    if columns.get("website"):
        columns["website"] = _web("website", columns["website"])
    return columns


def contact_columns(values: Mapping[str, Any], country: str, timezone: str) -> dict[str, Any]:
    """Return all columns of a contact of a service in `country` from a form's values. Raises MistakeError.

    The number or address is read by the registry's rules: what cannot be read, and what makes no link, is refused.
    """
    channel, stated = str(values["channel"]), str(values["as_stated"])
    columns: dict[str, Any] = {name: values[name] for name in CONTACT_COLUMNS if name in values}
    columns |= _address(channel, stated, str(values.get("message_body", "")), country)
    if columns.get("alternative"):
        abroad = read_number(str(columns["alternative"]), country)
        if not abroad.e164:
            raise MistakeError("alternative", "number_full")
        columns["alternative"] = abroad.e164
    columns |= _hours(str(values.get("hours_source", "")), timezone)
    _check_lists(columns, country)
    _check_ages(columns)
    if not columns["dial"] and not columns["withheld"]:
        columns["withheld"] = "no_address"
    return columns


def contact_identity(service: Any, columns: Mapping[str, Any]) -> Any:
    """Return the id that a load would give the same contact, so that a later load finds it and adds no second one."""
    known = {"channel", "as_stated", "dial", "number_kind", "e164", "languages"}
    return ContactDraft(**{name: value for name, value in columns.items() if name in known}).identity(service)


def differences(contact: str | None, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one change for every value that differs."""
    return [
        {"contact": contact, "field": name, "before": before[name], "after": value}
        for name, value in after.items()
        if before[name] != value
    ]


def check_evidence(source: str, observed_on: date | None, stage: str, today: date) -> None:
    """Refuse a proposal that does not say where, when and how its facts were seen. Raises MistakeError."""
    if not source.strip():
        raise MistakeError("source", "source_missing")
    if observed_on is None or not OLDEST_OBSERVATION <= observed_on <= today:
        raise MistakeError("observed_on", "date_wrong")
    if stage not in STAGES:
        raise MistakeError("stage", "stage_wrong")


def evidence_name(field: str, *, of_contact: bool) -> str:
    """Return the name that a column's evidence goes by: several columns of a contact are one fact."""
    return _EVIDENCE_NAMES.get(field, field) if of_contact else field


def reach_digest(service: Mapping[str, Any], contacts: Iterable[Mapping[str, Any]]) -> str:
    """Return a short digest of everything that makes a record's numbers and decides to whom they are shown.

    A decision to publish holds it, so that what two people looked at is what goes out, and nothing that was slipped in.
    """
    names = ("id", *sorted(REACH.intersection(CONTACT_COLUMNS)))
    rows = sorted([str(contact[name]) for name in names] for contact in contacts)
    rows.append([str(service[name]) for name in ("name", *sorted(REACH.intersection(SERVICE_FIELDS)))])
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]


def warnings_of(country: str, kind: str, changes: Sequence[Change]) -> list[str]:
    """Return codes of what approvers should look at twice."""
    found: list[str] = []
    for change in changes:
        after = change["after"]
        columns = after if change["field"] == WHOLE else {change["field"]: after}
        dial = str(columns.get("dial", ""))
        calm = kind in ("emergency", "police", "police_child")
        if dial and not calm and emergency_in(country, dial):
            found.append("emergency_number")
        if change["field"] == "withheld" and change["before"] and not after:
            found.append("shown_again")
        if change["field"] == "audience" and "child" in after and "child" not in change["before"]:
            found.append("shown_to_children")
    return list(dict.fromkeys(found))


def _address(channel: str, stated: str, body: str, country: str) -> dict[str, Any]:
    columns: dict[str, Any] = {"number_kind": "", "e164": "", "dial": "", "message_body": ""}
    if channel == "in_person":
        return columns
    if channel in _CALLED:
        number = read_number(stated, country)
        if number.kind == "unparsed":
            raise MistakeError("as_stated", "number_unreadable")
        columns |= {"number_kind": number.kind, "e164": number.e164, "dial": number.dial}
    elif channel == "sms" or channel in _APPS or channel in _NAMED:
        read = read_channel(
            f"{channel} {body} to {stated}" if channel == "sms" and body else f"{channel} {stated}", country
        )
        if not read.dial or read.channel != channel:
            raise MistakeError("as_stated", "number_full" if channel in _APPS else "address_unreadable")
        columns |= {"dial": read.dial, "message_body": read.body}
        if read.number is not None:
            columns |= {"number_kind": read.number.kind, "e164": read.number.e164}
    else:
        columns["dial"] = _web("as_stated", stated)
        if len(columns["dial"]) > 120:
            raise MistakeError("as_stated", "address_unreadable")
    if not address_of(channel, country, columns["dial"], columns["e164"], columns["message_body"]).uri:
        raise MistakeError("as_stated", "address_unreadable")
    return columns


def _hours(text: str, timezone: str) -> dict[str, Any]:
    read = read_hours(text)
    if read.errors:
        raise MistakeError("hours_source", "hours_unreadable")
    if read.hours and not timezone:
        raise MistakeError("hours_source", "hours_without_zone")
    if len(read.hours) > 300:
        raise MistakeError("hours_source", "hours_unreadable")
    return {"hours": read.hours, "hours_source": text, "hours_rule": read.rule}


def _web(field: str, text: str) -> str:
    try:
        return web_address(text.strip(), field)
    except WrongRowError as error:
        raise MistakeError(field, "web_wrong") from error


def _check_lists(columns: Mapping[str, Any], country: str) -> None:
    for tag in columns.get("languages", ()):
        if not _LANGUAGE.match(tag):
            raise MistakeError("languages", "language_wrong")
    for code in columns.get("subdivisions", ()):
        if not _SUBDIVISION.match(code) or code[:2] != country or country not in countries.codes():
            raise MistakeError("subdivisions", "subdivision_wrong")


def _check_ages(columns: Mapping[str, Any]) -> None:
    low, high = columns.get("age_min"), columns.get("age_max")
    if low is not None and high is not None and low > high:
        raise MistakeError("age_max", "ages_turned")
