"""Django's name for this part."""

from __future__ import annotations

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """See README.md beside this file."""

    name = "pop.evidence"
    label = "evidence"
