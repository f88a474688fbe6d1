"""Demonstration data that is made once and only read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.simulation.demonstration import half_made, made


@pytest.fixture(scope="session")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of demonstration data whose making was killed."""
    return half_made(tmp_path_factory.mktemp("killed"))


@pytest.fixture(scope="session")
def demonstration(killed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of demonstration data whose making was killed once and went on."""
    data = tmp_path_factory.mktemp("demonstration")
    shutil.copytree(killed, data / "demo")
    return made(data)
