"""When a line is open: its stated hours, in its own time zone, with its country's holidays, as UTC minutes.

Evaluation is the package ``opening_hours``'s, one day at a time. A shift belongs to the day it begins on, also after
midnight: that is how people mean hours, and the only way to say what a holiday does to a night. So each text is
evaluated twice without the evaluator ever seeing a night: once with shifts cut at midnight, once with only what runs
over, shifted to the day it came from.

Minutes are minutes since the Unix epoch. Intervals are half-open: [opens, closes). What counts is the clock on the
wall there: in the hour that a clock repeats in autumn a line is open both times, in the hour it skips in spring never.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, State

from pop.registry.directory.rules.hours_text import (
    ALWAYS,
    DAY,
    HoursError,
    Rule,
    Span,
    rules_of,
    without_days,
    written,
)
from pop.registry.directory.rules.public_holidays import has_calendar, holidays_of

COMMA_AFTER_OVERNIGHT = "comma_after_overnight"
ZONE_UNKNOWN = "timezone_unknown"

Pair = tuple[int, int]
Pairs = tuple[Pair, ...]
OpenState = Literal["open", "closed", "always", "unknown"]
# What becomes of the shifts that begin on a date: as stated; none; nobody knows; the hours given for holidays.
Effect = Literal["stated", "dropped", "doubtful", "holiday_hours"]

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_CLAIMS_ALWAYS = re.compile(r"24\s*/\s*7|(?<!\d)247(?!\d)|\b24\s*(?:h|hrs?|hours?)\b", re.IGNORECASE)
# Offsets change at most a few times a year, and never twice in six hours.
_OFFSET_STEP = 6 * 60


@dataclass(frozen=True)
class Hours:
    """Hours ready to be kept: as evaluated, as the source has them, and the rule between ("" where none was needed)."""

    evaluated: str
    source: str
    rule: str = ""


@dataclass(frozen=True)
class ReadHours:
    """What reading gave: `hours` to evaluate ("": none) and, in `rule`, the rule that made them or the error.

    ``errors`` holds the errors' names (those of ``hours_text``) for who lists contradictions.
    """

    hours: str
    rule: str = ""
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Intervals:
    """When a contact is open and when nobody knows, in UTC minutes since the epoch; closed otherwise.

    Both are sorted, apart from each other, and inside the window asked for. ``always``: stated as exactly "24/7", which
    no holiday touches. ``calendar`` is False where nothing is known of the country's holidays in the window or part
    of it: then none could count, and whoever shows the hours may say so.
    """

    open: Pairs
    unknown: Pairs
    always: bool = False
    calendar: bool = True


def read_hours(text: str) -> ReadHours:
    """Read hours of any source. Never raises. A blank text gives no hours and no error: the source says nothing."""
    if not text.strip():
        return ReadHours("")
    try:
        read = normalise(text)
    except HoursError as error:
        return ReadHours("", error.code, (error.code,))
    return ReadHours(read.evaluated, read.rule)


def normalise(text: str) -> Hours:
    """Return hours in the form we evaluate. Raises HoursError.

    In OSM a rule after ";" replaces everything on its days, also what runs over from the night before:
    "Mo-Fr 07:00-26:00; Sa-Su 11:00-24:00" would close Denmark's child line at midnight on Fridays. Nobody who writes it
    means that, so after a night ";" becomes ",", and days that ";" did replace are taken out of the earlier rule.
    Rules for months or dates keep their ";": evaluation day by day does not need the comma.
    """
    rules = rules_of(text)
    if text.strip() == ALWAYS:
        return Hours(ALWAYS, text)
    plain = [rule for rule in rules if rule.days is not None and rule.days]
    night_and_semicolon = any(rule.overnight for rule in rules) and any(rule.operator == ";" for rule in plain)
    if not night_and_semicolon or any(rule.days is None for rule in rules):
        return Hours(written(rules), text)
    kept: list[Rule] = []
    for rule in rules:
        days = rule.days or frozenset()
        if rule.operator == ";" or not rule.spans:
            kept = [left for before in kept if (left := without_days(before, days)) is not None]
        if rule.spans and days:
            kept.append(replace(rule, operator="," if rule.operator else ""))
        elif rule.holidays:
            kept.append(rule)
    return Hours(written(kept), text, COMMA_AFTER_OVERNIGHT)


def contradiction_247(name: str, hours: str) -> bool:
    """Whether a service's name says "24/7" (or 247, 24 hours) and its stated hours leave part of a year closed."""
    if not hours.strip() or not _CLAIMS_ALWAYS.search(name):
        return False
    try:
        evaluated = normalise(hours).evaluated
    except HoursError:
        return True
    start = (date(2024, 1, 1).toordinal() - _EPOCH_DAY) * DAY
    window = (start, start + 366 * DAY)
    return intervals(evaluated, "UTC", "", "", "open", *window).open != (window,)


