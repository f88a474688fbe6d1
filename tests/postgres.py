"""A PostgreSQL of a test's own that can be stopped and started again, in a temporary directory, on loopback only."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import ModuleType

import psycopg

from tests.served import free_port


def _tool() -> ModuleType:
    # tools/ is no package: its files are programs.
    place = Path(__file__).parents[1] / "tools" / "with_postgres.py"
    spec = importlib.util.spec_from_file_location("with_postgres", place)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


_TOOL = _tool()
INSTALLED = _TOOL.program("initdb") is not None and _TOOL.program("postgres") is not None


class Postgres:
    """One cluster; `url` stays the same over every stop and start."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="pop-pg-"))
        shutil.chown(self._folder, *(["postgres"] * 2 if _TOOL.as_ordinary_user([""]) != [""] else [None, None]))
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql://pop@127.0.0.1:{self._port}/postgres"
        make = [_TOOL.program("initdb"), "-D", str(self._folder / "data"), "-U", "pop", "-A", "trust", "-E", "UTF8"]
        command = _TOOL.as_ordinary_user([*make, "--locale=C.UTF-8"])
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def start(self) -> None:
        """Start, and come back when it answers."""
        where = ["-D", str(self._folder / "data"), "-p", str(self._port), "-h", "127.0.0.1", "-k", str(self._folder)]
        self._process = subprocess.Popen(
            _TOOL.as_ordinary_user([_TOOL.program("postgres"), *where]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )
        for _ in range(300):
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
                break
            except psycopg.OperationalError:
                time.sleep(0.1)
        else:
            raise AssertionError("PostgreSQL did not start")

    def stop(self) -> None:
        """Stop as an administrator does who waits for nobody: every connection is cut."""
        if self._process is None:
            return
        pid = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        program = _TOOL.program("pg_ctl")
        command = [program, "-D", str(self._folder / "data"), "-m", "fast", "-w", "stop"]
        subprocess.run(_TOOL.as_ordinary_user(command), check=True, stdout=subprocess.DEVNULL, cwd="/")
        self._process.wait(20)
        self._process = None
        assert not Path(f"/proc/{pid}").exists()

    def remove(self) -> None:
        """Stop it, and delete all that it kept."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
