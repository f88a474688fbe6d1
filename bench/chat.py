"""Conversations under load: children and counsellors over the real doors, with everything on.

A message counts when the other side's stream has it: authorised, sealed, audited by the outbox, committed and synced,
acknowledged, delivered. Both server processes share core 0, the load has core 1. Beside each figure stands its ceiling
from the same run. The floors are held against what a clock on the wall measured; where others had a part of the core,
the run says how much, and the figure of a core (messages for each second that it worked for the server) stands beside.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import chat_load as load
import psycopg
from doors import free_port

ROOT = Path(__file__).resolve().parents[1]
LANES, SECONDS = 200, 8.0
STREAMS, TALKS_OF_STREAMS = 10_000, 500
BULK_SECONDS, BULK_PIECE, BULK_PAUSE = 3.0, 0.09, 0.005
TICK = os.sysconf("SC_CLK_TCK")
# What the design holds to: messages a second, milliseconds, commits' time, KiB.
LEAST_RATE, MOST_P99, MOST_COMMITS, MOST_STREAM, MOST_STALL = 4_000, 50.0, 10.0, 32.0, 200.0


class Doors:
    """The two processes over one data directory."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.public, self.console = free_port(), free_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("POP_")},
            "POP_DATA_DIR": str(folder),
            "POP_SECRET_KEY": "only for the bench",
            "POP_PUBLIC_PORT": str(self.public),
            "POP_CONSOLE_PORT": str(self.console),
            "DATABASE_URL": database,
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def prepare(self) -> None:
        """Make keys, database and the line for trying out."""
        command = [sys.executable, "-m", "pop.server", "prepare"]
        subprocess.run(command, env=self.environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    def world(self, children: int, counsellors: int) -> dict[str, Any]:
        """Return conversations and signed-in counsellors (tests/talks.py)."""
        command = [sys.executable, "-m", "tests.talks", str(children), str(counsellors)]
        done = subprocess.run(command, env=self.environment, cwd=ROOT, check=True, stdout=subprocess.PIPE)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Serve both doors until the block ends."""
        served = str(ROOT / "bench" / "chat_served.py")
        self.processes = [
            subprocess.Popen([sys.executable, served, door], env=self.environment, cwd=ROOT, stderr=subprocess.DEVNULL)
            for door in ("public", "console")
        ]
        try:
            for port in (self.public, self.console):
                for _ in range(300):
                    with contextlib.suppress(OSError):
                        urllib.request.urlopen(f"http://127.0.0.1:{port}/constant", timeout=2).close()
                        break
                    time.sleep(0.1)
            yield
        finally:
            for process in self.processes:
                process.send_signal(signal.SIGTERM)
            for process in self.processes:
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()

    def counts(self) -> tuple[int, int]:
        """Return messages and commits of both batchers so far."""
        sent = commits = 0
        for port in (self.public, self.console):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/bench/counts", timeout=5) as answer:
                one, other = json.loads(answer.read())
            sent, commits = sent + one, commits + other
        return sent, commits

    def spent(self) -> float:
        """Return the seconds of a core that both processes have had."""
        return sum(core_seconds(process.pid) for process in self.processes)

    def memory(self) -> float:
        """Return the public process's resident KiB."""
        status = Path(f"/proc/{self.processes[0].pid}/status").read_text()
        return float(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


def core_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def busy_seconds(core: int) -> float:
    """Return the seconds that a core was busy with anything."""
    line = next(each for each in Path("/proc/stat").read_text().splitlines() if each.startswith(f"cpu{core} "))
    user, nice, system, _, _, irq, softirq, steal, *_ = (int(field) for field in line.split()[1:])
    return (user + nice + system + irq + softirq + steal) / TICK


def sqlite_ceiling(folder: Path, batch: int) -> tuple[float, float]:
    """Return rows a second in synced batches, and the milliseconds of one synced commit, of SQLite in this folder."""
    connection = sqlite3.connect(folder / "ceiling.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB)")
    times = []
    for _ in range(100):
        began = time.perf_counter()
        connection.execute("INSERT INTO row (body) VALUES (?)", [bytes(300)])
        times.append(time.perf_counter() - began)
    rows, began = 0, time.perf_counter()
    while time.perf_counter() - began < 1.5:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO row (body) VALUES (?)", [[bytes(300)]] * batch)
        connection.execute("COMMIT")
        rows += batch
    rate = rows / (time.perf_counter() - began)
    connection.close()
    return rate, 1000 * statistics.median(times)


def postgresql_ceiling(url: str, batch: int) -> tuple[float, float]:
    """Return the same of PostgreSQL over one connection."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE bench_row (id bigserial PRIMARY KEY, body bytea)")
        times = []
        for _ in range(100):
            began = time.perf_counter()
            connection.execute("INSERT INTO bench_row (body) VALUES (%s)", [bytes(300)])
            times.append(time.perf_counter() - began)
        rows, began = 0, time.perf_counter()
        while time.perf_counter() - began < 1.5:
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany("INSERT INTO bench_row (body) VALUES (%s)", [[bytes(300)]] * batch)
            rows += batch
        rate = rows / (time.perf_counter() - began)
        connection.execute("DROP TABLE bench_row")
    return rate, 1000 * statistics.median(times)


def conversations(name: str, doors: Doors, database: str) -> list[str]:
    """Measure one database; return what fell below its floor."""
    world = doors.world(LANES, LANES // 10)
    failed = []
    with doors.open():
        request = load.post("/constant", "a=b", {"text": load.FILLER})
        ceiling = load.run(load.constant(lanes=LANES, seconds=2, port=doors.public, request=request))
        ports = {"public": doors.public, "console": doors.console, "spent": doors.spent}
        alone = load.run(load.converse(world, lanes=1, seconds=20, most=200, **ports))
        before, busy = doors.counts(), busy_seconds(0)
        many = load.run(load.converse(world, lanes=LANES, seconds=SECONDS, **ports))
        others = max(0.0, busy_seconds(0) - busy - many.core_seconds) / (many.seconds + 1)
        sent, commits = (now - then for now, then in zip(doors.counts(), before, strict=True))
    together = max(1, round(sent / max(1, commits)))
    rows, commit = postgresql_ceiling(database, together) if database else sqlite_ceiling(doors.folder, together)
    p50, p99 = many.at(many.seen, 0.5), many.at(many.seen, 0.99)
    unloaded = alone.at(alone.seen, 0.5)
    print(f"chat_{name}_constant {ceiling:.0f} requests/s 1.00")
    print(f"chat_{name} {many.rate:.0f} messages/s {many.rate / ceiling:.2f}")
    print(f"chat_{name}_of_a_core {many.rate_of_core:.0f} messages/core-second {many.rate_of_core / ceiling:.2f}")
    print(f"chat_{name}_p50 {p50:.1f} ms -")
    print(f"chat_{name}_p99 {p99:.1f} ms -")
    print(f"chat_{name}_acknowledged_p99 {many.at(many.acked, 0.99):.1f} ms -")
    print(f"chat_{name}_messages_per_commit {sent / max(1, commits):.1f} messages -")
    print(f"chat_{name}_rows_ceiling {rows:.0f} rows/s {many.rate / rows:.2f}")
    print(f"chat_{name}_unloaded {unloaded:.2f} ms {unloaded / commit:.1f}", flush=True)
    if many.failed or alone.failed:
        failed.append(f"chat_{name}: {len(many.failed) + len(alone.failed)} sends were refused")
    print(f"chat_{name}_core_had_by_others {100 * others:.0f} % -", flush=True)
    if many.rate < LEAST_RATE:
        failed.append(f"chat_{name} is below its floor of {LEAST_RATE} messages/s")
    if p99 > MOST_P99:
        failed.append(f"chat_{name}_p99 is above {MOST_P99:g} ms")
    if unloaded / commit > MOST_COMMITS:
        failed.append(f"chat_{name}_unloaded takes longer than {MOST_COMMITS:g} commits")
    return failed


def streams(doors: Doors) -> list[str]:
    """Measure what an open stream costs the public process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, STREAMS * 2)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    count = min(STREAMS, wanted - 500)
    talks = doors.world(TALKS_OF_STREAMS, 1)["talks"]
    requests = [load.get("/talk/stream", talks[at % len(talks)]["cookie"]) for at in range(count)]
    with doors.open():
        load.run(load.hold_open(requests=requests[:200], port=doors.public, settle=2, then=doors.memory))
        before = doors.memory()
        after = load.run(load.hold_open(requests=requests, port=doors.public, settle=6, then=doors.memory))
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    each = (after - before) / count
    print(f"chat_stream_memory {each:.1f} KiB/stream {count}", flush=True)
    return [f"chat_stream_memory is above {MOST_STREAM:g} KiB"] if each > MOST_STREAM else []


def bulk(doors: Doors) -> list[str]:
    """Measure the longest send while somebody else holds SQLite's lock in pieces."""
    world = doors.world(1, 1)
    path = doors.folder / "pop.sqlite3"
    with doors.open():
        holder = subprocess.Popen(
            [sys.executable, "-c", _HOLD, str(path), str(BULK_SECONDS), str(BULK_PIECE), str(BULK_PAUSE)]
        )
        ports = {"public": doors.public, "console": doors.console, "spent": doors.spent}
        measured = load.run(load.converse(world, lanes=1, seconds=BULK_SECONDS, **ports))
        holder.wait(20)
    longest = 1000 * max(measured.acked)
    print(f"chat_longest_send_beside_bulk_load {longest:.0f} ms {longest / (1000 * BULK_PIECE):.1f}", flush=True)
    return [f"a bulk load stalls a send over {MOST_STALL:g} ms"] if longest > MOST_STALL else []


_HOLD = """
import sqlite3, sys, time
path, seconds, piece, pause = sys.argv[1], *map(float, sys.argv[2:])
connection = sqlite3.connect(path, isolation_level=None, timeout=20)
time.sleep(1)
until = time.monotonic() + seconds
while time.monotonic() < until:
    connection.execute("BEGIN IMMEDIATE")
    time.sleep(piece)
    connection.execute("ROLLBACK")
    time.sleep(pause)
"""


def main() -> int:
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {1})
    url = os.environ.get("DATABASE_URL", "")
    folder = Path(tempfile.mkdtemp(prefix="pop-bench-"))
    failed: list[str] = []
    try:
        doors = Doors(folder, url)
        doors.prepare()
        failed += conversations("postgresql" if url else "sqlite", doors, url)
        if not url:
            failed += bulk(doors)
            failed += streams(doors)
            again = [sys.executable, str(ROOT / "tools" / "with_postgres.py"), sys.executable, __file__]
            done = subprocess.run(again, check=False, cwd=ROOT)
            if done.returncode == 3:
                print("left out: PostgreSQL is not installed (Debian: apt-get install postgresql)")
            elif done.returncode:
                failed.append("PostgreSQL is below a floor")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(failed), end="\n" if failed else "")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
