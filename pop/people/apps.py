"""Django's name for this part."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """See README.md beside this file."""

    name = "pop.people"
    label = "people"
