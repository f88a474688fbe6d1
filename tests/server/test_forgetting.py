"""What was forgotten is in no file of the database any more, and getting rid of it holds up nobody."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.served import environment, prepared

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = prepared(tmp_path_factory.mktemp("erasing"), HELPLINE_DATABASE_URL="")
    done = subprocess.run(
        [sys.executable, "-m", "tests.erasing"],
        env=environment(folder, HELPLINE_DATABASE_URL=""),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_the_search_finds_what_is_there(found: dict[str, Any]) -> None:
    seals = {f"{kind} seal" for kind in ("team", "code", "escrow", "session")}
    assert set(found["before"]) == {"message", "lease", "lease of a closed one", *seals}


def test_a_lease_that_was_taken_back_is_in_no_file(found: dict[str, Any]) -> None:
    assert found["after_closing"] == []


def test_a_forgotten_conversation_is_in_no_file(found: dict[str, Any]) -> None:
    assert found["after_forgetting"] == []
    assert found["nothing_to_do"]


def test_while_somebody_reads_it_stays_for_a_while_and_nobody_who_writes_waits(found: dict[str, Any]) -> None:
    assert found["while_read"]
    assert found["written"] == [True]
    assert found["patience"] == 20_000
