"""One country, compiled: its contacts as the bits of whole numbers, and everything an answer needs already as bytes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pop_sdk.languages import wider_tags
from pop_sdk.masks import Masks
from pop_sdk.opening import ALWAYS_OPEN, ALWAYS_WORDS, DAY, NO_HOURS, UNKNOWN_WORDS, Pattern, Timeline, Words
from pop_sdk.phrases import (
    ANSWERED_LATER,
    CLOSED_CONFIRMED,
    CLOSED_UNCONFIRMED,
    OPEN_CONFIRMED,
    OPEN_UNCONFIRMED,
    OUTSIDE,
    UNKNOWN_CONFIRMED,
    UNKNOWN_UNCONFIRMED,
)
from pop_sdk.ranking import COUNT, POSITION_AT, SERVICE_AT, Groups
from pop_sdk.vocabulary import AUDIENCE_NUMBERS


class Notice(NamedTuple):
    """A dated word about a service (its number in the country) or, without one, about the whole country."""

    kind: str
    starts: int
    ends: int
    service: int | None


# A contact's match up to its reasons, with all contacts of its service; the match from its first caution on, with those
# cautions that most questions meet; the contact's facts of that day; and which changing cautions are in it.
Piece = tuple[bytes, bytes, int, int]


class Moment(NamedTuple):
    """A country during a span of seconds, [start, end), in which no answer changes."""

    start: int
    end: int
    day: int  # days since 1970-01-01
    outside: bool  # of the snapshot's window
    alive: int  # contacts whose check, if they are links, has not run out
    tiers: Groups  # best first
    notices: Sequence[Notice]  # in force
    eligible: dict[int, int]  # by audience and ages, filled when first needed
    # Parts of matches, filled when first needed; see Writer.
    pieces: list[Piece | None]  # by contact
    heads: dict[int, bytes]  # by contact and those of its service that are shown
    ends: dict[int, bytes]  # by contact and cautions

    def kinds(self, service: int) -> tuple[str, ...]:
        """Return the kinds of notices on a service and its country, each once, in order of beginning."""
        return tuple(dict.fromkeys(notice.kind for notice in self.notices if notice.service in (None, service)))


class Place:
    """A compiled country. All sequences run over its contacts or its services, both in rank order."""

    __slots__ = (
        "_days",
        "alive",
        "callable_from_abroad",
        "closings",
        "code",
        "confirmed_until",
        "contact_at",
        "contact_end",
        "emergency",
        "hours_until",
        "ids",
        "masks",
        "moment",
        "neighbours",
        "notice_edges",
        "notices",
        "numbers",
        "only_in",
        "pattern_of",
        "patterns",
        "service_at",
        "state_at",
        "text",
        "timeline",
        "untils",
        "window",
    )

    def __init__(self, code: str, emergency: bytes, neighbours: Sequence[str], window: tuple[int, int]) -> None:
        self.code = code
        self.emergency = emergency  # the member "emergency" of an answer
        self.neighbours = neighbours
        self.window = window  # unix seconds
        # Filled by compiling. The JSON of all services in one run of bytes, so that an answer reads few far-off places
        # of memory: of each service up to the value of "open", and its contacts without their states.
        # The numbers named `…_at` are positions in it.
        self.text = b""
        # By contact:
        self.numbers: Sequence[int] = ()  # two for each, of ranking
        self.pattern_of: Sequence[int] = ()
        self.contact_at: Sequence[int] = ()
        self.state_at: Sequence[int] = ()
        self.contact_end: Sequence[int] = ()
        self.only_in: Mapping[int, bytes] = {}  # of those that are not national
        # By service:
        self.ids: Sequence[str] = ()
        self.service_at: Sequence[int] = ()
        self.closings: Sequence[bytes] = ()  # its JSON from the value of "verification" on
        # Over time:
        self.patterns: Sequence[Pattern] = ()  # all of the snapshot
        self.hours_until: Groups = ()  # (bits, last day): hours confirmed recently up to then
        self.confirmed_until: Groups = ()  # (bits, last day): service confirmed recently up to then
        self.notices: Sequence[Notice] = ()
        self.notice_edges: Sequence[int] = ()  # sorted unix seconds
        self.untils: Sequence[int] = ()  # sorted unix seconds at which a link's check runs out
        self.alive: Sequence[int] = ()  # after so many of them: the contacts that may be shown
        self.callable_from_abroad = 0  # the country's own children's services that are known to take calls from abroad
        self.masks: Masks
        self.timeline: Timeline
        self.moment: Moment | None = None  # the one that "now" lay in lately
        self._days: dict[int, tuple[int, int]] = {}

    def moment_at(self, at: int, *, keep: bool) -> Moment:
        """Return the moment around unix second ``at``; ``keep`` it for the questions that follow."""
        moment = self.moment
        if moment is None or not moment.start <= at < moment.end:
            moment = self._laid_out(at)
            if keep:
                moment.pieces.extend([None] * (len(self.numbers) // 2))
                self.moment = moment
        return moment

    def _laid_out(self, at: int) -> Moment:
        day = at // DAY
        start, end = day * DAY, (day + 1) * DAY
        masks = self.masks
        outside = not self.window[0] <= at < self.window[1]
        if outside:
            is_open = unknown = 0
            # The whole span lies on one side of the window.
            start, end = (start, min(end, self.window[0])) if at < self.window[0] else (max(start, self.window[1]), end)
        else:
            since, until, is_open, unknown = self.timeline.at(at)
            start, end = max(start, since), min(end, until)
            is_open |= masks.always
            unknown |= masks.hours_unknown
        notices: Sequence[Notice] = ()
        if self.notices:
            edge = bisect_right(self.notice_edges, at)
            start = max([start, *self.notice_edges[edge - 1 : edge]])
            end = min([end, *self.notice_edges[edge : edge + 1]])
            notices = [notice for notice in self.notices if notice.starts <= at < notice.ends]
        hours_confirmed, confirmed = self._confirmed_on(day)
        tiers: Groups
        if outside:
            tiers = ((confirmed, OUTSIDE), (masks.everyone ^ confirmed, OUTSIDE))
        else:
            tiers = self._tiers(is_open, unknown, hours_confirmed, confirmed)
        lapsed = bisect_right(self.untils, at)
        start = max([start, *self.untils[lapsed - 1 : lapsed]]) if lapsed else start
        end = min([end, *self.untils[lapsed : lapsed + 1]])
        found = tuple(tier for tier in tiers if tier[0])
        return Moment(start, end, day, outside, self.alive[lapsed], found, notices, {}, [], {}, {})

    def _tiers(self, is_open: int, unknown: int, hours_confirmed: int, confirmed: int) -> Groups:
        # A letter box is no reason to call a service "unknown" whose telephone is known to be closed: it comes last.
        later = unknown & self.masks.answered_later
        closed = self.masks.everyone ^ (is_open | unknown)
        unknown ^= later
        open_confirmed = is_open & hours_confirmed
        unknown_confirmed = unknown & confirmed
        closed_confirmed = closed & hours_confirmed
        return (
            (open_confirmed, OPEN_CONFIRMED),
            (unknown_confirmed, UNKNOWN_CONFIRMED),
            (is_open ^ open_confirmed, OPEN_UNCONFIRMED),
            (unknown ^ unknown_confirmed, UNKNOWN_UNCONFIRMED),
            (closed_confirmed, CLOSED_CONFIRMED),
            (closed ^ closed_confirmed, CLOSED_UNCONFIRMED),
            (later, ANSWERED_LATER),
        )

    def _confirmed_on(self, day: int) -> tuple[int, int]:
        found = self._days.get(day)
        if found is None:
            hours = confirmed = 0
            for bits, last in self.hours_until:
                if day <= last:
                    hours |= bits
            for bits, last in self.confirmed_until:
                if day <= last:
                    confirmed |= bits
            if len(self._days) > 100:  # more days than a snapshot can be asked for without passing its window
                self._days = {}
            found = self._days[day] = hours, confirmed
        return found

    def eligible(self, moment: Moment, audience: str, age_min: int | None, age_max: int | None) -> int:
        """Return the contacts for an audience and ages that may be shown, and remember them with the moment."""
        # One number as the key: comparing it reads less memory than a tuple.
        key = AUDIENCE_NUMBERS[audience]
        if age_min is not None and age_max is not None:
            key += (age_min << 5 | age_max) + 1 << 3
        bits = moment.eligible.get(key)
        if bits is None:
            bits = self.masks.audience.get(audience, 0) & moment.alive
            if age_min is not None and age_max is not None:
                bits &= self.masks.at_most[age_max] & self.masks.at_least[age_min]
            moment.eligible[key] = bits
        return bits

    def head(self, moment: Moment, contact: int, shown: int) -> bytes:
        """Return a match's JSON up to its reasons: the contact first, then its service's others.

        ``shown`` has a bit for each contact of the service.
        """
        text = self.text
        line = self.numbers[2 * contact + 1]
        service = line >> SERVICE_AT
        first = contact - (line >> POSITION_AT & COUNT)
        state, words = self._words(moment, contact)
        middle = self.state_at[contact]
        parts = [
            text[self.service_at[service] : self.contact_at[first]],
            state,
            text[self.contact_at[contact] : middle],
            words,
            text[middle : self.contact_end[contact]],
        ]
        for other in range(first, first + (line & COUNT)):
            if other != contact and shown >> other - first & 1:
                middle = self.state_at[other]
                words = self._words(moment, other)[1]
                parts += (b",", text[self.contact_at[other] : middle], words, text[middle : self.contact_end[other]])
        return b"".join(parts)

    def _words(self, moment: Moment, contact: int) -> Words:
        number = self.pattern_of[contact]
        if moment.outside or number == NO_HOURS:
            return UNKNOWN_WORDS
        return ALWAYS_WORDS if number == ALWAYS_OPEN else self.patterns[number].words(moment.start)

    def speaking(self, tag: str) -> int:
        """Return the contacts that speak a language: under that tag, a narrower or a wider one."""
        masks = self.masks
        bits = masks.speaks.get(tag, 0)
        if "-" in tag:
            for wider in wider_tags(tag):
                bits |= masks.speaks_exactly.get(wider, 0)
        return bits

    def covering(self, topics: Sequence[str]) -> int:
        """Return the contacts whose service covers any of some topics."""
        bits = 0
        for topic in topics:
            bits |= self.masks.topics.get(topic, 0)
        return bits

    def reached_by(self, channels: Sequence[str]) -> int:
        """Return the contacts on any of some channels."""
        bits = 0
        for channel in channels:
            bits |= self.masks.channels[channel]
        return bits

    def living(self, at: int) -> int:
        """Return the contacts whose link check has not run out at ``at``; all of them where no contact is a link."""
        return self.alive[bisect_right(self.untils, at)]
