"""The pages of the four instruments: what the server spends on each, and what it weighs, against their ceilings.

Prints one line per figure: ``name value unit ratio-to-ceiling``. A page takes at most 30 ms, and so does taking its
answers; a first page weighs at most 50 kB on the wire, in every language. What is measured is the process's own time
for a whole request: the sealed draft is opened, the answers are worked out, the page is drawn, and packed.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
CHANNELS = ("phone", "webchat", "whatsapp", "email")
ROUNDS = 5
RENDERED, FIRST_PAGE = 30.0, 50_000.0
_NAME = re.compile(r'name="(/[^"]+)"')
_PAGE = re.compile(rb'name="page" value="([^"]+)"')


class Visitor:
    """One browser, with what each of its requests cost the server."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.page = b""
        self.weight = 0
        self.spent = 0.0

    def get(self, path: str) -> Visitor:
        return self._timed(path, lambda: self.client.get(path))

    def post(self, path: str, said: Mapping[str, str | Sequence[str]]) -> Visitor:
        body = urlencode(said, doseq=True)
        kind = "application/x-www-form-urlencoded"
        return self._timed(path, lambda: self.client.post(path, body, content_type=kind))

    def names(self) -> dict[str, str]:
        """Return {last step: name} of the questions that are shown."""
        return {name.rpartition("/")[2]: name for name in _NAME.findall(self.page.decode())}

    def asked(self) -> str:
        """Return which page of the form is shown, as its own posts say it."""
        found = _PAGE.search(self.page)
        return found[1].decode() if found else ""

    def _timed(self, path: str, ask: Any) -> Visitor:
        start = time.process_time()
        answer = ask()
        self.spent = (time.process_time() - start) * 1000
        if answer.status_code not in (200, 303):
            raise SystemExit(f"{path} answered {answer.status_code}")
        self.weight = len(answer.content)
        self.page = gunzip(answer) if answer.content else b""
        return self


def gunzip(answer: Any) -> bytes:
    """Return what a browser unpacks."""
    packed = answer.headers.get("Content-Encoding") == "gzip"
    return bytes(gzip.decompress(answer.content) if packed else answer.content)


def pages_of(visitor: Visitor, form: str, language: str) -> Iterator[str]:
    """Begin a survey, choose some channels, and yield the address of each page that is then asked."""
    visitor.client.cookies.clear()
    visitor.post(f"/survey/{form}", {"language": language, "anew": "yes"})
    number = 1
    while True:
        path = f"/survey/{form}/{number}"
        answer = visitor.client.get(path)
        if answer.status_code != 200:
            return
        visitor.page = gunzip(answer)
        ways = visitor.names().get("channels")
        if ways:
            visitor.post(path, {"page": visitor.asked(), ways: CHANNELS, "do": "next"})
        yield path
        number += 1


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="pop-bench-"))
    os.environ |= {
        "POP_DATA_DIR": str(folder),
        "POP_SECRET_KEY": "only for the bench",
        "POP_DOOR": "public",
        "DJANGO_SETTINGS_MODULE": "pop.server.settings",
    }
    os.environ.pop("DATABASE_URL", None)
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from pop.registry.mapping.instruments import NAMES, source  # noqa: PLC0415
    from pop.surveys.collecting.actions.surveys import load_form, open_survey  # noqa: PLC0415

    try:
        call_command("migrate", verbosity=0)
        for name in NAMES:
            load_form(name=f"{name}.md", data=source(name), now=timezone.now(), instrument=name)
            open_survey(form_id=f"pop_{name}", now=timezone.now())
        visitor = Visitor(Client(headers={"accept-encoding": "gzip"}))
        first: list[tuple[float, int]] = []
        drawn: list[float] = []
        taken: list[float] = []
        heaviest = 0
        for name in NAMES:
            form = f"pop_{name}"
            for language in LANGUAGES:
                address = f"/survey/{form}?language={language}"
                visitor.get(address)  # reads the form, as the first visitor of a process does
                first.append((statistics.median(visitor.get(address).spent for _ in range(ROUNDS)), visitor.weight))
            for path in pages_of(visitor, form, "ar"):
                drawn.append(statistics.median(visitor.get(path).spent for _ in range(ROUNDS)))
                heaviest = max(heaviest, visitor.weight)
                said = {"page": visitor.asked(), "do": "look"}
                taken.append(statistics.median(visitor.post(path, said).spent for _ in range(ROUNDS)))
            drawn.append(visitor.get(f"/survey/{form}/review").spent)
        figures = (
            ("survey_first_page", max(spent for spent, _ in first), "ms", RENDERED),
            ("survey_first_page_weight", max(weight for _, weight in first), "B", FIRST_PAGE),
            ("survey_page_median", statistics.median(drawn), "ms", RENDERED),
            ("survey_page_slowest", max(drawn), "ms", RENDERED),
            ("survey_answers_slowest", max(taken), "ms", RENDERED),
            ("survey_page_heaviest", heaviest, "B", FIRST_PAGE),
        )
        over = []
        for name, value, unit, ceiling in figures:
            print(f"{name} {value:.0f} {unit} {value / ceiling:.2f}", flush=True)
            if value > ceiling:
                over.append(f"{name} is over its ceiling of {ceiling:.0f} {unit}")
        print("\n".join(over), end="\n" if over else "")
        return 1 if over else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
