"""In which order services are answered: trust in evidence, and the walk from the best bit down.

Contacts of one country are bits of one integer, numbered in rank order, so that the lowest bit of a set is its best.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from pop_sdk.vocabulary import STAGES

TRUST: Final = dict(zip(STAGES, (10, 30, 55, 80, 100), strict=True))
CONFIRMING_STAGES: Final = frozenset(STAGES[2:])  # somebody read the provider's own words, or asked
LEAD: Final = STAGES[0]

UNDATED: Final = -(10**8)  # as the day of a service's evidence
RECENT: Final = 365  # days for which a confirmation counts as recent ("12 months")
_HALF_LIFE: Final = 730  # days in which trust in a piece of evidence halves
_UNDATED: Final = 3650  # days: evidence without a date is taken to be ten years old

_WIDTH: Final = 240  # bits that are looked at together: few enough for fast arithmetic, enough for most answers
_WINDOW: Final = (1 << _WIDTH) - 1


class Row(NamedTuple):
    """What an answer needs of a contact, together, so that it reads few far-off places of memory."""

    service: int  # its number in the country
    first: int  # the first contact of its service
    every: int  # a bit for each contact of its service
    facts: int  # bits of phrases
    on: int  # day of the service's evidence, or UNDATED
    since: bytes  # the service's caution not_checked_since
    closing: bytes  # the service's JSON from the value of "verification" on


# A service's best contact: its number in the country, what is known of it, and its standing.
Pick = tuple[int, Row, int]
# Sets of contacts, each with the bits of standing that they share.
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
    buckets: Iterable[tuple[int, int]],
    tiers: Groups,
    topics: Groups,
    child_specific: int,
    rows: Sequence[Row],
    limit: int,
) -> list[Pick]:
    """Return the best contact of each of the first ``limit`` services.

    ``buckets`` and ``tiers`` are disjoint and in order, the tiers together hold every contact; ``topics`` too are in
    order, may overlap (the first counts) and may be empty; ``child_specific`` are bits; ``rows`` are by contact.
    """
    picks: list[Pick] = []
    seen: set[int] = set()  # contacts of services that are picked
    covering, covered = topics[0] if topics else (-1, 0)
    for bucket, asked in buckets:
        for tier_bits, tier in tiers:
            group = bucket & tier_bits
            if not group:
                continue
            standing = asked | tier
            # One group where all are alike: rank says the rest.
            same = group & covering == group
            for left, topic in ((group, covered),) if same else _by_topic(group, topics, child_specific):
                while left:
                    base = (left & -left).bit_length() - 1
                    window = left >> base & _WINDOW
                    while window:
                        lowest = window & -window
                        window ^= lowest
                        contact = base + lowest.bit_length() - 1
                        if contact in seen:
                            continue
                        row = rows[contact]
                        picks.append((contact, row, standing | topic))
                        if len(picks) == limit:
                            return picks
                        every = row[2]
                        if every > 1:
                            seen.update(range(row[1], row[1] + every.bit_length()))
                    left = left >> base + _WIDTH << base + _WIDTH
            if group == bucket:
                break
            bucket ^= group
    return picks


def _by_topic(group: int, topics: Groups, child_specific: int) -> Groups:
    """Split by child-specific before others, and inside by topic."""
    covering, _ = topics[0]
    if len(topics) == 2 and not group & covering:
        return ((group, topics[1][1]),)
    own = group & child_specific
    found = []
    for part in (own, group ^ own):
        for bits, standing in topics:
            some = part & bits
            if some:
                found.append((some, standing))
                part ^= some
    return found
