"""What every test may use: a client per door."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.fixture
def public(settings, db) -> Client:  # type: ignore[no-untyped-def]
    """A client at the public door: its map, its middleware."""
    settings.ROOT_URLCONF = "pop.server.public"
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
    return Client()


@pytest.fixture
def console(settings, db) -> Client:  # type: ignore[no-untyped-def]
    """A client at the console door."""
    settings.ROOT_URLCONF = "pop.server.console"
    return Client()
