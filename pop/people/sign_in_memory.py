"""What sign-in remembers for minutes: attempts, which are limited, and one-time codes, which work once.

It is Django's cache in the database, so that it holds for every process, with three differences. Its keys name
addresses, networks and codes: they are stored as a keyed hash. A used code is remembered for as long as it would be
accepted. And it keeps so many entries that a rush of attempts does not push out what it must remember.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from django.conf import settings
from django.core.cache.backends.db import DatabaseCache

# RFC 6238, 5.2: a code must not be accepted twice. allauth remembers it for one period of 30 s, but accepts it for
# the tolerated periods before and after it as well.
_USED_CODE: Final = "allauth.mfa.totp.used"
_ACCEPTED_SECONDS: Final = 30 * (2 * settings.MFA_TOTP_TOLERANCE + 1)


class SignInCache(DatabaseCache):
    """The cache of the console's sign-in."""

    def make_key(self, key: str, version: int | None = None) -> str:
        """Return the stored form of a key: nobody reads an address or a code from it."""
        plain = super().make_key(key, version=version)
        return hashlib.blake2b(plain.encode(), key=_secret(), digest_size=32).hexdigest()

    def add(self, key: str, value: Any, timeout: Any = 300, version: int | None = None) -> bool:
        """Store what is not there yet; a used code for as long as it would be accepted."""
        if key.startswith(_USED_CODE):
            timeout = _ACCEPTED_SECONDS
        return super().add(key, value, timeout=timeout, version=version)


def _secret() -> bytes:
    return hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"pop sign-in mem").digest()
