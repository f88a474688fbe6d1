"""The long proofs: `make soak`, `make soak PART=kills`, `make soak PART=live SIZE=small`.

Each part says how far it is, can be stopped with Ctrl-C and begun again where it was, and writes its last result with
date and machine into docs/why/reliability.md.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import peer_engine

ROOT = Path(__file__).resolve().parents[1]
STATE = ROOT / "build" / "soak.json"
PAGE = ROOT / "docs" / "why" / "reliability.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
LIVE = "tests/helpline/conversations/live"
FAULTS = "tests/surveys/faults"
MEASURED = re.compile(
    r"measured (\d+) s: ([\d.]+) messages/s, talking (\d+), p95 (\d+) ms, p99 (\d+) ms, longest (\d+) ms, "
    r"tried again (\d+) times"
)
MEASURING = "the figures count from now on"
WALKS = "tests/surveys/peer/test_agreement.py::test_our_engine_and_odks_agree_on_random_answers"
COMPARED = re.compile(r"compared (\d+) values in (\d+) steps on (\d+) paths")
# Somebody else's bulk load: it holds SQLite's one writer in pieces, as every bulk load of ours does.
HOLD = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
until = time.monotonic() + 3
while time.monotonic() < until:
    connection.execute("BEGIN IMMEDIATE")
    time.sleep(0.09)
    connection.execute("ROLLBACK")
    time.sleep(0.005)
"""


@dataclass(frozen=True)
class Outcome:
    """What one piece of a part found; `size` counts what was done."""

    good: bool
    size: int
    said: str


@dataclass(frozen=True)
class Part:
    """A proof in pieces: what is promised, how many pieces there are (full, small), and how one is done."""

    promise: str
    pieces: tuple[int, int]
    piece: Callable[[bool], Outcome]
    unit: str


def tested(test: str, variable: str, count: int, unit: str) -> Outcome:
    """Run one of the tests with a number of its own."""
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", test]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, variable: str(count)}, capture_output=True, text=True, check=False
    )
    good = done.returncode == 0 and " skipped" not in done.stdout
    if not good:
        print(done.stdout[-3000:])
    return Outcome(good, count, f"0 lost, 0 doubled in {{size:,}} {unit}" if good else "FAILED")


def kills(small: bool) -> Outcome:
    return tested(f"{LIVE}/test_kills.py", "POP_SOAK_KILLS", 20 if small else 100, "kills")


def cuts(small: bool) -> Outcome:
    return tested(
        f"{LIVE}/test_power_cuts.py", "POP_SOAK_CUTS", 10 if small else 40, "power cuts; the control failed as it must"
    )


def clock(small: bool) -> Outcome:
    return tested(f"{LIVE}/test_clock_jumps.py", "POP_SOAK_JUMPS", 4 if small else 20, "jumps")


def gone(small: bool) -> Outcome:
    return tested(f"{LIVE}/test_database_gone.py", "POP_SOAK_GONE", 1 if small else 5, "stops of PostgreSQL")


def live(small: bool) -> Outcome:
    children, minutes, every = (100, 1.0, 4.0) if small else (1_000, 10.0, 40.0)
    found = simulated(children=children, minutes=minutes, every=every)
    least = 0.9 * 2 * children / every
    good = found.good and found.p95 <= 150 and found.again == 0 and found.rate >= least and found.talking >= children
    return Outcome(good, children, found.said)


def flood(small: bool) -> Outcome:
    seconds = 20 if small else 60
    beside: list[subprocess.Popen[str]] = []

    def begin(port: int, _: Path) -> None:
        command = [sys.executable, "tools/soak_flood.py", str(port), "200", str(seconds)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        beside.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True))

    found = simulated(children=60, minutes=seconds / 60, every=6.0, meanwhile=begin)
    said = beside[0].communicate(timeout=300)[0].strip() if beside else "no flood"
    return Outcome(found.good and found.p99 <= 1_000, 200 * seconds, f"{said}; {found.said}")


def bulk(small: bool) -> Outcome:
    beside: list[subprocess.Popen[bytes]] = []

    def begin(_: int, folder: Path) -> None:
        beside.append(subprocess.Popen([sys.executable, "-c", HOLD, str(folder / "pop.sqlite3")]))

    found = simulated(children=16 if small else 60, minutes=0.12, every=4.0, meanwhile=begin)
    for each in beside:
        each.wait(30)
    return Outcome(found.good and bool(beside) and found.longest <= 200, 3, found.said)


