"""The console's sessions, in the database but of no use to who steals it.

A row is found by the hash of the cookie's key, and what it holds is sealed under that key: the table says how many
sessions there are and until when, and opens none. `SESSION_ENGINE` in pop/server/settings.py names this module.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone

from pop.privacy.sealing import SealError, derive, open_under, seal_under

_PURPOSE = "console session"


class SessionStore(DatabaseStore):
    """Django's own, with another name and another writing for what is stored."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return a session's data, sealed under its own key, as text."""
        plain = self.serializer().dumps(session_dict)
        sealed = seal_under(derive(self._own_key(), _PURPOSE), plain, purpose=_PURPOSE)
        return base64.b64encode(sealed).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return what `encode` sealed; nothing where it does not open, and the person signs in again."""
        try:
            plain = open_under(derive(self._own_key(), _PURPOSE), base64.b64decode(session_data), purpose=_PURPOSE)
            data: dict[str, Any] = self.serializer().loads(plain)
        except (SealError, ValueError):
            return {}
        return data

    def exists(self, session_key: str | None) -> bool:
        """Say whether a session with this cookie is stored."""
        return bool(session_key) and super().exists(stored_as(session_key or ""))

    async def aexists(self, session_key: str | None) -> bool:
        """As `exists`."""
        return bool(session_key) and await super().aexists(stored_as(session_key or ""))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """Return the row of this session."""
        row = super().create_model_instance(data)
        row.session_key = stored_as(row.session_key)
        return row

    async def acreate_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """As `create_model_instance`."""
        row: AbstractBaseSession = await super().acreate_model_instance(data)
        row.session_key = stored_as(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """Delete this session, or the one with another cookie's key."""
        key = session_key or self.session_key
        if key:
            super().delete(stored_as(key))

    async def adelete(self, session_key: str | None = None) -> None:
        """As `delete`."""
        key = session_key or self.session_key
        if key:
            await super().adelete(stored_as(key))

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        row: AbstractBaseSession | None = self._rows().first()
        if row is None:
            self._session_key = None
        return row

    async def _aget_session_from_db(self) -> AbstractBaseSession | None:
        row: AbstractBaseSession | None = await self._rows().afirst()
        if row is None:
            self._session_key = None
        return row

    def _rows(self) -> Any:
        found = self.model._default_manager.filter(session_key=stored_as(self._own_key().decode()))
        return found.filter(expire_date__gt=timezone.now())

    def _own_key(self) -> bytes:
        return (self.session_key or "").encode()


def stored_as(session_key: str) -> str:
    """Return the name under which a session is stored: the cookie's SHA-256, in the 40 signs that the column has."""
    return base64.b85encode(hashlib.sha256(session_key.encode(errors="replace")).digest()).decode()
