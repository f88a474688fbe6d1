"""One country, compiled: its contacts as the bits of whole numbers, and everything an answer needs already as bytes."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from pop_sdk.languages import wider_tags
from pop_sdk.opening import ALWAYS_OPEN, ALWAYS_WORDS, DAY, HOURS_UNKNOWN, UNKNOWN_WORDS, Pattern, Timeline

# Tiers of openness and trust in it, best first; a confirmed unknown beats a directory's old "24/7".
OPEN_CONFIRMED: Final = 0
UNKNOWN_CONFIRMED: Final = 1
OPEN_UNCONFIRMED: Final = 2
UNKNOWN_UNCONFIRMED: Final = 3
CLOSED_CONFIRMED: Final = 4
CLOSED_UNCONFIRMED: Final = 5


class Moment:
    """A country during a span of seconds in which no answer changes: [start, end)."""

    __slots__ = ("day", "end", "epoch", "heads", "outside", "start", "tiers")

    def __init__(
        self, start: int, end: int, day: int, epoch: int, outside: bool, tiers: Sequence[tuple[int, int]]
    ) -> None:
        self.start = start
        self.end = end
        self.day = day  # days since 1970-01-01
        self.epoch = epoch  # equal where reasons and cautions are equal but for openness
        self.outside = outside  # of the snapshot's window
        self.tiers = tiers  # disjoint bits with their tier, best first
        self.heads: dict[int, bytes] = {}


class Notice(NamedTuple):
    """A dated word about a service (its number in the country) or, without one, about the whole country."""

    kind: str
    starts: int
    ends: int
    service: int | None


class Masks(NamedTuple):
    """Sets of contacts, one bit each."""

    everyone: int
    not_hotline: int
    own: int  # of this country's own services
    audience: Mapping[str, int]
    at_most: Sequence[int]  # by age: the lower bound is at most that, or not known
    at_least: Sequence[int]  # by age: the upper bound is at least that, or not known
    age_unknown: tuple[int, int]  # for under 18, for 18 and over: the bound that matters is missing
    topics: Mapping[str, int]
    general: int  # counts for every topic
    general_child: int
    child_specific: int
    channels: Mapping[str, int]
    allowed: Mapping[str, int]  # by need: the fact is true or not known
    known: Mapping[str, int]  # by need: the fact is true
    national: int
    subdivisions: Mapping[str, int]
    lead: int
    conflicting: int
    speaks: Mapping[str, int]  # by tag: a language is that tag or a narrower one
    speaks_exactly: Mapping[str, int]
    language_unknown: int
    always: int
    hours_unknown: int


class Place:
    """A compiled country. All sequences run over its contacts or its services, both in rank order."""

    __slots__ = (
        "after",
        "alive",
        "before",
        "closings",
        "code",
        "confirmed_until",
        "days",
        "emergency",
        "evidence",
        "evidence_ends",
        "first",
        "hours_until",
        "ids",
        "masks",
        "moment",
        "neighbours",
        "notice_edges",
        "notices",
        "only_in",
        "pattern_of",
        "patterns",
        "service_of",
        "services",
        "tails",
        "timeline",
        "untils",
        "widths",
        "window",
    )

    def __init__(self, code: str, emergency: bytes, neighbours: Sequence[str], window: tuple[int, int]) -> None:
        self.code = code
        self.emergency = emergency  # the member "emergency" of an answer
        self.neighbours = neighbours
        self.window = window  # unix seconds
        # Filled by compiling; an empty country keeps these.
        self.service_of: Sequence[int] = array("I")  # by contact
        self.before: Sequence[bytes] = ()  # by contact: its JSON up to its state
        self.after: Sequence[bytes] = ()  # by contact: its JSON after its state
        self.pattern_of: Sequence[int] = array("i")  # by contact
        self.patterns: Sequence[Pattern] = ()  # all of the snapshot
        self.first: Sequence[int] = array("I")  # by service: its first contact
        self.widths: Sequence[int] = array("I")  # by service: how many contacts
        self.ids: Sequence[str] = ()  # by service
        self.services: Sequence[bytes] = ()  # by service: the JSON of "service"
        self.closings: Sequence[bytes] = ()  # by service: the JSON of "verification"
        self.evidence: Sequence[int | None] = ()  # by service: day of its evidence
        self.evidence_ends: Sequence[int] = ()  # sorted: the last days on which some evidence is recent
        self.hours_until: Sequence[tuple[int, int]] = ()  # (last day, bits): hours confirmed recently up to then
        self.confirmed_until: Sequence[tuple[int, int]] = ()  # (last day, bits): service confirmed recently up to then
        self.only_in: Mapping[int, Sequence[str]] = {}  # by contact, where it is not national
        self.notices: Sequence[Notice] = ()
        self.notice_edges: Sequence[int] = ()  # sorted unix seconds
        self.untils: Sequence[int] = ()  # sorted unix seconds at which a link's check runs out
        self.alive: Sequence[int] = ()  # after so many of them: bits of contacts that may be shown
        self.masks: Masks
        self.timeline: Timeline
        # Remembered answers' parts; the engine clears them when they grow large.
        self.moment: Moment | None = None
        self.days: dict[int, tuple[int, int]] = {}
        self.tails: dict[int, bytes] = {}

    def forget(self) -> None:
        """Drop what is remembered."""
        self.moment = None
        self.days = {}
        self.tails = {}

    def moment_at(self, at: int) -> Moment:
        """Lay out the country at unix second ``at``."""
        day = at // DAY
        start, end = day * DAY, (day + 1) * DAY
        masks = self.masks
        outside = not self.window[0] <= at < self.window[1]
        if outside:
            # The whole span must lie on the same side of the window.
            if at < self.window[0]:
                end = min(end, self.window[0])
            else:
                start = max(start, self.window[1])
            is_open, unknown = 0, masks.everyone
        else:
            since, until, is_open, unknown = self.timeline.at(at)
            start, end = max(start, since), min(end, until)
            is_open |= masks.always
            unknown |= masks.hours_unknown
        edges = self.notice_edges
        notice = bisect_right(edges, at)
        if notice:
            start = max(start, edges[notice - 1])
        if notice < len(edges):
            end = min(end, edges[notice])
        hours_confirmed, confirmed = self._confirmed_on(day)
        open_confirmed = is_open & hours_confirmed
        unknown_confirmed = unknown & confirmed
        closed = masks.everyone ^ (is_open | unknown)
        closed_confirmed = closed & hours_confirmed
        tiers = (
            (open_confirmed, OPEN_CONFIRMED),
            (unknown_confirmed, UNKNOWN_CONFIRMED),
            (is_open ^ open_confirmed, OPEN_UNCONFIRMED),
            (unknown ^ unknown_confirmed, UNKNOWN_UNCONFIRMED),
            (closed_confirmed, CLOSED_CONFIRMED),
            (closed ^ closed_confirmed, CLOSED_UNCONFIRMED),
        )
        epoch = (bisect_left(self.evidence_ends, day) << 16 | notice) << 1 | outside
        return Moment(start, end, day, epoch, outside, [tier for tier in tiers if tier[0]])

    def _confirmed_on(self, day: int) -> tuple[int, int]:
        found = self.days.get(day)
        if found is None:
            hours = confirmed = 0
            for last, bits in self.hours_until:
                if day <= last:
                    hours |= bits
            for last, bits in self.confirmed_until:
                if day <= last:
                    confirmed |= bits
            found = self.days[day] = hours, confirmed
        return found

    def words(self, contact: int, moment: Moment) -> bytes:
        """Return a contact's state with its next change as JSON, from the value of "open" on."""
        number = self.pattern_of[contact]
        if moment.outside or number == HOURS_UNKNOWN:
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

    def living(self, at: int) -> int:
        """Return the contacts whose link check has not run out at ``at``; all of them where no contact is a link."""
        return self.alive[bisect_right(self.untils, at)]

    def active_notices(self, service: int, at: int) -> list[str]:
        """Return the kinds of notices on a service and its country at ``at``, each once, in order of beginning."""
        kinds = [
            notice.kind
            for notice in self.notices
            if notice.starts <= at < notice.ends and notice.service in (None, service)
        ]
        return list(dict.fromkeys(kinds))
