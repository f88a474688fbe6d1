"""Django's name for this part."""

from __future__ import annotations

from django.apps import AppConfig


class SurveysConfig(AppConfig):
    """See README.md beside this file."""

    name = "pop.surveys"
    label = "surveys"
