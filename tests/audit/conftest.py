"""Anchors of a test's own."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)  # a developer has anchors too, and they are none of a test's business
def anchor_dir(settings, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    """The directory of anchors that the audit writes to in this test."""
    settings.ANCHOR_DIR = tmp_path / "anchors"
    return settings.ANCHOR_DIR
