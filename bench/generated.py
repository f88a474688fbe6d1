"""Documents of any size that look like the world: skewed over 200 countries, 300 sets of hours, one to three contacts.

Nothing here is a real service. The same number of services and the same moment give the same document.
"""

from __future__ import annotations

import random
import sys
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pop_sdk import encode
from pop_sdk.vocabulary import CHANNELS

COUNTRIES = (
    "AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL "
    "CM CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FR GA GB GD GE GH GM GN GQ GR GT GW "
    "GY HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KZ LA LB LC LI LK LR LS LT LU "
    "LV LY MA MC MD ME MG MH MK ML MM MN MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH PK "
    "PL PS PT PW PY QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM TN "
    "TO TR TT TV TZ UA UG US UY UZ VA VC VE VN VU WS YE ZA ZM ZW"
).split()
LARGE = ("IN CN US ID PK NG BR BD RU MX JP ET PH EG VN DE TR FR GB ZA IT KE CO ES UA PL CA AU").split()
TOPICS = (
    "danger_now physical_violence emotional_violence sexual_violence domestic_violence neglect bullying "
    "cyberbullying online_sexual_harm harmful_content hate_or_extremism scam_or_hacked gambling_or_spending "
    "privacy child_marriage fgm_or_harmful_practice child_labour trafficking gang_or_community_violence "
    "armed_conflict missing_or_runaway suicidal_thoughts self_harm anxiety sadness_or_loneliness anger "
    "trauma_or_grief eating substances self_image physical_health sexual_health_or_pregnancy disability "
    "family friends relationships school_or_work gender_or_sexuality discrimination basic_needs on_the_move "
    "legal_help report_content for_someone_else just_talk"
).split()
LANGUAGES = ("en fr es ar pt ru zh sw hi bn id de tr it pl uk am ha yo vi").split()
STAGES = ("unconfirmed_lead directory_listed desk_checked provider_confirmed test_contacted").split()
KINDS = [
    "child_helpline",
    "helpline",
    "child_protection",
    "mental_health",
    "gbv",
    "hotline",
    "legal_aid",
    "peer_support",
]
WEEK = 7 * 1440
WINDOW = 42 * 1440


def generate(services: int, *, created: int, seed: int = 7) -> dict[str, Any]:
    """Return a snapshot's document with so many services; ``created`` in unix seconds."""
    chance = random.Random(seed)
    weights = {code: 30 if code in LARGE[:6] else 8 if code in LARGE else 1 + i % 3 for i, code in enumerate(COUNTRIES)}
    places = chance.choices(list(weights), list(weights.values()), k=services)
    languages = _spoken()
    day = datetime.fromtimestamp(created, UTC).date()
    rows = [_service(chance, number, code, languages[code], day) for number, code in enumerate(places)]
    start = created // 60 - WEEK
    return {
        "format": 1,
        "version": 1,
        "created": created,
        "expires": created + 35 * 86_400,
        "window": {"start": start, "end": start + WINDOW},
        "patterns": [_pattern(chance) for _ in range(300)],
        "countries": {code: _country(code, number, places.count(code)) for number, code in enumerate(COUNTRIES)},
        "topics": [
            {"id": topic, "tile": "someone_hurts_me", "names": _names(topic), "chi": "", "risk": "off"}
            for topic in TOPICS
        ],
        "services": rows,
    }


def _names(name: str) -> dict[str, str]:
    return {language: f"{name} ({language})" for language in ("ar", "en", "es", "fr", "pt", "ru", "sw", "zh")}


def _country(code: str, number: int, services: int) -> dict[str, Any]:
    return {
        "names": _names(code),
        "emergency": [{"dial": "112", "uri": "tel:112", "kind": "any", "stage": "desk_checked"}],
        "notices": [],
        "neighbours": [COUNTRIES[(number + step) % len(COUNTRIES)] for step in (-2, -1, 1, 2)],
        "services": services,
    }


def _pattern(chance: random.Random) -> dict[str, list[int]]:
    """Return a working week repeated six times, in some time zone, with a holiday or none."""
    opening, length = chance.choice(range(6 * 60, 15 * 60, 30)), chance.choice(range(4 * 60, 18 * 60, 30))
    shift = chance.choice(range(-11 * 60, 13 * 60, 30))
    days = chance.choice([5, 5, 6, 7, 7])
    holiday = chance.randrange(42) if chance.random() < 0.3 else None
    spans: dict[str, list[int]] = {"open": [], "unknown": []}
    for number in range(42):
        if number % 7 < days:
            begin = number * 1440 + opening + shift
            end = begin + length
            if begin >= 0 and end <= WINDOW:
                spans["unknown" if number == holiday else "open"] += [begin, end]
    return spans


