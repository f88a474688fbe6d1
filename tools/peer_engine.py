"""ODK's own form engine for the tests: installed from its lock file into build/, never committed, never shipped."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "tools" / "xforms_peer"
FOLDER = ROOT / "build" / "xforms_peer"
STAMP = FOLDER / ".installed"
OLDEST_NODE = 20
FILES = ("package.json", "package-lock.json")


def wanted() -> str:
    """Return the hash of what the lock file asks for."""
    return hashlib.sha256(b"".join((SOURCE / name).read_bytes() for name in FILES)).hexdigest()


def node() -> str | None:
    """Return Node's path, if it is one that the engine runs on: 20 or newer."""
    found = shutil.which("node")
    if found is None:
        return None
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    major = said.strip().removeprefix("v").partition(".")[0]
    return found if major.isdigit() and int(major) >= OLDEST_NODE else None


def ready() -> bool:
    """Say whether Node and exactly these packages are there."""
    return node() is not None and STAMP.exists() and STAMP.read_text(encoding="ascii") == wanted()


def install() -> bool:
    """Bring the packages of the lock file into build/ (hashes checked, no package's own scripts run)."""
    if ready():
        return True
    npm = shutil.which("npm")
    if npm is None or node() is None:
        return False
    FOLDER.mkdir(parents=True, exist_ok=True)
    STAMP.unlink(missing_ok=True)
    for name in FILES:
        shutil.copyfile(SOURCE / name, FOLDER / name)
    print("Installing the form engine to compare with (hashes checked) ...", flush=True)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run(command, cwd=FOLDER, check=False).returncode == 0:
        STAMP.write_text(wanted(), encoding="ascii")
    return ready()


def command() -> list[str]:
    """Return how to start it: JSON lines in, JSON lines out, as peer.mjs describes."""
    return [node() or "node", str(SOURCE / "peer.mjs"), str(FOLDER)]


if __name__ == "__main__":
    sys.exit(0 if install() else 1)
