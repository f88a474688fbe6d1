"""Django's name for this part."""

from __future__ import annotations

from django.apps import AppConfig


class HelplineConfig(AppConfig):
    """See README.md beside this file."""

    name = "pop.helpline"
    label = "helpline"
