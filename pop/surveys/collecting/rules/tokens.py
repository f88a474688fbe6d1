"""Under what a token is found: pure, so that whoever makes one and whoever looks one up agree."""

from __future__ import annotations

import hashlib


def lookup_of(token: str) -> bytes:
    """Return the SHA-256 of a token (32 bytes), of anything that somebody wrote in its place too.

    A token is 32 random bytes. So many are not guessed: the hash needs neither salt nor slowness.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
