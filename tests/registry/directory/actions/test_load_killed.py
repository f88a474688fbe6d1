"""A load that is killed half-way leaves the registry as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from tests.registry.directory.seed import table

pytestmark = [pytest.mark.storage, pytest.mark.django_db(transaction=True)]

PROGRAM = [sys.executable, "-m", "tests.registry.directory.actions.loading_process"]
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a process that has the test's database, or on SQLite a file of its own."""
    own = {"POP_DATA_DIR": str(tmp_path / "var"), "DJANGO_SETTINGS_MODULE": "pop.server.settings"}
    base = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    if connection.vendor == "postgresql":
        its = connection.settings_dict
        at = f"{quote(its['USER'])}:{quote(its['PASSWORD'] or '')}@{its['HOST'] or 'localhost'}:{its['PORT'] or 5432}"
        if str(its["HOST"]).startswith("/"):
            at = f"{quote(its['USER'])}@{quote(its['HOST'], safe='')}:{its['PORT'] or 5432}"
        own["DATABASE_URL"] = f"postgresql://{at}/{its['NAME']}"
    return base | own


def run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [*PROGRAM, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_load_that_is_killed_half_way_leaves_the_registry_as_it_was(tmp_path, environment):
    if connection.vendor == "sqlite":
        run(environment, "migrate")
    first = table(tmp_path / "first.csv", {})
    run(environment, "load", str(first))
    before = run(environment, "dump")
    second = table(
        tmp_path / "second.csv",
        {"voice": "116;0800724724", "languages": "en,sw", "source_modified": "2026-11-01"},
        *({"name": f"Line {number}", "voice": f"07220{number:05}"} for number in range(200)),
    )
    process = subprocess.Popen([*PROGRAM, "half", str(second)], env=environment, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        assert process.stdout is not None
        process.stdout.close()
    assert run(environment, "dump") == before
    run(environment, "load", str(second))
    assert "Line 199" in run(environment, "dump")
