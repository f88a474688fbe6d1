"""A small world: countries with all that a page must be able to say, as a snapshot's document."""

from __future__ import annotations

import time
from typing import Any

from pop.places.countries import codes, country_name
from pop.places.words import LANGUAGES
from pop.registry.directory.rules.tables import topics

UNKNOWN, ALWAYS = -1, -2
RECENT = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 20 * 86_400))


def contact(channel: str, dial: str, uri: str, **facts: Any) -> dict[str, Any]:
    return {
        "channel": channel,
        "dial": dial,
        "uri": uri,
        "languages": [],
        "subdivisions": [],
        "ages": {"min": None, "max": None},
        "free": None,
        "anonymous": None,
        "leaves_trace": None,
        "from_abroad": None,
        "alternative": None,
        "pattern": ALWAYS,
        "until": None,
        **facts,
    }


def service(country: str, name: str, *contacts: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {
        "id": f"{country.lower()}-{name.lower().replace(' ', '-')}",
        "name": name,
        "kind": "child_helpline",
        "country": country,
        "subdivisions": [],
        "serves": [],
        "audience": ["child"],
        "topics": [],
        "general": True,
        "child_specific": True,
        "languages": [],
        "ages": {"min": None, "max": None},
        "stage": "directory_listed",
        "on": "2022-05-16",
        "source": "https://directory.example/page",
        "timezone": "UTC",
        "hours_confirmed": None,
        "conflicts": [],
        "notices": [],
        "website": "",
        "contacts": list(contacts),
        **facts,
    }


CONFIRMED = {"stage": "provider_confirmed", "on": RECENT, "hours_confirmed": RECENT}
PUBLIC = {"audience": ["general_public"], "kind": "helpline", "child_specific": False}


def services(now: int) -> list[dict[str, Any]]:
    running = {"starts": now - 3600, "ends": now + 3600}
    return [
        service("KE", "Childline Kenya", contact("phone", "116", "tel:116"), languages=["sw", "en"]),
        service("KE", "Line for All", contact("phone", "1195", "tel:1195"), **PUBLIC),
        service(
            "GB",
            "Childline",
            contact("phone", "0800 1111", "tel:+448001111", free=True, anonymous=True, leaves_trace=False),
            contact("webchat", "chat", "https://chat.example/", free=True, until=now + 86_400),
            languages=["en"],
            ages={"min": None, "max": 18},
            **CONFIRMED,
        ),
        service("GB", "Text Line", contact("sms", "85258", "sms:85258?body=SHOUT", free=True), languages=["en"]),
        service(
            "GB",
            "Report Line",
            contact("form", "page", "https://report.example/", until=now + 86_400),
            kind="hotline",
            topics=["report_content"],
            general=False,
            child_specific=False,
            audience=["child", "general_public"],
        ),
        # Closed for certain now, open again in two hours; and one whose hours nobody knows.
        service("BR", "Linha", contact("phone", "100", "tel:100", pattern=0), languages=["pt"], **CONFIRMED),
        service("BR", "Outra Linha", contact("phone", "188", "tel:188", pattern=UNKNOWN), languages=["pt"]),
        service(
            "US",
            "Only Here",
            contact("phone", "555", "tel:555", free=False, anonymous=False, leaves_trace=True),
            subdivisions=["US-NJ"],
            conflicts=["two_numbers"],
            ages={"min": 12, "max": 21},
            languages=["es"],
        ),
        service(
            "MX",
            "Lead",
            contact("phone", "800", "tel:800", pattern=UNKNOWN, from_abroad=True, alternative="+5255555555"),
            contact("email", "help@mx.example", "mailto:help@mx.example", pattern=UNKNOWN),
            stage="unconfirmed_lead",
            on=None,
            notices=[{"kind": "disrupted", **running}],
            ages={"min": 5, "max": None},
        ),
        service(
            "ZM",
            "School Line",
            contact("phone", "311", "tel:311"),
            topics=["school_or_work"],
            general=False,
            **CONFIRMED,
        ),
        service("ZM", "Line for All", contact("phone", "933", "tel:933"), **PUBLIC),
        service(
            "EG",
            "Nearby",
            contact("phone", "16000", "tel:16000", from_abroad=True, alternative="+20216000"),
            languages=["ar"],
        ),
    ]


def document(now: int) -> dict[str, Any]:
    """Return a whole snapshot's document made at `now`."""
    start = now // 60 - 7 * 1440
    rows = services(now)
    here = 7 * 1440
    numbers = {
        "KE": [("999", "any"), ("112", "police")],
        "GB": [("999", "any"), ("112", "ambulance")],
        "BR": [("190", "fire")],
        "MX": [("911", "any")],
        "US": [("911", "any")],
    }
    running = {"starts": now - 3600, "ends": now + 3600}
    return {
        "format": 1,
        "version": 7,
        "created": now,
        "expires": now + 35 * 86_400,
        "window": {"start": start, "end": start + 42 * 1440},
        "patterns": [{"open": [here + 120, here + 600], "unknown": []}],
        "countries": {
            code: {
                "names": {language: country_name(code, language) for language in LANGUAGES},
                "emergency": [
                    {"dial": dial, "uri": f"tel:{dial}", "kind": kind, "stage": "directory_listed"}
                    for dial, kind in numbers.get(code, [])
                ],
                "notices": [{"kind": "crisis", **running}] if code == "MX" else [],
                "neighbours": {"SD": ["EG", "TD"], "SO": ["KE"]}.get(code, []),
                "services": sum(row["country"] == code for row in rows),
            }
            for code in sorted(codes())
        },
        "topics": [{"id": id, "tile": "dont_know", "names": {"en": id}, "chi": "", "risk": "off"} for id in topics()],
        "services": rows,
    }
