"""The matching engine: from a need to real services, in microseconds, from memory.

The rules are those of the project: hard facts first (country, audience, age, topic, channel, needs), then the order
language, needs, place, openness weighed with trust, child-specific before general, covered topic before general.
Each answer says why (``reasons``) and what is doubtful (``cautions``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pop_sdk.compiling import Compiler
from pop_sdk.need import Need, NeedError
from pop_sdk.phrases import (
    AGE_OF_A_CHILD,
    AGE_OF_AN_ADULT,
    ASKED_NEED,
    ASKED_NOTHING,
    CHANNEL_FITS,
    FOREIGN,
    NO_SUBDIVISION,
    SUBDIVISION_FITS,
    TOPIC_COVERED,
    TOPIC_GENERAL,
)
from pop_sdk.ranking import ALL, COUNT, EVERY_TOPIC, POSITION_AT, SERVICE_AT, choose
from pop_sdk.rendering import emergency_bytes, need_bytes, packed, snapshot_bytes
from pop_sdk.snapshot import Snapshot
from pop_sdk.splitting import ADULT, by_language, split
from pop_sdk.structure import check_document
from pop_sdk.vocabulary import Vocabulary
from pop_sdk.widening import write_gap
from pop_sdk.writing import Writer

_NO_GAP: Final = b'],"gap":null}'
_NO_SNAPSHOT: Final = b'],"gap":{"reason":"no_valid_snapshot","nearest":[]}}'


class Engine:
    """Answers needs from one compiled snapshot. Made by ``compile_snapshot``."""

    def __init__(self, head: Mapping[str, Any], services: Iterable[Mapping[str, Any]]) -> None:
        compiler = Compiler(head)
        for service in services:
            compiler.add(service)
        self._places = compiler.places()
        self._head = head
        self._start = snapshot_bytes(head["version"], head["created"], head["expires"])
        self._writer = Writer(self._places.values())
        self._where = {
            place.ids[line >> SERVICE_AT]: (place, contact)
            for place in self._places.values()
            for contact, (facts, line) in enumerate(zip(place.numbers[::2], place.numbers[1::2], strict=True))
            if not facts & FOREIGN
        }
        self.version: int = head["version"]
        self.created: int = head["created"]  # unix seconds
        self.expires: int = head["expires"]  # unix seconds
        self.vocabulary = Vocabulary(frozenset(self._places), frozenset(topic["id"] for topic in head["topics"]))

    def match(self, need: Need, *, now: int) -> bytes:
        """Answer a need at unix second ``now``: the JSON body of ``/v1/match``. NeedError for an unknown country."""
        country, subdivision, topics, languages, channels, age_min, age_max, audience, at, needs, limit = need
        place = self._places.get(country)
        if place is None:
            raise NeedError("country", "is not known", sorted(self._places))
        second = now if at is None else at
        moment = place.moment
        if moment is None or not moment.start <= second < moment.end:
            moment = place.moment_at(second, keep=at is None)
        masks = place.masks
        # Hard facts, which nothing relaxes.
        fit = place.eligible(moment, audience, age_min, age_max)
        if second < now:
            fit &= place.living(now)
        standing = ASKED_NOTHING
        if age_max is not None:
            standing |= AGE_OF_A_CHILD if age_max < ADULT else AGE_OF_AN_ADULT
        for name in needs:
            fit &= masks.allowed[name]
            standing |= ASKED_NEED[name]
        # Facts that a wider answer may relax.
        groups = EVERY_TOPIC
        if topics:
            if len(topics) == 1:
                covers = masks.topics.get(topics[0], 0)
                fit &= masks.reach.get(topics[0], masks.general)
            else:
                covers = place.covering(topics)
                fit &= covers | masks.general
            groups = ((covers, TOPIC_COVERED), (ALL, TOPIC_GENERAL))
        else:
            fit &= masks.not_hotline
        if channels:
            fit &= place.reached_by(channels)
            standing |= CHANNEL_FITS
        if subdivision is not None:
            fit &= masks.national | masks.subdivisions.get(subdivision, 0)
            standing |= SUBDIVISION_FITS
        else:
            standing |= NO_SUBDIVISION
        parts = [self._start, need_bytes(need, second), place.emergency]
        if not fit:
            write_gap(parts, self._writer, self._places, place, need, now)
            return b"".join(parts)
        # A lead is shown only where there is nothing better. Who listens and who takes reports of content are weighed
        # apart: neither is a better one of the other, and who reports content finds both.
        better = fit & masks.not_lead_people
        if better != fit and better & masks.not_hotline:
            fit = better
        # What goes before openness: language, then needs, then place.
        buckets: Iterable[tuple[int, int]] = ((fit, standing),)
        if languages:
            buckets = by_language(place, languages, fit, standing)
        for name in needs:
            buckets = split(buckets, masks.known[name])
        if subdivision is None and place.only_in:
            buckets = split(buckets, masks.national)
        picks = choose(buckets, moment.tiers, groups, masks, place.numbers, limit)
        self._writer.write(parts, place, moment, picks, fit)
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
        place, contact = found
        line = place.numbers[2 * contact + 1]
        fit = (1 << (line & COUNT)) - 1 << contact - (line >> POSITION_AT & COUNT) & place.living(now)
        if not fit:
            return None
        moment = place.moment_at(now, keep=False)
        picks = choose(
            ((fit, ASKED_NOTHING | NO_SUBDIVISION),), moment.tiers, EVERY_TOPIC, place.masks, place.numbers, 1
        )
        parts: list[bytes] = []
        self._writer.write(parts, place, moment, picks, fit)
        match: dict[str, Any] = json.loads(b"".join(parts))
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
        return packed({"countries": rows})

    def topics_json(self) -> bytes:
        """Return the JSON body of ``/v1/topics``."""
        keys = ("id", "tile", "names", "chi", "risk")
        return packed({"topics": [{key: topic[key] for key in keys} for topic in self._head["topics"]]})


def compile_snapshot(source: Snapshot | Mapping[str, Any]) -> Engine:
    """Compile a snapshot, or a document of the same form, which is checked first (SnapshotError)."""
    if isinstance(source, Snapshot):
        return Engine(source.head, source.services())
    check_document(source)
    return Engine(source, source["services"])


def emergency_only(numbers: Mapping[str, Sequence[Mapping[str, Any]]], need: Need, *, now: int) -> bytes:
    """Answer without a valid snapshot: emergency numbers ({country: [{"dial", "uri", "kind"}]}), and nothing else."""
    at = now if need.at is None else need.at
    emergency = emergency_bytes(numbers.get(need.country, ()))
    return b'{"snapshot":null,' + need_bytes(need, at) + emergency + _NO_SNAPSHOT
