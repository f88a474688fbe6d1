"""The engine of bits and the engine of loops give the same answers to anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pop_sdk import Engine, Need, compile_snapshot
from pop_sdk.snapshot import encode, read

from tests.sdk import slow_engine
from tests.sdk.small_documents import CREATED, contact, document, documents, needs, service

_MANY = settings(deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow])


def plain(match: Mapping[str, Any]) -> dict[str, Any]:
    """Return a match of the engine as the slow engine gives it."""
    return {
        "id": match["service"]["id"],
        "open": match["open"],
        "contacts": [
            tuple(contact[key] for key in ("uri", "open", "opens_at", "closes_at")) for contact in match["contacts"]
        ],
        "reasons": match["reasons"],
        "cautions": match["cautions"],
    }


def fast(engine: Engine, need: Need, now: int) -> dict[str, Any]:
    found = engine.answer(need, now=now)
    gap = found["gap"]
    if gap is not None:
        gap = {**gap, "nearest": [plain(match) for match in gap["nearest"]]}
    return {"matches": [plain(match) for match in found["matches"]], "gap": gap}


@_MANY
@given(documents(), st.lists(needs(), min_size=1, max_size=6), st.integers(-4000, 4000))
def test_both_engines_agree_on_fit_order_reasons_and_cautions(
    made: dict[str, Any], asked: list[Need], later: int
) -> None:
    engine = compile_snapshot(made)
    now = CREATED + later
    # The same engine answers all, so that what it remembers of one question meets the next.
    for need in [*asked, *asked]:
        assert fast(engine, need, now) == slow_engine.answer(made, need, now)


@_MANY
@given(documents(), needs())
def test_an_answer_does_not_hang_on_the_way_of_the_snapshot(made: dict[str, Any], need: Need) -> None:
    direct = compile_snapshot(made).match(need, now=CREATED)
    turned = compile_snapshot({**made, "services": made["services"][::-1]}).match(need, now=CREATED)
    filed = compile_snapshot(read(encode(made))).match(need, now=CREATED)
    assert direct == turned == filed


@_MANY
@given(documents(), needs(), st.integers(-100, 100))
def test_now_and_the_same_moment_asked_for_give_the_same(made: dict[str, Any], need: Need, later: int) -> None:
    engine = compile_snapshot(made)
    now = CREATED + later
    asked = engine.answer(need._replace(at=now), now=now)
    assert engine.answer(need._replace(at=None), now=now) == asked


def test_the_slow_engine_would_notice_a_wrong_order() -> None:
    closed, known = contact(pattern=0), {"stage": "provider_confirmed", "hours_confirmed": "2026-11-01"}
    made = document(service("a", contacts=[closed], **known), service("b"), patterns=[{"open": [], "unknown": []}])
    rightly = slow_engine.answer(made, Need("KE"), CREATED)
    assert [match["id"] for match in rightly["matches"]] == ["b", "a"]
    found = fast(compile_snapshot(made), Need("KE"), CREATED)
    assert found == rightly
    found["matches"].reverse()
    assert found != rightly


@pytest.mark.parametrize("broken", ["open", "reasons", "cautions", "contacts"])
def test_the_comparison_would_notice_a_wrong_part(broken: str) -> None:
    made = document(service("a"))
    found = fast(compile_snapshot(made), Need("KE"), CREATED)
    found["matches"][0][broken] = json.loads("[]")
    assert found != slow_engine.answer(made, Need("KE"), CREATED)
