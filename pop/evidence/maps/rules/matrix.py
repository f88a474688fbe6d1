"""The gap matrix: topics by channels, or by regions. A nought is what it is for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pop.evidence.maps.rules.board import R, Selection
from pop.evidence.maps.rules.filters import GENERAL, NOT_KNOWN


class Line(NamedTuple):
    """One topic: all its records of the question, and how many of them each column has."""

    topic: str
    total: int
    counts: tuple[int, ...]


class Matrix(NamedTuple):
    """`columns` are ids of channels or regions; `totals` are the columns' own numbers, whatever the topic."""

    by: str
    columns: tuple[str, ...]
    totals: tuple[int, ...]
    lines: tuple[Line, ...]
    total: int


def matrix_of(answer: Selection[R], by: str, *, topics: Sequence[str], channels: Sequence[str]) -> Matrix:
    """Return the matrix of an answer. Where the question names topics or channels, only those are lines and columns."""
    columns = tuple(answer.by_region()) if by == "region" else _columns(answer, channels)
    wanted = answer.asked.values("topic")
    rows = [topic for topic in (GENERAL, *topics, NOT_KNOWN) if not wanted or topic in wanted]
    return Matrix(
        by=by,
        columns=columns,
        totals=tuple(answer.count(**{by: column}) for column in columns),
        lines=tuple(_lines(answer, by, rows, columns)),
        total=answer.total,
    )


def _columns(answer: Selection[R], channels: Sequence[str]) -> tuple[str, ...]:
    wanted = answer.asked.values("channel")
    return tuple(channel for channel in (*channels, NOT_KNOWN) if not wanted or channel in wanted)


def _lines(answer: Selection[R], by: str, rows: Sequence[str], columns: Sequence[str]) -> Iterator[Line]:
    for topic in rows:
        counts = tuple(answer.count(topic=topic, **{by: column}) for column in columns)
        yield Line(topic, answer.count(topic=topic), counts)
