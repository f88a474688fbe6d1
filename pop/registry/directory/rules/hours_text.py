"""Hours as a directory writes them, taken apart into rules: the part of OSM's `opening_hours` that helplines use.

The package ``opening_hours`` evaluates the whole syntax, and evaluates it generously: "Mo, We 17:00-22:00" opens all of
Monday, "08:00+" stays open until midnight, sunrise without a place is seven o'clock. What is read here is only what can
be meant in one way; the rest is an error with a name, and the hours stay unknown. A child who is told "unknown" is told
a second way; a child who is told "open" rings.

Errors, by name:

- ``hours_unparsed``: not days and times, or more than days and times (comments, fallbacks, sunrise, school holidays).
- ``hours_cut_short``: an opening without a closing, or days without times.
- ``hours_impossible``: no clock shows it, or no shift lasts so long ("7:00-5:00").
- ``hours_ambiguous``: it may be afternoon hours on a twelve-hour clock ("Fr 4:00-22:00").
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from opening_hours import validate

UNPARSED = "hours_unparsed"
CUT_SHORT = "hours_cut_short"
IMPOSSIBLE = "hours_impossible"
AMBIGUOUS = "hours_ambiguous"

DAY = 24 * 60
NOON = 12 * 60
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
EVERY_DAY = frozenset(range(7))
ALWAYS = "24/7"

# Hours of real lines are under 120 characters; a text has no business being longer than its column.
LONGEST_TEXT = 300

# A shift that ends before it begins runs through the night. Denmark's child line, open 07:00-26:00, is the longest
# known: 19 hours. One that would leave under five hours of the day is a twelve-hour clock read as one of 24.
LONGEST_NIGHT_SHIFT = 19 * 60
# Lines for children do not open between one and seven; "4:00" written without its zero is four in the afternoon.
EARLIEST_LIKELY_START = 7 * 60
# A start so much earlier than on every other day is a slip, even with its zero.
EARLY_OUTLIER = 8 * 60

_SIGNS = str.maketrans({"‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "\u00a0": " ", "\u202f": " "})
_CLOCK = r"\d{1,2}:\d{2}"
_SPAN = re.compile(rf"({_CLOCK})\s*-\s*({_CLOCK})")
_DAY_WORD = r"(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)"
_DAY_RANGE = rf"{_DAY_WORD}(?:\s*-\s*{_DAY_WORD})?"
_DAY_LIST = re.compile(rf"{_DAY_RANGE}(?:\s*,\s*{_DAY_RANGE})*\Z")
_CLOSED = re.compile(r"(?P<selector>.*?)\s*\b(?:off|closed)\Z")
_FORBIDDEN = re.compile(r'"|\|\||/|\+|\b(?:SH|sunrise|sunset|dawn|dusk|open|unknown)\b')
_HALF_SAID = re.compile(r"\b(?:from|after|until|till|to)\b", re.IGNORECASE)


class HoursError(ValueError):
    """A text that must not be evaluated. ``code`` is one of the four names above."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Span:
    """One shift: minutes from the midnight that begins its day. ``end`` > 1440 runs into the next day.

    ``wrapped``: the source wrote an end before the start ("22:00-06:00"). ``short_start``, ``short_end``: it wrote the
    hour with one digit.
    """

    start: int
    end: int
    wrapped: bool = False
    short_start: bool = False
    short_end: bool = False

    @property
    def overnight(self) -> bool:
        """Whether the shift runs past midnight."""
        return self.end > DAY

    def __str__(self) -> str:
        end = self.end - DAY if self.wrapped else self.end
        return f"{_clock(self.start)}-{_clock(end)}"


@dataclass(frozen=True)
class Rule:
    """One rule: on which days (`days`, or another `selector` of OSM's), on holidays or not, which shifts.

    ``operator`` joins it to the rule before: ";" replaces what was said of its days, "," adds to it, "" is the first.
    No spans: closed. ``days`` is None where the selector is more than weekdays.
    """

    operator: str
    selector: str
    days: frozenset[int] | None
    holidays: bool
    spans: tuple[Span, ...]

    @property
    def overnight(self) -> bool:
        """Whether a shift of the rule runs past midnight."""
        return any(span.overnight for span in self.spans)

    def __str__(self) -> str:
        times = ",".join(map(str, self.spans)) or "off"
        return f"{self.selector} {times}" if self.selector else times


