"""What to say where nothing fits: wider services of the same country, and the nearest of its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pop_sdk.need import Need
from pop_sdk.phrases import (
    AGE_OF_A_CHILD,
    AGE_OF_AN_ADULT,
    ASKED_NEED,
    ASKED_NOTHING,
    CHANNEL_FITS,
    CHANNEL_OTHER,
    NEAREST,
    NO_SUBDIVISION,
    PUBLIC,
    SUBDIVISION_FITS,
    SUBDIVISION_OTHER,
    TOPIC_COVERED,
    TOPIC_GENERAL,
    TOPIC_OTHER,
    WIDER,
)
from pop_sdk.place import Moment, Place
from pop_sdk.ranking import ALL, EVERY_TOPIC, choose
from pop_sdk.splitting import ADULT, by_language, split
from pop_sdk.writing import Writer

_MOST_NEAREST: Final = 3
_GAP: Final = b'],"gap":{"reason":"no_child_service_known","nearest":['
_END: Final = b"]}}"


def write_gap(
    parts: list[bytes], writer: Writer, places: Mapping[str, Place], place: Place, need: Need, now: int
) -> None:
    """Append the matches and the member "gap" of an answer for which nothing fits.

    Wider are first the country's services for children, whatever their topic, channel or subdivision; where there are
    none, those for everybody. Age, what is known to be refused, and who is asked for stand. A question for another
    audience than children is not widened.
    """
    if need.audience == "child":
        at = now if need.at is None else need.at
        for audience, widened in (("child", WIDER), ("general_public", PUBLIC)):
            moment = place.moment_at(at, keep=need.at is None)
            fit = _hard(place, moment, need, audience, now)
            if fit:
                fit = fit & place.masks.not_lead or fit
                _write(parts, writer, place, moment, need, fit, widened, need.limit)
                break
        parts.append(_GAP)
        _write_nearest(parts, writer, [places[code] for code in place.neighbours if code in places], need, now)
    else:
        parts.append(_GAP)
    parts.append(_END)


def _write_nearest(parts: list[bytes], writer: Writer, neighbours: Iterable[Place], need: Need, now: int) -> None:
    """Append children's services of neighbour countries that take calls from abroad, in the neighbours' order."""
    at = now if need.at is None else need.at
    elsewhere = need._replace(subdivision=None)
    found: list[tuple[Place, Moment, int]] = []
    for place in neighbours:
        if place.callable_from_abroad:
            moment = place.moment_at(at, keep=need.at is None)
            fit = place.callable_from_abroad & _hard(place, moment, need, "child", now)
            # Who answers for this country too is one of its own services.
            fit &= ~place.masks.serves.get(need.country, 0)
            if fit:
                found.append((place, moment, fit))
    # Leads only where no neighbour has anything better.
    better = [(place, moment, fit & place.masks.not_lead) for place, moment, fit in found]
    left = _MOST_NEAREST
    for place, moment, fit in better if any(fit for _, _, fit in better) else found:
        if fit and left:
            if left < _MOST_NEAREST:
                parts.append(b",")
            left -= _write(parts, writer, place, moment, elsewhere, fit, NEAREST, left)


def _hard(place: Place, moment: Moment, need: Need, audience: str, now: int) -> int:
    """Return the contacts that a wider answer may hold: audience, link, age and needs stand; never a hotline."""
    fit = place.eligible(moment, audience, need.age_min, need.age_max) & place.masks.not_hotline
    if moment.end <= now:
        fit &= place.living(now)
    for name in need.needs:
        fit &= place.masks.allowed[name]
    return fit


def _write(
    parts: list[bytes], writer: Writer, place: Place, moment: Moment, need: Need, fit: int, widened: int, limit: int
) -> int:
    """Append matches that need not fit topic, channel or subdivision, with a word on each that does not.

    Returns how many there are.
    """
    masks = place.masks
    standing = ASKED_NOTHING | widened
    if need.age_max is not None:
        standing |= AGE_OF_A_CHILD if need.age_max < ADULT else AGE_OF_AN_ADULT
    groups = EVERY_TOPIC
    if need.topics:
        covers = place.covering(need.topics)
        groups = ((covers, TOPIC_COVERED), (masks.general, TOPIC_GENERAL), (ALL, TOPIC_OTHER))
    for name in need.needs:
        standing |= ASKED_NEED[name]
    if need.subdivision is None:
        standing |= NO_SUBDIVISION
    buckets: Iterable[tuple[int, int]] = ((fit, standing),)
    if need.languages:
        buckets = by_language(place, need.languages, fit, standing)
    for name in need.needs:
        buckets = split(buckets, masks.known[name])
    if need.subdivision is not None:
        here = masks.national | masks.subdivisions.get(need.subdivision, 0)
        buckets = split(buckets, here, SUBDIVISION_FITS, SUBDIVISION_OTHER)
    elif place.only_in:
        buckets = split(buckets, masks.national)
    picks = choose(buckets, moment.tiers, groups, masks, place.numbers, limit)
    if need.channels:
        reached = place.reached_by(need.channels)
        picks = [
            (contact, line, holds | (CHANNEL_FITS if reached >> contact & 1 else CHANNEL_OTHER), counts)
            for contact, line, holds, counts in picks
        ]
    writer.write(parts, place, moment, picks, fit)
    return len(picks)
