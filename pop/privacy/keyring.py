"""The keyring: what every door needs to open and seal conversations, read once per process.

A key added later (`pop keys pepper`) is seen after a restart: all of one process always speaks of the same keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from django.conf import settings

from pop.privacy.keys import escrow_publics, peppers, root_key


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """K0, the live peppers by edition (oldest first), and the public keys of escrow a, b and c; 32 bytes each."""

    root: bytes
    peppers: Mapping[int, bytes]
    escrow: tuple[bytes, bytes, bytes]

    @property
    def pepper_edition(self) -> int:
        """The edition under which new codes are made."""
        return max(self.peppers)

    def __repr__(self) -> str:
        return f"<Keyring with {len(self.peppers)} peppers>"


def keyring() -> Keyring:
    """Return this deployment's keys. Raises KeysError where one is missing, malformed or not fit for production."""
    return _read(Path(settings.KEYS_DIR), settings.PRODUCTION)


def forget() -> None:
    """Read the directory anew at the next call (tests, and after a key was added)."""
    _read.cache_clear()


@cache
def _read(directory: Path, production: bool) -> Keyring:
    # Whether it is production belongs to what was checked: another answer must be checked anew.
    del production
    return Keyring(root_key(directory), MappingProxyType(peppers(directory)), escrow_publics(directory))
