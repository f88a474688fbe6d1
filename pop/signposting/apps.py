"""Django's name for this part."""

from __future__ import annotations

from django.apps import AppConfig


class SignpostingConfig(AppConfig):
    """See README.md beside this file."""

    name = "pop.signposting"
    label = "signposting"
