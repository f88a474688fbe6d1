"""The real public door over a form that is open, in a process of its own, and a partner's address."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.served import Served, environment, pop, serving
from tests.surveys.filled import workbook

# The server of the run, where it is not SQLite.
URL = os.environ.get("DATABASE_URL", "")
KEEP_PHOTO_FORM = "import django; django.setup(); from tests.surveys.filled import photo_survey; photo_survey()"


@dataclass
class Door:
    """A served door: its process, what commands to it need, and a partner's token."""

    served: Served
    env: dict[str, str]
    token: str

    @property
    def address(self) -> str:
        return f"{self.served.url}/openrosa/{self.token}"

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return pop(*words, env=self.env)

    def ask(self, code: str) -> str:
        """Return what a piece of Python prints that sees the same database."""
        command = [sys.executable, "-c", f"import django; django.setup(); {code}"]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def count(self, model: str) -> int:
        return int(self.ask(f"from pop.surveys.collecting.models import {model} as m; print(m.objects.count())"))


@pytest.fixture(scope="package")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("openrosa")
    yield from opened(folder, {"DATABASE_URL": a_database_of_its_own()} if URL else {})


def a_database_of_its_own() -> str:
    """Make a database on the run's PostgreSQL and return its address: two workers may open a door at the same time."""
    name = f"door_{uuid4().hex}"
    with psycopg.connect(URL, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    return urlsplit(URL)._replace(path=f"/{name}").geturl()


def opened(folder: Path, more: dict[str, str]) -> Iterator[Door]:
    """Serve a door over the forms `offer` (two versions) and `poster`."""
    env = environment(folder, DJANGO_SETTINGS_MODULE="pop.server.settings", **more)
    for version in ("1", "2"):
        file = folder / f"offer-{version}.md"
        file.write_bytes(workbook(version))
        loaded = pop("survey", "load", str(file), env=env)
        assert loaded.returncode == 0, loaded.stderr
        assert pop("survey", "open", "offer", env=env).returncode == 0
    kept = subprocess.run([sys.executable, "-c", KEEP_PHOTO_FORM], env=env, capture_output=True, text=True, check=False)
    assert kept.returncode == 0, kept.stderr
    token = pop("survey", "token", "Ministry of Invention", env=env)
    assert token.returncode == 0, token.stderr
    with serving(folder, **more) as served:
        yield Door(served, env, token.stdout.strip())


@pytest.fixture
def client(door: Door) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=door.address, timeout=30, headers={"X-OpenRosa-Version": "1.0"}) as made:
        yield made
