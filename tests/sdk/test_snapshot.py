"""A snapshot is used only when its signature, its age and its form are right."""

from __future__ import annotations

import copy
import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pop_sdk import Need, SnapshotError, compile_snapshot, encode, load, reading, signature
from pop_sdk.snapshot import read

from tests.sdk.small_documents import CREATED, contact, document, service

SEED = b"a seed for tests and nothing els"
KEY = signature.public_key(SEED)
OTHER = signature.public_key(bytes(32))


def signed(data: bytes) -> bytes:
    return signature.sign(SEED, data)


def full() -> dict[str, Any]:
    made = document(
        service("a", name="Línea 日本 🌍", contacts=[contact(pattern=0, until=CREATED + 90)]),
        service("b", country="TZ", serves=["KE"], notices=[{"kind": "moved", "starts": 1, "ends": 2}]),
        patterns=[{"open": [0, 60, 120, 180], "unknown": [60, 120]}],
    )
    made["countries"]["KE"]["notices"] = [{"kind": "crisis", "starts": 5, "ends": 6}]
    return made


def test_a_signed_snapshot_is_loaded_whole() -> None:
    data = encode(full())
    snapshot = load(data, signed(data), keys=[OTHER, KEY], now=CREATED)
    assert snapshot.document == full()
    assert (snapshot.version, snapshot.created, snapshot.expires) == (12, CREATED, CREATED + 35 * 86_400)
    assert [row["id"] for row in snapshot.services()] == ["a", "b"]


def test_a_signature_by_nobody_known_is_refused() -> None:
    data = encode(full())
    for keys in ([], [OTHER]):
        with pytest.raises(SnapshotError, match="not by a known key"):
            load(data, signed(data), keys=keys, now=CREATED)
    with pytest.raises(SnapshotError, match="not by a known key"):
        load(data[:-1] + bytes([data[-1] ^ 1]), signed(data), keys=[KEY], now=CREATED)


def test_nothing_is_decompressed_before_the_signature_holds() -> None:
    with pytest.raises(SnapshotError, match="not by a known key"):
        load(b"no gzip at all", bytes(64), keys=[KEY], now=CREATED)


def test_another_verifier_may_be_passed_in() -> None:
    data, seen = encode(full()), []

    def verify(key: bytes, message: bytes, by: bytes) -> bool:
        seen.append((key, message, by))
        return True

    load(data, b"s", keys=[KEY], now=CREATED, verify=verify)
    assert seen == [(KEY, data, b"s")]


def test_a_snapshot_ends_at_the_second_it_says() -> None:
    data = encode(full())
    end = CREATED + 35 * 86_400
    load(data, signed(data), keys=[KEY], now=end - 1)
    with pytest.raises(SnapshotError, match="expired"):
        load(data, signed(data), keys=[KEY], now=end)


# Encoding


def test_equal_documents_give_equal_bytes_whatever_their_order() -> None:
    turned = dict(reversed(full().items()))
    assert encode(turned) == encode(full())
    assert encode(full())[4:8] == bytes(4), "gzip carries a date"


def test_the_text_is_canonical() -> None:
    text = gzip.decompress(encode({"b": 1, "a": ["é", None, True]})).decode()
    assert text == '{"a":["é",null,true],"b":1}'


@pytest.mark.parametrize("value", [1.0, [{"x": 0.5}], float("nan"), {1: 2}, b"x", {"x": object()}])
def test_floats_and_strangers_are_not_encoded(value: Any) -> None:
    with pytest.raises(ValueError, match="snapshot"):
        encode({"value": value})


def test_half_a_surrogate_pair_is_not_encoded() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        encode({"value": "\ud800"})


# Hostile files


def packed(text: str | bytes) -> bytes:
    return gzip.compress(text if isinstance(text, bytes) else text.encode())


def test_a_gzip_bomb_ends_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST", 1_000_000)
    with pytest.raises(SnapshotError, match="larger than 1000000 bytes"):
        read(packed(b" " * 5_000_000))
    read(packed(gzip.decompress(encode(full())) + b" " * 900_000))


def test_the_limit_is_256_mib() -> None:
    assert reading.LARGEST == 256 * 2**20


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "cut short"),
        (b"plain text", "not a gzip stream"),
        (encode(full())[:-20], "cut short"),
        (encode(full()) + b"x", "something follows the gzip stream"),
        (encode(full()) * 2, "something follows the gzip stream"),
        (zlib.compress(b"{}"), "not a gzip stream"),
        (packed(b"\xff\xfe"), "not UTF-8"),
        (packed('{"a":"' + "\u00e9" * 10)[:-1], "cut short"),
        (packed(b'{"a":"\xc3'), "not UTF-8"),
        (packed(""), "not JSON"),
        (packed("[]"), "not JSON"),
        (packed("null"), "not JSON"),
        (packed("{}"), "services are missing"),
        (packed("{} {}"), "something follows the document"),
        (packed('{"a":1,}'), "not JSON"),
        (packed('{"a" 1}'), "not JSON"),
        (packed('{"a":1'), "not JSON"),
        (packed('{"a":1,"a":2}'), "repeated"),
        (packed("{1:1}"), "repeated or no text"),
        (packed('{"a":1.5}'), "not whole"),
        (packed('{"a":NaN}'), "not whole"),
        (packed('{"a":1e9}'), "not whole"),
        (packed('{"a":' + "9" * 5000 + "}"), "not JSON"),
        (packed('{"a":' + "[" * 100_000), "nested too deeply"),
        (packed('{"services":[{}]}'), "do not stand before the services"),
        (packed('{"countries":{},"patterns":[],"services":{}}'), "not JSON"),
    ],
    # The bytes hold the second in which they were packed: every worker must call a test the same.
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_a_broken_file_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(SnapshotError, match=reason):
        read(data)


