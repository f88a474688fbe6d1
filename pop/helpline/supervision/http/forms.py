"""The forms of lines and teams: they bound and type what comes in; whether it may be is decided by the actions."""

from __future__ import annotations

import unicodedata
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone as clock

from pop.helpline.lines.rules import ROLES, valid_hours
from pop.helpline.supervision.http.wording import SAY
from pop.helpline.words.showing import refused
from pop.people.pages.layout import later
from pop.places.countries import codes
from pop.places.languages import known_languages

LONGEST_CLOSING_DAYS = 60
MOST_STEPS = 20
LONGEST_STEP = 300
_SPARE_STEPS = 3
_OLDEST = 30
# Signs that turn the direction of a text round, with which a name can be made to look like another.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def visible(text: str) -> None:
    """Refuse signs that cannot be seen: control characters, lone surrogates, turned directions."""
    if any(unicodedata.category(sign) in ("Cc", "Cs") or sign in _TURNING for sign in text):
        raise ValidationError(refused("unreadable"))


def parts(text: str) -> list[str]:
    """Return the codes in a line, separated by commas or blanks, each once."""
    return list(dict.fromkeys(text.replace(",", " ").split()))[:60]


def _line(key: str, longest: int, *, required: bool = True, hint: str = "") -> forms.CharField:
    return forms.CharField(
        label=later(SAY, key),
        max_length=longest,
        required=required,
        help_text=later(SAY, hint) if hint else "",
        validators=[visible],
    )


def _number(key: str, low: int, high: int, *, required: bool = True, hint: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=later(SAY, key),
        min_value=low,
        max_value=high,
        required=required,
        help_text=later(SAY, hint) if hint else "",
    )


class LanguagesField(forms.CharField):
    """Codes of languages in one line; its value is their list."""

    def __init__(self) -> None:
        super().__init__(
            label=later(SAY, "label_languages"), max_length=200, help_text=later(SAY, "line_languages_hint")
        )

    def clean(self, value: Any) -> Any:
        """Take known languages only, at least one."""
        tags = parts(super().clean(value))
        wrong = [each for each in tags if each.split("-")[0].lower() not in known_languages() or len(each) > 16]
        if wrong:
            raise ValidationError(SAY("line_languages_wrong", codes=" ".join(wrong[:5])))
        if not tags:
            raise ValidationError(SAY["line_languages_empty"])
        return tags


class CountriesField(forms.CharField):
    """Codes of countries in one line; its value is their list."""

    def __init__(self) -> None:
        super().__init__(
            label=later(SAY, "line_countries"),
            max_length=600,
            required=False,
            help_text=later(SAY, "line_countries_hint"),
        )

    def clean(self, value: Any) -> Any:
        """Take ISO codes only; none is every country."""
        given = parts(super().clean(value).upper())
        wrong = [each for each in given if each not in codes()]
        if wrong:
            raise ValidationError(SAY("line_countries_wrong", codes=" ".join(wrong[:5])))
        return given


class HoursForm(forms.Form):
    """When a line is open, and in which languages."""

    hours = _line("line_hours_field", 500, hint="line_hours_hint")
    timezone = _line("line_zone", 64, hint="line_zone_hint")
    languages = LanguagesField()

    def clean_timezone(self) -> str:
        """Take IANA names only."""
        zone = str(self.cleaned_data["timezone"])
        if zone not in zoneinfo.available_timezones():
            raise ValidationError(SAY["line_zone_wrong"])
        return zone

    def clean(self) -> dict[str, Any]:
        """Take hours that can be evaluated in this zone only."""
        given = super().clean() or {}
        if {"hours", "timezone"} <= set(given) and not valid_hours(given["hours"], given["timezone"]):
            self.add_error("hours", refused("bad_hours"))
        return given


class NewLineForm(HoursForm):
    """A line to make."""

    name = _line("line_name", 120)
    kind = forms.ChoiceField(
        label=later(SAY, "line_kind"),
        choices=[("usual", later(SAY, "line_kind_usual")), ("practice", later(SAY, "line_kind_practice"))],
    )
    countries = CountriesField()
    field_order = ("name", "kind", "countries", "languages", "hours", "timezone")


