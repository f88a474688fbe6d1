"""The first page: what waits, and how well the records are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from pop.people.entrance import member, staff
from pop.people.models import HOUSE_ROLES, ROLES
from pop.people.pages.alerts import alerts_for
from pop.people.pages.layout import page
from pop.registry.directory.http.console.wording import SAY, WORDS, named
from pop.registry.directory.queries.console import overview as queries

_BAR_START, _BAR_WIDTH = 300, 420
_ROW = 34


@dataclass(frozen=True)
class Piece:
    """One piece of a bar: its place, its width and the age it stands for."""

    x: int
    width: int
    age: int
    count: int


@dataclass(frozen=True)
class Bar:
    """One bar of the chart: its words, its place, its pieces, the sum and where that is written."""

    text: str
    y: int
    pieces: tuple[Piece, ...]
    total: int
    end: int
    said: str


def bars(stages: Mapping[str, Sequence[int]]) -> list[Bar]:
    """Return the bars of the stages, best stage first, in units of the picture."""
    most = max((sum(counts) for counts in stages.values()), default=0) or 1
    found: list[Bar] = []
    for place, (stage, counts) in enumerate(reversed(list(stages.items()))):
        x, pieces = _BAR_START, []
        for age, count in enumerate(counts):
            width = round(count * _BAR_WIDTH / most)
            if count:
                pieces.append(Piece(x, max(width, 1), age, count))
                x += max(width, 1)
        said = ", ".join(f"{SAY[f'age_{age}']}: {count}" for age, count in enumerate(counts) if count)
        found.append(Bar(named("stage", stage), place * _ROW, tuple(pieces), sum(counts), x + 8, said))
    return found


@staff(*ROLES)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The first page; that of a ministry's focal point is their country's."""
    if not set(HOUSE_ROLES) & set(member(request).roles):
        return redirect("national_services")
    counts = queries.overview(reader=member(request).id, today=timezone.now().date())
    figures = [
        (counts.answerable, "overview_waiting_proposals", "/proposals?whose=answerable"),
        (counts.open_tasks, "overview_tasks", "/tasks?state=open"),
        (counts.waiting, "overview_waiting", "/services?state=waiting"),
        (counts.withheld, "overview_withheld", "/services?safety=withheld"),
        (counts.suspended, "overview_suspended", "/services?state=suspended"),
        (counts.findings, "overview_findings", "/findings"),
        (counts.broken_links, "overview_links", "/links?ok=no"),
    ]
    drawn = bars(counts.stages)
    context = {
        "title": SAY["overview_title"],
        "alerts": alerts_for(member(request).roles),
        "figures": [{"count": count, "text": SAY[key], "address": address} for count, key, address in figures],
        "reports": counts.reports,
        "published": counts.published,
        "bars": drawn,
        "height": len(drawn) * _ROW,
        "ages": [(age, SAY[f"age_{age}"]) for age in range(len(queries.AGES) + 1)],
        "codes": [(code, named("conflict", code), count) for code, count in counts.findings_by_code],
    }
    return page(request, "console/overview.html", context, words=WORDS)
