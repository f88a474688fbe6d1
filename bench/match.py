"""Match in process: mean time per question with its JSON bytes, and the cost of compiling a snapshot.

Prints one line per figure, ``name value unit ratio-to-ceiling``, and returns 1 when a floor is broken.

Every question is asked once: no answer can be remembered whole. The ceiling of a match is what no engine in this language
can avoid: joining precomputed pieces of about the same number and size as the answer's. That of compiling is parsing the
same document with ``json``; that of memory is the budget itself.
"""

from __future__ import annotations

import gzip
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from generated import questions
from pop_sdk import Engine, Need, compile_snapshot, from_query, load, signature

SIZES = (2_000, 20_000, 100_000)
ASKED = 12_000  # per round
ROUNDS = 5
PIECE = 450  # bytes: about half a match
FLOOR_MICROSECONDS = 25.0
FLOOR_COMPILE_SECONDS = 20.0
FLOOR_COMPILE_MIB = 600 * 1_000_000 / 2**20
SEED = b"bench, bench, bench, bench, 1234"


def line(name: str, value: float, unit: str, ratio: float) -> None:
    print(f"{name} {value:.2f} {unit} {ratio:.3f}", flush=True)


def peak_mib() -> float:
    """Return this process's largest resident size; /proc, because getrusage may carry the parent's over."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def mean(engine: Engine, needs: list[Need], now: int) -> float:
    match = engine.match
    begin = time.perf_counter()
    for need in needs:
        match(need, now=now)
    return (time.perf_counter() - begin) / len(needs) * 1e6


def parsed_mean(engine: Engine, asked: list[bytes], now: int) -> float:
    match, vocabulary = engine.match, engine.vocabulary
    begin = time.perf_counter()
    for query in asked:
        match(from_query(query, vocabulary=vocabulary, now=now), now=now)
    return (time.perf_counter() - begin) / len(asked) * 1e6


def ceiling(bodies: list[bytes]) -> float:
    cut = [[body[at : at + PIECE] for at in range(0, len(body), PIECE)] for body in bodies]
    begin = time.perf_counter()
    for pieces in cut:
        b"".join(pieces)
    return (time.perf_counter() - begin) / len(cut) * 1e6


def measure(path: Path, now: int) -> int:
    """Compile one document in this process and ask it; the process is new, so its peak is that of compiling."""
    name = path.stem
    size = int(name)
    data = path.read_bytes()
    signed, key = signature.sign(SEED, data), signature.public_key(SEED)
    begin = time.perf_counter()
    engine = compile_snapshot(load(data, signed, keys=[key], now=now))
    seconds = time.perf_counter() - begin
    peak = peak_mib()
    broken = 0

    document = json.loads(gzip.decompress(data))
    begin = time.perf_counter()
    json.loads(gzip.decompress(data))
    parsing = time.perf_counter() - begin
    line(f"compile_{name}", seconds, "s", parsing / seconds)
    line(f"compile_memory_{name}", peak, "MiB", peak / FLOOR_COMPILE_MIB)
    if size == SIZES[-1]:
        broken += seconds > FLOOR_COMPILE_SECONDS
        broken += peak > FLOOR_COMPILE_MIB

    asked = questions(ASKED * (ROUNDS + 1), document=document, seed=size)
    del document
    needs = [from_query(query, vocabulary=engine.vocabulary, now=now) for query in asked]
    mean(engine, needs[:ASKED], now)
    rounds: list[tuple[float, float]] = []
    for number in range(1, ROUNDS + 1):
        some = needs[number * ASKED : (number + 1) * ASKED]
        took = mean(engine, some, now)
        rounds.append((took, ceiling([engine.match(need, now=now) for need in some[:2000]])))
    took, lowest = (statistics.median(column) for column in zip(*rounds, strict=True))
    line(f"match_{name}", took, "us", lowest / took)
    broken += took > FLOOR_MICROSECONDS
    took = parsed_mean(engine, asked[-ASKED:], now)
    line(f"match_with_parsing_{name}", took, "us", lowest / took)
    # Another moment for every question: nothing remembered of one moment helps the next.
    chance = random.Random(size)
    later = [need._replace(at=now + chance.randrange(-7 * 86_400, 34 * 86_400)) for need in needs[-ASKED:]]
    took = mean(engine, later, now)
    line(f"match_at_any_time_{name}", took, "us", lowest / took)
    gaps = sum(b'"gap":null' not in engine.match(need, now=now) for need in needs[:ASKED])
    line(f"questions_with_a_gap_{name}", gaps / ASKED * 100, "percent", 1.0)
    return min(broken, 1)


def main() -> int:
    if len(sys.argv) == 3:
        return measure(Path(sys.argv[1]), int(sys.argv[2]))
    now = int(time.time())
    here = Path(__file__).resolve()
    codes = []
    with tempfile.TemporaryDirectory(prefix="pop-bench-") as folder:
        for size in SIZES:
            path = Path(folder) / f"{size}.gz"
            made = [sys.executable, str(here.with_name("generated.py")), str(size), str(path), str(now)]
            subprocess.run(made, check=True)
            codes.append(subprocess.run([sys.executable, str(here), str(path), str(now)], check=False).returncode)
    if any(codes):
        print("match: a floor is broken", flush=True)
    return 1 if any(codes) else 0


if __name__ == "__main__":
    sys.exit(main())
