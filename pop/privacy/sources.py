"""Telling where one request comes from apart from others, for fairness alone: in memory, for an hour, no address."""

from __future__ import annotations

import hmac
import secrets
import time
from typing import Final

SALT_SECONDS: Final = 3_600.0
"""A source is told apart from others for at most so long, in memory, by a salted mark."""


class _Salt:
    """A random salt of this process, another one each hour."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(16)
        self._since = time.monotonic()

    def now(self) -> bytes:
        if time.monotonic() - self._since > SALT_SECONDS:
            self._salt, self._since = secrets.token_bytes(16), time.monotonic()
        return self._salt


_salt = _Salt()


def mark_of(address: str) -> str:
    """Return the mark of an address, 16 hexadecimal digits. No address is kept: without the salt it means nothing."""
    return hmac.digest(_salt.now(), address.encode(), "sha256").hex()[:16]
