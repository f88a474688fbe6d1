"""The form of a new password, typed twice: a link's, and that of a change."""

from __future__ import annotations

from django import forms

from pop.people import actions
from pop.people.pages.layout import later, speaker

SAY = speaker()


def password_field(key: str, autocomplete: str) -> forms.CharField:
    """Return a field for a password; `key` is its label's, `autocomplete` tells password managers which one it is."""
    return forms.CharField(
        label=later(SAY, key),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class NewPasswordForm(forms.Form):
    """A new password, twice. The first field of whatever is built on it is ready to type in."""

    password = password_field("enter_password", "new-password")
    again = password_field("enter_again", "new-password")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        next(iter(self.fields.values())).widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, object]:
        """Refuse two new passwords that differ."""
        cleaned = super().clean() or {}
        if cleaned.get("password") and cleaned.get("again") and cleaned["password"] != cleaned["again"]:
            self.add_error("again", SAY["enter_different"])
        return cleaned

    def too_weak(self, weak: actions.WeakPasswordError) -> None:
        """Say beside the field why a password is too weak."""
        for message in weak.messages:
            self.add_error("password", message)
