"""Submissions taken away in each format, beside their ceiling: every row read from the database and its XML parsed.

The form is the long one of `surveys.py`: 80 questions, five rows of a repeat, 6 kB of answers. Prints one line per
figure, ``name value unit ratio-to-ceiling``, in seconds of one processor: nothing here waits for anybody. Exit code 1
where 20,000 submissions would take more than two minutes, or where memory grows with their number. SQLite, in a
directory of its own.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
import uuid
from pathlib import Path

import django
from surveys import filled, workbook

SUBMISSIONS = int(os.environ.get("POP_BENCH_SUBMISSIONS", "2000"))
GOAL = 120.0
# Above what the process has before the first export: rows on their way, not the rows.
MORE_MEMORY = 100.0


def memory() -> float:
    """Return the most that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(folder: Path) -> int:
    os.environ |= {"POP_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "pop.server.settings"}
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from pop.surveys.collecting.actions.surveys import load_form, open_survey  # noqa: PLC0415
    from pop.surveys.collecting.models import Submission, Survey  # noqa: PLC0415
    from pop.surveys.collecting.queries.submissions import counting  # noqa: PLC0415
    from pop.surveys.exporting.actions import FORMATS, export  # noqa: PLC0415
    from pop.surveys.forms.reading import parse_xml  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    now = timezone.now()
    load_form(name="bench.md", data=workbook(), now=now)
    open_survey(form_id="bench", now=now)
    survey = Survey.objects.get()
    for first in range(0, SUBMISSIONS, 500):
        Submission.objects.bulk_create(
            Submission(
                instance_id=f"uuid:{uuid.uuid4()}",
                survey=survey,
                xml=filled(),
                sha256="0" * 64,
                source="import",
                state="received",
                received_at=now,
                provenance={"file": "bench.csv", "row": number},
            )
            for number in range(first, min(first + 500, SUBMISSIONS))
        )
    begin = time.process_time()
    read = sum(parse_xml(whole.xml) is not None for whole in counting(survey.id))
    least = time.process_time() - begin
    print(f"survey_export_read_{read} {least:.2f} s 1.00", flush=True)
    before, slowest = memory(), 0.0
    for file_format in FORMATS:
        begin = time.process_time()
        with (folder / "out").open("wb") as to:
            export(form_id="bench", file_format=file_format, to=to, language="en")
        spent = time.process_time() - begin
        slowest = max(slowest, spent)
        print(f"survey_export_{file_format} {spent:.2f} s {spent / least:.1f}", flush=True)
    more = memory() - before
    print(f"survey_export_memory {more:.0f} MB {more / MORE_MEMORY:.2f}", flush=True)
    if slowest > GOAL * SUBMISSIONS / 20_000 or more > MORE_MEMORY:
        print(f"above the goal of {GOAL:.0f} s for 20,000 submissions, or of {MORE_MEMORY:.0f} MB")
        return 1
    return 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="pop-bench-") as place:
        sys.exit(main(Path(place)))