def surveys(small: bool) -> Outcome:
    """Walk the next random ways through every form, beside ODK's own engine."""
    count = 40 if small else 200
    if not peer_engine.install():
        return Outcome(False, 0, "FAILED: ODK's form engine is not installed")
    begun = in_hand("surveys", small)
    command = [sys.executable, "-m", "pytest", "-q", "-s", "--tb=short", WALKS]
    environment = {**os.environ, "POP_SURVEY_PATHS": str(count), "POP_SURVEY_FIRST": str(begun["size"])}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    found = COMPARED.search(done.stdout)
    if done.returncode or found is None:
        print(done.stdout[-5000:])
        return Outcome(False, count, "FAILED")
    values, steps = int(found[1]), int(found[2])
    return Outcome(
        True, count, f"0 differences on {{size:,}} paths ({values:,} values in {steps:,} steps on the last {count})"
    )


def submissions(small: bool) -> Outcome:
    """Kill the door, and cut the power, while programs and browsers send answers with pictures."""
    killed = tested(f"{FAULTS}/test_kills.py", "POP_SOAK_SUBMISSION_KILLS", 10 if small else 40, "")
    cut = tested(f"{FAULTS}/test_power_cuts.py", "POP_SOAK_SUBMISSION_CUTS", 10 if small else 20, "")
    good = killed.good and cut.good
    said = "0 lost, 0 doubled, no half picture in {size:,} kills and power cuts; the controls failed as they must"
    return Outcome(good, killed.size + cut.size, said if good else "FAILED")


PARTS = {
    "kills": Part("1,000 × `kill -9` under load: nothing acknowledged lost, nothing doubled", (10, 1), kills, "kills"),
    "cuts": Part("200 power cuts: the same, and with less syncing the same test fails", (5, 1), cuts, "power cuts"),
    "live": Part(
        "1,000 live conversations at 50 messages/s for 10 minutes: acknowledged within 150 ms (p95), no error",
        (1, 1),
        live,
        "conversations",
    ),
    "flood": Part("200 attempts a second to come back: live p99 within 1 s", (1, 1), flood, "attempts"),
    "bulk": Part("a bulk load of 3 s elsewhere: no send stalled over 200 ms", (1, 1), bulk, "seconds"),
    "clock": Part("the clock jumps by −5 s to ± 1 year: nothing lost, no order disturbed", (3, 1), clock, "jumps"),
    "surveys": Part(
        "2,000 random ways through all forms: our form engine and ODK's agree on values, faults, choices, XML",
        (10, 1),
        surveys,
        "paths",
    ),
    "submissions": Part(
        "200 × `kill -9` and 100 power cuts while answers with pictures come in: nothing acknowledged lost, nothing "
        "doubled, no picture by half",
        (5, 1),
        submissions,
        "kills and power cuts",
    ),
    "gone": Part("the database goes and comes back: “not sent”, then all goes on", (4, 1), gone, "stops"),
}


@dataclass(frozen=True)
class Found:
    """What a simulation measured; times in milliseconds."""

    good: bool
    said: str
    rate: float = 0.0
    talking: int = 0
    p95: int = 0
    p99: int = 0
    longest: int = 0
    again: int = 0


