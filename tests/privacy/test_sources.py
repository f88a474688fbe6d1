"""Marks of where requests come from."""

from __future__ import annotations

import re

import pytest

from pop.privacy import sources


def test_a_mark_tells_sources_apart_and_is_the_same_for_one() -> None:
    here = sources.mark_of("192.0.2.7")
    assert re.fullmatch("[0-9a-f]{16}", here)
    assert here == sources.mark_of("192.0.2.7")
    assert here != sources.mark_of("192.0.2.8")


def test_after_an_hour_nobody_can_say_that_it_was_the_same_source(monkeypatch: pytest.MonkeyPatch) -> None:
    before = sources.mark_of("192.0.2.7")
    later = sources._salt._since + sources.SALT_SECONDS + 1
    monkeypatch.setattr(sources.time, "monotonic", lambda: later)
    assert sources.mark_of("192.0.2.7") != before
