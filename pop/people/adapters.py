"""How staff sign in: what we change of allauth. The settings that point here stand in pop/server/settings.py."""

from __future__ import annotations

import base64
import hashlib
import logging
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from pop.audit import actions as audit
from pop.people.entrance import SECOND_FACTORS
from pop.people.models import Staff

log = logging.getLogger("pop.people")


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People are invited: nobody signs up, no mail is sent, and a sign-in leaves its trace in the audit."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: there is no self-registration."""
        return False

    def reauthenticate(self, user: Staff, password: str) -> bool:
        """Compare with the person's own password (allauth looks for an e-mail row, which invited staff do not have)."""
        return user.check_password(password)

    def post_login(self, request: HttpRequest, user: Staff, **kwargs: Any) -> HttpResponse:
        """Write the sign-in to the audit, then go where the person was going."""
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
        return base64.b64encode(_box().encrypt(text.encode())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` sealed.

        A secret that does not open with the present key becomes a random one: every code is then wrong, and the person
        needs a new link, instead of meeting an error page.
        """
        try:
            return _box().decrypt(base64.b64decode(encrypted_text)).decode()
        except (CryptoError, ValueError):
            log.error("a second factor's secret does not open with the present key")
            return base64.b32encode(secrets.token_bytes(20)).decode()


def _box() -> SecretBox:
    """The key of one purpose, derived from the sign-in secret, which lives in a file outside the database."""
    return SecretBox(hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"pop second fact").digest())
