"""The document: canonical whatever the facts are, with whole numbers only, and each pattern of hours once."""

from __future__ import annotations

import gzip
import json
from datetime import date
from typing import Any

import pop_sdk
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pop_sdk.snapshot import read

from pop.places.countries import codes
from pop.places.words import LANGUAGES
from pop.registry.directory.queries.published import (
    OpenHours,
    Publication,
    PublishedContact,
    PublishedEmergency,
    PublishedNotice,
    PublishedService,
    PublishedTopic,
)
from pop.signposting.snapshots.rules import canonical, compose, window

CREATED = 1_795_318_200
LENGTH = 42 * 1440

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
truths = st.sampled_from([None, True, False])
ages = st.none() | st.integers(0, 120)
places = st.sampled_from([(), ("KE-30",), ("KE-30", "KE-47")])
tags = st.sampled_from([(), ("sw",), ("sw", "en"), ("zh-Hant", "pt-BR")])


@st.composite
def hours(draw: Any) -> OpenHours | None:
    if draw(st.booleans()):
        return draw(st.sampled_from([None, OpenHours(always=True, open=(), unknown=())]))
    edges = sorted(draw(st.sets(st.integers(0, LENGTH), max_size=12)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    cut = draw(st.integers(0, len(pairs)))
    flat = [tuple(minute for pair in part for minute in pair) for part in (pairs[:cut], pairs[cut:])]
    return OpenHours(always=False, open=flat[0], unknown=flat[1])


contacts = st.builds(
    PublishedContact,
    channel=st.sampled_from(["phone", "sms", "webchat"]),
    dial=texts,
    uri=st.sampled_from(["tel:116", "sms:20121?body=VOICE", "https://chat.example/"]),
    languages=tags,
    subdivisions=places,
    age_min=ages,
    age_max=ages,
    free=truths,
    anonymous=truths,
    leaves_trace=truths,
    from_abroad=truths,
    alternative=st.none() | texts,
    hours=hours(),
    until=st.none() | st.integers(0, 2**33),
)
notices = st.builds(
    PublishedNotice,
    kind=st.sampled_from(["disrupted", "moved", "crisis"]),
    starts=st.just(CREATED),
    ends=st.just(2**33),
)
services = st.builds(
    PublishedService,
    id=st.uuids().map(str),
    name=texts,
    kind=st.sampled_from(["child_helpline", "hotline"]),
    country=st.sampled_from(["KE", "DK", "XK"]),
    subdivisions=places,
    serves=st.sampled_from([(), ("TZ", "UG")]),
    audience=st.sampled_from([("child",), ("general_public", "parent")]),
    topics=st.sampled_from([(), ("bullying",)]),
    general=st.booleans(),
    child_specific=st.booleans(),
    languages=tags,
    age_min=ages,
    age_max=ages,
    stage=st.sampled_from(["unconfirmed_lead", "test_contacted"]),
    stage_on=st.none() | st.dates(date(2000, 1, 1), date(2026, 1, 1)),
    source=texts,
    timezone=st.just("Africa/Nairobi"),
    hours_confirmed=st.none() | st.dates(date(2000, 1, 1), date(2026, 1, 1)),
    conflicts=st.sampled_from([(), ("several_numbers",)]),
    notices=st.lists(notices, max_size=2).map(tuple),
    website=texts,
    contacts=st.lists(contacts, min_size=1, max_size=3).map(tuple),
)
TOPIC = PublishedTopic("bullying", "someone_hurts_me", dict.fromkeys(LANGUAGES, "Bullying"), "Violence/Bullying", "off")


def publish(*listed: PublishedService) -> Publication:
    return Publication(
        emergency={"KE": (PublishedEmergency("999", "tel:999", "any", "two_sources_agree"),)},
        notices={},
        topics=(TOPIC,),
        services=iter(listed),
    )


def compiled(*listed: PublishedService) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(compose(publish(*listed), created=CREATED, version=3).document)
    return found


def no_floats(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(no_floats, value.values()))
    if isinstance(value, list):
        return all(map(no_floats, value))
    return not isinstance(value, float)


@settings(max_examples=25, deadline=None)
@given(st.lists(services, max_size=4, unique_by=lambda service: service.id))
def test_any_facts_give_a_canonical_document_that_the_sdk_takes(listed):
    composed = compose(publish(*listed), created=CREATED, version=3)
    document = composed.document
    assert composed.left_out == ()
    loaded = json.loads(document)
    assert canonical(loaded).encode() == document
    assert no_floats(loaded)
    assert [service["id"] for service in loaded["services"]] == [service.id for service in listed]
    checked = read(gzip.compress(document))
    assert checked.version == 3
    assert gzip.decompress(pop_sdk.encode(checked.document)) == document
    pop_sdk.compile_snapshot(checked)


def example(**changes: Any) -> PublishedService:
    facts: dict[str, Any] = {
        "id": "5d0b", "name": "A line", "kind": "child_helpline", "country": "KE", "subdivisions": (), "serves": (),
        "audience": ("child",), "topics": (), "general": True, "child_specific": True, "languages": ("sw",),
        "age_min": None, "age_max": 18, "stage": "desk_checked", "stage_on": date(2026, 1, 2), "source": "",
        "timezone": "Africa/Nairobi", "hours_confirmed": None, "conflicts": (), "notices": (), "website": "",
        "contacts": (call(None),),
    }  # fmt: skip
    return PublishedService(**facts | changes)


def call(open_hours: OpenHours | None, **changes: Any) -> PublishedContact:
    facts: dict[str, Any] = {
        "channel": "phone", "dial": "116", "uri": "tel:116", "languages": ("sw",), "subdivisions": (), "age_min": None,
        "age_max": None, "free": None, "anonymous": None, "leaves_trace": None, "from_abroad": None,
        "alternative": None, "hours": open_hours, "until": None,
    }  # fmt: skip
    return PublishedContact(**facts | changes)


DAYS = OpenHours(always=False, open=(60, 120), unknown=())
NIGHTS = OpenHours(always=False, open=(600, 720), unknown=(800, 900))


def test_each_pattern_stands_once_and_contacts_point_to_it():
    always = OpenHours(always=True, open=(), unknown=())
    same_days = OpenHours(always=False, open=(60, 120), unknown=())
    document = compiled(
        example(id="a", contacts=(call(NIGHTS), call(always), call(None))),
        example(id="b", contacts=(call(DAYS), call(NIGHTS), call(same_days))),
    )
    assert document["patterns"] == [
        {"open": [600, 720], "unknown": [800, 900]},
        {"open": [60, 120], "unknown": []},
    ]
    pointed = [[contact["pattern"] for contact in service["contacts"]] for service in document["services"]]
    assert pointed == [[0, -2, -1], [1, 0, 1]]


def test_hours_that_are_never_open_are_not_hours_that_are_unknown():
    document = compiled(example(contacts=(call(OpenHours(always=False, open=(), unknown=())),)))
    assert document["services"][0]["contacts"][0]["pattern"] == 0


def test_every_country_is_there_with_its_names_and_neighbours_and_how_many_services_it_has():
    document = compiled(example(id="a"), example(id="b"))
    assert set(document["countries"]) == codes()
    kenya = document["countries"]["KE"]
    assert set(kenya["names"]) == set(LANGUAGES)
    assert "UG" in kenya["neighbours"]
    assert kenya["services"] == 2
    assert kenya["emergency"] == [{"dial": "999", "kind": "any", "stage": "two_sources_agree", "uri": "tel:999"}]
    assert document["countries"]["DK"]["services"] == 0
    assert document["countries"]["DK"]["emergency"] == []


def test_the_window_holds_whole_minutes_around_the_moment_of_creation():
    start, end = window(CREATED + 59)
    assert window(CREATED) == (start, end)
    assert (end - start, CREATED // 60 - start) == (42 * 1440, 7 * 1440)


@pytest.mark.parametrize(
    "changes",
    [
        {"languages": ("not a tag",)},
        {"country": "ZZ"},
        {"stage": "certain"},
        {"audience": ("everybody",)},
        {"name": "\ud800"},
        {"age_max": 4.5},
        {"contacts": ()},
        {"contacts": (call(None, uri="javascript:alert(1)"),)},
        {"contacts": (call(None, channel="pigeon"),)},
    ],
)
def test_a_service_that_readers_would_refuse_is_left_out_by_its_id_alone(changes):
    composed = compose(
        publish(example(id="good-1"), example(id="bad", **changes), example(id="good-2")), created=CREATED, version=3
    )
    loaded = json.loads(composed.document)
    assert [service["id"] for service in loaded["services"]] == ["good-1", "good-2"]
    assert loaded["countries"]["KE"]["services"] == 2
    assert [service for service, _ in composed.left_out] == ["bad"]
    read(gzip.compress(composed.document))


@pytest.mark.parametrize("value", [1.0, {"a": [1, {"b": 2.5}]}, float("nan"), (0.0,)])
def test_a_float_is_refused_wherever_it_stands(value):
    with pytest.raises(ValueError, match=r"integers|JSON compliant"):
        canonical(value)


def test_canonical_text_has_sorted_keys_no_spaces_and_its_own_letters():
    assert canonical({"b": [1, None, True], "a": "Børne\u2028"}) == '{"a":"Børne\u2028","b":[1,null,true]}'
