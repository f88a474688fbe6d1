"""A question is understood exactly, or refused with the name of what is wrong; nothing else ever comes out."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pop_sdk import Need, NeedError, Vocabulary, from_json, from_query
from pop_sdk.vocabulary import CHANNELS, NEEDS, TEXT_CHANNELS

NOW = 1_795_305_600  # 2026-11-22T00:00:00Z
WORDS = Vocabulary(frozenset({"KE", "DK", "US"}), frozenset({"bullying", "family", "just_talk"}))
PARAMETERS = ["country", "subdivision", "topic", "language", "channel", "age", "audience", "at", "needs", "limit"]


def asked(query: str | bytes) -> Need:
    return from_query(query.encode() if isinstance(query, str) else query, vocabulary=WORDS, now=NOW)


def posted(body: Any) -> Need:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return from_json(data, vocabulary=WORDS, now=NOW)


def refused(query: str | bytes) -> NeedError:
    with pytest.raises(NeedError) as refusal:
        asked(query)
    return refusal.value


def refused_body(body: Any) -> NeedError:
    with pytest.raises(NeedError) as refusal:
        posted(body)
    return refusal.value


def test_a_country_alone_is_a_question() -> None:
    assert asked("country=KE") == Need("KE") == posted({"country": "KE"})
    assert Need("KE") == Need("KE", None, (), (), (), None, None, "child", None, (), 5)


def test_every_parameter_is_understood() -> None:
    query = (
        "country=US&subdivision=us-nj&topic=bullying&topic=family&language=es&language=zh-hans-cn&channel=sms&channel=phone"
        "&age=13-17&audience=parent&at=2026-11-28T01:30:00%2B01:00&needs=free&needs=text_only&limit=20"
    )
    need = Need(
        country="US",
        subdivision="US-NJ",
        topics=("bullying", "family"),
        languages=("es", "zh-Hans-CN"),
        channels=("sms", "phone"),
        age_min=13,
        age_max=17,
        audience="parent",
        at=NOW + 6 * 86_400 + 1_800,
        needs=("free", "text_only"),
        limit=20,
    )
    assert asked(query) == need
    body = {
        "country": "US",
        "subdivision": "US-NJ",
        "topics": ["bullying", "family"],
        "languages": ["es", "zh-Hans-CN"],
        "channels": ["sms", "phone"],
        "age": "13-17",
        "audience": "parent",
        "at": "2026-11-28T01:30:00+01:00",
        "needs": ["free", "text_only"],
        "limit": 20,
    }
    assert posted(body) == asked(query)
    singular = {name.removesuffix("s") if name != "needs" else name: value for name, value in body.items()}
    assert posted(singular) == posted(body)


def test_repeated_values_count_once_and_keep_their_order() -> None:
    need = asked("country=KE&topic=family&topic=bullying&topic=family&language=SW&language=sw&needs=free&needs=free")
    assert (need.topics, need.languages, need.needs) == (("family", "bullying"), ("sw",), ("free",))


def test_a_country_may_come_in_small_letters() -> None:
    assert asked("country=ke").country == "KE"


@pytest.mark.parametrize(
    ("text", "bounds"),
    [("0", (0, 0)), ("7", (7, 7)), ("25", (25, 25)), ("8-12", (8, 12)), ("13-17", (13, 17)), ("18-24", (18, 24))],
)
def test_ages_are_years_or_bands(text: str, bounds: tuple[int, int]) -> None:
    assert asked(f"country=KE&age={text}")[5:7] == bounds == posted({"country": "KE", "age": text})[5:7]


def test_an_age_in_json_may_be_a_number() -> None:
    assert posted({"country": "KE", "age": 12})[5:7] == (12, 12)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("2026-11-22T00:00:00Z", 0),
        ("2026-11-22t00:00:00z", 0),
        ("2026-11-22 00:00:00Z", 0),
        ("2026-11-22T00:00:00.999Z", 0),
        ("2026-11-22T03:00:00+03:00", 0),
        ("2026-11-21T19:00:00-05:00", 0),
        ("2026-11-22T05:45:30+05:45", 30),
        ("2026-11-22T00:00:00-00:00", 0),
        ("2026-11-22T23:59:60Z", 86_400),
        ("2026-11-15T00:00:00Z", -7 * 86_400),
        ("2026-12-27T00:00:00Z", 35 * 86_400),
    ],
)
def test_moments_of_rfc_3339_are_understood(text: str, offset: int) -> None:
    assert asked(f"country=KE&at={quote(text)}").at == NOW + offset == posted({"country": "KE", "at": text}).at


def test_a_plus_sign_that_nobody_escaped_is_still_an_offset() -> None:
    assert asked("country=KE&at=2026-11-22T03:00:00+03:00").at == NOW


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-11-22",
        "2026-11-22T00:00Z",
        "2026-11-22T00:00:00",
        "2026-13-01T00:00:00Z",
        "2026-11-31T00:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T00:60:00Z",
        "2026-11-22T00:00:61Z",
        "2026-11-22T00:00:00+24:00",
        "2026-11-22T00:00:00+03:60",
        "2026-11-22T00:00:00+0300",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "1795305600",
        "２０２６-11-22T00:00:00Z",
        "2026-11-14T23:59:59Z",
        "2026-12-27T00:00:01Z",
    ],
)
def test_other_moments_are_refused(text: str) -> None:
    for refusal in (refused(f"country=KE&at={quote(text)}"), refused_body({"country": "KE", "at": text})):
        assert (refusal.parameter, refusal.status) == ("at", 400)
        assert "RFC 3339" in refusal.accepted[0]


@pytest.mark.parametrize(
    ("query", "parameter", "accepted"),
    [
        ("", "country", ["DK", "KE", "US"]),
        ("&&", "country", ["DK", "KE", "US"]),
        ("topic=bullying", "country", ["DK", "KE", "US"]),
        ("country=", "country", ["DK", "KE", "US"]),
        ("country=XX", "country", ["DK", "KE", "US"]),
        ("country=KEN", "country", ["DK", "KE", "US"]),
        ("country=ıe", "country", ["DK", "KE", "US"]),
        ("country=KE&country=KE", "country", []),
        ("country=KE&limit=5&limit=5", "limit", []),
        ("country=KE&colour=red", "colour", PARAMETERS),
        ("country=KE&topics=bullying", "topics", PARAMETERS),
        ("country=KE&Topic=bullying", "Topic", PARAMETERS),
        ("country=KE&=x", "a parameter", PARAMETERS),
        ("country=KE&%00=x", "a parameter", PARAMETERS),
        ("country=KE&" + "x" * 41, "a parameter", PARAMETERS),
        ("country=KE&topic=gossip", "topic", ["bullying", "family", "just_talk"]),
        ("country=KE&topic=", "topic", ["bullying", "family", "just_talk"]),
        ("country=KE&topic=bullying%00", "topic", ["bullying", "family", "just_talk"]),
        ("country=KE&topic=bullying,family", "topic", ["bullying", "family", "just_talk"]),
        ("country=KE&channel=fax", "channel", list(CHANNELS)),
        ("country=KE&needs=pizza", "needs", list(NEEDS)),
        ("country=KE&language=swahili!", "language", None),
        ("country=KE&language=", "language", None),
        ("country=KE&language=a", "language", None),
        ("country=KE&language=en_GB", "language", None),
        ("country=KE&language=" + "en-" * 40 + "x", "language", None),
        ("country=KE&" + "&".join(f"language=x{a}{b}" for a in "abcdefg" for b in "abc"), "language", None),
        ("country=KE&age=26", "age", None),
        ("country=KE&age=-1", "age", None),
        ("country=KE&age=12.5", "age", None),
        ("country=KE&age=8-13", "age", None),
        ("country=KE&age=٣", "age", None),
        ("country=KE&age=0000000012", "age", None),
        ("country=KE&audience=adult", "audience", None),
        ("country=KE&limit=0", "limit", None),
        ("country=KE&limit=21", "limit", None),
        ("country=KE&limit=five", "limit", None),
        ("country=KE&limit=", "limit", None),
        ("country=KE&subdivision=US-NJ", "subdivision", None),
        ("country=US&subdivision=NJ", "subdivision", None),
        ("country=US&subdivision=US-NJXX", "subdivision", None),
        ("country=US&subdivision=", "subdivision", None),
        ("country=%", "country", []),
        ("country=%4", "country", []),
        ("country=%zz", "country", []),
        ("country=%ff", "country", []),
        ("country=KE&%ff=1", "query", []),
        ("country=%ED%A0%80", "country", []),
    ],
)
def test_a_wrong_query_is_refused_by_name_with_what_is_accepted(
    query: str, parameter: str, accepted: list[str] | None
) -> None:
    refusal = refused(query)
    assert (refusal.parameter, refusal.status) == (parameter, 400)
    if accepted is not None:
        assert refusal.accepted == accepted
    else:
        assert refusal.accepted, "a child's platform must learn what is accepted"


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    assert refused(b"country=\xff").parameter == "query"


def test_a_long_query_is_too_large() -> None:
    assert asked("country=KE" + "&" * 8182).country == "KE"
    refusal = refused("country=KE" + "&" * 8183)
    assert (refusal.parameter, refusal.status) == ("query", 413)


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        (b"", "body"),
        (b"\xff", "body"),
        (b"nonsense", "body"),
        (b"[]", "body"),
        (b"null", "body"),
        (b'"KE"', "body"),
        (b'{"country":"KE"', "body"),
        (b'\xef\xbb\xbf{"country":"KE"}', "body"),
        (b'{"country":"KE","country":"KE"}', "country"),
        (b'{"country":"KE","age":NaN}', "body"),
        (b'{"country":"KE","age":-Infinity}', "body"),
        (b'{"country":"KE","age":' + b"9" * 5000 + b"}", "body"),
        (b'{"country":"KE","age":' + b"9" * 500 + b"}", "age"),
        (b"[" * 16_000, "body"),
        (b'{"a":' * 3000, "body"),
        ({"country": None}, "country"),
        ({"country": ["KE"]}, "country"),
        ({"country": {"KE": 1}}, "country"),
        ({"country": "KE", "colour": "red"}, "colour"),
        ({"country": "KE", "\ud800": 1}, "a parameter"),
        ({"country": "\ud800"}, "country"),
        ({"country": "KE", "topics": ["bullying"], "topic": "bullying"}, "topic"),
        ({"country": "KE", "topics": [["bullying"]]}, "topic"),
        ({"country": "KE", "topics": {"bullying": 1}}, "topic"),
        ({"country": "KE", "topics": [None]}, "topic"),
        ({"country": "KE", "topics": 5}, "topic"),
        ({"country": "KE", "languages": [5]}, "language"),
        ({"country": "KE", "languages": "\ud800"}, "language"),
        ({"country": "KE", "channels": [True]}, "channel"),
        ({"country": "KE", "needs": "everything"}, "needs"),
        ({"country": "KE", "age": 12.0}, "age"),
        ({"country": "KE", "age": True}, "age"),
        ({"country": "KE", "age": -1}, "age"),
        ({"country": "KE", "age": [12]}, "age"),
        ({"country": "KE", "age": {"min": 1}}, "age"),
        ({"country": "KE", "audience": ["child"]}, "audience"),
        ({"country": "KE", "at": 5}, "at"),
        ({"country": "KE", "at": "2026-11-22T03:00:00 03:00"}, "at"),
        ({"country": "KE", "limit": 5.0}, "limit"),
        ({"country": "KE", "limit": []}, "limit"),
        ({"country": "KE", "subdivision": 5}, "subdivision"),
        ({"country": "KE", "need": ["free"]}, "need"),
    ],
)
def test_a_wrong_body_is_refused_by_name(body: Any, parameter: str) -> None:
    refusal = refused_body(body)
    assert (refusal.parameter, refusal.status) == (parameter, 400)


def test_null_in_json_is_as_if_it_were_not_there() -> None:
    everything = dict.fromkeys([*PARAMETERS, "topics", "languages", "channels"])
    assert posted({**everything, "country": "KE"}) == Need("KE")


def test_a_large_body_is_too_large() -> None:
    assert posted(b'{"country":"KE"}' + b" " * (16 * 1024 - 16)).country == "KE"
    assert refused_body(b'{"country":"KE"}' + b" " * (16 * 1024 - 15)).status == 413


def test_a_refusal_never_repeats_what_was_sent() -> None:
    secret = "my-name-is-Asha"
    for name in PARAMETERS:
        query = f"country=KE&{name}={secret}" if name != "country" else f"country={secret}"
        refusal = refused(query)
        assert secret not in f"{refusal} {refusal.message} {refusal.accepted}"


def test_a_child_can_write_on_every_channel_but_three() -> None:
    assert set(CHANNELS) - TEXT_CHANNELS == {"phone", "video_sign", "in_person"}


_VALUES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["KE", "bullying", "sw", "phone", "12", "8-12", "child", "2026-11-22T00:00:00Z", "free", "5", "KE-01"]
    ),
)
_NAMES = st.one_of(st.sampled_from(PARAMETERS), st.text(max_size=6))


def only_need_errors(parse: Any, data: bytes) -> None:
    refusal: NeedError | None = None
    try:
        need = parse(data, vocabulary=WORDS, now=NOW)
    except NeedError as error:
        refusal = error
    if refusal is None:
        assert need.country in WORDS.countries
        assert 1 <= need.limit <= 20
        assert set(need.topics) <= WORDS.topics
    else:
        assert refusal.status in (400, 413)
        assert refusal.parameter.isascii()
        assert all(isinstance(value, str) for value in refusal.accepted)


@settings(deadline=None, max_examples=400)
@given(st.binary(max_size=200))
def test_no_bytes_of_a_query_raise_anything_else(data: bytes) -> None:
    only_need_errors(from_query, data)


@settings(deadline=None, max_examples=400)
@given(st.lists(st.tuples(_NAMES, _VALUES), max_size=6), st.sampled_from([quote, quote_plus, str]))
def test_no_pairs_of_a_query_raise_anything_else(pairs: list[tuple[str, str]], escaped: Any) -> None:
    query = "&".join(f"{escaped(name)}={escaped(value)}" for name, value in pairs)
    only_need_errors(from_query, query.encode("utf-8", "surrogatepass"))


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _VALUES),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_NAMES, inner, max_size=3)),
    max_leaves=8,
)


@settings(deadline=None, max_examples=400)
@given(st.dictionaries(st.one_of(_NAMES, st.sampled_from(["topics", "languages", "channels"])), _JSON, max_size=5))
def test_no_json_raises_anything_else(body: dict[str, Any]) -> None:
    only_need_errors(from_json, json.dumps({"country": "KE", **body}).encode())


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200))
def test_no_bytes_of_a_body_raise_anything_else(data: bytes) -> None:
    only_need_errors(from_json, data)
    only_need_errors(from_json, b'{"country":"KE","age":' + data)
