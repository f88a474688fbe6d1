"""Small snapshots: one to build on by hand, and any that hypothesis thinks of."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import strategies as st
from pop_sdk import Need

CREATED = 1_795_305_600  # 2026-11-22T00:00:00Z
CREATED_MINUTE = CREATED // 60
START = CREATED_MINUTE - 7 * 1440
END = CREATED_MINUTE + 35 * 1440
TOPICS = ("bullying", "family", "report_content")
CODES = ("KE", "TZ", "UG")

Row = dict[str, Any]


def contact(**changes: Any) -> Row:
    """Return a telephone line of which nothing special is known."""
    row: Row = {
        "channel": "phone",
        "dial": "116",
        "uri": "tel:116",
        "languages": [],
        "subdivisions": [],
        "ages": {"min": None, "max": None},
        "free": None,
        "anonymous": None,
        "leaves_trace": None,
        "from_abroad": None,
        "alternative": None,
        "pattern": -2,
        "until": None,
    }
    return {**row, **changes}


def service(service_id: str = "a", **changes: Any) -> Row:
    """Return a children's helpline in Kenya, listed in a directory this year."""
    row: Row = {
        "id": service_id,
        "name": f"Line {service_id}",
        "kind": "child_helpline",
        "country": "KE",
        "subdivisions": [],
        "serves": [],
        "audience": ["child"],
        "topics": [],
        "general": True,
        "child_specific": True,
        "languages": [],
        "ages": {"min": None, "max": None},
        "stage": "directory_listed",
        "on": "2026-06-01",
        "source": "https://directory.example/",
        "timezone": "Africa/Nairobi",
        "hours_confirmed": None,
        "conflicts": [],
        "notices": [],
        "website": "",
        "contacts": [contact()],
    }
    return {**row, **changes}


def country(**changes: Any) -> Row:
    row: Row = {"names": {"en": "Somewhere"}, "emergency": [], "notices": [], "neighbours": [], "services": 0}
    return {**row, **changes}


def document(*services: Row, **changes: Any) -> Row:
    """Return a snapshot of Kenya, Tanzania and Uganda, in this order neighbours of one another."""
    emergency = [{"dial": "999", "uri": "tel:999", "kind": "any", "stage": "desk_checked"}]
    row: Row = {
        "format": 1,
        "version": 12,
        "created": CREATED,
        "expires": CREATED + 35 * 86_400,
        "window": {"start": START, "end": END},
        "patterns": [],
        "countries": {
            code: country(neighbours=[other for other in CODES if other != code], emergency=emergency) for code in CODES
        },
        "topics": [{"id": topic, "tile": "t", "names": {"en": topic}, "chi": "", "risk": "off"} for topic in TOPICS],
        "services": list(services),
    }
    return {**row, **changes}


_maybe = st.sampled_from([True, False, None])
_languages = st.lists(st.sampled_from(["en", "sw", "zh-Hans", "zh"]), max_size=2, unique=True)
_bound = st.sampled_from([None, 0, 8, 12, 17, 18, 20])
_ages = st.fixed_dictionaries({"min": _bound, "max": _bound})
_nothing = st.just({"min": None, "max": None})
# Days around those on which evidence grows old while a question may be asked.
_days = st.sampled_from(
    [None, "2019-01-01", "2025-11-16", "2025-11-21", "2025-11-22", "2025-11-23", "2025-12-20", "2026-11-20"]
)
_parts = st.sampled_from([[], [], ["KE-01"], ["KE-02"], ["KE-01", "KE-02"]])
_notices = st.lists(
    st.builds(
        lambda kind, start, length: {"kind": kind, "starts": CREATED + start, "ends": CREATED + start + length},
        st.sampled_from(["disrupted", "moved", "crisis"]),
        st.integers(-90_000, 90_000),
        st.integers(1, 90_000),
    ),
    max_size=2,
)
# Seconds near the creation, and some that are not whole minutes.
seconds = st.one_of(
    st.integers(CREATED - 5000, CREATED + 5000),
    st.integers(START * 60 - 4000, END * 60 + 4000),
    st.sampled_from([START * 60, START * 60 - 1, END * 60, END * 60 - 1, CREATED, CREATED + 86_400, CREATED + 86_399]),
)


