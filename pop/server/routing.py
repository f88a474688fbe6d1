"""Which table lives in which database: the helpline's in its own, the audit and the outbox in every one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Model

EVERYWHERE = frozenset({"audit", "events"})


class HelplineRouter:
    """Route the helpline's tables to `settings.HELPLINE_DATABASE`."""

    def db_for_read(self, model: type[Model], **_: Any) -> str | None:
        """Return where to read a table."""
        return settings.HELPLINE_DATABASE if model._meta.app_label == "helpline" else None

    def db_for_write(self, model: type[Model], **_: Any) -> str | None:
        """Return where to write a table."""
        return settings.HELPLINE_DATABASE if model._meta.app_label == "helpline" else None

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool | None:
        """Say whether an app's tables belong into a database."""
        if app_label in EVERYWHERE or settings.HELPLINE_DATABASE == "default":
            return None
        return (app_label == "helpline") == (db == "helpline")