@functools.lru_cache(maxsize=4096)
def rules_of(text: str) -> tuple[Rule, ...]:
    """Take a text apart. Raises HoursError. "24/7" is one rule for every day."""
    text = " ".join(text.translate(_SIGNS).split())
    if not text or len(text) > LONGEST_TEXT or not text.isprintable():
        raise HoursError(UNPARSED)
    rules: list[Rule] = []
    for chunk in text.strip("; ").split(";"):
        rules.extend(_chunk(chunk.strip(), ";" if rules else ""))
    if not any(rule.spans and (rule.days is None or rule.days) for rule in rules):
        raise HoursError(UNPARSED)  # a line that never opens, or on holidays only, is no line
    _suspect(rules)
    if not validate(written(rules)):
        raise HoursError(UNPARSED)
    return tuple(rules)


def written(rules: Iterable[Rule]) -> str:
    """Write rules as OSM does, the first without its operator."""
    text = ""
    for rule in rules:
        separator = {"": "", ",": ", ", ";": "; "}[rule.operator or ("," if text else "")] if text else ""
        text += f"{separator}{rule}"
    return text


def day_list(days: frozenset[int], *, holidays: bool = False) -> str:
    """Write weekdays ("Mo-Fr,Su"), with "PH" where holidays are meant too."""
    ranges: list[list[int]] = []
    for day in sorted(days):
        if ranges and ranges[-1][1] == day - 1:
            ranges[-1][1] = day
        else:
            ranges.append([day, day])
    words = [
        DAYS[first] if first == last else f"{DAYS[first]}{'-' if last - first > 1 else ','}{DAYS[last]}"
        for first, last in ranges
    ]
    return ",".join([*words, "PH"] if holidays else words)


def _chunk(chunk: str, operator: str) -> list[Rule]:
    """Read what stands between two semicolons: one rule, or several joined by commas."""
    if not chunk:
        raise HoursError(UNPARSED)
    if chunk == ALWAYS:
        return [Rule(operator, "", EVERY_DAY, False, (Span(0, DAY),))]
    rules: list[Rule] = []
    position, head, spans = 0, "", list[Span]()
    for matched in _SPAN.finditer(chunk):
        between = chunk[position : matched.start()].strip()
        position = matched.end()
        if not spans:
            head = between
        elif not between.startswith(","):
            raise HoursError(CUT_SHORT if re.search(_CLOCK, between) else UNPARSED)
        elif between != ",":
            rules.extend(_rules(head, spans, operator if not rules else ","))
            head, spans = between[1:].strip(), []
        spans.append(_span(matched[1], matched[2]))
    tail = chunk[position:].strip()
    if spans:
        rules.extend(_rules(head, spans, operator if not rules else ","))
        if not tail:
            return rules
        if not tail.startswith(","):
            raise HoursError(_why(tail))
        tail = tail[1:].strip()
    rules.extend(_rules(tail, [], operator if not rules else ","))
    return rules


def _rules(head: str, spans: list[Span], operator: str) -> list[Rule]:
    """Make the rule of one selector, and before it those that only close days ("Su off, Mo-Sa 09:00-17:00")."""
    rules: list[Rule] = []
    pieces = re.split(r"(?<=off)\s*,\s*|(?<=closed)\s*,\s*", head)
    for number, piece in enumerate(pieces):
        joined = operator if not number else ","
        closed = _CLOSED.match(piece)
        last_with_times = number == len(pieces) - 1 and bool(spans)
        if closed and last_with_times:
            raise HoursError(UNPARSED)
        if closed:
            rules.append(_rule(joined, closed["selector"], ()))
        elif last_with_times:
            rules.append(_rule(joined, piece, tuple(spans)))
        else:
            raise HoursError(_why(piece))
    return rules


