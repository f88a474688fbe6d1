"""Who reads: the language, the wording and the country, and times as that reader reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from babel.dates import format_date
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from pop.helpline.words.child import TALK
from pop.pages.words import SHELL
from pop.places.countries import codes
from pop.places.moments import clock_time, zone_of
from pop.places.words import Speaker
from pop.signposting.finder import queries as finder

# Farther away than this, a weekday says too little.
_NEAR = timedelta(days=6)
AGES = ("8-12", "13-17", "18-24")
# The simpler words until somebody says an age, as in the finder.
_YOUNG = frozenset({"", "8-12"})


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader. `country` is "" where it is not known."""

    say: Speaker
    country: str
    age: str
    now: datetime

    @property
    def language(self) -> str:
        """The language of the page."""
        return self.say.language

    @property
    def young(self) -> bool:
        """Whether the wording for 8-12 year olds is used."""
        return self.age in _YOUNG

    def shown_country(self) -> finder.Country | None:
        """Return the country with its name and emergency numbers, None where it is not known."""
        if not self.country:
            return None
        return finder.country(self.country, language=self.language, now=int(self.now.timestamp()))

    def time(self, moment: datetime) -> SafeString:
        """Return a moment as the reader's page shows it; a script puts it into the reader's own time."""
        zone = zone_of(self.country)
        stamp = moment.astimezone(UTC).isoformat(timespec="minutes").replace("+00:00", "Z")
        if abs(moment - self.now) < _NEAR:
            clock = clock_time(moment, zone=zone.info, language=self.language, now=self.now)
            return format_html('<time datetime="{}">{}</time>', stamp, clock)
        return self.day(moment.astimezone(zone.info).date())

    def day(self, day: date) -> SafeString:
        """Return a day as the reader's page shows it."""
        return format_html(
            '<time datetime="{}">{}</time>', day.isoformat(), format_date(day, format="long", locale=self.language)
        )

    def with_time(self, key: str, moment: datetime) -> SafeString:
        """Return a text with its {time} filled."""
        return filled(self.say[key], time=self.time(moment))


def reader(*, language: str, country: str = "", age: str = "", now: datetime) -> Reader:
    """Make a reader; an unknown country or age counts as not said."""
    age = age if age in AGES else ""
    return Reader(
        say=Speaker((TALK, SHELL), language, young=age in _YOUNG),
        country=country if country in codes() else "",
        age=age,
        now=now,
    )


def filled(words: str, **values: SafeString | str) -> SafeString:
    """Return a text with its placeholders filled, everything in it escaped."""
    parts = {name: conditional_escape(value) for name, value in values.items()}
    return mark_safe(str(conditional_escape(words)).format(**parts))  # noqa: S308 - all parts are escaped
