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
from pop_sdk.phrases import (
    ADULT_AGE_UNKNOWN,
    AGE_OF_A_CHILD,
    AGE_OF_AN_ADULT,
    ASKED,
    CAUTION_FACTS,
    CAUTION_STATE,
    CHANNEL_FITS,
    CHANNEL_OTHER,
    CHECKED_LONG_AGO,
    CHILD_AGE_UNKNOWN,
    EVERY_STATE,
    LANGUAGE_OTHER,
    LANGUAGE_UNKNOWN,
    MEETS,
    NEAREST,
    NEVER_CHECKED,
    PUBLIC,
    REASON_FACTS,
    RECENTLY_CHECKED,
    SPEAKS,
    STATE_BITS,
    SUBDIVISION_FITS,
    SUBDIVISION_OTHER,
    TOPIC_COVERED,
    TOPIC_GENERAL,
    TOPIC_OTHER,
    WIDER,
    Cautions,
    cautions_bytes,
    reasons_bytes,
)
from pop_sdk.place import UNDATED, Moment, Place
from pop_sdk.ranking import RECENT, Groups, Pick, choose
from pop_sdk.snapshot import Snapshot
from pop_sdk.structure import check_head, check_service
from pop_sdk.vocabulary import Vocabulary

_ADULT: Final = 18
_NEAREST: Final = 3  # services of neighbour countries in a gap's answer
_MOST_PHRASES: Final = 50_000  # remembered, about 25 MB; then all are dropped
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
        self._reasons: dict[int, bytes] = {}
        self._cautions: dict[tuple[int, tuple[str, ...]], Cautions] = {}
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
        country, subdivision, topics, languages, channels, age_min, age_max, audience, at, needs, limit = need
        place = self._places.get(country)
        if place is None:
            raise NeedError("country", "is not known", sorted(self._places))
        if at is None:
            at, moment = now, place.moment_at(now, keep=True)
        else:
            moment = place.moment_at(at, keep=False)
        masks = place.masks
        state = 0
        asked = 0
        # Hard facts, which nothing relaxes.
        fit = masks.audience.get(audience, 0)
        if place.untils:
            fit &= place.living(max(at, now))
        if age_max is not None and age_min is not None:
            fit &= masks.at_most[age_max] & masks.at_least[age_min]
            state = AGE_OF_A_CHILD if age_max < _ADULT else AGE_OF_AN_ADULT
            asked |= CHILD_AGE_UNKNOWN if age_max < _ADULT else ADULT_AGE_UNKNOWN
        for name in needs:
            fit &= masks.allowed[name]
            state |= ASKED[name]
            asked |= MEETS[name]
        # Facts that a wider answer may relax.
        groups: Groups = ()
        if topics:
            covers = 0
            for topic in topics:
                covers |= masks.topics.get(topic, 0)
            fit &= covers | masks.general
            groups = ((covers, TOPIC_COVERED), (masks.general, TOPIC_GENERAL))
        else:
            fit &= masks.not_hotline
        if channels:
            fit &= place.reached_by(channels)
            state |= CHANNEL_FITS
        if subdivision is not None:
            fit &= masks.national | masks.subdivisions.get(subdivision, 0)
            state |= SUBDIVISION_FITS
        parts = [self._start, rendering.need_bytes(need, at), place.emergency]
        if not fit:
            self._write_gap(parts, place, moment, need, at, now)
            return b"".join(parts)
        # A lead is shown only where there is nothing better.
        fit = fit & masks.not_lead or fit
        # What goes before openness: language, then needs, then place.
        buckets: Groups = _by_language(place, languages, fit, state) if languages else ((fit, state),)
        for name in needs:
            buckets = _split(buckets, masks.known[name])
        if subdivision is None and place.only_in:
            buckets = _split(buckets, masks.national)
        picks = choose(buckets, moment.tiers, groups, masks.child_specific, place.service_of, limit)
        self._write(parts, place, moment, picks, fit, asked)
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
        first, last = place.first[number : number + 2]
        fit = ((1 << last) - (1 << first)) & place.living(now)
        if not fit:
            return None
        moment = place.moment_at(now, keep=False)
        picks = choose(((fit, 0),), moment.tiers, (), 0, place.service_of, 1)
        parts: list[bytes] = [b""]
        self._write(parts, place, moment, picks, fit, 0)
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
        return rendering.packed({"countries": rows})

    def topics_json(self) -> bytes:
        """Return the JSON body of ``/v1/topics``."""
        keys = ("id", "tile", "names", "chi", "risk")
        return rendering.packed({"topics": [{key: topic[key] for key in keys} for topic in self._head["topics"]]})

    def _write(
        self,
        parts: list[bytes],
        place: Place,
        moment: Moment,
        picks: Iterable[Pick],
        fit: int,
        asked: int,
        doubtful: int = CAUTION_STATE,
    ) -> None:
        """Append the matches: the best contact first, then the service's other contacts in ``fit``.

        ``asked`` are the facts that the question is about, ``doubtful`` the bits of state that can change a caution.
        """
        _, _, day, outside, _, notices, said = moment
        text, contact_at, state_at, contact_end = place.text, place.contact_at, place.state_at, place.contact_end
        reason_facts, caution_facts = asked | REASON_FACTS, asked | CAUTION_FACTS
        beginning = len(parts)
        for contact, service, state, tier in picks:
            words = said[contact] or place.words(contact, moment)
            first, last = place.first[service], place.first[service + 1]
            start = contact_at[contact]
            middle = state_at[contact]
            parts += (
                text[place.service_at[service] : contact_at[first]],
                words[0],
                text[start:middle],
                words[1],
                text[middle : contact_end[contact]],
            )
            if last - first > 1:
                for other in range(first, last):
                    if other != contact and fit >> other & 1:
                        words = said[other] or place.words(other, moment)
                        middle = state_at[other]
                        parts += (b",", text[contact_at[other] : middle], words[1], text[middle : contact_end[other]])
            facts = place.facts[contact]
            on = place.evidence[service]
            checked = RECENTLY_CHECKED if day - on <= RECENT else CHECKED_LONG_AGO if on != UNDATED else NEVER_CHECKED
            when = tier << 2 | checked
            key = ((facts & reason_facts) << STATE_BITS | state) << 5 | when
            parts.append(self._reasons.get(key) or self._reasons_of(key, state, tier, facts, checked))
            bits = ((facts & caution_facts) << STATE_BITS | state & doubtful) << 6 | when << 1 | outside
            kinds = moment.kinds(service) if notices else ()
            start_, after_date, after_places = self._cautions.get((bits, kinds)) or self._cautions_of(
                (bits, kinds), state, tier, facts, checked
            )
            parts.append(start_)
            if after_date is not None:
                parts += (place.since[service], after_date)
            if after_places is not None:
                parts += (place.only_in[contact], after_places)
            parts.append(text[place.closing_at[service] : place.service_at[service + 1]])
        if len(parts) > beginning:
            parts[beginning] = parts[beginning][1:]  # the comma that stands before every match but the first

    def _reasons_of(self, key: int, state: int, tier: int, facts: int, checked: int) -> bytes:
        if len(self._reasons) >= _MOST_PHRASES:
            self._reasons.clear()
        found = self._reasons[key] = reasons_bytes(state, tier, facts, checked)
        return found

    def _cautions_of(
        self, key: tuple[int, tuple[str, ...]], state: int, tier: int, facts: int, checked: int
    ) -> Cautions:
        if len(self._cautions) >= _MOST_PHRASES:
            self._cautions.clear()
        bits, kinds = key
        found = cautions_bytes(state, tier, facts, checked, outside=bool(bits & 1), notices=kinds)
        self._cautions[key] = found
        return found

    def _write_gap(self, parts: list[bytes], place: Place, moment: Moment, need: Need, at: int, now: int) -> None:
        """Append what to say where nothing fits: wider services of the same country, the nearest of its neighbours."""
        later = max(at, now)
        if need.audience != "child":
            parts += (_GAP, b"]}}")
            return
        for audience, widened in (("child", WIDER), ("general_public", PUBLIC)):
            fit = _hard(place, need, later, audience)
            if fit:
                fit = fit & place.masks.not_lead or fit
                self._write_widened(parts, place, moment, need, fit, widened, need.limit)
                break
        parts.append(_GAP)
        abroad: list[tuple[Place, int]] = []
        for code in place.neighbours:
            neighbour = self._places.get(code)
            if neighbour is not None:
                fit = neighbour.masks.own & neighbour.masks.known["from_abroad"]
                if fit:
                    abroad.append((neighbour, fit & _hard(neighbour, need, later, "child")))
        better = [(neighbour, fit & neighbour.masks.not_lead) for neighbour, fit in abroad]
        if any(fit for _, fit in better):
            abroad = better
        left = _NEAREST
        elsewhere = need._replace(subdivision=None)
        for neighbour, fit in abroad:
            if fit and left:
                if left < _NEAREST:
                    parts.append(b",")
                moment = neighbour.moment_at(at, keep=need.at is None)
                left -= self._write_widened(parts, neighbour, moment, elsewhere, fit, NEAREST, left)
        parts.append(b"]}}")

    def _write_widened(
        self, parts: list[bytes], place: Place, moment: Moment, need: Need, fit: int, widened: int, limit: int
    ) -> int:
        """Append contacts that need not fit topic, channel or subdivision, with a word on each that does not.

        Returns how many were found.
        """
        masks = place.masks
        state, asked = widened, 0
        if need.age_max is not None:
            state |= AGE_OF_A_CHILD if need.age_max < _ADULT else AGE_OF_AN_ADULT
            asked |= CHILD_AGE_UNKNOWN if need.age_max < _ADULT else ADULT_AGE_UNKNOWN
        groups: Groups = ()
        if need.topics:
            covers = 0
            for topic in need.topics:
                covers |= masks.topics.get(topic, 0)
            groups = ((covers, TOPIC_COVERED), (masks.general, TOPIC_GENERAL), (masks.everyone, TOPIC_OTHER))
        for name in need.needs:
            state |= ASKED[name]
            asked |= MEETS[name]
        buckets: Groups = _by_language(place, need.languages, fit, state) if need.languages else ((fit, state),)
        for name in need.needs:
            buckets = _split(buckets, masks.known[name])
        if need.subdivision is not None:
            here = masks.national | masks.subdivisions.get(need.subdivision, 0)
            buckets = _split(buckets, here, SUBDIVISION_FITS, SUBDIVISION_OTHER)
        elif place.only_in:
            buckets = _split(buckets, masks.national)
        picks = choose(buckets, moment.tiers, groups, masks.child_specific, place.service_of, limit)
        if need.channels:
            reached = place.reached_by(need.channels)
            picks = [
                (contact, service, state | (CHANNEL_FITS if reached >> contact & 1 else CHANNEL_OTHER), tier)
                for contact, service, state, tier in picks
            ]
        self._write(parts, place, moment, picks, fit, asked, EVERY_STATE)
        return len(picks)