@functools.lru_cache(maxsize=8192)
def intervals(
    hours: str,
    zone: str,
    country: str,
    subdivision: str,
    holiday_policy: str,
    start: int,
    end: int,
) -> Intervals:
    """Return when hours (as `normalise` gives them) are open inside [start, end), in UTC minutes since the epoch.

    `zone` is an IANA name. `subdivision` is ISO 3166-2 or "". `holiday_policy`: on a holiday (a date of the service's
    own zone) "open" changes nothing, "closed" drops the shifts that begin on it, anything else makes the whole date
    unknown, and the night that begins on it too. "PH off" or "PH 10:00-12:00" in the hours is a policy of its own.

    The answer is cached: services that share hours, zone and calendar cost one evaluation per window.
    Raises HoursError with the names of ``hours_text``, or ``timezone_unknown``.
    """
    calendar = all(has_calendar(country, year) for year in range(_day_of(start).year, _day_of(end).year + 1))
    if hours == ALWAYS:
        return Intervals(((start, end),) if start < end else (), (), always=True, calendar=calendar)
    segments = _offsets(zone, start, end)
    if not segments:
        return Intervals((), (), calendar=calendar)
    first = _day_of(start + segments[0][2]) - timedelta(days=1)
    last = _day_of(end + segments[-1][2]) + timedelta(days=1)
    open_wall, unknown_wall = _on_the_wall(hours, country, subdivision, holiday_policy, first, last)
    return Intervals(_in_utc(open_wall, segments), _in_utc(unknown_wall, segments), calendar=calendar)


def state_at(hours: str, zone: str, country: str, subdivision: str, holiday_policy: str, minute: int) -> OpenState:
    """Return the state in one UTC minute since the epoch, by asking about that minute alone.

    It shares with `intervals` what a holiday does to a day, and no arithmetic: each is the other's test.
    """
    if hours == ALWAYS:
        return "always"
    wall = datetime.fromtimestamp(minute * 60, tz=_zone(zone)).replace(tzinfo=None)
    day_before = wall - timedelta(days=1)
    here = _effect(hours, wall.date(), country, subdivision, holiday_policy)
    before = _effect(hours, day_before.date(), country, subdivision, holiday_policy)
    if here == "doubtful":
        return "unknown"
    if _in_shift(hours, here, wall, over=False):
        return "open"
    if _in_shift(hours, before, day_before, over=True):
        return "unknown" if before == "doubtful" else "open"
    return "closed"


def _in_shift(hours: str, effect: Effect, wall: datetime, *, over: bool) -> bool:
    """Whether a shift that begins on the date of `wall` covers that time of day, or (`over`) that of the day after."""
    if effect == "dropped":
        return False
    if effect == "holiday_hours":
        minute = wall.hour * 60 + wall.minute + (DAY if over else 0)
        return any(span.start <= minute < span.end for span in _holiday_spans(hours) or ())
    evaluator = _evaluators(hours)[1 if over else 0]
    return evaluator is not None and evaluator.is_open(wall)


def _effect(hours: str, day: date, country: str, subdivision: str, policy: str) -> Effect:
    """Return what becomes of the shifts that begin on a date."""
    certain = holidays_of(country, subdivision, day.year).get(day)
    on_holidays = _holiday_spans(hours)
    if certain is None or (policy == "open" and on_holidays is None):
        return "stated"
    if certain and on_holidays is not None:
        return "holiday_hours" if on_holidays else "dropped"
    return "dropped" if certain and policy == "closed" else "doubtful"


@functools.lru_cache(maxsize=4096)
def _holiday_spans(hours: str) -> tuple[Span, ...] | None:
    """Return the shifts that the hours themselves give for holidays ("PH …"): () for closed, None if not said."""
    found: tuple[Span, ...] | None = None
    for rule in rules_of(hours):
        if rule.holidays:
            found = (*(found or ()), *rule.spans) if rule.operator == "," else rule.spans
    return found


@functools.lru_cache(maxsize=4096)
def _evaluators(hours: str) -> tuple[OpeningHours, OpeningHours | None]:
    """Return what evaluates a day's own shifts up to midnight, and what of them runs over, on the day they began."""
    rules = [rule for rule in rules_of(hours) if rule.days is None or rule.days]
    own = [replace(rule, spans=tuple(Span(span.start, min(span.end, DAY)) for span in rule.spans)) for rule in rules]
    if not any(rule.overnight for rule in rules):
        return _evaluator(own), None
    over = [
        replace(rule, spans=tuple(Span(0, span.end - DAY) for span in rule.spans if span.overnight))
        for rule in rules
        # A rule that adds nothing to a night must not close the one it is added to.
        if rule.overnight or rule.operator != "," or not rule.spans
    ]
    return _evaluator(own), _evaluator(over)


