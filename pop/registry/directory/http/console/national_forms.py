"""The forms of a ministry's focal point: those of the house without what is not theirs to say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from pop.registry.directory.actions.review.national import LONGEST_SOURCE, Said
from pop.registry.directory.http.console.forms import (
    ContactForm,
    EmergencyForm,
    SeenForm,
    ServiceForm,
    StateForm,
    visible,
)
from pop.registry.directory.http.console.national_wording import SAY
from pop.registry.directory.http.console.wording import country as named_country


def _said(form: forms.Form) -> Said:
    return Said(form.cleaned_data["source"], form.cleaned_data["observed_on"])


def _narrow(form: forms.Form, *names: str) -> None:
    """Take fields away: what was checked and how is not a ministry's to say, nor whether a contact is shown."""
    for name in ("stage", "whole", *names):
        form.fields.pop(name, None)
    form.fields["source"] = forms.CharField(
        label=SAY["seen_source"],
        help_text=SAY["national_source_hint"],
        max_length=LONGEST_SOURCE,
        validators=[visible],
    )


class _Staying(SeenForm):
    """A form about a record that stays in its country: an answer that names another one is refused, not passed over."""

    def __init__(self, *args: Any, stays_in: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stays_in = stays_in

    def clean(self) -> dict[str, Any]:
        """Refuse another country."""
        given = self.data.get("country", self.stays_in) if self.is_bound else self.stays_in
        if str(given).strip().upper() != self.stays_in:
            raise ValidationError(SAY["refused_other_country"])
        return super().clean() or self.cleaned_data

    def said(self) -> Said:
        """Return where and when it was read."""
        return _said(self)


class NationalServiceForm(_Staying, ServiceForm):
    """A service's own facts; `left_out` names those that the record keeps from the public."""

    def __init__(self, *args: Any, left_out: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _narrow(self, *left_out)


class NationalContactForm(_Staying, ContactForm):
    """One way to reach a service."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _narrow(self, "withheld")


class NationalRemovalForm(_Staying, StateForm):
    """That a contact is shown to nobody any more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _narrow(self)


class NationalEmergencyForm(EmergencyForm):
    """An emergency number of one of their countries; of a known one (`known`) only what answers there."""

    def __init__(self, *args: Any, countries: Sequence[str], known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"] = forms.ChoiceField(
            label=SAY["field_country"], choices=[(code, named_country(code)) for code in countries]
        )
        _narrow(self, *(("country", "dial") if known else ()))
        self.order_fields(["country", "dial", "kind", "source", "observed_on"])

    def said(self) -> Said:
        """Return where and when it was read."""
        return _said(self)
