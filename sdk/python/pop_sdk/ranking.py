"""In which order services are answered: trust in evidence, tiers of openness, and the walk from the best bit down.

Contacts of one country are bits of one integer, numbered in rank order, so that the lowest bit of a set is its best.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from pop_sdk.vocabulary import STAGES

TRUST: Final = dict(zip(STAGES, (10, 30, 55, 80, 100), strict=True))
CONFIRMING: Final = frozenset(STAGES[2:])  # somebody looked at the provider's own words, or asked
LEAD: Final = STAGES[0]

RECENT: Final = 365  # days for which a confirmation counts as recent ("12 months")
_HALF_LIFE: Final = 730  # days in which trust in a piece of evidence halves
_UNDATED: Final = 3650  # days: evidence without a date is taken to be ten years old

# The state of one question about a contact, as bits of a number; together they say which reasons and cautions hold.
TOPIC_COVERED: Final = 1
TOPIC_GENERAL: Final = 2
TOPIC_OTHER: Final = 3
SPEAKS: Final = 1 << 2
LANGUAGE_UNKNOWN: Final = 2 << 2
LANGUAGE_OTHER: Final = 3 << 2


class Pick(NamedTuple):
    """A service's best contact: its number in the country, its service's, its state (bits as above) and tier."""

    contact: int
    service: int
    state: int
    tier: int


def day_of(text: str | None) -> int | None:
    """Return a calendar day as days since 1970-01-01, or None for None."""
    return None if text is None else date.fromisoformat(text).toordinal() - 719_163


def trust(stage: str, on: int | None, created: int) -> int:
    """Return the weight of evidence of ``stage`` made on day ``on``, at day ``created``, in thousandths, whole.

    It halves every 730 days; between two halvings it falls on a straight line, so that no float is needed.
    """
    age = _UNDATED if on is None else max(created - on, 0)
    halvings, days = divmod(age, _HALF_LIFE)
    weight = TRUST[stage] * 1000 >> min(halvings, 40)
    return weight - weight * days // (2 * _HALF_LIFE)


def is_recent(on: int | None, day: int) -> bool:
    """Say whether something observed on day ``on`` is at most 12 months old on ``day``."""
    return on is not None and day - on <= RECENT


def choose(
    buckets: Iterable[tuple[int, int]],
    tiers: Sequence[tuple[int, int]],
    service_of: Sequence[int],
    topics: Sequence[tuple[int, int]],
    child_specific: int,
    limit: int,
) -> list[Pick]:
    """Return the best contact of each of the first ``limit`` services.

    ``buckets`` are disjoint (bits, state) in order; ``tiers`` disjoint (bits, number) in order, together everything;
    ``topics`` are (bits, state) in order, the last taking what is left, and may be empty; ``child_specific`` are bits.
    """
    picks: list[Pick] = []
    seen: set[int] = set()
    for bucket, state in buckets:
        if not bucket:
            continue
        for tier_bits, tier in tiers:
            left = bucket & tier_bits
            if not left:
                continue
            for group, topic in _by_topic(left, topics, child_specific) if topics else ((left, 0),):
                while group:
                    lowest = group & -group
                    group ^= lowest
                    contact = lowest.bit_length() - 1
                    service = service_of[contact]
                    if service not in seen:
                        seen.add(service)
                        picks.append(Pick(contact, service, state | topic, tier))
                        if len(picks) == limit:
                            return picks
            bucket ^= left
            if not bucket:
                break
    return picks


def _by_topic(left: int, topics: Sequence[tuple[int, int]], child_specific: int) -> list[tuple[int, int]]:
    """Split by child-specific before others, and inside by topic: in rank order wherever one group is all there is."""
    bits, state = topics[0]
    first = left & bits
    if first == left:
        return [(left, state)]
    if not first and len(topics) == 2:
        return [(left, topics[1][1])]
    groups = []
    own = left & child_specific
    for part in (own, left ^ own):
        for bits, state in topics:
            group = part & bits
            if group:
                groups.append((group, state))
                part ^= group
    return groups
