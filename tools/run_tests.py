"""`make test`: install what the tests need where that is possible, then run all of them, on both databases.

With CI=true nothing may be left out. Elsewhere what cannot run is named, with the reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import peer_engine
from with_postgres import program

ROOT = Path(__file__).resolve().parents[1]
STRICT = os.environ.get("CI") == "true"
# Debian's names of what the tests drive: a browser, a database server, a tracer of system calls, a clock to set, and
# what ODK's own form engine and form checker run on.
PACKAGES = {
    "chromium": "chromium",
    "postgres": "postgresql",
    "strace": "strace",
    "faketime": "faketime",
    "node": "nodejs",
    "npm": "npm",
    "java": "default-jre-headless",
}
ENGINE = "ODK's form engine"
# A helpline may live in a database of its own: its tests run once so, with two files.
APART = ROOT / "build" / "tests" / "helpline.sqlite3"


def missing() -> list[str]:
    absent = []
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        absent.append("chromium")
    if not program("postgres"):
        absent.append("postgres")
    absent += [name for name in ("strace", "faketime", "node", "java") if not shutil.which(name)]
    if not shutil.which("npm") and not peer_engine.ready():
        absent.append("npm")
    return absent


def install(absent: list[str]) -> None:
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return
    names = [PACKAGES[each] for each in absent]
    print(f"Installing {', '.join(names)} for the tests ...", flush=True)
    quiet = {"stdout": subprocess.DEVNULL}
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment, **quiet)  # type: ignore[call-overload]
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names], check=False, env=environment, **quiet
    )  # type: ignore[call-overload]


def run(title: str, command: list[str], **more: str) -> bool:
    print(f"== {title}", flush=True)
    environment = {**os.environ, "POP_DATA_DIR": str(ROOT / "build" / "tests"), "POP_SECRET_KEY": "only for tests"}
    for name in ("DATABASE_URL", "HELPLINE_DATABASE_URL"):
        environment.pop(name, None)
    environment.update(more)
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def main() -> int:
    absent = missing()
    if absent:
        install(absent)
        absent = missing()
    if not peer_engine.install():
        absent.append(ENGINE)
    if absent and STRICT:
        print(f"Nothing may be left out here, but {', '.join(absent)} could not be installed.")
        return 1
    pytest = [sys.executable, "-m", "pytest", "-q"]
    left_out = []
    two_workers = ["-n", "2", "--dist", "loadfile"]
    good = run("rules, pages and storage on SQLite", [*pytest, *two_workers, "-m", "not browser"])
    good &= run(
        "the helpline in a database of its own",
        [*pytest, *two_workers, "-m", "storage", "tests/helpline", "tests/events", "tests/audit"],
        HELPLINE_DATABASE_URL=f"sqlite:///{APART}",
    )
    if "strace" in absent:
        left_out.append("power cuts and failing syncs: install strace")
    if "faketime" in absent:
        left_out.append("clock jumps: install faketime")
    if ENGINE in absent:
        left_out.append("our form engine beside ODK's own: install Node 20 or newer, and npm")
    if "java" in absent:
        left_out.append("ODK Validate: install Java (Debian: default-jre-headless)")
    if "postgres" in absent:
        left_out.append("storage on PostgreSQL: install it (Debian: postgresql)")
    else:
        with_postgres = [sys.executable, "tools/with_postgres.py"]
        good &= run("storage on PostgreSQL", [*with_postgres, *pytest, *two_workers, "-m", "storage"])
    if "chromium" in absent:
        left_out.append("pages in a real browser: install chromium")
    else:
        good &= run("pages in a real browser", [*pytest, "-n", "2", "--dist", "loadscope", "-m", "browser"])
    for each in left_out:
        print(f"left out: {each}")
    print("make test: all passed" if good else "make test: FAILED", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
