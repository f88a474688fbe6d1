"""What a hash covers, and that it is the same whatever database the values come back from."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop.audit.rules import START, plain_detail, row_hash

ROW = {
    "id": uuid.UUID("11111111-1111-4111-8111-111111111111"),
    "at": dt.datetime(2026, 11, 22, 6, 30, 1, 42, tzinfo=dt.UTC),
    "actor": None,
    "action": "read_case",
    "object_type": "case",
    "object_id": "22222222-2222-4222-8222-222222222222",
    "detail": {"reason": "hand_over"},
    "chain": uuid.UUID("33333333-3333-4333-8333-333333333333"),
    "number": 7,
    "previous": START,
}
OTHERS = {
    "id": uuid.UUID(int=1),
    "at": ROW["at"] + dt.timedelta(microseconds=1),
    "actor": uuid.UUID(int=2),
    "action": "read_cases",
    "object_type": "note",
    "object_id": "",
    "detail": {"reason": "hand_over", "more": None},
    "chain": uuid.UUID(int=3),
    "number": 8,
    "previous": b"\1" * 32,
}


@pytest.mark.parametrize("name", sorted(ROW))
def test_every_field_changes_the_hash(name: str) -> None:
    assert row_hash(**{**ROW, name: OTHERS[name]}) != row_hash(**ROW)


def test_the_bytes_that_are_hashed_are_the_documented_ones() -> None:
    text = (
        '["pop audit row 1",["11111111-1111-4111-8111-111111111111","2026-11-22T06:30:01.000042+00:00",null,'
        '"read_case","case","22222222-2222-4222-8222-222222222222",{"reason":"hand_over"},'
        '"33333333-3333-4333-8333-333333333333",7,"' + "0" * 64 + '"]]'
    )
    assert row_hash(**ROW) == hashlib.sha256(text.encode()).digest()


def test_a_moment_in_another_zone_has_the_same_hash() -> None:
    elsewhere = ROW["at"].astimezone(dt.timezone(dt.timedelta(hours=5, minutes=45)))
    assert row_hash(**{**ROW, "at": elsewhere}) == row_hash(**ROW)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        plain_detail({"value": value})


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def _as_postgresql(value: object) -> object:
    """A jsonb number is a decimal: 1e+16 comes back as an integer."""
    if isinstance(value, float) and abs(value) >= 1e16:
        return int(f"{value:.400f}".split(".")[0]) if abs(value) < 2**53 else _whole(value)
    if isinstance(value, Mapping):
        return {key: _as_postgresql(each) for key, each in reversed(value.items())}
    return [_as_postgresql(each) for each in value] if isinstance(value, list) else value


def _whole(value: float) -> int:
    digits, _, exponent = repr(value).partition("e")
    whole, _, fraction = digits.partition(".")
    fraction = fraction if fraction != "0" else ""
    return int(whole + fraction) * 10 ** (int(exponent or 0) - len(fraction))


@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=3))
def test_a_detail_that_postgresql_wrote_its_own_way_has_the_same_hash(detail: dict[str, object]) -> None:
    plain = plain_detail(detail)
    assert row_hash(**{**ROW, "detail": _as_postgresql(plain)}) == row_hash(**{**ROW, "detail": plain})
