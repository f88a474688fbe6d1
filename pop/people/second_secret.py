"""The secret of an authenticator app is useless in a stolen database: its key is not in it."""

from __future__ import annotations

import base64
import hashlib

from django.conf import settings
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox


def seal_secret(text: str) -> str:
    """Return a secret sealed, in base64."""
    return base64.b64encode(_box().encrypt(text.encode())).decode()


def open_secret(sealed: str) -> str | None:
    """Return what `seal_secret` sealed; None where it does not open with the present key."""
    try:
        return _box().decrypt(base64.b64decode(sealed)).decode()
    except (CryptoError, ValueError):
        return None


def _box() -> SecretBox:
    """The key of one purpose, derived from the sign-in secret, which lives in a file outside the database."""
    return SecretBox(hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"pop second fact").digest())