def simulated(
    *, children: int, minutes: float, every: float, meanwhile: Callable[[int, Path], None] | None = None
) -> Found:
    """Play a steady run against a server of its own; `meanwhile` begins when the figures begin."""
    counsellors = -(-children // 8) + 1
    with served() as (environment, folder):
        words = ["--children", str(children), "--counsellors", str(counsellors), "--minutes", str(minutes)]
        command = [sys.executable, "-m", "pop.server", "simulate", *words, "--every", str(every), "--steady"]
        run = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        said: list[str] = []
        try:
            assert run.stdout is not None
            for line in run.stdout:
                said.append(line.rstrip())
                print("   ", said[-1], flush=True)
                if MEASURING in line and meanwhile is not None:
                    meanwhile(int(environment["POP_PUBLIC_PORT"]), folder)
            run.wait(60)
        finally:
            if run.poll() is None:
                run.send_signal(signal.SIGINT)
                run.wait(120)
    found = MEASURED.search("\n".join(said))
    last = said[-1] if said else ""
    if found is None or not last.startswith("sent "):
        return Found(False, "FAILED: " + last)
    seconds, rate, talking, p95, p99, longest, again = found.groups()
    text = (
        f"{talking} conversations, {rate} messages/s for {seconds} s, p95 {p95} ms, p99 {p99} ms, "
        f"longest {longest} ms, tried again {again} times; {last}"
    )
    return Found(run.returncode == 0, text, float(rate), int(talking), int(p95), int(p99), int(longest), int(again))


@contextlib.contextmanager
def served() -> Iterator[tuple[dict[str, str], Path]]:
    """Run a whole server on a data directory of its own until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="pop-soak-"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("POP_", "DATABASE_URL"))}
    environment = {
        **kept,
        "POP_DATA_DIR": str(folder),
        "POP_PUBLIC_PORT": str(free_port()),
        "POP_CONSOLE_PORT": str(free_port()),
    }
    log = folder / "serve.log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "pop.server", "serve"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        for _ in range(1_200):
            if "Ready after" in log.read_text():
                break
            if process.poll() is not None:
                raise SystemExit(log.read_text())
            time.sleep(0.1)
        yield environment, folder
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def machine() -> str:
    """Return what the figures were measured on."""
    found = subprocess.run(
        ["df", "--output=source,fstype", tempfile.gettempdir()], capture_output=True, text=True, check=False
    ).stdout.split()
    disk = " ".join(found[-2:]) if found else "unknown disk"
    return f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, {disk}"


def write_row(name: str, text: str) -> None:
    """Put a part's last result into the page, in the order of the parts."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    table, _, after = rest.partition(END)
    rows = {row.split("|")[1].strip(" `"): row for row in table.splitlines() if row.startswith("| `")}
    rows[name] = f"| `{name}` | {PARTS[name].promise} | {text} |"
    head = "| part | promised | measured |\n|---|---|---|"
    ordered = "\n".join(rows[each] for each in PARTS if each in rows)
    PAGE.write_text(f"{before}{BEGIN}\n{head}\n{ordered}\n{END}{after}", encoding="utf-8")


def kept() -> dict[str, Any]:
    """Return the parts that were begun and not ended."""
    found: dict[str, Any] = json.loads(STATE.read_text()) if STATE.exists() else {}
    return found


def label_of(name: str, small: bool) -> str:
    return f"{name}-{'small' if small else 'full'}"


def in_hand(name: str, small: bool) -> dict[str, Any]:
    """Return how far a part is: what was done, in how many pieces, and the load of others when it began."""
    begun: dict[str, Any] = {"size": 0, "pieces": 0, "load": round(os.getloadavg()[0], 1)}
    return {**begun, **kept().get(label_of(name, small), {})}


def run(name: str, small: bool) -> bool:
    """Do the pieces of a part that are not done yet; say whether all were good."""
    part, label = PARTS[name], label_of(name, small)
    state = kept()
    done = in_hand(name, small)
    pieces = part.pieces[1 if small else 0]
    while done["pieces"] < pieces:
        print(f"{name}: piece {done['pieces'] + 1} of {pieces}", flush=True)
        began = time.monotonic()
        outcome = part.piece(small)
        done = {**done, "size": done["size"] + outcome.size, "pieces": done["pieces"] + 1}
        said = outcome.said.replace("{size:,}", f"{done['size']:,}")
        print(f"  {said} ({time.monotonic() - began:.0f} s)", flush=True)
        if not outcome.good or done["pieces"] == pieces:
            when = dt.datetime.now(dt.UTC).date().isoformat()
            size = "" if not small else "**small version**: "
            verdict = "" if outcome.good else "**not reached**: "
            where = f"{when}, {machine()}, load of others before {done['load']:.1f}"
            write_row(name, f"{verdict}{size}{said} ({where})")
            state.pop(label, None)
        else:
            state[label] = done
        STATE.parent.mkdir(exist_ok=True)
        STATE.write_text(json.dumps(state))
        if not outcome.good:
            return False
    return True


def main(words: list[str]) -> int:
    small = "small" in words
    names = [word for word in words if word not in {"small", "full"}] or list(PARTS)
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"No such part: {', '.join(unknown)}. There are: {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    try:
        good = [run(name, small) for name in names]
    except KeyboardInterrupt:
        print("Stopped; the same command goes on where it was.")
        return 130
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
