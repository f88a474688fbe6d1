"""Django's name for this part."""

from __future__ import annotations

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """See README.md beside this file."""

    name = "pop.events"
    label = "events"
