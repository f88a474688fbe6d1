"""A small world, compiled by the real engine, and a client at the child's doors."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pop_sdk.engine import Engine, compile_snapshot

from pop.signposting.finder.queries import use_engine
from tests.signposting.finder.small_world import document


@pytest.fixture(scope="session")
def small_engine() -> Engine:
    return compile_snapshot(document(int(time.time())))


@pytest.fixture
def joined_world(small_engine: Engine) -> Iterator[Engine]:
    """Join the pages to the small world."""
    use_engine(lambda: small_engine, emergency={"KE": [{"dial": "999", "uri": "tel:999", "kind": "any"}]})
    yield small_engine
    use_engine(lambda: None)


@pytest.fixture
def child(settings: Any, joined_world: Engine) -> Client:
    """A client at the child's own addresses; no database is asked."""
    settings.ROOT_URLCONF = "pop.signposting.finder.urls"
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
    return Client()
