"""The forms of the console: they bound and type what comes in; whether it may stand is decided by the rules."""

from __future__ import annotations

import datetime as dt
import unicodedata
import zoneinfo
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from pop.people.pages.layout import later
from pop.registry.directory.actions.review import notices
from pop.registry.directory.actions.review.proposing import Seen
from pop.registry.directory.http.console.wording import SAY, choices
from pop.registry.directory.rules.editing import WITHHELD, MistakeError
from pop.registry.directory.rules.emergency import EVIDENCE, KINDS
from pop.registry.directory.rules.tables import AUDIENCES, CHANNELS, RESPONDERS, STAGES, kinds, topics

OLDEST_AGE = 120
# Signs that turn the direction of a text round: with them a number can be made to look like another.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
_KNOWN_OR_NOT = (("", later(SAY, "not_known")), ("yes", later(SAY, "yes")), ("no", later(SAY, "no")))
_TRUTH = {"": None, "yes": True, "no": False}


def visible(text: str) -> None:
    """Refuse signs that cannot be seen: control characters, lone surrogates, turned directions."""
    if any(unicodedata.category(sign) in ("Cc", "Cs") or sign in _TURNING for sign in text):
        raise ValidationError(SAY["mistake_strange_signs"])


def line(field: str, longest: int, *, required: bool = False, hint: bool = False) -> forms.CharField:
    """Return a field of one line of text."""
    return forms.CharField(
        label=later(SAY, f"field_{field}"),
        max_length=longest,
        required=required,
        help_text=later(SAY, f"field_{field}_hint") if hint else "",
        validators=[visible],
    )


def age(field: str) -> forms.IntegerField:
    """Return a field for an age in years."""
    return forms.IntegerField(label=later(SAY, f"field_{field}"), min_value=0, max_value=OLDEST_AGE, required=False)


def truth(field: str) -> forms.TypedChoiceField:
    """Return a field for yes, no or not known."""
    return forms.TypedChoiceField(
        label=later(SAY, f"field_{field}"),
        choices=_KNOWN_OR_NOT,
        coerce=_TRUTH.__getitem__,
        empty_value=None,
        required=False,
    )


def several(field: str, pairs: list[tuple[str, str]]) -> forms.MultipleChoiceField:
    """Return a field of which several may be ticked."""
    return forms.MultipleChoiceField(
        label=later(SAY, f"field_{field}"), choices=pairs, required=False, widget=forms.CheckboxSelectMultiple
    )


def parts(text: str) -> list[str]:
    """Return the codes in a line, separated by commas or blanks, each once."""
    return list(dict.fromkeys(text.replace(",", " ").split()))[:60]


