"""What the map adds to the registry's pages: a country against its region, and a service among its like."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import timezone

from pop.evidence.maps import queries
from pop.evidence.maps.http import wording
from pop.evidence.maps.http.pages import speaker
from pop.evidence.maps.queries import Answer
from pop.evidence.maps.rules.filters import DEFAULT_EDITION, Filter
from pop.places.countries import country_name
from pop.places.words import Speaker
from pop.registry.directory.queries.mapped import ChangedFact, changes_of, lists

MOST_CHANGES = 10


def _asked(**chosen: str) -> Answer:
    question = Filter({name: (value,) for name, value in chosen.items()})
    return queries.select(question, now=timezone.now())


def country_panel(code: str, language: str) -> str:
    """Return what exists in a country, what is missing against its region, and what changed lately, as HTML."""
    say = speaker(language)
    here = _asked(country=code)
    region = here.region_of[code]
    around = _asked(region=region)
    known = lists()
    guarded = code in here.board.guarded
    changed = [] if guarded else changes_of([each.id for each in here.all()], limit=MOST_CHANGES)
    context = {
        "say": say,
        "count": say("panel_records", count=here.total),
        "records": f"/{language}/map/records?country={code}" if here.total else "",
        "guarded": guarded,
        "took_part": code in here.board.took_part,
        "against": say("panel_region", region=wording.region(DEFAULT_EDITION, region, say), edition=say["edition_m49"]),
        "missing": []
        if guarded
        else [
            (say[f"panel_missing_{name}s"], _missing(name, ids, here, around, say))
            for name, ids in (("topic", known.topics), ("channel", known.channels))
        ],
        "changed": [
            (each.on.isoformat(), each.name, f"/{language}/service/{each.service}", _changed(each, say))
            for each in changed
        ],
        "map": f"/{language}/map?{urlencode({'region': region})}",
        "matrix": f"/{language}/map/matrix?country={code}",
    }
    return render_to_string("map/panel_country.html", context)


def _missing(name: str, ids: tuple[str, ...], here: Answer, around: Answer, say: Speaker) -> list[str]:
    """Return the values that others of the region have a record for, and this country has none."""
    return [
        wording.value(name, id, DEFAULT_EDITION, say)
        for id in ids
        if around.count(**{name: id}) and not here.count(**{name: id})
    ]


def _changed(change: ChangedFact, say: Speaker) -> str:
    field = _field(change.field, say)
    return say("panel_changed_by_ministry", field=field) if change.by_ministry else field


def _field(field: str, say: Speaker) -> str:
    key = f"field_{field}"
    return say[key] if key in say else say["panel_changed_other"]


def service_panel(id: UUID, language: str) -> str:
    """Return how many records are like a service, in its country and its region, as HTML; "" where it is not shown."""
    say = speaker(language)
    board = queries.board()
    record = board.listed_record(id)
    if record is None or record.country in board.guarded:
        return ""
    region = board.regions[DEFAULT_EDITION][record.country]
    here, around = _asked(country=record.country, kind=record.kind), _asked(region=region, kind=record.kind)
    context = {
        "say": say,
        "here": say("panel_service_like", count=here.total),
        "here_address": f"/{language}/map/records?" + urlencode({"country": record.country, "kind": record.kind}),
        "around": say("panel_service_region", region=wording.region(DEFAULT_EDITION, region, say), count=around.total),
        "around_address": f"/{language}/map/records?" + urlencode({"region": region, "kind": record.kind}),
        "country": country_name(record.country, language),
    }
    return render_to_string("map/panel_service.html", context)
