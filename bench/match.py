"""Match in process: mean time per question with its JSON bytes, and the cost of compiling a snapshot.

Prints one line per figure, ``name value unit ratio-to-ceiling``, and returns 1 when a floor is broken.

Every question is asked once: no answer can be remembered whole. The ceiling of a match is what no engine in this
language can avoid: joining precomputed pieces of about the same number and size as the answer's. That of compiling is
parsing the same document with ``json``; that of memory is the budget itself. Times are CPU time: other work on the
machine is not ours.
"""

from __future__ import annotations

import gc
import gzip
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from generated import questions
from pop_sdk import Need, compile_snapshot, from_query, load, signature

SIZES = (2_000, 20_000, 100_000)
ASKED = 10_000  # per round
ROUNDS = 5
CHUNK = 50
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


def mean(ask: Callable[[Any], object], asked: list[bytes], made: Callable[[bytes], Any]) -> float:
    """Return the mean CPU time of ``ask``, in microseconds; its argument is made just before, as a server's is."""
    spent = 0.0
    for at in range(0, len(asked), CHUNK):
        some = [made(query) for query in asked[at : at + CHUNK]]
        begin = time.process_time()
        for one in some:
            ask(one)
        spent += time.process_time() - begin
    return spent / len(asked) * 1e6


def measure(path: Path, now: int) -> int:
    """Compile one document in this process and ask it; the process is new, so its peak is that of compiling."""
    name = path.stem
    data = path.read_bytes()
    signed, key = signature.sign(SEED, data), signature.public_key(SEED)
    begin = time.process_time()
    engine = compile_snapshot(load(data, signed, keys=[key], now=now))
    seconds = time.process_time() - begin
    peak = peak_mib()

    begin = time.process_time()
    document = json.loads(gzip.decompress(data))
    parsing = time.process_time() - begin
    asked = questions(ASKED * (ROUNDS + 1), document=document, seed=int(name))
    del document
    gc.collect()
    gc.freeze()  # as the public process does when it has taken a snapshot in
    line(f"compile_{name}", seconds, "s", parsing / seconds)
    line(f"compile_memory_{name}", peak, "MiB", peak / FLOOR_COMPILE_MIB)

    def need(query: bytes) -> Need:
        return from_query(query, vocabulary=engine.vocabulary, now=now)

    def match(question: Need) -> bytes:
        return engine.match(question, now=now)

    def parse_and_match(query: bytes) -> bytes:
        return engine.match(from_query(query, vocabulary=engine.vocabulary, now=now), now=now)

    def pieces(query: bytes) -> list[bytes]:
        body = match(need(query))
        return [body[at : at + PIECE] for at in range(0, len(body), PIECE)]

    # Another moment for every question: nothing remembered of one helps the next.
    chance = random.Random(int(name))

    def at_any_time(query: bytes) -> Need:
        return need(query)._replace(at=now + chance.randrange(-7 * 86_400, 34 * 86_400))

    rounds = [asked[at : at + ASKED] for at in range(0, len(asked), ASKED)]
    mean(match, rounds[0], need)
    lowest = statistics.median(mean(b"".join, some, pieces) for some in rounds[1:])
    took = statistics.median(mean(match, some, need) for some in rounds[1:])
    line(f"match_{name}", took, "us", lowest / took)
    parsed = mean(parse_and_match, rounds[1], bytes)
    line(f"match_with_parsing_{name}", parsed, "us", lowest / parsed)
    later = mean(match, rounds[2], at_any_time)
    line(f"match_at_any_time_{name}", later, "us", lowest / later)
    gaps = sum(b'"gap":null' not in match(need(query)) for query in rounds[3]) / ASKED
    line(f"questions_with_a_gap_{name}", gaps, "share", gaps)
    broken = took > FLOOR_MICROSECONDS
    if int(name) == SIZES[-1]:
        broken = broken or seconds > FLOOR_COMPILE_SECONDS or peak > FLOOR_COMPILE_MIB
    return int(broken)


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
