"""An import of 10,000 rows of the helplines' form, checked and brought in, beside its ceiling.

The file is a workbook as KoboToolbox exports it: groups in the headers, a column for each choice, repeats on a sheet of
their own. The ceiling is what nothing durable can beat on this disk: bare INSERTs of the same bytes, as many to a
commit. Prints one line per figure, ``name value unit ratio-to-ceiling``; exit code 1 above 60 s. SQLite, in a directory
of its own.
"""

from __future__ import annotations

import io
import os
import random
import sqlite3
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from pop.registry.mapping.instruments import source
from pop.surveys.forms.answering import Answering
from pop.surveys.forms.definition import ASKED, Form, Question
from pop.surveys.forms.loading import load
from pop.surveys.importing.rules.paths import repeat_of

ROWS = int(os.environ.get("POP_BENCH_ROWS", "10000"))
GOAL = 60.0
LOCK_GOAL = 100.0
KINDS = 150
NOW = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
WORDS = {"respondent_email": "somebody@example.org", "channel_email": "help@example.org"}


def answered(form: Form, seed: int) -> Answering:
    """Return answers drawn by chance: every question that is asked gets one that its form takes."""
    chance = random.Random(seed)
    answering = Answering.begin(form, now=NOW, chance=chance)
    for _ in range(3):  # what an answer opens is answered in the next round
        for path in answering.paths():
            item = form.by_path[plain(path)]
            if isinstance(item, Question) and item.kind in ASKED and answering.relevant(path):
                if not answering.value(path):
                    answering.set(path, drawn(item, answering, path, chance))
                if answering.valid(path) is not None:
                    answering.set(path, "")
    return answering


def plain(path: str) -> str:
    return "/".join(step.partition("[")[0] for step in path.split("/"))


def drawn(item: Question, answering: Answering, path: str, chance: random.Random) -> str:
    if item.kind in ("select_one", "select_multiple"):
        names = [choice.name for choice, _ in answering.choices(path)]
        if item.name == "may_answer" or not names:
            return names[0] if names else ""
        most = 1 if item.kind == "select_one" else min(4, len(names))
        return " ".join(chance.sample(names, most))
    if item.kind == "acknowledge":
        return "OK"
    if item.kind == "integer":
        return str(chance.randint(5, 17))
    return WORDS.get(item.name, f"{item.name.replace('_', ' ')} that was invented")


def exported(form: Form, rows: int) -> bytes:
    """Return a workbook as KoboToolbox would write it, with so many rows of `KINDS` different answers."""
    questions = [item for item in form.questions() if item.kind not in ("note", "uid")]
    outer = [item for item in questions if repeat_of(form, item.path) is None]
    inner = [item for item in questions if repeat_of(form, item.path) is not None]
    book = Workbook(write_only=True)
    main, channel = book.create_sheet("helplines"), book.create_sheet("channel")
    head = [header for item in outer for header in headers(item)]
    main.append(["start", "end", *head, "_id", "_uuid", "_submission_time", "__version__", "_index"])
    channel.append([*(header for item in inner for header in headers(item)), "_index", "_parent_index"])
    samples = [answered(form, seed) for seed in range(KINDS)]
    cells = [[cell for item in outer for cell in said(item, each, item.path)] for each in samples]
    inside = [
        [
            [cell for item in inner for cell in said(item, each, item.path.replace("/channel/", f"/channel[{n}]/"))]
            for n in range(1, each.count("/data/channel") + 1)
        ]
        for each in samples
    ]
    below = 0
    for number in range(1, rows + 1):
        kind = number % KINDS
        identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://example.org/{number}"))
        moments = ["2026-01-05T09:00:00.000+03:00", "2026-01-05T09:20:00.000+03:00"]
        main.append([*moments, *cells[kind], number, identity, "2026-01-05T06:21:00", "v1", number])
        for row in inside[kind]:
            below += 1
            channel.append([*row, below, number])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def headers(item: Question) -> Iterator[str]:
    header = "/".join(item.path.split("/")[2:])
    yield header
    if splits(item):
        yield from (f"{header}/{choice.name}" for choice in (item.choices.every if item.choices else ()))


