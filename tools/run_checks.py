"""`make check`: layout, types, import rules, file sizes, templates and catalogues, each named when it fails."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[1]
CHECKS = {
    "layout": [str(BIN / "ruff"), "format", "--check", "-q", "."],
    "rules": [str(BIN / "ruff"), "check", "-q", "."],
    "types": [str(BIN / "mypy"), "-p", "pop", "-p", "pop_sdk"],
    "imports": [str(BIN / "lint-imports"), "--no-cache"],
    "files": [sys.executable, "tools/check_files.py"],
    "templates": [sys.executable, "tools/check_templates.py"],
    "catalogues": [sys.executable, "tools/catalogues.py", "check"],
}


def run(name: str) -> tuple[str, int, str, float]:
    started = time.monotonic()
    # A data directory of its own: a check must not touch the one that `make run` serves from.
    environment = {**os.environ, "POP_DATA_DIR": str(ROOT / "build" / "check"), "POP_SECRET_KEY": "only for checks"}
    done = subprocess.run(CHECKS[name], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return name, done.returncode, done.stdout + done.stderr, time.monotonic() - started


def main() -> int:
    failed = []
    with ThreadPoolExecutor(2) as pool:
        for name, code, output, seconds in pool.map(run, ["types", *(name for name in CHECKS if name != "types")]):
            print(f"{name:<12} {'ok' if code == 0 else 'FAILED'}  {seconds:.1f} s", flush=True)
            if code:
                failed.append(name)
                print(output, flush=True)
    if failed:
        print(f"make check: {', '.join(failed)} failed. `make fix` mends layout and import order.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
