"""The snapshots that other languages' engines are tested with."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pop_sdk.engine import compile_snapshot

from tests.sdk.asked import FILES, built
from tests.served import environment
from tools.case_snapshots import CHANGES, ROOT, moment

# Databases are made ready only for tests that are marked so; the snapshots of all are built in one.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command writes, in a database of its own."""
    folder = tmp_path_factory.mktemp("snapshots")
    command = [sys.executable, "tools/case_snapshots.py", str(folder / "made")]
    subprocess.run(command, cwd=ROOT, env=environment(folder), check=True, capture_output=True, timeout=300)
    return folder / "made"


def test_the_command_writes_one_snapshot_for_each_file_the_same_as_the_tests_use(
    written: Path, django_db_setup: None, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock():
        documents = built()
    assert {path.name for path in written.iterdir()} == {f"{name}.json.gz" for name in FILES}
    for name, document in documents.items():
        assert gzip.decompress((written / f"{name}.json.gz").read_bytes()) == document, name


@pytest.mark.parametrize("name", FILES)
def test_a_snapshot_is_made_at_the_moment_of_its_file_and_compiles(written: Path, name: str) -> None:
    document = json.loads(gzip.decompress((written / f"{name}.json.gz").read_bytes()))
    assert document["created"] == moment(FILES[name]["created"]).timestamp()
    compile_snapshot(document)


def test_every_kind_of_change_is_used_by_some_file() -> None:
    used = {change["do"] for content in FILES.values() for change in content["changes"]}
    assert used == set(CHANGES)