def said(item: Question, answering: Answering, path: str) -> Iterator[object]:
    try:
        value = answering.seen(path)
    except LookupError:
        value = ""
    yield value or None
    if splits(item):
        for choice in item.choices.every if item.choices else ():
            yield (1 if choice.name in value.split() else 0) if value else None


def splits(item: Question) -> bool:
    return item.kind == "select_multiple" and item.choices is not None and len(item.choices.every) < 30


def ceiling(folder: Path, xml: bytes) -> float:
    """Return the seconds of bare inserts of as many documents, fifty to a commit."""
    database = sqlite3.connect(folder / "ceiling.sqlite3", isolation_level=None)
    for setting in ("journal_mode=WAL", "synchronous=FULL"):
        database.execute(f"PRAGMA {setting}")
    database.execute("CREATE TABLE kept (id TEXT PRIMARY KEY, xml BLOB)")
    begin = time.perf_counter()
    for _ in range(0, ROWS, 50):
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT INTO kept VALUES (?, ?)", [(uuid.uuid4().hex, xml) for _ in range(50)])
        database.execute("COMMIT")
    return time.perf_counter() - begin


def main(folder: Path) -> int:
    for name in ("DATABASE_URL", "HELPLINE_DATABASE_URL"):
        os.environ.pop(name, None)
    os.environ |= {"POP_DATA_DIR": str(folder), "POP_SECRET_KEY": "only for the bench"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pop.server.settings")
    import django  # noqa: PLC0415 - only now is it said where the data lies

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from pop.surveys.collecting.actions.surveys import load_form  # noqa: PLC0415
    from pop.surveys.importing.actions.bringing import begin_import, start_import  # noqa: PLC0415
    from pop.surveys.importing.actions.working import Checking, take_some  # noqa: PLC0415
    from pop.surveys.importing.queries import import_facts  # noqa: PLC0415
    from pop.surveys.importing.reading.opening import read_book  # noqa: PLC0415
    from pop.surveys.importing.rules.suggesting import suggest  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    form = load("helplines.md", source("helplines"))
    survey = load_form(name="helplines.md", data=source("helplines"), now=NOW).id
    data = exported(form, ROWS)
    locks: list[float] = []
    connection.execute_wrappers.append(_Locks(locks))
    mapping = suggest(read_book("helplines.xlsx", data), form).mapping
    begin, processor = time.perf_counter(), time.process_time()
    made, _ = begin_import(
        survey=survey, file_name="helplines.xlsx", data=data, now=NOW, hands="command", mapping=mapping
    )
    checking = Checking(made)
    while checking.step():
        pass
    checked = time.perf_counter() - begin
    start_import(import_id=made, good_only=False)
    while take_some(made):
        pass
    whole, processor = time.perf_counter() - begin, time.process_time() - processor
    facts = import_facts(made)
    if facts is None or facts.counts["taken"] != ROWS:
        raise SystemExit(f"not every row came in: {facts.counts if facts else None}")
    least = ceiling(folder, answered(form, 1).submission_xml())
    print(f"survey_import_bare_insert {least:.2f} s 1.00", flush=True)
    print(f"survey_import_check {checked:.1f} s {checked / least:.1f}", flush=True)
    print(f"survey_import_{ROWS} {whole:.1f} s {whole / least:.1f}", flush=True)
    print(f"survey_import_cpu {processor:.1f} s {processor / least:.1f}", flush=True)
    print(f"survey_import_longest_lock {max(locks) * 1000:.0f} ms -", flush=True)
    if whole > GOAL * ROWS / 10_000 or max(locks) * 1000 > LOCK_GOAL:
        print(f"above the goal of {GOAL:.0f} s for 10,000 rows, or of {LOCK_GOAL:.0f} ms for a lock")
        return 1
    return 0


class _Locks:
    """Notes how long each transaction held the write lock: from its first statement to its commit."""

    def __init__(self, kept: list[float]) -> None:
        self._kept = kept
        self._since: float | None = None

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        connection = context["connection"]
        if connection.in_atomic_block and self._since is None:
            self._since = time.perf_counter()
            connection.on_commit(self._ended)
        return execute(sql, params, many, context)

    def _ended(self) -> None:
        if self._since is not None:
            self._kept.append(time.perf_counter() - self._since)
        self._since = None


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="pop-bench-") as place:
        sys.exit(main(Path(place)))