class SettingsForm(forms.Form):
    """A line's settings but its hours and steps."""

    name = _line("line_name", 120)
    countries = CountriesField()
    min_age = _number("line_min_age", 0, _OLDEST, required=False)
    max_age = _number("line_max_age", 0, _OLDEST, required=False)
    longest_wait_minutes = _number("line_longest_wait", 5, 240, hint="line_longest_wait_hint")
    read_within_hours = _number("line_read_within", 1, 168)
    answer_complaints_within_days = _number("line_complaints_within", 1, 60)
    emergency_contact = _line("line_emergency", 200, required=False, hint="line_emergency_hint")
    service_id = forms.UUIDField(
        label=later(SAY, "line_service"), required=False, help_text=later(SAY, "line_service_hint")
    )

    def clean(self) -> dict[str, Any]:
        """Take ages the right way round only."""
        given = super().clean() or {}
        low, high = given.get("min_age"), given.get("max_age")
        if low is not None and high is not None and low > high:
            self.add_error("max_age", SAY["line_ages_turned"])
        return given


class CloseForm(forms.Form):
    """Until when a line stays closed, in the line's own zone."""

    until = forms.DateTimeField(
        label=later(SAY, "line_close_until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, zone: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._zone = ZoneInfo(zone)

    def clean_until(self) -> datetime:
        """Take a moment to come, not too far."""
        given: datetime = self.cleaned_data["until"]
        until = given.replace(tzinfo=None).replace(tzinfo=self._zone)
        now = clock.now()
        if not now < until <= now + timedelta(days=LONGEST_CLOSING_DAYS):
            raise ValidationError(SAY["line_close_past"])
        return until


class TeamForm(forms.Form):
    """A team to make, or to begin anew."""

    name = _line("team_name", 120)
    intake = forms.BooleanField(label=later(SAY, "team_intake_field"), required=False)
    founders = forms.MultipleChoiceField(
        label=later(SAY, "team_founders"),
        help_text=later(SAY, "team_founders_hint"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, people: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.MultipleChoiceField", self.fields["founders"]).choices = list(people)

    def founded_by(self) -> list[UUID]:
        """Return the founders of a valid form."""
        return [UUID(each) for each in self.cleaned_data["founders"]]


class AdmitForm(forms.Form):
    """Somebody to take into a team, and their part."""

    staff = forms.ChoiceField(label=later(SAY, "team_admit_who"))
    role = forms.ChoiceField(
        label=later(SAY, "team_role"), choices=[(each, later(SAY, f"role_in_team_{each}")) for each in ROLES]
    )

    def __init__(
        self, people: Sequence[tuple[str, str]], *args: Any, roles: Sequence[str] = ROLES, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["staff"]).choices = list(people)
        cast("forms.ChoiceField", self.fields["role"]).choices = [
            (each, later(SAY, f"role_in_team_{each}")) for each in roles
        ]


@dataclass(frozen=True, slots=True)
class WrittenStep:
    """One step as the form holds it: what staff do, and what the child is told of it."""

    number: int
    place: str
    id: str
    text: str
    told: str


def step_rows(steps: Sequence[Any]) -> list[WrittenStep]:
    """Return a row for every step and some empty ones."""
    rows = [
        WrittenStep(at, str(at), each["id"], each["text"], each.get("told", ""))
        for at, each in enumerate(steps, start=1)
    ]
    spare = min(_SPARE_STEPS, MOST_STEPS - len(rows))
    return rows + [WrittenStep(len(rows) + each, str(len(rows) + each), "", "", "") for each in range(1, spare + 1)]


def read_steps(given: Any, new_id: Any) -> list[dict[str, str]] | None:
    """Return the steps of a posted form in their new order, or None where one is too long or unreadable.

    A step without words for the child ("told") is for staff alone.
    """
    rows: list[tuple[float, int, WrittenStep]] = []
    for at in range(1, MOST_STEPS + 1):
        text, told = (" ".join(str(given.get(f"{name}_{at}", "")).split()) for name in ("text", "told"))
        if not text:
            continue
        try:
            visible(text)
            visible(told)
        except ValidationError:
            return None
        if max(len(text), len(told)) > LONGEST_STEP:
            return None
        place = str(given.get(f"place_{at}", ""))
        order = float(place) if place.isdigit() and len(place) < 4 else at
        rows.append((order, at, WrittenStep(at, place, str(given.get(f"id_{at}", "")), text, told)))
    known: set[str] = set()
    found: list[dict[str, str]] = []
    for _, _, row in sorted(rows, key=lambda each: each[:2]):
        kept = row.id if row.id.isalnum() and len(row.id) <= 40 and row.id not in known else new_id()
        known.add(kept)
        found.append({"id": kept, "text": row.text, **({"told": row.told} if row.told else {})})
    return found