@settings(deadline=None, max_examples=200)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(packed), st.binary(max_size=200).map(packed)))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    with pytest.raises(SnapshotError):
        read(data)


@settings(deadline=None, max_examples=150)
@given(st.integers(1, 200), st.data())
def test_the_size_of_the_pieces_does_not_matter(size: int, data: st.DataObject) -> None:
    text = json.dumps(full(), ensure_ascii=data.draw(st.booleans()), indent=data.draw(st.sampled_from([None, 1])))
    pieces = (text[at : at + size] for at in range(0, len(text), size))
    members: dict[str, Any] = {"services": []}
    for key, value in reading.Reader(pieces).members(frozenset({"services"})):
        if key == "services":
            members[key].append(value)
        else:
            members[key] = value
    assert members == full()


# Every field has its type and range


def broken(path: str, value: Any) -> dict[str, Any]:
    made = copy.deepcopy(full())
    *steps, last = path.split(".")
    target: Any = made
    for step in steps:
        target = target[int(step) if isinstance(target, list) else step]
    target[int(last) if isinstance(target, list) else last] = value
    return made


WRONG = [
    ("format", 2),
    ("format", True),
    ("version", -1),
    ("version", "12"),
    ("created", 1 << 50),
    ("expires", None),
    ("window", {"start": 5, "end": 5}),
    ("window.start", "0"),
    ("window.end", 1 << 39),
    ("patterns.0.open", [60, 0]),
    ("patterns.0.open", [0, 60, 30, 90]),
    ("patterns.0.open", [0]),
    ("patterns.0.open", [0, 42 * 1440 + 1]),
    ("patterns.0.open", [-5, 60]),
    ("patterns.0.unknown", {}),
    ("patterns.0", []),
    ("topics", {}),
    ("topics.0.id", "not a code"),
    ("topics.1.id", "bullying"),
    ("topics.0.names", {"en": 5}),
    ("countries", []),
    ("countries.KE.emergency", [{"dial": "1", "uri": "javascript:1", "kind": "any", "stage": "x"}]),
    ("countries.KE.neighbours", ["tz"]),
    ("countries.KE.notices", [{"kind": "crisis", "starts": 1}]),
    ("services.0", None),
    ("services.0.id", 7),
    ("services.1.id", "a"),
    ("services.0.name", "\ud800"),
    ("services.0.country", "ZZ"),
    ("services.0.serves", "KE"),
    ("services.0.audience", ["everybody"]),
    ("services.0.topics", ["Bad topic"]),
    ("services.0.general", 1),
    ("services.0.languages", ["e n"]),
    ("services.0.ages", {"min": "5", "max": None}),
    ("services.0.ages", {"min": 5}),
    ("services.0.stage", "rumour"),
    ("services.0.on", "2026-02-30"),
    ("services.0.on", "20260201"),
    ("services.0.hours_confirmed", 5),
    ("services.0.contacts", []),
    ("services.0.contacts", [contact()] * 256),
    ("services.0.contacts.0", "tel:116"),
    ("services.0.contacts.0.channel", "telepathy"),
    ("services.0.contacts.0.uri", "javascript:alert(1)"),
    ("services.0.contacts.0.uri", "JavaScript:alert(1)"),
    ("services.0.contacts.0.uri", "data:text/html,x"),
    ("services.0.contacts.0.uri", "tel: 116"),
    ("services.0.contacts.0.uri", "116"),
    ("services.0.contacts.0.free", "yes"),
    ("services.0.contacts.0.free", 1),
    ("services.0.contacts.0.pattern", 1),
    ("services.0.contacts.0.pattern", -3),
    ("services.0.contacts.0.pattern", True),
    ("services.0.contacts.0.until", -1),
    ("services.0.contacts.0.subdivisions", ["KE"]),
]


@pytest.mark.parametrize(("path", "value"), WRONG, ids=[f"{path}={value!r:.30}" for path, value in WRONG])
def test_a_wrong_value_is_refused_and_named(path: str, value: Any) -> None:
    made = broken(path, value)
    named = path.split(".")[0]
    with pytest.raises(SnapshotError) as by_file:
        read(packed(json.dumps(made, sort_keys=True)))
    assert named[:6] in by_file.value.reason or "topic" in by_file.value.reason
    with pytest.raises(SnapshotError):
        compile_snapshot(made)


def missing_fields() -> list[tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]]:
    targets: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "document": lambda made: made,
        "service": lambda made: made["services"][0],
        "contact": lambda made: made["services"][0]["contacts"][0],
        "country": lambda made: made["countries"]["KE"],
        "topic": lambda made: made["topics"][0],
    }
    return [(key, find) for find in targets.values() for key in find(full())]


@pytest.mark.parametrize(("key", "find"), missing_fields(), ids=[key for key, _ in missing_fields()])
def test_a_missing_field_is_refused(key: str, find: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    made = full()
    del find(made)[key]
    with pytest.raises(SnapshotError):
        read(packed(json.dumps(made, sort_keys=True)))
    with pytest.raises(SnapshotError):
        compile_snapshot(made)


def test_fields_that_are_not_known_are_left_alone() -> None:
    made = full()
    made["later"] = made["services"][0]["later"] = made["services"][0]["contacts"][0]["later"] = {"x": [1]}
    assert compile_snapshot(read(encode(made))).answer(Need("KE"), now=CREATED)["matches"]
