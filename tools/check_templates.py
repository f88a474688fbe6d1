"""Every template compiles, so that a slip in one is found before a child finds it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django
from django.template import TemplateSyntaxError, engines

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pop.server.settings")
    django.setup()
    problems = []
    engine = engines["django"]
    for path in sorted((ROOT / "pop").rglob("templates/**/*.html")):
        try:
            engine.from_string(path.read_text(encoding="utf-8"))
        except TemplateSyntaxError as error:
            problems.append(f"{path.relative_to(ROOT)}: {error}")
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
