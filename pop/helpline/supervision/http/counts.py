"""The weekly counts of a line, as bars, as tables and as CSV: exactly what is shown, small numbers hidden."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from pop.helpline.cases.queries.endings import Endings, answers_of_week
from pop.helpline.cases.queries.weekly import Week, weekly_counts
from pop.helpline.cases.rules import lists
from pop.helpline.lines.queries import LineRecord
from pop.helpline.supervision.http.answering import chosen, supervised
from pop.helpline.supervision.http.assets import STYLE
from pop.helpline.supervision.http.wording import SAY, WORDS
from pop.helpline.supervision.rules.drawing import Row, rows
from pop.helpline.supervision.rules.hours import monday_of
from pop.helpline.words.showing import named
from pop.people.entrance import member, staff
from pop.people.pages.layout import page

_OUTCOMES = ("answered", "left", "missed")
_ANSWERS = ("3", "2", "1")
_FIRST_WEEK = date(2000, 1, 3)


@dataclass(frozen=True)
class Shown:
    """One table of the page: its heading and hint, and its rows in words."""

    id: str
    title: str
    hint: str
    rows: Sequence[tuple[str, Row]]


@staff("supervisor")
@require_GET
def counts_page(request: HttpRequest) -> HttpResponse:
    """A week of a line; `?week=` is any day of it, `?format=csv` the same tables as a file."""
    own = supervised(request)
    line = chosen(request, own)
    if line is None:
        return page(
            request, "supervision/counts.html", {"title": SAY["menu_counts"], "own": own, "styles": STYLE}, words=WORDS
        )
    now = timezone.now()
    this = monday_of(now.astimezone(ZoneInfo(line.timezone)).date())
    monday = min(_monday(request.GET.get("week", ""), this), monday_of(now.date()))
    me = member(request).id
    week = weekly_counts(line=line.id, week=monday, staff=me, now=now)
    tables = _tables(week, answers_of_week(line=line.id, monday=week.monday, staff=me))
    if request.GET.get("format") == "csv":
        return _export(line, week, tables)
    after = week.monday + timedelta(days=7)
    context: dict[str, Any] = {
        "title": SAY["menu_counts"],
        "own": own,
        "line": line,
        "week": week,
        "monday": week.monday.isoformat(),
        "before": (week.monday - timedelta(days=7)).isoformat(),
        "after": after.isoformat() if after <= now.date() else "",
        "newest": now.date().isoformat(),
        "tables": tables,
        "few_answers": not any(each.id.startswith("answers") for each in tables),
        "styles": STYLE,
    }
    return page(request, "supervision/counts.html", context, words=WORDS)


def _monday(text: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return monday_of(day) if day >= _FIRST_WEEK else otherwise


def _tables(week: Week, endings: Endings) -> list[Shown]:
    kinds = [each.id for each in lists.contact_types()]
    found = [
        _table("counts_channels", week.channels, "channel", _largest_first(week.channels)),
        _table("counts_contact_types", week.contact_types, "contact_type", kinds),
        _table("counts_topics", week.topics, "group", lists.groups(), hint="counts_topics_hint"),
        _table("counts_outcomes", week.outcomes, "outcome", _OUTCOMES),
    ]
    for name, answered in (("helped", endings.helped), ("listened", endings.listened)):
        if answered is not None:
            found.append(_table(f"answers_{name}", answered, "answers", _ANSWERS, hint="answers_hint"))
    return found


def _table(
    key: str, table: Mapping[str, int | None], prefix: str, order: Sequence[str] = (), *, hint: str = ""
) -> Shown:
    drawn = rows(table, order, width=100)
    labelled = [(named(prefix, each.code, say=SAY), each) for each in drawn]
    return Shown(key, SAY[key], SAY[hint] if hint else "", labelled)


def _largest_first(table: Mapping[str, int | None]) -> list[str]:
    """Return codes by their shown number; hidden ones last and by name, so that their order tells nothing."""
    return sorted(table, key=lambda code: (-(table[code] or 0), code))


def _export(line: LineRecord, week: Week, tables: Sequence[Shown]) -> HttpResponse:
    """Write what the page shows: every cell is one of our words, a code or a number, so no formula can stand there."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([SAY["counts_week"], SAY["counts_table"], SAY["counts_label"], SAY["counts_number"]])
    start = week.monday.isoformat()
    writer.writerow([start, SAY["counts_contacts"], "", _number(week.contacts)])
    for table in tables:
        for label, row in table.rows:
            writer.writerow([start, table.title, label, _number(row.count)])
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="counts-{start}-{str(line.id)[:8]}.csv"'
    return response


def _number(count: int | None) -> str:
    return SAY["counts_hidden"] if count is None else str(count)
