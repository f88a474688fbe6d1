"""A child's need as a question: parsed from a query string or from JSON, with exact errors.

Whatever the bytes, the only exception that leaves this module is ``NeedError``. Its message never repeats a value
that was sent: only the name of the parameter, which a caller may show.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from pop_sdk.languages import normalised_tag
from pop_sdk.vocabulary import AGE_BANDS, AUDIENCES, CHANNELS, NEEDS, OLDEST, Vocabulary

LONGEST_QUERY: Final = 8 * 1024
LONGEST_BODY: Final = 16 * 1024
MOST_LANGUAGES: Final = 20
MOST_MATCHES: Final = 20
BACK: Final = 7 * 86_400  # how far `at` may lie before now, in seconds; a snapshot's window is as long
AHEAD: Final = 35 * 86_400

_LISTS: Final = {"topic": "topics", "language": "languages", "channel": "channels", "needs": "needs"}
_ONCE: Final = frozenset({"country", "subdivision", "age", "audience", "at", "limit"})
_PARAMETERS: Final = (
    "country",
    "subdivision",
    "topic",
    "language",
    "channel",
    "age",
    "audience",
    "at",
    "needs",
    "limit",
)
_JSON_NAMES: Final = {**{name: name for name in _PARAMETERS}, **{many: one for one, many in _LISTS.items()}}

_BROKEN_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_SUBDIVISION = re.compile("[A-Z]{2}-[A-Z0-9]{1,3}")
_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]{1,9})?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
# A plus sign that nobody percent-encoded reaches us as a space, and stands where only the offset's sign can stand.
_LOST_PLUS = re.compile("(?<=[0-9]) (?=[0-9]{2}:[0-9]{2}$)")

_COUNTRY_FORM: Final = "an ISO 3166-1 alpha-2 code"
_LANGUAGE_FORM: Final = ("a BCP 47 tag such as sw, pt-BR or zh-Hans",)
_MOMENT_FORM: Final = ("an RFC 3339 moment such as 2026-11-28T01:30:00+01:00, 7 days back to 35 days ahead",)
_AGE_FORM: Final = (f"a whole number from 0 to {OLDEST}", *AGE_BANDS)
_LIMIT_FORM: Final = (f"a whole number from 1 to {MOST_MATCHES}",)


class NeedError(ValueError):
    """A wrong question.

    ``parameter`` names the part, ``message`` says what is wrong (English, without the value sent), ``accepted`` lists
    what is accepted, ``status`` is the HTTP status that fits: 400, or 413 for a question that is too long.
    """

    def __init__(self, parameter: str, message: str, accepted: Sequence[str] = (), *, status: int = 400) -> None:
        super().__init__(f"{parameter}: {message}")
        self.parameter = parameter
        self.message = message
        self.accepted = list(accepted)
        self.status = status


class Need(NamedTuple):
    """One question. Ages in years, inclusive; ``at`` in unix seconds, None for now; languages most preferred first."""

    country: str
    subdivision: str | None = None
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    age_min: int | None = None
    age_max: int | None = None
    audience: str = "child"
    at: int | None = None
    needs: tuple[str, ...] = ()
    limit: int = 5


def from_query(query_string: bytes, *, vocabulary: Vocabulary, now: int) -> Need:
    """Read a need from the bytes after the question mark. Raises NeedError."""
    if len(query_string) > LONGEST_QUERY:
        raise NeedError("query", f"is longer than {LONGEST_QUERY} bytes", status=413)
    try:
        text = query_string.decode()
    except UnicodeDecodeError:
        raise NeedError("query", "is not UTF-8") from None
    escaped = "%" in text or "+" in text
    given: dict[str, object] = {}
    many: dict[str, list[object]] = {}
    for piece in text.split("&"):
        if not piece:
            continue
        name, _, value = piece.partition("=")
        if escaped:
            name = _unescaped(name, "query")
            value = _unescaped(value, _shown(name))
        if name in _ONCE:
            if name in given:
                raise NeedError(name, "is given more than once")
            given[name] = value
        elif name in _LISTS:
            if name in many:
                many[name].append(value)
            else:
                many[name] = [value]
        else:
            raise NeedError(_shown(name), "is not a parameter", _PARAMETERS)
    moment = given.get("at")
    if type(moment) is str and " " in moment:
        given["at"] = _LOST_PLUS.sub("+", moment)
    return _need(given, many, vocabulary, now)


def from_json(body: bytes, *, vocabulary: Vocabulary, now: int) -> Need:
    """Read a need from a JSON object. Lists may carry their singular or plural name. Raises NeedError."""
    if len(body) > LONGEST_BODY:
        raise NeedError("body", f"is longer than {LONGEST_BODY} bytes", status=413)
    try:
        # Over-deep nesting ends in RecursionError, over-long numbers in ValueError.
        document = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_no_constant)
    except NeedError:
        raise
    except (ValueError, RecursionError):
        raise NeedError("body", "is not JSON in UTF-8") from None
    if not isinstance(document, dict):
        raise NeedError("body", "is not a JSON object")
    given: dict[str, object] = {}
    many: dict[str, list[object]] = {}
    for key, value in document.items():
        name = _JSON_NAMES.get(key)
        if name is None:
            raise NeedError(_shown(key), "is not a parameter", sorted({*_JSON_NAMES}))
        if value is None:
            continue
        if name in _ONCE:
            given[name] = value
        elif name in many:
            raise NeedError(key, "is given more than once")
        else:
            many[name] = value if isinstance(value, list) else [value]
    return _need(given, many, vocabulary, now)


def _need(given: Mapping[str, object], many: Mapping[str, list[object]], vocabulary: Vocabulary, now: int) -> Need:
    country = given.get("country")
    if type(country) is not str or country not in vocabulary.countries:
        country = _country(country, vocabulary)
    subdivision = audience = at = None
    age_min = age_max = None
    limit = 5
    if len(given) > 1:
        if "subdivision" in given:
            subdivision = _subdivision(given["subdivision"], country)
        if "age" in given:
            age_min, age_max = _age(given["age"])
        if "audience" in given:
            audience = given["audience"]
            if audience not in AUDIENCES:
                raise NeedError("audience", "is not known", AUDIENCES)
        if "at" in given:
            at = _moment(given["at"], now)
        if "limit" in given:
            limit = _limit(given["limit"])
    return Need(
        country,
        subdivision,
        _known("topic", many["topic"], vocabulary.topics) if "topic" in many else (),
        _languages(many["language"], vocabulary.languages) if "language" in many else (),
        _known("channel", many["channel"], CHANNELS) if "channel" in many else (),
        age_min,
        age_max,
        "child" if audience is None else str(audience),
        at,
        _known("needs", many["needs"], NEEDS) if "needs" in many else (),
        limit,
    )


def _country(value: object, vocabulary: Vocabulary) -> str:
    accepted = sorted(vocabulary.countries)
    if value is None:
        raise NeedError("country", "is required", accepted)
    if isinstance(value, str) and len(value) == 2 and value.isascii() and value.upper() in vocabulary.countries:
        return value.upper()
    raise NeedError("country", f"is not {_COUNTRY_FORM} that is known here", accepted)


def _subdivision(value: object, country: str) -> str:
    code = value.upper() if isinstance(value, str) and value.isascii() else ""
    if not _SUBDIVISION.fullmatch(code) or code[:2] != country:
        raise NeedError("subdivision", f"is not an ISO 3166-2 code of {country}", [f"a code such as {country}-XX"])
    return code


def _known(name: str, values: list[object], accepted: frozenset[str] | tuple[str, ...]) -> tuple[str, ...]:
    if len(values) == 1 and type(values[0]) is str and values[0] in accepted:
        return (sys.intern(values[0]),)
    kept: dict[str, None] = {}
    for value in values:
        if not isinstance(value, str) or value not in accepted:
            raise NeedError(name, "is not known", sorted(accepted) if isinstance(accepted, frozenset) else accepted)
        kept[sys.intern(value)] = None
    return tuple(kept)


def _languages(values: list[object], known: frozenset[str]) -> tuple[str, ...]:
    kept: dict[str, None] = {}
    for value in values:
        tag = normalised_tag(value) if isinstance(value, str) else None
        if tag is None:
            raise NeedError("language", "is not a language tag", _LANGUAGE_FORM)
        if known and tag.partition("-")[0] not in known:
            raise NeedError("language", "is not a language that is known here", _LANGUAGE_FORM)
        kept[tag] = None
    if len(kept) > MOST_LANGUAGES:
        raise NeedError("language", f"is given more than {MOST_LANGUAGES} times", _LANGUAGE_FORM)
    return tuple(kept)


def _age(value: object) -> tuple[int, int]:
    if isinstance(value, str) and value in AGE_BANDS:
        return AGE_BANDS[value]
    age = _whole(value)
    if age is None or age > OLDEST:
        raise NeedError("age", "is not an age in years or a band", _AGE_FORM)
    return age, age


def _limit(value: object) -> int:
    limit = _whole(value)
    if limit is None or not 1 <= limit <= MOST_MATCHES:
        raise NeedError("limit", "is out of range", _LIMIT_FORM)
    return limit


def _whole(value: object) -> int | None:
    """Return a small natural number given as a number or as its digits, or None."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 2:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 99:
        return value
    return None


