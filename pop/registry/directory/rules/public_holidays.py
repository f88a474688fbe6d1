"""Public holidays by country, from the package ``holidays``.

Three facts about calendars shape what is asked of it:

- A holiday of one part of a country is none elsewhere. A service of one part has that part's calendar. A service of the
  whole country has the national one and what at least half of the parts keep: Switzerland's own law knows four
  holidays, yet 24 of its 26 cantons rest on Good Friday.
- Feasts that follow the moon are announced days before, so a calendar can only estimate them. The day itself and its
  two neighbours are then doubtful, and doubt is never "closed" and never "open".
- Some places have no calendar, and some calendars end (Sri Lanka's feasts are proclaimed year by year). That is said,
  not hidden.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

import holidays

# Labels are compared, so their language is fixed; a calendar without English labels has no estimates (a test looks).
_LANGUAGE = "en_US"
_ESTIMATED = "estimated"


@functools.cache
def _parts() -> Mapping[str, tuple[str, ...]]:
    found = holidays.list_supported_countries(include_aliases=False)
    return MappingProxyType({country: tuple(parts) for country, parts in found.items()})


@functools.lru_cache(maxsize=1024)
def has_calendar(country: str, year: int) -> bool:
    """Whether anything is known of the country's (ISO 3166-1 alpha-2) holidays in a year, be it that there are none."""
    if country not in _parts():
        return False
    calendar = holidays.country_holidays(country)
    return bool(calendar.start_year <= year <= calendar.end_year)


@functools.lru_cache(maxsize=4096)
def holidays_of(country: str, subdivision: str, year: int) -> Mapping[date, bool]:
    """Return {date: whether it is certain} of one year's holidays; empty where there is no calendar.

    `subdivision` is an ISO 3166-2 code ("US-NJ"), or "" for the whole country; one that the calendar does not know
    gets the whole country's.
    """
    if not has_calendar(country, year):
        return MappingProxyType({})
    part = subdivision.partition("-")[2] if subdivision.startswith(f"{country}-") else subdivision
    parts = _parts()[country]
    # The neighbours of an estimated New Year's Eve are next year's business too.
    years = (year - 1, year, year + 1)
    found = _labels(country, part if part in parts else None, years)
    if part not in parts:
        kept: Counter[date] = Counter()
        labels: dict[date, str] = {}
        for each in parts:
            of_part = _labels(country, each, years)
            kept.update(of_part.keys())
            labels.update(of_part)
        found = {**{day: labels[day] for day, times in kept.items() if 2 * times >= len(parts)}, **found}
    days: dict[date, bool] = {}
    for day, label in found.items():
        if _ESTIMATED in label and ";" not in label:
            for near in (day - timedelta(days=1), day, day + timedelta(days=1)):
                days.setdefault(near, False)
        else:
            days[day] = True
    return MappingProxyType({day: certain for day, certain in days.items() if day.year == year})


def _labels(country: str, part: str | None, years: tuple[int, ...]) -> dict[date, str]:
    return dict(holidays.country_holidays(country, subdiv=part, years=years, language=_LANGUAGE).items())