def _evaluator(rules: Iterable[Rule]) -> OpeningHours:
    # No zone and no country: it answers about the clock on the wall; zones and holidays are ours.
    return OpeningHours(written(rules), auto_country=False, auto_timezone=False)


def _on_the_wall(
    hours: str, country: str, subdivision: str, policy: str, first: date, last: date
) -> tuple[list[Pair], list[Pair]]:
    """Return (open, unknown) for the shifts that begin on the dates from `first` to `last`, in wall-clock minutes."""
    own, over = (_by_day(evaluator, first, last) for evaluator in _evaluators(hours))
    stated: list[Pair] = []
    doubtful_days: list[Pair] = []
    doubtful_nights: list[Pair] = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        midnight = (ordinal - _EPOCH_DAY) * DAY
        shifts = own.get(midnight, ())
        nights = [(opens + DAY, closes + DAY) for opens, closes in over.get(midnight, ())]
        effect = _effect(hours, date.fromordinal(ordinal), country, subdivision, policy)
        if effect == "stated":
            stated += [*shifts, *nights]
        elif effect == "doubtful":
            doubtful_days.append((midnight, midnight + DAY))
            doubtful_nights += nights
        elif effect == "holiday_hours":
            stated += [(midnight + span.start, midnight + span.end) for span in _holiday_spans(hours) or ()]
    is_open = _without(_merged(stated), doubtful_days)
    return is_open, _without(_merged([*doubtful_days, *doubtful_nights]), is_open)


def _by_day(evaluator: OpeningHours | None, first: date, last: date) -> dict[int, list[Pair]]:
    """Return {midnight: open pairs inside that day}, all in wall-clock minutes, from one pass of the evaluator."""
    found: dict[int, list[Pair]] = {}
    if evaluator is None:
        return found
    for opens, closes, state, _ in evaluator.intervals(
        datetime.combine(first, time()), datetime.combine(last + timedelta(days=1), time())
    ):
        if state != State.OPEN:
            continue
        begin, end = _wall_minute(opens), _wall_minute(closes)
        while begin < end:
            midnight = begin - begin % DAY
            stop = min(end, midnight + DAY)
            found.setdefault(midnight, []).append((begin, stop))
            begin = stop
    return found


def _wall_minute(wall: datetime) -> int:
    return (wall.toordinal() - _EPOCH_DAY) * DAY + wall.hour * 60 + wall.minute


def _day_of(wall_minute: int) -> date:
    return date.fromordinal(wall_minute // DAY + _EPOCH_DAY)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise HoursError(ZONE_UNKNOWN) from error


@functools.lru_cache(maxsize=1024)
def _offsets(zone: str, start: int, end: int) -> tuple[tuple[int, int, int], ...]:
    """Return the window as (from, to, minutes east of UTC) pieces, each with one offset."""
    where = _zone(zone)

    def offset(minute: int) -> int:
        east = datetime.fromtimestamp(minute * 60, tz=where).utcoffset() or timedelta()
        return int(east.total_seconds() // 60)

    pieces: list[tuple[int, int, int]] = []
    at = start
    while at < end:
        now, step = offset(at), at
        while step < end and offset(step) == now:
            step += _OFFSET_STEP
        if step < end or offset(end - 1) != now:
            low, high = step - _OFFSET_STEP, min(step, end - 1)
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == now else (low, middle)
            step = high
        else:
            step = end
        pieces.append((at, step, now))
        at = step
    return tuple(pieces)


def _in_utc(wall: Iterable[Pair], pieces: Iterable[tuple[int, int, int]]) -> Pairs:
    pairs = list(wall)
    found = [
        (max(opens - east, start), min(closes - east, end))
        for start, end, east in pieces
        for opens, closes in pairs
        if opens - east < end and closes - east > start
    ]
    return tuple(_merged(found))


def _merged(pairs: Iterable[Pair]) -> list[Pair]:
    """Sort pairs and join those that touch."""
    merged: list[Pair] = []
    for opens, closes in sorted(pairs):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
        elif opens < closes:
            merged.append((opens, closes))
    return merged


def _without(pairs: Iterable[Pair], taken: Iterable[Pair]) -> list[Pair]:
    """Return `pairs` less what `taken` covers. Both sorted; `taken` may not overlap itself."""
    left: list[Pair] = []
    gaps = list(taken)
    for opens, closes in pairs:
        for begin, end in gaps:
            if end <= opens or begin >= closes:
                continue
            if opens < begin:
                left.append((opens, begin))
            opens = max(opens, end)
        if opens < closes:
            left.append((opens, closes))
    return left