def _rule(operator: str, selector: str, spans: tuple[Span, ...]) -> Rule:
    # Without blanks after commas: the evaluator reads "Mo, We 17:00-22:00" as all of Monday, and We 17:00-22:00.
    selector = re.sub(r"\s*,\s*", ",", selector.strip().rstrip(":").rstrip())
    if not selector:
        return Rule(operator, "", EVERY_DAY, False, spans)
    if not _DAY_LIST.match(selector):
        # Months, weeks and dates are left to the evaluator; what it may read as something else is refused.
        if _FORBIDDEN.search(selector) or re.search(r"\bPH\b", selector) or _HALF_SAID.search(selector):
            raise HoursError(_why(selector))
        return Rule(operator, selector, None, False, spans)
    days: set[int] = set()
    holidays = False
    selector = selector.replace(" ", "")
    for part in selector.split(","):
        if part == "PH":
            holidays = True
            continue
        first, _, last = part.partition("-")
        if "PH" in (first, last):
            raise HoursError(UNPARSED)
        begin, end = DAYS.index(first), DAYS.index(last or first)
        days |= {day % 7 for day in range(begin, end + (7 if end < begin else 0) + 1)}
    return Rule(operator, selector, frozenset(days), holidays, spans)


def _why(words: str) -> str:
    """Name the error of words that are no rule: half a time, bare days, or something else."""
    if _FORBIDDEN.sub("", words) == words and (
        _HALF_SAID.search(words) or re.search(_CLOCK, words) or _DAY_LIST.match(words)
    ):
        return CUT_SHORT
    if re.search(rf"{_CLOCK}\s*\+", words):
        return CUT_SHORT
    return UNPARSED


def _span(start: str, end: str) -> Span:
    first, last = _minutes(start), _minutes(end)
    if first >= DAY or last > 2 * DAY or last - first > DAY:
        raise HoursError(IMPOSSIBLE)
    if first == last:
        raise HoursError(AMBIGUOUS)  # all day, or nothing
    wrapped = last < first
    return Span(first, last + DAY if wrapped else last, wrapped, short_start=start[1] == ":", short_end=end[1] == ":")


def _minutes(clock: str) -> int:
    hour, minute = map(int, clock.split(":"))
    if minute > 59:
        raise HoursError(IMPOSSIBLE)
    return hour * 60 + minute


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _suspect(rules: Iterable[Rule]) -> None:
    """Refuse what is more likely a twelve-hour clock or a slip than what it says.

    An end before the start is a night, "22:00-06:00", unless the night would be longer than any line works, or it is
    longer than half a day and written without a zero ("9:00-5:00"): then nobody knows which half is meant, and
    ``hours_impossible`` is the honest word. An end past 24:00 ("07:00-26:00") is written on purpose and believed.

    A start between one and seven is ``hours_ambiguous`` where its zero is missing ("4:00"), and where it lies eight
    hours before that of every other day and twelve hours more would still be before closing (04:00-22:00 beside
    14:00-22:00 and 17:00-22:00).
    """
    spans = [span for rule in rules for span in rule.spans]
    for span in spans:
        length = span.end - span.start
        half_day_clock = (span.short_start or span.short_end) and span.start < NOON + 60
        if span.wrapped and (length > LONGEST_NIGHT_SHIFT or (half_day_clock and length > NOON)):
            raise HoursError(IMPOSSIBLE)
        if 60 <= span.start < EARLIEST_LIKELY_START:
            others = [other.start for other in spans if other.start != span.start]
            outlier = bool(others) and span.start + EARLY_OUTLIER <= min(others) and span.start + NOON < span.end
            if span.short_start or outlier:
                raise HoursError(AMBIGUOUS)


def without_days(rule: Rule, days: frozenset[int]) -> Rule | None:
    """Return a weekday rule with some days taken out, or None where none is left."""
    left = (rule.days or frozenset()) - days
    if not left and not rule.holidays:
        return None
    return rule if left == rule.days else replace(rule, days=left, selector=day_list(left, holidays=rule.holidays))
