"""Records of the map, made up: a few of one's own, or hundreds of every sort by a seed."""

from __future__ import annotations

import random
import uuid
from datetime import date, timedelta
from typing import Any

from pop.registry.directory.models import Contact, Organisation, Service
from pop.registry.directory.queries.mapped import HoursKey, MappedRecord, lists

TODAY = date(2026, 11, 22)
COUNTRIES = ("KE", "TZ", "EG", "FR", "DE", "BR", "US", "JP", "FJ", "UA", "KZ", "IN", "XK")
HOURS = HoursKey("24/7", "UTC", "KE", "", "open")


def made(number: int = 1, **changes: Any) -> MappedRecord:
    """A record of the map, ordinary but for what is given."""
    facts: dict[str, Any] = {
        "id": uuid.UUID(int=number),
        "name": f"Line {number}",
        "country": "KE",
        "subdivisions": (),
        "kind": "child_helpline",
        "operator": "civil_society",
        "responders": (),
        "audience": ("child",),
        "age_min": None,
        "age_max": 18,
        "languages": ("sw", "en"),
        "topics": ("bullying",),
        "general": False,
        "channels": ("phone",),
        "needs": ("free",),
        "stage": "desk_checked",
        "stage_on": date(2026, 5, 1),
        "source": "https://directory.example/",
        "hours": (HOURS,),
    }
    return MappedRecord(**facts | changes)


def fill_registry(count: int, *, seed: int = 4) -> None:
    """Put so many published records of every sort into the database, some of them led by young people."""
    chance, known = random.Random(seed), lists()
    body = {
        operator: Organisation.objects.create(name=f"Body {operator}", country="KE", operator=operator)
        for operator in ("", *known.operators)
    }
    operators = ["", "civil_society", "civil_society", "government", "company", "youth_led"]
    services = [
        Service(
            organisation=body[chance.choice(operators)],
            name=f"=Line {number}" if number % 50 == 7 else f"Line {number}",
            country=chance.choice(COUNTRIES),
            subdivisions=["KE-30"] if chance.random() < 0.1 else [],
            kind=chance.choice(["child_helpline", "helpline", "hotline", "mental_health", "shelter"]),
            responders=chance.sample(known.responders, chance.choice([0, 0, 1, 2])),
            audience=chance.choice([["child"], ["child", "young_person"], ["general_public"]]),
            age_min=chance.choice([None, None, 6, 12]),
            age_max=chance.choice([None, 18, 24]),
            languages=chance.sample(["en", "fr", "sw", "ar", "pt-BR", "zh-Hant"], chance.randint(0, 3)),
            topics=chance.sample(known.topics, chance.choice([0, 0, 1, 3])),
            timezone="UTC",
            stage=chance.choice(known.stages),
            stage_on=chance.choice([None, TODAY - timedelta(days=chance.randrange(2000))]),
            source="https://directory.example/",
            state=chance.choice(["published"] * 8 + ["suspended", "waiting"]),
            safety=chance.choice(["clear"] * 7 + ["mapped_only"] * 2 + ["do_not_publish"]),
        )
        for number in range(count)
    ]
    Service.objects.bulk_create(services)
    Contact.objects.bulk_create(
        Contact(
            service=service,
            channel=channel,
            position=place,
            dial="12 Secret Road" if channel == "in_person" else f"0800 {place}55",
            free=chance.choice([True, False, None]),
            anonymous=chance.choice([True, None]),
            hours=chance.choice(["", "24/7", "Mo-Fr 09:00-17:00"]),
            withheld=chance.choice(["", "", "", "decision"]),
        )
        for service in services
        for place, channel in enumerate(chance.sample(known.channels, chance.randint(0, 3)))
    )


def question(chance: random.Random) -> list[tuple[str, str]]:
    """A question as an address asks it, with none to four facts, at random."""
    known = lists()
    edition = chance.choice(["m49", "m49", "itu", "chi"])
    regions = {
        "m49": ["africa", "europe", "asia"],
        "itu": ["arab_states", "cis", "africa"],
        "chi": ["mena", "europe", "asia_pacific"],
    }
    values: dict[str, list[str]] = {
        "region": regions[edition],
        "country": [*COUNTRIES, "NO"],
        "subdivision": ["KE-30", "KE-01"],
        "kind": ["child_helpline", "helpline", "shelter", "hotline"],
        "topic": [*known.topics[:12], "general", "not_known"],
        "channel": [*known.channels, "not_known"],
        "language": ["en", "fr", "sw", "pt", "zh-hant", "not_known"],
        "age": ["5", "11", "8-12", "13-17", "18-24", "not_known"],
        "audience": list(known.audiences),
        "operator": ["civil_society", "government", "youth_led", "not_known"],
        "responder": [*known.responders, "not_known"],
        "needs": ["free", "anonymous", "text_only"],
        "open": ["now", "closed", "not_known"],
        "stage": list(known.stages),
        "evidence": ["year", "three_years", "older", "undated"],
        "checked": ["yes", "no"],
    }
    pairs = [("edition", edition), ("at", "2026-11-23T12:00:00Z")]
    for name in chance.sample(sorted(values), chance.choice([0, 1, 1, 2, 2, 3, 4])):
        pairs += [(name, value) for value in chance.sample(values[name], chance.randint(1, min(3, len(values[name]))))]
    return pairs