@st.composite
def patterns(draw: st.DrawFn) -> Row:
    """Draw hours that change around the creation, where most questions are asked."""
    around = CREATED_MINUTE - START
    edges = draw(st.lists(st.integers(around - 60, around + 60), max_size=8, unique=True).map(sorted))
    edges = draw(st.sampled_from([[], [0]])) + edges + draw(st.sampled_from([[], [END - START]]))
    spans: Row = {"open": [], "unknown": []}
    for start, end in pairwise(edges):
        kind = draw(st.sampled_from(["open", "unknown", "closed", "both"]))
        for name in spans:
            if kind in (name, "both"):
                spans[name] += [start, end]
    return spans


@st.composite
def documents(draw: st.DrawFn) -> Row:
    hours = draw(st.lists(patterns(), min_size=1, max_size=3))
    contacts = st.builds(
        contact,
        channel=st.sampled_from(["phone", "phone", "sms", "email", "email", "video_sign"]),
        languages=_languages,
        subdivisions=_parts,
        ages=st.one_of(_nothing, _nothing, _ages),
        free=_maybe,
        anonymous=_maybe,
        leaves_trace=_maybe,
        from_abroad=_maybe,
        pattern=st.integers(-2, len(hours) - 1),
        until=st.one_of(st.none(), st.none(), seconds.map(lambda second: max(second, 0))),
    )
    services = st.builds(
        service,
        st.just("?"),
        kind=st.sampled_from(["child_helpline", "helpline", "hotline", "child_protection"]),
        country=st.sampled_from(["KE", "KE", "KE", "TZ", "UG"]),
        subdivisions=_parts,
        serves=st.sampled_from([[], [], ["KE"], ["TZ", "KE"]]),
        audience=st.sampled_from([["child"], ["child"], ["child", "parent"], ["general_public"], ["own_behaviour"]]),
        topics=st.lists(st.sampled_from(TOPICS), max_size=2, unique=True),
        general=st.booleans(),
        child_specific=st.booleans(),
        languages=_languages,
        ages=st.one_of(_nothing, _nothing, _ages),
        stage=st.sampled_from(
            ["unconfirmed_lead", "directory_listed", "desk_checked", "provider_confirmed", "test_contacted"]
        ),
        on=_days,
        hours_confirmed=_days,
        conflicts=st.sampled_from([[], [], ["several_numbers"]]),
        notices=st.one_of(st.just([]), st.just([]), _notices),
        contacts=st.lists(contacts, min_size=1, max_size=3),
    )
    rows = draw(st.lists(services, max_size=8))
    for number, row in enumerate(rows):
        row["id"] = f"s{number}"
        for position, line in enumerate(row["contacts"]):
            line["uri"] = f"tel:{number}{position}"
    made = document(*draw(st.permutations(rows)), patterns=hours)
    made["countries"]["KE"]["notices"] = draw(st.one_of(st.just([]), _notices))
    return made


@st.composite
def needs(draw: st.DrawFn) -> Need:
    at = draw(st.one_of(st.none(), seconds))
    age = draw(
        st.sampled_from([None, None, (8, 12), (13, 17), (18, 24), (0, 0), (12, 12), (17, 17), (18, 18), (25, 25)])
    )
    return Need(
        country=draw(st.sampled_from(["KE", "KE", "KE", "TZ"])),
        subdivision=draw(st.sampled_from([None, None, None, "KE-01", "KE-03"])),
        topics=tuple(draw(st.lists(st.sampled_from(TOPICS), max_size=2, unique=True))),
        languages=tuple(
            draw(st.lists(st.sampled_from(["sw", "en", "zh", "zh-Hans", "fr", "en-GB"]), max_size=2, unique=True))
        ),
        channels=tuple(draw(st.lists(st.sampled_from(["phone", "sms", "email"]), max_size=1))),
        age_min=age[0] if age else None,
        age_max=age[1] if age else None,
        audience=draw(st.sampled_from(["child", "child", "child", "child", "parent", "own_behaviour"])),
        at=at,
        needs=tuple(
            draw(
                st.one_of(
                    st.just([]),
                    st.lists(
                        st.sampled_from(["free", "anonymous", "no_trace", "text_only", "sign_language", "from_abroad"]),
                        max_size=2,
                        unique=True,
                    ),
                )
            )
        ),
        limit=draw(st.sampled_from([1, 2, 3, 5, 20])),
    )