def _moment(value: object, now: int) -> int:
    found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise NeedError("at", "is not an RFC 3339 moment", _MOMENT_FORM)
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    sign, hours, minutes = found[7], int(found[8] or 0), int(found[9] or 0)
    try:
        # RFC 3339 allows the leap second :60; it counts as the first second of the next minute.
        at = int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()) + second
    except ValueError:
        at = -1
    if at < 0 or second > 60 or hours > 23 or minutes > 59:
        raise NeedError("at", "is not a moment that exists", _MOMENT_FORM)
    at -= (hours * 3600 + minutes * 60) * (-1 if sign == "-" else 1)
    if not now - BACK <= at <= now + AHEAD:
        raise NeedError("at", "is more than 7 days back or 35 days ahead", _MOMENT_FORM)
    return at


def _unescaped(text: str, parameter: str) -> str:
    if _BROKEN_PERCENT.search(text):
        raise NeedError(parameter, "holds a broken percent-encoding")
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode()
    except UnicodeDecodeError:
        raise NeedError(parameter, "is not UTF-8") from None


def _shown(name: object) -> str:
    """Return a parameter's name as an error may show it: short, printable ASCII, or a stand-in."""
    text = str(name)
    return text if 0 < len(text) <= 40 and text.isascii() and text.isprintable() else "a parameter"


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NeedError(_shown(twice), "is given more than once")
    return document


def _no_constant(name: str) -> object:
    raise NeedError("body", "holds a number that JSON does not have")
