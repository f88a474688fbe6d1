"""What a session has proved: the second factor is asked of every session, not of the person once."""

from __future__ import annotations

from django.http import HttpRequest

from pop.people.models import Staff

# What counts as a second factor. Recovery codes replace one that was lost; alone they are none.
SECOND_FACTORS = ("totp", "webauthn")
# allauth's record of how this session was authenticated. Read by name, because the public process may import this
# module and does not load allauth; a test compares the names with allauth's.
METHODS_KEY = "account_authentication_methods"
METHODS_OF_KEY = "account_authentication_methods_user"


def has_second_factor(person: Staff) -> bool:
    """Say whether the person has set up a TOTP device or a passkey."""
    return bool(person.authenticator_set.filter(type__in=SECOND_FACTORS).exists())  # type: ignore[attr-defined]


def proved_second_factor(request: HttpRequest, person: Staff) -> bool:
    """Say whether this very session passed a second factor, or set it up.

    A session that began with the password alone, before the person had a second factor, must not grow into a full one
    because the factor was set up in another browser.
    """
    if request.session.get(METHODS_OF_KEY) != str(person.pk):
        return False
    records = request.session.get(METHODS_KEY)
    return isinstance(records, list) and any(record.get("method") == "mfa" for record in records)
