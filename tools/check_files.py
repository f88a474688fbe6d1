"""No file over 500 lines, no folder that says nothing, nothing of this machine in the tree."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 500
MEASURED = {".py", ".js", ".css", ".html"}
EMPTY_NAMES = {"utils", "helpers", "common", "core", "misc", "base", "manager"}
# Django looks for a database engine in a file of this name.
NAMED_BY_DJANGO = {"pop/server/patient_sqlite3/base.py"}
# Rules that no linter has: a review comment made twice becomes one of these (path, pattern, why).
HABITS = (
    (
        re.compile(r"^pop/.*\.py$"),
        re.compile(r"django\.dispatch|django\.db\.models\.signals"),
        "news is published as events",
    ),
    (
        re.compile(r"^pop/(?!.*(models|queries|actions|migrations)).*\.py$"),
        re.compile(r"\.objects\b"),
        "tables are read in queries and written in actions",
    ),
    (
        re.compile(r"^pop/.*\.py$"),
        re.compile(r"synchronous *= *NORMAL", re.I),
        "NORMAL loses acknowledged writes at a power cut",
    ),
    (
        re.compile(r"^pop/.*\.py$"),
        re.compile(r"\blog(?:ger)?\.\w+\(f[\"']"),
        "a log line has fixed words: what it quotes may be a person's",
    ),
)
HOME = re.compile(r"/(home|root|work|Users)/[a-z]")


def main() -> int:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    names = listed.stdout.split("\n") if listed.returncode == 0 else []
    problems = []
    for name in filter(None, names):
        path = ROOT / name
        if not path.is_file():
            continue
        if path.suffix in MEASURED:
            text = path.read_text(encoding="utf-8")
            lines = text.count("\n")
            if lines > LIMIT and "/migrations/" not in name:
                problems.append(f"{name}: {lines} lines (at most {LIMIT}): split it by what it does")
            for number, line in enumerate(text.split("\n"), 1):
                if name == "tools/check_files.py":
                    continue
                if HOME.search(line):
                    problems.append(f"{name}:{number}: a path of one machine")
                for where, pattern, why in HABITS:
                    if where.search(name) and pattern.search(line):
                        problems.append(f"{name}:{number}: {why}")
        parts = {path.stem, *Path(name).parent.parts}
        if name.endswith(".py") and parts & EMPTY_NAMES and name not in NAMED_BY_DJANGO:
            problems.append(f"{name}: {sorted(parts & EMPTY_NAMES)[0]} says nothing about what is in it")
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
