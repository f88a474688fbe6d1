"""In which order services are answered: trust in evidence, and the walk from the best bit down.

Contacts of one country are bits of one integer, numbered in rank order, so that the lowest bit of a set is its best.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from pop_sdk.masks import Masks
from pop_sdk.phrases import HALF, HOLDS, NO_TOPIC
from pop_sdk.vocabulary import STAGES

TRUST: Final = dict(zip(STAGES, (10, 30, 55, 80, 100), strict=True))
CONFIRMING_STAGES: Final = frozenset(STAGES[2:])  # somebody read the provider's own words, or asked
LEAD: Final = STAGES[0]

DAY_ZERO: Final = 719_163  # 1970-01-01, as Python counts days
RECENT: Final = 365  # days for which a confirmation counts as recent ("12 months")
_HALF_LIFE: Final = 730  # days in which trust in a piece of evidence halves
_UNDATED: Final = 3650  # days: evidence without a date is taken to be ten years old

_WIDTH: Final = 240  # bits that are looked at together: few enough for fast arithmetic, enough for most answers
_WINDOW: Final = (1 << _WIDTH) - 1
# What an answer needs of a contact stands together in an array of whole numbers, so that it reads few far-off places of
# memory: at twice the contact's number its facts, and after them its line: from the low bits up, how many contacts its
# service has, which of these it is, the day of the service's evidence (days since 1970-01-01, 0 for none), and the
# service's number.
COUNT: Final = 0xFF
POSITION_AT: Final = 8
DAY_AT: Final = 16
DAY: Final = 0xFFFF
SERVICE_AT: Final = 32


def line_of(service: int, count: int, position: int, on: int | None) -> int:
    """Return a contact's line."""
    return service << SERVICE_AT | min(max(on or 0, 0), DAY) << DAY_AT | position << POSITION_AT | count


# A service's best contact: its number in the country, its line, and the two halves of its standing.
Pick = tuple[int, int, int, int]
# Sets of contacts, each with what they share of their standing.
Groups = Sequence[tuple[int, int]]

ALL: Final = -1  # every bit
EVERY_TOPIC: Final[Groups] = ((ALL, NO_TOPIC),)  # where none was asked


def day_of(text: str | None) -> int | None:
    """Return a calendar day as days since 1970-01-01, or None for None."""
    return None if text is None else date.fromisoformat(text).toordinal() - DAY_ZERO


def trust(stage: str, on: int | None, created: int) -> int:
    """Return the weight of evidence of ``stage`` made on day ``on``, at day ``created``, in thousandths, whole.

    It halves every 730 days; between two halvings it falls on a straight line, so that no float is needed.
    """
    age = _UNDATED if on is None else max(created - on, 0)
    halvings, days = divmod(age, _HALF_LIFE)
    weight = TRUST[stage] * 1000 >> min(halvings, 40)
    return weight - weight * days // (2 * _HALF_LIFE)


def choose(
    buckets: Iterable[tuple[int, int]], tiers: Groups, topics: Groups, masks: Masks, numbers: Sequence[int], limit: int
) -> list[Pick]:
    """Return the best contact of each of the first ``limit`` services.

    ``buckets`` and ``tiers`` are disjoint and in order, the tiers together hold every contact; ``topics`` too are in
    order, may overlap (the first counts) and together hold every contact of the buckets; ``numbers`` are the contacts'.
    """
    picks: list[Pick] = []
    seen: set[int] = set()
    covering, covered = topics[0]
    for bucket, asked in buckets:
        for tier_bits, tier in tiers:
            group = bucket & tier_bits
            if not group:
                continue
            # One group where all are alike: rank says the rest.
            alike = group & covering == group
            for left, topic in ((group, covered),) if alike else _by_topic(group, topics, masks):
                standing = asked | tier | topic
                holds, counts = standing & HOLDS, standing >> HALF
                while left:
                    base = (left & -left).bit_length() - 1
                    window = left >> base & _WINDOW
                    while window:
                        lowest = window & -window
                        window ^= lowest
                        contact = base + lowest.bit_length() - 1
                        line = numbers[2 * contact + 1]
                        if line & COUNT > 1:
                            service = line >> SERVICE_AT
                            if service in seen:
                                continue
                            seen.add(service)
                        picks.append((contact, line, holds, counts))
                        if len(picks) == limit:
                            return picks
                    left = left >> base + _WIDTH << base + _WIDTH
            if group == bucket:
                break
            bucket ^= group
    return picks


def _by_topic(group: int, topics: Groups, masks: Masks) -> Groups:
    """Split by child-specific before others, and inside by topic."""
    if len(topics) == 2 and not group & topics[0][0]:
        return ((group, topics[1][1]),)
    own = group & masks.child_specific
    found = []
    for part in (own, group ^ own):
        for bits, standing in topics:
            some = part & bits
            if some:
                found.append((some, standing))
                part ^= some
    return found
