from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop.registry.directory.rules.weekly import Span, weekly_spans

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


@pytest.mark.parametrize(
    ("hours", "spans"),
    [
        ("24/7", [Span(EVERY_DAY, 0, 1440)]),
        ("Mo-Su 09:00-17:00", [Span(EVERY_DAY, 540, 1020)]),
        ("09:00-17:00", [Span(EVERY_DAY, 540, 1020)]),
        ("Mo,Tu,Th,Fr 16:00-22:00; We,Sa 14:00-22:00", [Span((0, 1, 3, 4), 960, 1320), Span((2, 5), 840, 1320)]),
        ("Su-Th 08:00-20:00; Fr,Sa 09:00-17:00", [Span((0, 1, 2, 3, 6), 480, 1200), Span((4, 5), 540, 1020)]),
        ("Mo-Fr 09:00-12:00,13:00-17:00", [Span((0, 1, 2, 3, 4), 540, 720), Span((0, 1, 2, 3, 4), 780, 1020)]),
        ("Mo-Su 08:00-18:00; Su off; PH off", [Span((0, 1, 2, 3, 4, 5), 480, 1080)]),
    ],
)
def test_plain_weekly_hours_are_read(hours: str, spans: list[Span]):
    assert list(weekly_spans(hours) or ()) == spans


def test_a_span_past_midnight_ends_on_the_next_day():
    assert weekly_spans("Mo-Fr 07:00-26:00, Sa,Su 11:00-24:00") == (
        Span((0, 1, 2, 3, 4), 420, 1560),
        Span((5, 6), 660, 1440),
    )
    assert weekly_spans("Fr 22:00-02:00") == (Span((4,), 1320, 1560),)


def test_a_semicolon_replaces_and_a_comma_adds():
    assert weekly_spans("Mo-Su 09:00-12:00; Mo 14:00-16:00") == (
        Span((0,), 840, 960),
        Span((1, 2, 3, 4, 5, 6), 540, 720),
    )
    assert weekly_spans("Mo 09:00-12:00, Mo 14:00-16:00") == (Span((0,), 540, 720), Span((0,), 840, 960))


@pytest.mark.parametrize(
    "hours",
    [
        "",
        "Jan-Mar 10:00-12:00",
        "Mo-Fr 09:00+",
        "week 1-20 Mo 10:00-12:00",
        "Mo 99:00-99:30",
        "by appointment",
        "PH off",
        ";",
    ],
)
def test_what_is_more_than_a_week_is_not_read(hours: str):
    assert weekly_spans(hours) is None


@given(st.text(alphabet="MoTuWeThFrSaSu 0123456789:-,;/PHof24", max_size=60))
def test_no_text_breaks_the_reader(hours: str):
    spans = weekly_spans(hours)
    assert spans is None or all(
        0 <= span.opens < 1440 and span.opens < span.closes <= span.opens + 48 * 60 for span in spans
    )
