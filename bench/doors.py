"""The doors under load, each beside its ceiling: the same server's constant 800-byte body, in the same run.

Prints one line per figure: ``name value unit ratio-to-ceiling``. Needs `wrk` (Debian), which drives from the other
core; every load goes to loopback and is bounded in time.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SERVICES = 20_000
SECONDS = 4
ROUNDS = 3
CONNECTIONS = 64


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def rate(port: int, script: str, folder: Path) -> float:
    """Return requests per second of one bounded run of wrk on core 1, the server being on core 0."""
    path = folder / "ask.lua"
    path.write_text(script)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(path), f"http://127.0.0.1:{port}"]
    if shutil.which("taskset") and (os.cpu_count() or 1) > 1:
        command = ["taskset", "-c", "1", *command]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS + 30).stdout
    if re.search(r"Non-2xx", printed):
        raise SystemExit(f"the server refused some requests:\n{printed}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    return float(found[1]) if found else 0.0


def lua(paths: list[str], *, method: str = "GET", body: str = "", headers: dict[str, str] | None = None) -> str:
    """Return a wrk script that asks for the paths in turn."""
    listed = ",".join(f'"{path}"' for path in paths)
    said = "".join(f'h["{name}"]="{value}" ' for name, value in (headers or {}).items())
    return (
        f"local p={{{listed}}} local i=0 local h={{}} {said}"
        f'request=function() i=i%#p+1 return wrk.format("{method}",p[i],h,{f"{body!r}" if body else "nil"}) end'
    )


def questions(count: int) -> list[str]:
    """Return distinct, realistic questions; the same ones in every run."""
    chance = random.Random(20)
    countries = ["KE", "DK", "GB", "IN", "BR", "EG", "FR", "US", "ZA", "CN", "RU", "MX", "TZ", "SN", "DE", "PL", "UA"]
    topics = [
        "bullying",
        "suicidal_thoughts",
        "domestic_violence",
        "cyberbullying",
        "anxiety",
        "family",
        "sexual_violence",
    ]
    found: set[str] = set()
    while len(found) < count:
        asked = [f"country={chance.choice(countries)}"]
        if chance.random() < 0.8:
            asked.append(f"topic={chance.choice(topics)}")
        asked += [
            f"language={language}"
            for language in chance.sample(["en", "fr", "es", "ar", "sw", "ru"], chance.randint(0, 2))
        ]
        if chance.random() < 0.5:
            asked.append(f"age={chance.randint(8, 24)}")
        if chance.random() < 0.2:
            asked.append("channel=phone")
        if chance.random() < 0.2:
            asked.append(f"needs={chance.choice(['free', 'anonymous'])}")
        found.add("/v1/match?" + "&".join(asked))
    return sorted(found)


def main() -> int:
    if not shutil.which("wrk"):
        print("left out: the doors under load need `wrk` (Debian: apt-get install wrk)")
        return 3 if os.environ.get("CI") == "true" else 0
    folder = Path(tempfile.mkdtemp(prefix="pop-bench-"))
    port = free_port()
    environment = {
        **os.environ,
        "POP_DATA_DIR": str(folder),
        "POP_PUBLIC_PORT": str(port),
        "POP_SECRET_KEY": "only for the bench",
        "POP_DOOR": "public",
    }
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, str(ROOT / "bench" / "served.py"), str(SERVICES)]
    if shutil.which("taskset") and (os.cpu_count() or 1) > 1:
        command = ["taskset", "-c", "0", *command]
    server = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", server)
        gzip = {"Accept-Encoding": "gzip", "Accept-Language": "sw-KE"}
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        asked = {
            "constant": lua(["/constant"]),
            "match": lua(questions(4000)),
            "first_page": lua(["/sw/KE", "/en/KE", "/ar/EG", "/"], headers=gzip),
            "answer_page": lua(["/sw/KE/find", "/en/GB/find"], method="POST", body="tile=at_home", headers=form),
        }
        rates: dict[str, list[float]] = {name: [] for name in asked}
        for _ in range(ROUNDS):
            for name, script in asked.items():
                rates[name].append(rate(port, script, folder))
        middle = {name: statistics.median(values) for name, values in rates.items()}
        floors = {"match": ("ratio", 0.5), "first_page": ("ratio", 0.25), "answer_page": ("rate", 150.0)}
        failed = []
        for name, value in middle.items():
            ratio = value / middle["constant"]
            print(f"door_{name} {value:.0f} requests/s {ratio:.2f}", flush=True)
            if name in floors:
                unit, floor = floors[name]
                if (ratio if unit == "ratio" else value) < floor:
                    failed.append(f"door_{name} is below its floor of {floor:g} ({unit})")
        print("\n".join(failed), end="\n" if failed else "")
        return 1 if failed else 0
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
