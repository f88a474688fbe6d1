"""Both doors in processes of their own, over one data directory with active conversations."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.served import Served, environment, prepared, serving


@pytest.fixture(scope="session")
def talking_world(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Keys, database, a sandbox line, twelve active conversations and two signed-in counsellors.

    On PostgreSQL they live in the database of the run, which such a process fills beside the tests' own.
    """
    folder = prepared(tmp_path_factory.mktemp("talking"))
    done = subprocess.run(
        [sys.executable, "-m", "tests.talks", "12", "2"],
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).resolve().parents[4],
    )
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout), "folder": folder}


@pytest.fixture(scope="session")
def public_door(talking_world: dict[str, Any]) -> Iterator[Served]:
    with serving(talking_world["folder"], "public", POP_BIND="127.0.0.1") as served:
        yield served


@pytest.fixture(scope="session")
def console_door(talking_world: dict[str, Any]) -> Iterator[Served]:
    with serving(talking_world["folder"], "console", POP_BIND="127.0.0.1") as served:
        yield served