def _hard(place: Place, need: Need, at: int, audience: str) -> int:
    """Return the contacts that a wider answer may hold: audience, link, age and needs stand; never a hotline."""
    masks = place.masks
    fit = masks.audience.get(audience, 0) & masks.not_hotline & place.living(at)
    if need.age_max is not None and need.age_min is not None:
        fit &= masks.at_most[need.age_max] & masks.at_least[need.age_min]
    for name in need.needs:
        fit &= masks.allowed[name]
    return fit


def _by_language(place: Place, languages: Iterable[str], fit: int, state: int) -> Groups:
    """Split by the first language asked for that is spoken; then not known, then others. Language never excludes."""
    groups = []
    for tag in languages:
        speaking = fit & place.speaking(tag)
        if speaking:
            groups.append((speaking, state | SPEAKS))
            fit ^= speaking
    unknown = fit & place.masks.language_unknown
    if unknown:
        groups.append((unknown, state | LANGUAGE_UNKNOWN))
    if fit != unknown:
        groups.append((fit ^ unknown, state | LANGUAGE_OTHER))
    return groups


def _split(groups: Groups, bits: int, inside: int = 0, outside: int = 0) -> Groups:
    """Split every group: first what is in ``bits``, then the rest."""
    halves = []
    for group, state in groups:
        first = group & bits
        if first:
            halves.append((first, state | inside))
        if first != group:
            halves.append((group ^ first, state | outside))
    return halves


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
