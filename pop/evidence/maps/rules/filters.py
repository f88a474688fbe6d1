"""A question to the map, as it stands in an address: which values of which facts, at which moment, in which edition.

Values of one name widen the question (any of them), different names narrow it (all of them). `not_known` is a value of
the facts that a record may lack: what nobody knows is never counted as a no.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from pop_sdk.vocabulary import AGE_BANDS, OLDEST

NOT_KNOWN = "not_known"
GENERAL = "general"  # of topic: lines for children that take any topic and name none
OPEN = ("now", "closed", NOT_KNOWN)
CHECKED = ("yes", "no")  # for children: by the safety decision, where a record needs one
EVIDENCE = ("year", "three_years", "older", "undated")  # how old the evidence behind the stage is
MATRICES = ("channel", "region")
DEFAULT_EDITION = "m49"
MOST_VALUES = 40
BACK, AHEAD = timedelta(days=7), timedelta(days=35)
# The names of what narrows the question, in the order in which an address has them.
NAMES = (
    *("region", "country", "subdivision", "kind", "topic", "channel", "language", "age", "audience", "operator"),
    *("responder", "needs", "open", "stage", "evidence", "checked"),
)
SETTINGS = ("edition", "at", "by", "page")
_SUBDIVISION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")


class ParameterError(ValueError):
    """A parameter that is not understood: its name and what is accepted. What was given is not repeated."""

    def __init__(self, parameter: str, accepted: Iterable[str]) -> None:
        super().__init__(parameter)
        self.parameter = parameter
        self.accepted = tuple(accepted)


@dataclass(frozen=True)
class Accepted:
    """The lists that a question may name values of, and the regions of each edition."""

    values: Mapping[str, Collection[str]]
    languages: Collection[str]  # primary subtags
    regions: Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Filter:
    """One question. `chosen` holds only the names that narrow it; `at` is in UTC, None for the moment of asking."""

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    edition: str = DEFAULT_EDITION
    at: datetime | None = None
    by: str = MATRICES[0]
    page: int = 1

    def values(self, name: str) -> tuple[str, ...]:
        """Return the chosen values of one name, none where it does not narrow the question."""
        return self.chosen.get(name, ())

    def query(self, only: Mapping[str, str] | None = None, *, page: int = 1, by: str = "", edition: str = "") -> str:
        """Return the question as a query string in its one canonical form, "" for the plain one.

        Each name of `only` has that one value instead of its own. Regions belong to their edition: another
        edition begins without them.
        """
        chosen = {**self.chosen, **{name: (value,) for name, value in (only or {}).items()}}
        if edition and edition != self.edition:
            chosen["region"] = ()
        pairs = [(name, value) for name in NAMES for value in chosen.get(name, ())]
        if (edition or self.edition) != DEFAULT_EDITION:
            pairs.append(("edition", edition or self.edition))
        if self.at is not None:
            pairs.append(("at", self.at.strftime("%Y-%m-%dT%H:%M:%SZ")))
        if (by or self.by) != MATRICES[0]:
            pairs.append(("by", by or self.by))
        if page > 1:
            pairs.append(("page", str(page)))
        return urlencode(pairs)

    @property
    def narrowed(self) -> bool:
        """Whether anything narrows the question."""
        return bool(self.chosen)


def read_filter(given: Mapping[str, Sequence[str]], accepted: Accepted, *, now: datetime) -> Filter:
    """Return the question that parameters ask. Raises ParameterError, also for a name that the map does not know.

    An empty value is none: that is how a browser sends a choice that was left open.
    """
    for name in given:
        if name not in NAMES and name not in SETTINGS:
            raise ParameterError(name[:40] if name.isascii() and name.isidentifier() else "?", (*NAMES, *SETTINGS))
    edition = _one(given, "edition", DEFAULT_EDITION, tuple(accepted.regions))
    chosen: dict[str, tuple[str, ...]] = {}
    for name in NAMES:
        values = tuple(dict.fromkeys(value for value in given.get(name, ()) if value))
        if len(values) > MOST_VALUES:
            raise ParameterError(name, (f"at most {MOST_VALUES} values",))
        if values:
            chosen[name] = tuple(sorted(_checked(name, value, edition, accepted) for value in values))
    return Filter(
        chosen=chosen,
        edition=edition,
        at=_moment(given, now),
        by=_one(given, "by", MATRICES[0], MATRICES),
        page=_page(given),
    )


def _one(given: Mapping[str, Sequence[str]], name: str, usual: str, known: Sequence[str]) -> str:
    values = [value for value in given.get(name, ()) if value]
    if not values:
        return usual
    if len(values) > 1 or values[0] not in known:
        raise ParameterError(name, known)
    return values[0]


def _checked(name: str, value: str, edition: str, accepted: Accepted) -> str:
    """Return a value in its one spelling, or raise ParameterError with what is accepted."""
    if name == "region":
        return _member(name, value, accepted.regions[edition])
    if name == "subdivision":
        if not _SUBDIVISION.match(value):
            raise ParameterError(name, ("an ISO 3166-2 code, such as KE-30",))
        return value
    if name == "language":
        if value == NOT_KNOWN:
            return value
        if not _LANGUAGE.match(value) or value.split("-")[0].lower() not in accepted.languages:
            raise ParameterError(name, ("a BCP 47 tag, such as sw", NOT_KNOWN))
        return value.lower()
    if name == "age":
        if value in AGE_BANDS or value == NOT_KNOWN:
            return value
        if value.isascii() and value.isdigit() and len(value) <= 2 and int(value) <= OLDEST:
            return str(int(value))
        raise ParameterError(name, (f"0-{OLDEST}", *AGE_BANDS, NOT_KNOWN))
    if name == "open":
        return _member(name, value, OPEN)
    if name == "evidence":
        return _member(name, value, EVIDENCE)
    if name == "checked":
        return _member(name, value, CHECKED)
    if name == "topic" and value in (GENERAL, NOT_KNOWN):
        return value
    if name in ("channel", "operator", "responder") and value == NOT_KNOWN:
        return value
    return _member(name, value, accepted.values[name])


def _member(name: str, value: str, known: Collection[str]) -> str:
    if value not in known:
        raise ParameterError(name, sorted(known))
    return value


def _moment(given: Mapping[str, Sequence[str]], now: datetime) -> datetime | None:
    values = [value for value in given.get("at", ()) if value]
    if not values:
        return None
    accepted = ("an RFC 3339 date and time with its offset, from 7 days back to 35 ahead",)
    try:
        # An address turns a plus sign into a blank.
        at = datetime.fromisoformat(values[0].replace(" ", "+"))
        if len(values) > 1 or at.tzinfo is None or not now - BACK <= at <= now + AHEAD:
            raise ParameterError("at", accepted)
        return at.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise ParameterError("at", accepted) from None


def _page(given: Mapping[str, Sequence[str]]) -> int:
    values = [value for value in given.get("page", ()) if value]
    if not values:
        return 1
    text = values[0]
    if len(values) > 1 or not re.fullmatch(r"[1-9][0-9]{0,5}", text):
        raise ParameterError("page", ("a whole number from 1",))
    return int(text)
