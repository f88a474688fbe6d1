"""Django's name for this part."""

from __future__ import annotations

from django.apps import AppConfig


class SimulationConfig(AppConfig):
    """See README.md beside this file."""

    name = "pop.simulation"
    label = "simulation"
