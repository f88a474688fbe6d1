"""When a contact record is good enough to close a conversation with."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from pop.helpline.cases.rules import lists

MOST_CATEGORIES: Final = 5
_QUARTER: Final = 15
_MOST_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Record:
    """What a contact was about, in codes of the current edition. `age_band` and `living_situation` may be ""."""

    contact_type: str
    categories: tuple[str, ...] = ()
    actions_taken: tuple[str, ...] = ()
    age_band: str = ""
    vulnerable_groups: tuple[str, ...] = ()
    living_situation: str = ""


def fault(record: Record) -> str | None:
    """Return what is wrong with a record as a refusal's code, or None where it is complete and made of known codes."""
    kinds = {each.id: each for each in lists.contact_types()}
    kind = kinds.get(record.contact_type)
    if kind is None:
        return "record_contact_type"
    known = {each.id: each.group for each in lists.categories()}
    if not _codes_of(record.categories, known) or len(record.categories) > MOST_CATEGORIES:
        return "record_categories"
    about = [known[each] for each in record.categories]
    if kind.counselling and (not about or lists.NON_COUNSELLING in about):
        return "record_needs_category"
    if not kind.counselling and any(group != lists.NON_COUNSELLING for group in about):
        return "record_no_category"
    if not _codes_of(record.actions_taken, lists.actions_taken()):
        return "record_actions_taken"
    if not _codes_of(record.vulnerable_groups, lists.vulnerable_groups()):
        return "record_vulnerable_groups"
    if record.age_band and record.age_band not in {each.id for each in lists.age_bands()}:
        return "record_age_band"
    if record.living_situation and record.living_situation not in lists.living_situations():
        return "record_living_situation"
    return None


def one_tap(contact_type: str) -> Record | None:
    """Return the whole record that one tap makes, or None for a kind of contact that needs more."""
    if contact_type not in {each.id for each in lists.contact_types() if each.one_tap}:
        return None
    return Record(contact_type, categories=("non_counselling.thank_you",) if contact_type == "thank_you" else ())


def suggested_age_band(age: str) -> str:
    """Return the age band for what a child ticked, where it lies in one band as a whole; "" otherwise."""
    return "18_24" if age == "18-24" else ""


def monday_of(moment: datetime | date) -> date:
    """Return the Monday of a moment's week (in the moment's own zone): the finest time that statistics see."""
    day = moment.date() if isinstance(moment, datetime) else moment
    return day - timedelta(days=day.weekday())


def quarter_hours(length: timedelta) -> int:
    """Return a length in minutes, rounded to 15: at least 0, at most a day."""
    minutes = max(0.0, length.total_seconds() / 60)
    return min(_MOST_MINUTES, _QUARTER * int(minutes / _QUARTER + 0.5))


def _codes_of(codes: tuple[str, ...], known: Container[str]) -> bool:
    return len(set(codes)) == len(codes) and all(code in known for code in codes)
