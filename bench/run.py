"""`make bench`: every figure beside its ceiling from the same run. Exit code 1 when a floor is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PARTS = (
    "match.py",
    "doors.py",
    "maps.py",
    "surveys.py",
    "survey_pages.py",
    "exports.py",
    "imports.py",
    "chat.py",
    "desk.py",
    "prosody.py",
    "start.py",
)


def main() -> int:
    if not shutil.which("wrk") and shutil.which("apt-get") and os.geteuid() == 0:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)  # type: ignore[call-overload]
        subprocess.run(["apt-get", "install", "-y", "-qq", "wrk"], check=False, **quiet)  # type: ignore[call-overload]
    print("name value unit ratio-to-ceiling", flush=True)
    codes = [subprocess.run([sys.executable, str(HERE / part)], check=False).returncode for part in PARTS]
    return 1 if any(codes) else 0


if __name__ == "__main__":
    sys.exit(main())
