"""How staff sign in: what we change of allauth. The settings that point here stand in pop/server/settings.py."""

from __future__ import annotations

import base64
import logging
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse

from pop.audit import actions as audit
from pop.people import unlocking
from pop.people.models import Staff
from pop.people.proof import SECOND_FACTORS
from pop.people.second_secret import open_secret, seal_secret
from pop.people.stretching import BusyError

log = logging.getLogger("pop.people")


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People are invited: nobody signs up, no mail is sent, and a sign-in leaves its trace in the audit."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: there is no self-registration."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Staff | None:
        """Check the password and open the person's private key with it; that takes as long when nothing opens."""
        person: Staff | None = super().authenticate(request, **credentials)
        try:
            unlocking.unlock(request, person, credentials["password"])
        except BusyError as busy:
            raise self.validation_error("too_many_login_attempts") from busy
        return person

    def logout(self, request: HttpRequest) -> None:
        """End the session and its open key."""
        unlocking.leave(request)

    def reauthenticate(self, user: Staff, password: str) -> bool:
        """Compare with the person's own password (allauth looks for an e-mail row, which invited staff do not have)."""
        return user.check_password(password)

    def post_login(self, request: HttpRequest, user: Staff, **kwargs: Any) -> HttpResponse:
        """Write the sign-in to the audit, let the key stay open, then go where the person was going."""
        unlocking.confirm(request)
        audit.record(action="sign_in", object_type="staff", object_id=str(user.pk), actor=user.pk)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing: no mail server is configured, and links are handed over by an administrator."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second factor is compulsory, and its secrets are useless in a stolen database."""

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Allow removing a device only while another one remains."""
        if authenticator.type not in SECOND_FACTORS:
            return True
        others = authenticator.user.authenticator_set.filter(type__in=SECOND_FACTORS).exclude(pk=authenticator.pk)
        return bool(others.exists())

    def encrypt(self, text: str) -> str:
        """Seal a secret with a key that is not in the database."""
        return seal_secret(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` sealed.

        A secret that does not open with the present key becomes a random one: every code is then wrong, and the person
        needs a new link, instead of meeting an error page.
        """
        opened = open_secret(encrypted_text)
        if opened is None:
            log.error("a second factor's secret does not open with the present key")
            return base64.b32encode(secrets.token_bytes(20)).decode()
        return opened
