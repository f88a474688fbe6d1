"""The rules of an answer once more, as plainly as possible: lists, loops and a sort. Slow, and independent of the SDK.

It shares nothing with the engine but the document and the question, so that a mistake in one is seen in the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from pop_sdk import Need

Row = Mapping[str, Any]

STAGE_WEIGHT = {
    "unconfirmed_lead": 10,
    "directory_listed": 30,
    "desk_checked": 55,
    "provider_confirmed": 80,
    "test_contacted": 100,
}
WRITTEN = {"sms", "webchat", "whatsapp", "telegram", "messenger", "instagram", "viber", "line", "email", "app"}
WRITTEN |= {"in_game", "forum", "relay_text", "form"}
LETTER_BOXES = {"email", "form", "forum"}


class Found(NamedTuple):
    """A contact with its service and its place in the service."""

    service: Row
    contact: Row
    position: int


def answer(document: Row, need: Need, now: int) -> dict[str, Any]:
    """Return matches and gap of the answer."""
    question = Question(document, need, now)
    fitting = question.without_leads([found for found in question.listed(need.country) if question.fits(found)])
    if fitting:
        return {"matches": question.matches(fitting, need.limit, ""), "gap": None}
    matches: list[Row] = []
    nearest: list[Row] = []
    if need.audience == "child":
        for audience, how in (("child", "wider"), ("general_public", "public")):
            wider = [found for found in question.listed(need.country) if question.hard(found, audience)]
            if wider:
                matches = question.matches(no_leads(wider), need.limit, how)
                break
        nearest = question.nearest()
    return {"matches": matches, "gap": {"reason": "no_child_service_known", "nearest": nearest}}


def no_leads(listed: Sequence[Found]) -> list[Found]:
    return [found for found in listed if found.service["stage"] != "unconfirmed_lead"] or list(listed)


class Question:
    def __init__(self, document: Row, need: Need, now: int) -> None:
        self.document = document
        self.need = need
        self.now = now
        self.at = now if need.at is None else need.at

    def listed(self, country: str) -> list[Found]:
        rows = []
        for service in self.document["services"]:
            for position, contact in enumerate(service["contacts"]):
                abroad = country in service["serves"] and contact["from_abroad"] is True
                if service["country"] == country or abroad:
                    rows.append(Found(service, contact, position))
        return rows

    # What fits

    def hard(self, found: Found, audience: str) -> bool:
        hotline = found.service["kind"] == "hotline"
        return not hotline and self.unchangeable(found, audience)

    def unchangeable(self, found: Found, audience: str) -> bool:
        service, contact, _ = found
        youngest, oldest = ages(found)
        until = contact["until"]
        if audience not in service["audience"] or (until is not None and until <= max(self.at, self.now)):
            return False
        if self.need.age_min is not None and self.need.age_max is not None:
            if youngest is not None and youngest > self.need.age_max:
                return False
            if oldest is not None and oldest < self.need.age_min:
                return False
        return all(fact(contact, name) is not False for name in self.need.needs)

    def fits(self, found: Found) -> bool:
        service, contact, _ = found
        if not self.unchangeable(found, self.need.audience):
            return False
        if service["kind"] == "hotline":
            reports = "report_content" in self.need.topics
            if not (reports or set(self.need.topics) & set(service["topics"])):
                return False
        elif self.need.topics and self.topic(found) == "other":
            return False
        if self.need.channels and contact["channel"] not in self.need.channels:
            return False
        return self.need.subdivision is None or self.is_here(found)

    def without_leads(self, listed: Sequence[Found]) -> list[Found]:
        """Leads go where a better one fits; hotlines neither drive out people nor are driven out."""
        people = no_leads([found for found in listed if found.service["kind"] != "hotline"])
        return [found for found in listed if found.service["kind"] == "hotline" or found in people]

    def is_here(self, found: Found) -> bool:
        return not parts(found) or self.need.subdivision in parts(found)

    def topic(self, found: Found) -> str:
        service = found.service
        if not self.need.topics:
            return "none"
        hotline = service["kind"] == "hotline"
        if set(self.need.topics) & set(service["topics"]) or (hotline and "report_content" in self.need.topics):
            return "covered"
        return "general" if service["general"] and not hotline else "other"

    def language(self, found: Found) -> tuple[int, str]:
        if not self.need.languages:
            return 0, "none"
        spoken = found.contact["languages"] or found.service["languages"]
        for number, asked in enumerate(self.need.languages):
            if any(is_same_language(asked, tag) for tag in spoken):
                return number, "spoken"
        return (100, "other") if spoken else (99, "unknown")

    # Openness

    def is_outside(self) -> bool:
        window = self.document["window"]
        return not window["start"] * 60 <= self.at < window["end"] * 60

    def state(self, contact: Row, at: int) -> str:
        if self.is_outside() or contact["pattern"] == -1:
            return "unknown"
        if contact["pattern"] == -2:
            return "always"
        pattern = self.document["patterns"][contact["pattern"]]
        minute = at // 60 - self.document["window"]["start"]
        for name in ("unknown", "open"):
            spans = pattern[name]
            if any(start <= minute < end for start, end in zip(spans[::2], spans[1::2], strict=True)):
                return name
        return "closed"

    def change(self, contact: Row, state: str) -> tuple[str | None, str | None]:
        """Return opens_at and closes_at, by looking at every later minute at which a span begins or ends."""
        if state not in ("open", "closed") or contact["pattern"] < 0:
            return None, None
        window = self.document["window"]
        pattern = self.document["patterns"][contact["pattern"]]
        edges = {window["start"] + minute for minute in (*pattern["open"], *pattern["unknown"])}
        for minute in sorted(edge for edge in edges if self.at // 60 < edge < window["end"]):
            later = self.state(contact, minute * 60)
            if state == "closed" and later == "open":
                return moment(minute * 60), None
            if state == "open" and later != "open":
                return None, moment(minute * 60)
        return None, None

    def hours_confirmed(self, service: Row) -> bool:
        return is_recent(service["hours_confirmed"], self.at)

    def confirmed(self, service: Row) -> bool:
        return STAGE_WEIGHT[service["stage"]] >= 55 and is_recent(service["on"], self.at)

    def tier(self, found: Found) -> int:
        state = self.state(found.contact, self.at)
        if state == "unknown":
            letter_box = found.contact["pattern"] == -1 and found.contact["channel"] in LETTER_BOXES
            if letter_box and not self.is_outside():
                return 6
            return 1 if self.confirmed(found.service) else 3
        if state == "closed":
            return 4 if self.hours_confirmed(found.service) else 5
        return 0 if self.hours_confirmed(found.service) else 2

    # Order

    def key(self, found: Found) -> tuple[Any, ...]:
        service = found.service
        elsewhere = bool(parts(found)) if self.need.subdivision is None else not self.is_here(found)
        return (
            self.language(found)[0],
            [fact(found.contact, name) is not True for name in self.need.needs],
            elsewhere,
            self.tier(found),
            not service["child_specific"],
            ["none", "covered", "general", "other"].index(self.topic(found)),
            not service["general"],
            -self.trust(service),
            service["id"],
            found.position,
        )

    def trust(self, service: Row) -> int:
        created = self.document["created"] // 86400
        age = 3650 if service["on"] is None else max(created - day(service["on"]), 0)
        weight = STAGE_WEIGHT[service["stage"]] * 1000
        while age >= 730:
            weight //= 2
            age -= 730
        return weight - weight * age // 1460

    def matches(self, listed: Sequence[Found], limit: int, how: str) -> list[Row]:
        best: dict[str, Found] = {}
        for found in sorted(listed, key=self.key):
            best.setdefault(found.service["id"], found)
        shown = list(best.values())[:limit]
        return [self.match(found, [f for f in listed if f.service is found.service], how) for found in shown]

    def nearest(self) -> list[Row]:
        country_code = self.need.country
        country = self.document["countries"][country_code]
        elsewhere = Question(self.document, self.need._replace(subdivision=None), self.now)
        listed = []
        for code in country["neighbours"]:
            own = [found for found in elsewhere.listed(code) if found.service["country"] == code]
            own = [
                found for found in own if found.contact["from_abroad"] and country_code not in found.service["serves"]
            ]
            listed.append([found for found in own if elsewhere.hard(found, "child")])
        kept = no_leads([found for rows in listed for found in rows])
        shown: list[Row] = []
        for rows in listed:
            rows = [found for found in rows if found in kept]
            shown += elsewhere.matches(rows, 3 - len(shown), "nearest")
        return shown

    # Words

    def match(self, best: Found, fitting: Sequence[Found], how: str) -> Row:
        service = best.service
        others = [found for found in fitting if found is not best]
        return {
            "id": service["id"],
            "open": self.state(best.contact, self.at),
            "contacts": [self.contact(found.contact) for found in (best, *others)],
            "reasons": self.reasons(best, how),
            "cautions": self.cautions(best, how),
        }

    def contact(self, contact: Row) -> tuple[Any, ...]:
        state = self.state(contact, self.at)
        return contact["uri"], state, *self.change(contact, state)

    def reasons(self, found: Found, how: str) -> list[str]:
        service, contact, _ = found
        said = []
        if self.topic(found) == "covered":
            said.append("covers_topic")
        elif self.topic(found) in ("general", "none") and service["general"] and service["kind"] != "hotline":
            said += ["general_child_service"] if "child" in service["audience"] else []
        if self.language(found)[1] == "spoken":
            said.append("speaks_language")
        if self.state(contact, self.at) in ("open", "always"):
            said.append("open_now")
        if self.need.age_max is not None and not self.is_age_unknown(found):
            said.append("fits_age")
        if self.need.subdivision is not None and self.need.subdivision in parts(found):
            said.append("serves_subdivision")
        foreign = how == "nearest" or service["country"] != self.need.country
        for name in ("free", "anonymous", "no_trace", "text_only", "sign_language", "from_abroad"):
            asked = name in self.need.needs or (name == "from_abroad" and foreign)
            if asked and fact(contact, name):
                said.append(name)
        if self.need.channels and contact["channel"] in self.need.channels:
            said.append("channel")
        if self.confirmed(service):
            said.append("confirmed_recently")
        said += {"wider": ["wider_service"], "public": ["general_public_service"]}.get(how, [])
        return said or ["serves_country"]

    def cautions(self, found: Found, how: str) -> list[str]:
        service, contact, _ = found
        state = self.state(contact, self.at)
        said = []
        if state != "unknown" and not self.hours_confirmed(service):
            said.append("hours_unconfirmed")
        if contact["pattern"] == -1:
            said.append("hours_unknown")
        elif state == "unknown" and not self.is_outside():
            said.append("holiday")
        if service["on"] is None:
            said.append("not_checked")
        elif not is_recent(service["on"], self.at):
            said.append(f"not_checked_since:{service['on']}")
        said += ["lead_only"] if service["stage"] == "unconfirmed_lead" else []
        said += ["conflicting_facts"] if service["conflicts"] else []
        said += {"unknown": ["language_not_known"], "other": ["other_language"]}.get(self.language(found)[1], [])
        said += ["age_not_known"] if self.need.age_max is not None and self.is_age_unknown(found) else []
        if self.need.subdivision is None or self.need.subdivision not in parts(found):
            said += [f"only_in:{part}" for part in parts(found)]
        said += [
            f"{name}_not_known" for name in NEEDS_IN_ORDER if name in self.need.needs and fact(contact, name) is None
        ]
        said += ["outside_snapshot"] if self.is_outside() else []
        said += [f"notice:{kind}" for kind in self.notices(service)]
        if how:
            said += ["other_topic"] if self.topic(found) == "other" else []
            said += ["other_channel"] if self.need.channels and contact["channel"] not in self.need.channels else []
            said += ["other_subdivision"] if self.need.subdivision is not None and not self.is_here(found) else []
        return said

    def is_age_unknown(self, found: Found) -> bool:
        youngest, oldest = ages(found)
        if self.need.age_max is not None and self.need.age_max >= 18:
            return oldest is None
        return youngest is None and oldest is None and not found.service["child_specific"]

    def notices(self, service: Row) -> list[str]:
        # A service that answers for another country stands under that country's notices too.
        where = (
            self.need.country if self.need.country in {service["country"], *service["serves"]} else service["country"]
        )
        country = self.document["countries"][where]
        rows = sorted(
            (*country["notices"], *service["notices"]), key=lambda row: (row["starts"], row["kind"], row["ends"])
        )
        return list(dict.fromkeys(row["kind"] for row in rows if row["starts"] <= self.at < row["ends"]))


NEEDS_IN_ORDER = ("free", "anonymous", "no_trace", "text_only", "sign_language", "from_abroad")


def fact(contact: Row, need: str) -> bool | None:
    if need == "no_trace":
        return None if contact["leaves_trace"] is None else not contact["leaves_trace"]
    if need == "text_only":
        return contact["channel"] in WRITTEN
    if need == "sign_language":
        return bool(contact["channel"] == "video_sign")
    known: bool | None = contact[need]
    return known


def ages(found: Found) -> tuple[int | None, int | None]:
    own, wide = found.contact["ages"], found.service["ages"]
    youngest = wide["min"] if own["min"] is None else own["min"]
    oldest = wide["max"] if own["max"] is None else own["max"]
    return youngest, oldest


def parts(found: Found) -> list[str]:
    return list(found.contact["subdivisions"] or found.service["subdivisions"])


def is_same_language(one: str, two: str) -> bool:
    return one == two or one.startswith(two + "-") or two.startswith(one + "-")


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def is_recent(text: str | None, at: int) -> bool:
    return text is not None and at // 86400 - day(text) <= 365


def moment(second: int) -> str:
    return datetime.fromtimestamp(second, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
