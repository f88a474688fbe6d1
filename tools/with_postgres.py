"""Run a command with DATABASE_URL naming a PostgreSQL of its own, in a temporary directory, on loopback only.

.venv/bin/python tools/with_postgres.py .venv/bin/pytest -m storage
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def program(name: str) -> str | None:
    """Return a PostgreSQL program's path: Debian keeps the server's outside PATH."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / name).exists():
            return str(folder / name)
    return shutil.which(name)


def as_ordinary_user(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root; Debian's package made a user for it."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


def main(command: list[str]) -> int:
    initdb, postgres = program("initdb"), program("postgres")
    if not initdb or not postgres:
        print("PostgreSQL is not installed (Debian: apt-get install postgresql)", file=sys.stderr)
        return 3
    folder = Path(tempfile.mkdtemp(prefix="pop-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = str(folder / "data")
    subprocess.run(
        as_ordinary_user([initdb, "-D", data, "-U", "pop", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]),
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
    )
    server = subprocess.Popen(
        as_ordinary_user(
            [postgres, "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", str(folder), "-c", "max_connections=60"]
        ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        environment = {**os.environ, "DATABASE_URL": f"postgresql://pop@127.0.0.1:{port}/postgres"}
        for _ in range(50):  # it listens before it is ready
            ready = subprocess.run(
                [program("pg_isready") or "true", "-h", "127.0.0.1", "-p", str(port), "-q"], check=False
            )
            if ready.returncode == 0:
                break
            time.sleep(0.1)
        return subprocess.run(command, env=environment, check=False).returncode
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
