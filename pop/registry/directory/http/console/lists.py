"""Two lists to read: link checks and contradictions."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from pop.people.entrance import staff
from pop.people.pages.layout import later
from pop.people.pages.lists import Cell, Column, Listing, show
from pop.registry.directory.http.console.wording import LEVEL_TONES, SAY, WORDS, choices, country, moment, named
from pop.registry.directory.models import LinkCheck
from pop.registry.directory.queries.console import services, work
from pop.registry.directory.queries.console.work import FindingLine

LINKS = Listing[LinkCheck](
    title="links_title",
    name="link-checks",
    fetch=work.links,
    columns=(
        Column[LinkCheck]("link_url", lambda row: row.url, "url"),
        Column[LinkCheck](
            "link_result",
            lambda row: Cell(SAY["link_ok"], tone="good") if row.ok else Cell(SAY["link_bad"], tone="bad"),
        ),
        Column[LinkCheck]("link_status", lambda row: row.status, "status"),
        Column[LinkCheck]("link_final", lambda row: row.final_url),
        Column[LinkCheck]("link_checked", lambda row: moment(row.checked_at), "checked"),
    ),
    words=WORDS,
    filters={"ok": [("yes", later(SAY, "link_ok")), ("no", later(SAY, "link_bad"))]},
)


@staff()
@require_GET
def link_list(request: HttpRequest) -> HttpResponse:
    """The last check of every web address."""
    return show(request, LINKS, {"hint": SAY["links_hint"]})


@staff()
@require_GET
def finding_list(request: HttpRequest) -> HttpResponse:
    """What contradicts itself, record by record."""
    codes = sorted({code for found in services.all_conflicts().values() for code in found})
    listing = Listing[FindingLine](
        title="findings_title",
        name="contradictions",
        fetch=work.findings,
        columns=(
            Column[FindingLine]("service_name", lambda row: Cell(row.name, href=f"/services/{row.service}"), "name"),
            Column[FindingLine]("service_country", lambda row: country(row.country), "country"),
            Column[FindingLine](
                "finding_level", lambda row: Cell(named("level", row.level), tone=LEVEL_TONES[row.level])
            ),
            Column[FindingLine]("finding_code", lambda row: named("conflict", row.code), "code"),
            Column[FindingLine]("finding_message", lambda row: row.message),
        ),
        words=WORDS,
        filters={
            "level": choices("level", work.LEVEL_ORDER),
            "code": [(code, named("conflict", code)) for code in codes],
            "country": sorted(((code, country(code)) for code in services.used_countries()), key=lambda pair: pair[1]),
        },
    )
    return show(request, listing, {"hint": SAY["findings_hint"]})
