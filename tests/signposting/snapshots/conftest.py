"""A registry to publish from, and a data directory with keys to publish into."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pop.privacy.keys import ensure_development_keys
from pop.registry.directory.models import Contact, EmergencyNumber, Organisation, Service
from pop.signposting.snapshots.store import read_current

NOW = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)


@pytest.fixture
def home(settings, tmp_path: Path) -> SimpleNamespace:
    """A data directory of this test alone, with development keys."""
    settings.DATA_DIR = tmp_path / "var"
    settings.KEYS_DIR = tmp_path / "keys"
    ensure_development_keys(settings.KEYS_DIR)
    return SimpleNamespace(keys=settings.KEYS_DIR, snapshots=settings.DATA_DIR / "snapshots")


@pytest.fixture
def line(db) -> Callable[..., Service]:
    """Make Denmark's child line with its telephone, changed by what is given; `contact` changes the telephone."""

    def make(*, contact: Mapping[str, Any] | None = None, **changes: Any) -> Service:
        service = Service.objects.create(
            **{
                "organisation": Organisation.objects.create(name="Børns Vilkår", country="DK"),
                "name": "BørneTelefonen",
                "country": "DK",
                "kind": "child_helpline",
                "audience": ["child"],
                "languages": ["da"],
                "timezone": "Europe/Copenhagen",
                "holiday_policy": "open",
                "stage": "directory_listed",
                "stage_on": date(2022, 5, 16),
                "source": "https://directory.example/denmark/",
                "state": "published",
            }
            | changes
        )
        phone = {
            "channel": "phone",
            "as_stated": "116111",
            "number_kind": "short",
            "dial": "116111",
            "hours": "Mo-Fr 07:00-26:00, Sa-Su 11:00-24:00",
            "hours_source": "Mo-Fr 07:00-26:00; Sa-Su 11:00-24:00",
        }
        Contact.objects.create(service=service, **phone | dict(contact or {}))
        return service

    return make


@pytest.fixture
def emergency(db) -> EmergencyNumber:
    return EmergencyNumber.objects.create(
        country="DK", dial="112", kind="any", stage="two_sources_agree", source="two sources", rank=1
    )


@pytest.fixture
def document(home: SimpleNamespace) -> Callable[[], dict[str, Any]]:
    """Read the document in force, without a look at its signature."""

    def read() -> dict[str, Any]:
        stored = read_current(home.snapshots)
        assert stored is not None
        loaded: dict[str, Any] = json.loads(gzip.decompress(stored.data))
        return loaded

    return read
