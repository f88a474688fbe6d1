"""The matching engine: from a need to real services, in microseconds, from memory.

The rules are those of the project: hard facts first (country, audience, age, topic, channel, needs), then the order
language, needs, place, openness weighed with trust, child-specific before general, covered topic before general.
Each answer says why (``reasons``) and what is doubtful (``cautions``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pop_sdk import rendering
from pop_sdk.compiling import Compiler
from pop_sdk.need import Need, NeedError
from pop_sdk.place import Moment, Place
from pop_sdk.ranking import (
    LANGUAGE_OTHER,
    LANGUAGE_UNKNOWN,
    SPEAKS,
    TOPIC_COVERED,
    TOPIC_GENERAL,
    TOPIC_OTHER,
    Pick,
    choose,
)
from pop_sdk.snapshot import Snapshot
from pop_sdk.structure import check_head, check_service
from pop_sdk.vocabulary import Vocabulary

_NEAREST: Final = 3  # services of neighbour countries in a gap's answer
_ROOM: Final = 60_000  # remembered halves of matches, about 40 MB; then all are dropped
_NO_GAP: Final = b'],"gap":null}'
_GAP: Final = b'],"gap":{"reason":"no_child_service_known","nearest":['
_NO_SNAPSHOT: Final = b'],"gap":{"reason":"no_valid_snapshot","nearest":[]}}'


class Engine:
    """Answers needs from one compiled snapshot. Made by ``compile_snapshot``."""

    def __init__(self, head: Mapping[str, Any], services: Iterable[Mapping[str, Any]]) -> None:
        compiler = Compiler(head)
        for service in services:
            compiler.add(service)
        self._places = compiler.places()
        self._head = head
        self._start = rendering.snapshot_bytes(head["version"], head["created"], head["expires"])
        self._kept = 0
        self._where = {
            service_id: (place, number)
            for place in self._places.values()
            for number, service_id in enumerate(place.ids)
            if place.masks.own >> place.first[number] & 1
        }
        self.version: int = head["version"]
        self.created: int = head["created"]  # unix seconds
        self.expires: int = head["expires"]  # unix seconds
        self.vocabulary = Vocabulary(frozenset(self._places), frozenset(topic["id"] for topic in head["topics"]))

    def match(self, need: Need, *, now: int) -> bytes:
        """Answer a need at unix second ``now``: the JSON body of ``/v1/match``. NeedError for an unknown country."""
        place = self._places.get(need.country)
        if place is None:
            raise NeedError("country", "is not known", sorted(self._places))
        at = now if need.at is None else need.at
        moment = place.moment
        if moment is None or not moment.start <= at < moment.end:
            moment = place.moment_at(at)
            if need.at is None:
                place.moment = moment
        masks = place.masks
        # Hard facts, which nothing relaxes.
        fit = masks.audience.get(need.audience, 0)
        if place.untils:
            fit &= place.living(max(at, now))
        state = 0
        if need.age_max is not None and need.age_min is not None:
            fit &= masks.at_most[need.age_max] & masks.at_least[need.age_min]
            state = rendering.AGE_OF_A_CHILD if need.age_max < 18 else rendering.AGE_OF_AN_ADULT
        for name in need.needs:
            fit &= masks.allowed[name]
            state |= rendering.NEED_BITS[name]
        # Facts that a wider answer may relax.
        topics: Sequence[tuple[int, int]] = ()
        if need.topics:
            covers = 0
            for topic in need.topics:
                covers |= masks.topics.get(topic, 0)
            fit &= covers | masks.general
            topics = ((covers, TOPIC_COVERED), (masks.general, TOPIC_GENERAL))
        else:
            fit &= masks.not_hotline
        if need.channels:
            channels = 0
            for channel in need.channels:
                channels |= masks.channels[channel]
            fit &= channels
            state |= rendering.CHANNEL_FITS
        if need.subdivision is not None:
            fit &= masks.national | masks.subdivisions.get(need.subdivision, 0)
            state |= rendering.SUBDIVISION_FITS
        if not fit:
            return self._gap(place, moment, need, at, now)
        # A lead is shown only where there is nothing better.
        fit = fit & ~masks.lead or fit
        picks = choose(
            _buckets(place, need, fit, state), moment.tiers, place.service_of, topics, masks.child_specific, need.limit
        )
        parts = [self._start, rendering.need_bytes(need, at), place.emergency]
        self._write(parts, place, moment, picks, fit)
        parts.append(_NO_GAP)
        return b"".join(parts)

    def answer(self, need: Need, *, now: int) -> dict[str, Any]:
        """Answer a need as ``match`` does, as a dictionary."""
        found: dict[str, Any] = json.loads(self.match(need, now=now))
        return found

    def service(self, service_id: str, *, now: int) -> dict[str, Any] | None:
        """Return one service as a match outside any question (all its contacts; no reasons), or None."""
        found = self._where.get(service_id)
        if found is None:
            return None
        place, number = found
        moment = place.moment_at(now)
        first = place.first[number]
        every = ((1 << place.widths[number]) - 1) << first
        fit = every & place.living(now)
        if not fit:
            return None
        pick = choose([(fit, 0)], moment.tiers, place.service_of, (), 0, 1)[0]
        text = rendering.head_bytes(place, moment, pick.contact, number, fit >> first)
        match: dict[str, Any] = json.loads(text + rendering.tail_bytes(place, moment, pick))
        return {**match, "reasons": []}

    def countries_json(self) -> bytes:
        """Return the JSON body of ``/v1/countries``."""
        rows = [
            {
                "code": code,
                "names": country["names"],
                "services": country["services"],
                "emergency": [
                    {key: number[key] for key in ("dial", "uri", "kind", "stage")} for number in country["emergency"]
                ],
                "notices": country["notices"],
            }
            for code, country in sorted(self._head["countries"].items())
        ]
        return rendering.packed({"countries": rows})

    def topics_json(self) -> bytes:
        """Return the JSON body of ``/v1/topics``."""
        keys = ("id", "tile", "names", "chi", "risk")
        return rendering.packed({"topics": [{key: topic[key] for key in keys} for topic in self._head["topics"]]})

    def _write(self, parts: list[bytes], place: Place, moment: Moment, picks: Sequence[Pick], fit: int) -> None:
        """Append the matches, from remembered halves where the same half was needed before."""
        heads, tails = moment.heads, place.tails
        epoch = moment.epoch << 48
        for pick in picks:
            contact, service, state, tier = pick
            first = place.first[service]
            shown = fit >> first & (1 << place.widths[service]) - 1
            key = shown << 24 | contact
            head = heads.get(key)
            if head is None:
                head = heads[key] = rendering.head_bytes(place, moment, contact, service, shown)
                self._kept += 1
            key = epoch | state << 30 | tier << 24 | contact
            tail = tails.get(key)
            if tail is None:
                tail = tails[key] = rendering.tail_bytes(place, moment, pick)
                self._kept += 1
            parts += (head, tail, b",")
        if picks:
            parts.pop()
        if self._kept > _ROOM:
            self._kept = 0
            for other in self._places.values():
                other.forget()

    def _gap(self, place: Place, moment: Moment, need: Need, at: int, now: int) -> bytes:
        """Answer where nothing fits: wider services of the same country, and the nearest of its neighbours."""
        parts = [self._start, rendering.need_bytes(need, at), place.emergency]
        nearest: list[bytes] = []
        if need.audience == "child":
            for audience, widened in (("child", rendering.WIDER), ("general_public", rendering.PUBLIC)):
                fit = _hard(place, need, max(at, now), audience)
                if fit:
                    fit = fit & ~place.masks.lead or fit
                    picks = _widened(place, moment, need, fit, widened, need.limit)
                    self._write(parts, place, moment, picks, fit)
                    break
            self._write_nearest(nearest, place, need, at, now)
        return b"".join((*parts, _GAP, *nearest, b"]}}"))

    def _write_nearest(self, parts: list[bytes], place: Place, need: Need, at: int, now: int) -> None:
        found: list[tuple[Place, int]] = []
        for code in place.neighbours:
            neighbour = self._places.get(code)
            if neighbour is not None:
                masks = neighbour.masks
                fit = masks.own & masks.known["from_abroad"]
                if fit:
                    fit &= _hard(neighbour, need, max(at, now), "child")
                    if fit:
                        found.append((neighbour, fit))
        better = [(neighbour, fit & ~neighbour.masks.lead) for neighbour, fit in found]
        if any(fit for _, fit in better):
            found = better
        left = _NEAREST
        abroad = need._replace(subdivision=None)
        for neighbour, fit in found:
            if fit and left:
                moment = neighbour.moment_at(at)
                picks = _widened(neighbour, moment, abroad, fit, rendering.NEAREST, left)
                if left < _NEAREST:
                    parts.append(b",")
                self._write(parts, neighbour, moment, picks, fit)
                left -= len(picks)


def _hard(place: Place, need: Need, at: int, audience: str) -> int:
    """Return the contacts that no widening may leave out of account: audience, link, age, needs; never a hotline."""
    masks = place.masks
    fit = masks.audience.get(audience, 0) & masks.not_hotline & place.living(at)
    if need.age_max is not None and need.age_min is not None:
        fit &= masks.at_most[need.age_max] & masks.at_least[need.age_min]
    for name in need.needs:
        fit &= masks.allowed[name]
    return fit


def _buckets(place: Place, need: Need, fit: int, state: int) -> Sequence[tuple[int, int]]:
    """Split by what goes before openness: language, then needs, then place. Disjoint, in order."""
    masks = place.masks
    buckets = [(fit, state)]
    if need.languages:
        buckets = []
        for tag in need.languages:
            speaking = fit & place.speaking(tag)
            if speaking:
                buckets.append((speaking, state | SPEAKS))
                fit ^= speaking
        unknown = fit & masks.language_unknown
        if unknown:
            buckets.append((unknown, state | LANGUAGE_UNKNOWN))
        if fit != unknown:
            buckets.append((fit ^ unknown, state | LANGUAGE_OTHER))
    for name in need.needs:
        buckets = _split(buckets, masks.known[name], 0, 0)
    if need.subdivision is None and place.only_in:
        buckets = _split(buckets, masks.national, 0, 0)
    return buckets


def _split(buckets: Sequence[tuple[int, int]], bits: int, inside: int, outside: int) -> list[tuple[int, int]]:
    halves = []
    for bucket, state in buckets:
        first = bucket & bits
        if first:
            halves.append((first, state | inside))
        if first != bucket:
            halves.append((bucket ^ first, state | outside))
    return halves


def _widened(place: Place, moment: Moment, need: Need, fit: int, widened: int, limit: int) -> list[Pick]:
    """Choose among contacts that do not fit topic, channel or subdivision, and say of each which it does not fit."""
    masks = place.masks
    state = widened
    if need.age_max is not None:
        state |= rendering.AGE_OF_A_CHILD if need.age_max < 18 else rendering.AGE_OF_AN_ADULT
    for name in need.needs:
        state |= rendering.NEED_BITS[name]
    topics: Sequence[tuple[int, int]] = ()
    if need.topics:
        covers = 0
        for topic in need.topics:
            covers |= masks.topics.get(topic, 0)
        topics = ((covers, TOPIC_COVERED), (masks.general, TOPIC_GENERAL), (masks.everyone, TOPIC_OTHER))
    buckets = _buckets(place, need, fit, state)
    if need.subdivision is not None:
        here = masks.national | masks.subdivisions.get(need.subdivision, 0)
        buckets = _split(buckets, here, rendering.SUBDIVISION_FITS, rendering.SUBDIVISION_OTHER)
    picks = choose(buckets, moment.tiers, place.service_of, topics, masks.child_specific, limit)
    if not need.channels:
        return picks
    channels = 0
    for channel in need.channels:
        channels |= masks.channels[channel]
    asked = (rendering.CHANNEL_OTHER, rendering.CHANNEL_FITS)
    return [pick._replace(state=pick.state | asked[channels >> pick.contact & 1]) for pick in picks]


def compile_snapshot(source: Snapshot | Mapping[str, Any]) -> Engine:
    """Compile a snapshot, or a document of the same form, which is checked first (SnapshotError)."""
    if isinstance(source, Snapshot):
        return Engine(source.head, source.services())
    check_head(source)
    for number, service in enumerate(source["services"]):
        check_service(service, number, source)
    return Engine(source, source["services"])


def emergency_only(numbers: Mapping[str, Sequence[Mapping[str, Any]]], need: Need, *, now: int) -> bytes:
    """Answer without a valid snapshot: emergency numbers ({country: [{"dial", "uri", "kind"}]}), and nothing else."""
    at = now if need.at is None else need.at
    emergency = rendering.emergency_bytes(numbers.get(need.country, ()))
    return b'{"snapshot":null,' + rendering.need_bytes(need, at) + emergency + _NO_SNAPSHOT