def _service(chance: random.Random, number: int, code: str, languages: list[str], day: date) -> dict[str, Any]:
    kind = chance.choices(KINDS, [45, 10, 12, 8, 8, 5, 6, 6])[0]
    stage = chance.choices(STAGES, [10, 45, 25, 15, 5])[0]
    general = kind == "child_helpline" and chance.random() < 0.7
    on = None if chance.random() < 0.03 else (day - timedelta(days=chance.randrange(1600))).isoformat()
    confirmed = stage in STAGES[2:] and chance.random() < 0.6
    audience = chance.choices(
        [["child"], ["child", "young_person"], ["child", "parent"], ["general_public"], ["parent"]], [50, 20, 10, 15, 5]
    )[0]
    service_id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    subdivisions = [f"{code}-{chance.choice('ABCDEFGH')}"] if code in LARGE and chance.random() < 0.4 else []
    contacts = [
        _contact(chance, number, position, languages) for position in range(chance.choices([1, 2, 3], [50, 35, 15])[0])
    ]
    return {
        "id": service_id,
        "name": f"Children's line number {number}",
        "kind": kind,
        "country": code,
        "subdivisions": subdivisions,
        "serves": [chance.choice(COUNTRIES)] if chance.random() < 0.02 else [],
        "audience": audience,
        "topics": [] if general and chance.random() < 0.6 else sorted(chance.sample(TOPICS, chance.randint(1, 8))),
        "general": general,
        "child_specific": kind in ("child_helpline", "child_protection"),
        "languages": chance.sample(languages, chance.randint(0, 3)),
        "ages": {"min": chance.choice([None, None, 0, 6, 12]), "max": chance.choice([None, 17, 18, 18, 24])},
        "stage": stage,
        "on": on,
        "source": f"https://registry.example/members/{code.lower()}/{number}",
        "timezone": "UTC",
        "hours_confirmed": on if confirmed else None,
        "conflicts": ["several_numbers"] if chance.random() < 0.05 else [],
        "notices": [],
        "website": f"https://line-{number}.example/",
        "contacts": contacts,
    }


def _contact(chance: random.Random, number: int, position: int, languages: list[str]) -> dict[str, Any]:
    channel = chance.choices(CHANNELS, [50, 8, 12, 8, 2, 2, 2, 1, 1, 8, 1, 1, 1, 1, 1, 3, 3])[0]
    maybe = (True, False, None)
    link = channel in ("webchat", "forum", "form")
    return {
        "channel": channel,
        "dial": f"116 {number % 1000:03}",
        "uri": f"https://line-{number}.example/{position}" if link else f"tel:+99{number:07}{position}",
        "languages": chance.sample(languages, 1) if chance.random() < 0.2 else [],
        "subdivisions": [],
        "ages": {"min": None, "max": None},
        "free": chance.choices(maybe, [60, 10, 30])[0],
        "anonymous": chance.choices(maybe, [40, 10, 50])[0],
        "leaves_trace": chance.choices(maybe, [40, 20, 40])[0],
        "from_abroad": chance.choices(maybe, [15, 40, 45])[0],
        "alternative": None,
        "pattern": chance.choices([-1, -2, chance.randrange(300)], [15, 25, 60])[0],
        # A few checks of links run out inside the window, as they do every day.
        "until": None if not link else 2**33 if chance.random() < 0.9 else 1_000_000_000,
    }


def questions(count: int, *, document: Mapping[str, Any], seed: int) -> list[bytes]:
    """Return so many different query strings, countries as often asked as they have services.

    Most name one topic and one language of the country; fewer an age, a channel, a need, a part of the country.
    """
    chance = random.Random(seed)
    countries: Mapping[str, Any] = document["countries"]
    codes, weights = list(countries), [1 + country["services"] for country in countries.values()]
    spoken = _spoken()
    found: dict[bytes, None] = {}
    while len(found) < count:
        code = chance.choices(codes, weights)[0]
        asked = [f"country={code}"]
        asked += [f"topic={topic}" for topic in chance.sample(TOPICS, chance.choices([0, 1, 2], [15, 75, 10])[0])]
        languages = spoken[code] if chance.random() < 0.8 else LANGUAGES
        asked += [f"language={tag}" for tag in chance.sample(languages, chance.choices([0, 1, 2], [15, 70, 15])[0])]
        if chance.random() < 0.4:
            asked.append(f"age={chance.choice(['8-12', '13-17', '18-24', *map(str, range(8, 20))])}")
        if chance.random() < 0.15:
            asked.append(f"channel={chance.choice(['phone', 'phone', 'sms', 'webchat', 'whatsapp'])}")
        if chance.random() < 0.1:
            asked.append(f"needs={chance.choice(['free', 'anonymous', 'no_trace', 'text_only'])}")
        if code in LARGE and chance.random() < 0.15:
            asked.append(f"subdivision={code}-{chance.choice('ABCDEFGH')}")
        if chance.random() < 0.1:
            asked.append(f"limit={chance.randint(1, 10)}")
        found["&".join(asked).encode()] = None
    return list(found)


def _spoken() -> dict[str, list[str]]:
    chance = random.Random(11)
    return {code: chance.sample(LANGUAGES, 4) for code in COUNTRIES}


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(encode(generate(int(sys.argv[1]), created=int(sys.argv[3]))))
