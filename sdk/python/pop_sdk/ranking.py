"""In which order services are answered: trust in evidence, and the walk from the best bit down.

Contacts of one country are bits of one integer, numbered in rank order, so that the lowest bit of a set is its best.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from pop_sdk.vocabulary import STAGES

TRUST: Final = dict(zip(STAGES, (10, 30, 55, 80, 100), strict=True))
CONFIRMING_STAGES: Final = frozenset(STAGES[2:])  # somebody read the provider's own words, or asked
LEAD: Final = STAGES[0]

RECENT: Final = 365  # days for which a confirmation counts as recent ("12 months")
_HALF_LIFE: Final = 730  # days in which trust in a piece of evidence halves
_UNDATED: Final = 3650  # days: evidence without a date is taken to be ten years old

_WIDTH: Final = 240  # bits that are looked at together: few enough for fast arithmetic, enough for most answers
_WINDOW: Final = (1 << _WIDTH) - 1

# A service's best contact: the contact's number in its country, the service's, the state of the question, the tier.
Pick = tuple[int, int, int, int]
# Disjoint sets of contacts, each with the bits of state or the number of the tier that they share.
Groups = Sequence[tuple[int, int]]


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


def choose(
    buckets: Groups, tiers: Groups, topics: Groups, child_specific: int, service_of: Sequence[int], limit: int
) -> list[Pick]:
    """Return the best contact of each of the first ``limit`` services.

    ``buckets`` and ``tiers`` stand in order, the tiers together hold every contact; ``topics`` too stand in order, may
    overlap (the first counts) and may be empty; ``child_specific`` are bits; ``service_of`` goes by contact.
    """
    picks: list[Pick] = []
    seen: set[int] = set()
    for bucket, state in buckets:
        for tier_bits, tier in tiers:
            group = bucket & tier_bits
            if not group:
                continue
            for left, topic in _by_topic(group, topics, child_specific) if topics else ((group, 0),):
                while left:
                    base = (left & -left).bit_length() - 1
                    window = left >> base & _WINDOW
                    while window:
                        lowest = window & -window
                        window ^= lowest
                        contact = base + lowest.bit_length() - 1
                        service = service_of[contact]
                        if service not in seen:
                            seen.add(service)
                            picks.append((contact, service, state | topic, tier))
                            if len(picks) == limit:
                                return picks
                    left = left >> base + _WIDTH << base + _WIDTH
            if group == bucket:
                break
            bucket ^= group
    return picks


def _by_topic(group: int, topics: Groups, child_specific: int) -> Groups:
    """Split by child-specific before others, and inside by topic; one group where all are alike, for rank says the rest."""
    bits, state = topics[0]
    covered = group & bits
    if covered == group:
        return ((group, state),)
    if not covered and len(topics) == 2:
        return ((group, topics[1][1]),)
    own = group & child_specific
    found = []
    for part in (own, group ^ own):
        for bits, state in topics:
            some = part & bits
            if some:
                found.append((some, state))
                part ^= some
    return found