class SeenForm(forms.Form):
    """Where, when and how it was seen; beneath every proposal. `order` names the fields that stand above."""

    order: ClassVar[tuple[str, ...]] = ()
    heading = later(SAY, "seen_title")

    source = forms.CharField(
        label=later(SAY, "seen_source"), help_text=later(SAY, "seen_source_hint"), max_length=300, validators=[visible]
    )
    observed_on = forms.DateField(label=later(SAY, "seen_on"), widget=forms.DateInput(attrs={"type": "date"}))
    stage = forms.ChoiceField(label=later(SAY, "seen_stage"), choices=choices("stage", STAGES[1:]))
    whole = forms.BooleanField(label=later(SAY, "seen_whole"), help_text=later(SAY, "seen_whole_hint"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.order)

    def seen(self) -> Seen:
        """Return the evidence that a valid form holds."""
        given = self.cleaned_data
        return Seen(given["source"], given["observed_on"], given["stage"], bool(given.get("whole")))

    def mistaken(self, mistake: MistakeError) -> None:
        """Put a mistake that the rules found beside its field."""
        self.add_error(mistake.field if mistake.field in self.fields else None, SAY[f"mistake_{mistake.code}"])


class StateForm(SeenForm):
    """A proposal about a whole record: publish, end a suspension, close."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["whole"]


class ServiceForm(SeenForm):
    """A service's own facts."""

    name = line("name", 200, required=True)
    kind = forms.ChoiceField(label=later(SAY, "field_kind"), choices=lambda: choices("kind", kinds()))
    audience = several("audience", choices("audience", AUDIENCES))
    age_min = age("age_min")
    age_max = age("age_max")
    languages = line("languages", 200, hint=True)
    subdivisions = line("subdivisions", 200, hint=True)
    topics = several("topics", choices("topic", topics()))
    responders = several("responders", choices("responder", RESPONDERS))
    timezone = line("timezone", 64, hint=True)
    holiday_policy = forms.ChoiceField(
        label=later(SAY, "field_holiday_policy"), choices=choices("holiday", ("unknown", "open", "closed"))
    )
    website = line("website", 300)
    order: ClassVar[tuple[str, ...]] = (
        "name",
        "kind",
        "audience",
        "age_min",
        "age_max",
        "languages",
        "subdivisions",
        "topics",
        "responders",
        "timezone",
        "holiday_policy",
        "website",
    )

    def clean_timezone(self) -> str:
        """Take IANA names only."""
        zone = str(self.cleaned_data["timezone"])
        if zone and zone not in zoneinfo.available_timezones():
            raise ValidationError(SAY["mistake_zone_wrong"])
        return zone

    def values(self) -> dict[str, Any]:
        """Return the service's columns as typed values."""
        given = self.cleaned_data
        names = set(self.order) & set(given) - {"country", "organisation"}
        return {name: given[name] for name in names} | {
            "languages": parts(given["languages"]),
            "subdivisions": parts(given["subdivisions"]),
        }

    @staticmethod
    def initial_of(values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the form shows for a record's values."""
        return dict(values) | {name: ", ".join(values[name]) for name in ("languages", "subdivisions")}


class NewServiceForm(ServiceForm):
    """A service that the registry does not have."""

    country = forms.CharField(
        label=later(SAY, "field_country"),
        help_text=later(SAY, "field_country_hint"),
        min_length=2,
        max_length=2,
        validators=[visible],
    )
    organisation = line("organisation", 200, required=True)
    order: ClassVar[tuple[str, ...]] = ("country", "organisation", *ServiceForm.order)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["whole"]


class ContactForm(SeenForm):
    """One way to reach a service."""

    channel = forms.ChoiceField(label=later(SAY, "field_channel"), choices=choices("channel", CHANNELS))
    as_stated = line("as_stated", 200, hint=True)
    message_body = line("message_body", 20)
    alternative = line("alternative", 40)
    hours_source = line("hours_source", 300, hint=True)
    languages = line("languages", 200, hint=True)
    subdivisions = line("subdivisions", 200, hint=True)
    age_min = age("age_min")
    age_max = age("age_max")
    free = truth("free")
    anonymous = truth("anonymous")
    leaves_trace = truth("leaves_trace")
    from_abroad = truth("from_abroad")
    withheld = forms.ChoiceField(
        label=later(SAY, "field_withheld"),
        required=False,
        choices=[(code, later(SAY, f"withheld_as_{code}" if code else "shown_normally")) for code in WITHHELD],
    )
    order: ClassVar[tuple[str, ...]] = (
        "channel",
        "as_stated",
        "message_body",
        "alternative",
        "hours_source",
        "languages",
        "subdivisions",
        "age_min",
        "age_max",
        "free",
        "anonymous",
        "leaves_trace",
        "from_abroad",
        "withheld",
    )

    def values(self) -> dict[str, Any]:
        """Return the contact's columns as typed values; numbers and hours are read from them by the rules."""
        given = self.cleaned_data
        names = set(given) - {"source", "observed_on", "stage", "whole"}
        return {name: given[name] for name in names} | {
            "languages": parts(given["languages"]),
            "subdivisions": parts(given["subdivisions"]),
        }

    @staticmethod
    def initial_of(values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the form shows for a contact's values."""
        answers = {True: "yes", False: "no", None: ""}
        shown = dict(values) | {name: ", ".join(values[name]) for name in ("languages", "subdivisions")}
        return shown | {name: answers[values[name]] for name in ("free", "anonymous", "leaves_trace", "from_abroad")}


class NoticeForm(forms.Form):
    """A notice on a service or a country."""

    country = forms.CharField(
        label=later(SAY, "field_country"),
        help_text=later(SAY, "field_country_hint"),
        min_length=2,
        max_length=2,
        validators=[visible],
    )
    kind = forms.ChoiceField(label=later(SAY, "notice_kind"), choices=choices("notice_kind", notices.KINDS))
    starts = forms.DateTimeField(
        label=later(SAY, "notice_starts"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        initial=lambda: dt.datetime.now(dt.UTC),
    )
    ends = forms.DateTimeField(
        label=later(SAY, "notice_ends"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    source = forms.CharField(label=later(SAY, "notice_source"), max_length=300, validators=[visible])

    def mistaken(self, mistake: MistakeError) -> None:
        """Put a mistake that the rules found beside its field."""
        self.add_error(mistake.field if mistake.field in self.fields else None, SAY[f"mistake_{mistake.code}"])


class EmergencyForm(forms.Form):
    """Facts about an emergency number."""

    country = forms.CharField(
        label=later(SAY, "field_country"),
        help_text=later(SAY, "field_country_hint"),
        min_length=2,
        max_length=2,
        validators=[visible],
    )
    dial = forms.CharField(label=later(SAY, "emergency_number"), max_length=8, validators=[visible])
    kind = forms.ChoiceField(
        label=later(SAY, "emergency_service"), choices=choices("emergency_kind", dict.fromkeys(KINDS.values()))
    )
    stage = forms.ChoiceField(
        label=later(SAY, "emergency_evidence"), choices=choices("emergency_stage", dict.fromkeys(EVIDENCE.values()))
    )
    source = forms.CharField(label=later(SAY, "seen_source"), max_length=300, validators=[visible])
    observed_on = forms.DateField(label=later(SAY, "seen_on"), widget=forms.DateInput(attrs={"type": "date"}))

    def mistaken(self, mistake: MistakeError) -> None:
        """Put a mistake that the rules found beside its field."""
        self.add_error(mistake.field if mistake.field in self.fields else None, SAY[f"mistake_{mistake.code}"])
