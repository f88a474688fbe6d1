"""What a snapshot must look like: every field that the engine reads is checked before it is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from pop_sdk.reading import SnapshotError
from pop_sdk.vocabulary import AUDIENCES, CHANNELS, STAGES

FORMAT: Final = 1
MOST_CONTACTS: Final = 255  # of one service
_LATEST: Final = 1 << 40  # seconds; far beyond any date, far below what would make arithmetic slow
_WINDOW: Final = 366 * 1440  # minutes: the longest window that is taken

_COUNTRY = re.compile("[A-Z]{2}")
_SUBDIVISION = re.compile("[A-Z]{2}-[A-Z0-9]{1,3}")
_LANGUAGE = re.compile("[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_CODE = re.compile("[a-z0-9_]{1,40}")
_URI = re.compile(r"(?!(?i:javascript|data|vbscript|file|blob):)[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20]+")

Test = Callable[[Any], bool]


def _text(value: Any) -> bool:
    if type(value) is not str:
        return False
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: no answer could carry it
        return False
    return True


def _fits(pattern: re.Pattern[str]) -> Test:
    return lambda value: type(value) is str and pattern.fullmatch(value) is not None


def _list_of(test: Test) -> Test:
    return lambda value: type(value) is list and all(map(test, value))


def _or_null(test: Test) -> Test:
    return lambda value: value is None or test(value)


def _one_of(accepted: Iterable[str]) -> Test:
    known = frozenset(accepted)
    return lambda value: type(value) is str and value in known


def _whole(value: Any) -> bool:
    return type(value) is int and 0 <= value < _LATEST


def _truth(value: Any) -> bool:
    return type(value) is bool


def _day(value: Any) -> bool:
    if type(value) is not str or len(value) != 10:
        return False
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _ages(value: Any) -> bool:
    if type(value) is not dict or value.keys() != {"min", "max"}:
        return False
    return all(bound is None or (type(bound) is int and 0 <= bound <= 150) for bound in value.values())


def _names(value: Any) -> bool:
    return type(value) is dict and all(_fits(_LANGUAGE)(key) and _text(name) for key, name in value.items())


def _pattern_number(value: Any) -> bool:
    return type(value) is int and -2 <= value < _LATEST


_MAYBE: Final = _or_null(_truth)
_CODES: Final = _list_of(_fits(_CODE))
_PLACES: Final = _list_of(_fits(_SUBDIVISION))
_TAGS: Final = _list_of(_fits(_LANGUAGE))

_NOTICE: Final[Mapping[str, Test]] = {"kind": _fits(_CODE), "starts": _whole, "ends": _whole}
_EMERGENCY: Final[Mapping[str, Test]] = {"dial": _text, "uri": _fits(_URI), "kind": _fits(_CODE), "stage": _text}
_COUNTRY_FIELDS: Final[Mapping[str, Test]] = {
    "names": _names,
    "emergency": _list_of(lambda value: _is(value, _EMERGENCY)),
    "notices": _list_of(lambda value: _is(value, _NOTICE)),
    "neighbours": _list_of(_fits(_COUNTRY)),
    "services": _whole,
}
_TOPIC: Final[Mapping[str, Test]] = {"id": _fits(_CODE), "tile": _text, "names": _names, "chi": _text, "risk": _text}
_CONTACT: Final[Mapping[str, Test]] = {
    "channel": _one_of(CHANNELS),
    "dial": _text,
    "uri": _fits(_URI),
    "languages": _TAGS,
    "subdivisions": _PLACES,
    "ages": _ages,
    "free": _MAYBE,
    "anonymous": _MAYBE,
    "leaves_trace": _MAYBE,
    "from_abroad": _MAYBE,
    "alternative": _or_null(_text),
    "pattern": _pattern_number,
    "until": _or_null(_whole),
}
_SERVICE: Final[Mapping[str, Test]] = {
    "id": _text,
    "name": _text,
    "kind": _fits(_CODE),
    "country": _fits(_COUNTRY),
    "subdivisions": _PLACES,
    "serves": _list_of(_fits(_COUNTRY)),
    "audience": _list_of(_one_of(AUDIENCES)),
    "topics": _CODES,
    "general": _truth,
    "child_specific": _truth,
    "languages": _TAGS,
    "ages": _ages,
    "stage": _one_of(STAGES),
    "on": _or_null(_day),
    "source": _text,
    "timezone": _text,
    "hours_confirmed": _or_null(_day),
    "conflicts": _CODES,
    "notices": _list_of(lambda value: _is(value, _NOTICE)),
    "website": _text,
    "contacts": lambda value: type(value) is list and 0 < len(value) <= MOST_CONTACTS,
}


def check_head(head: Mapping[str, Any]) -> None:
    """Check everything but the services. Raises SnapshotError that names the place."""
    if type(head.get("format")) is not int or head["format"] != FORMAT:
        raise SnapshotError(f"the format is not {FORMAT}")
    for key in ("version", "created", "expires"):
        if not _whole(head.get(key)):
            raise SnapshotError(f"{key} is missing or no natural number")
    window: Any = head.get("window")
    if not _is(window, {"start": _whole, "end": _whole}) or not 0 < window["end"] - window["start"] <= _WINDOW:
        raise SnapshotError("the window is missing or turned round")
    length = window["end"] - window["start"]
    for number, pattern in enumerate(_rows(head, "patterns")):
        if not _is(pattern, {"open": _whole_list, "unknown": _whole_list}):
            raise SnapshotError(f"patterns[{number}] is not two lists of minutes")
        for spans in (pattern["open"], pattern["unknown"]):
            if not _is_spans(spans, length):
                raise SnapshotError(f"patterns[{number}] is not sorted, half-open and inside the window")
    topics = _rows(head, "topics")
    for number, topic in enumerate(topics):
        _check(topic, _TOPIC, f"topics[{number}]")
    if len({topic["id"] for topic in topics}) < len(topics):
        raise SnapshotError("a topic is listed twice")
    countries = head.get("countries")
    if type(countries) is not dict:
        raise SnapshotError("countries are missing")
    for code, country in countries.items():
        if not _COUNTRY.fullmatch(code):
            raise SnapshotError("countries holds a key that is no country code")
        _check(country, _COUNTRY_FIELDS, f"countries.{code}")


def check_service(service: Any, number: int, head: Mapping[str, Any]) -> None:
    """Check the service at position ``number``. Raises SnapshotError that names the place."""
    _check(service, _SERVICE, f"services[{number}]")
    if service["country"] not in head["countries"]:
        raise SnapshotError(f"services[{number}].country is not among the countries")
    patterns = len(head["patterns"])
    for position, contact in enumerate(service["contacts"]):
        _check(contact, _CONTACT, f"services[{number}].contacts[{position}]")
        if contact["pattern"] >= patterns:
            raise SnapshotError(f"services[{number}].contacts[{position}].pattern is not among the patterns")


def check_document(document: Mapping[str, Any]) -> None:
    """Check a whole document. Raises SnapshotError that names the place."""
    check_head(document)
    services = _rows(document, "services")
    for number, service in enumerate(services):
        check_service(service, number, document)
    if len({service["id"] for service in services}) < len(services):
        raise SnapshotError("a service is listed twice")


def _whole_list(value: Any) -> bool:
    return type(value) is list and all(map(_whole, value))


def _is_spans(spans: list[int], length: int) -> bool:
    if len(spans) % 2 or (spans and spans[-1] > length):
        return False
    starts, ends = spans[::2], spans[1::2]
    pairs = zip(starts, ends, strict=True)
    return all(start < end for start, end in pairs) and all(e <= s for e, s in zip(ends, starts[1:], strict=False))


def _rows(head: Mapping[str, Any], key: str) -> list[Any]:
    rows = head.get(key)
    if type(rows) is not list:
        raise SnapshotError(f"{key} are missing")
    return rows


def _is(value: Any, fields: Mapping[str, Test]) -> bool:
    return type(value) is dict and all(key in value and test(value[key]) for key, test in fields.items())


def _check(value: Any, fields: Mapping[str, Test], place: str) -> None:
    if type(value) is not dict:
        raise SnapshotError(f"{place} is not an object")
    for key, test in fields.items():
        if key not in value:
            raise SnapshotError(f"{place}.{key} is missing")
        if not test(value[key]):
            raise SnapshotError(f"{place}.{key} has a wrong type or value")
