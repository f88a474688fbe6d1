"""The map to take away as CSV, HXL, GeoJSON, JSON and SVG, each with its licence and citation, all with equal numbers.

They are public data: anybody may keep them for five minutes and ask again by their tag. Not longer, because what two
people hide must leave other people's stores too.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from pop.evidence.maps import queries
from pop.evidence.maps.http.assets import DRAWING_CSS, layer
from pop.evidence.maps.http.pages import CITATION, LICENCE, asked_of, drawing, speaker
from pop.evidence.maps.http.wording import Places, download_query
from pop.evidence.maps.queries import Answer
from pop.evidence.maps.rules.filters import ParameterError
from pop.evidence.maps.rules.hiding import FEWEST
from pop.evidence.maps.rules.matrix import matrix_of
from pop.people.entrance import anyone
from pop.places.countries import country_name
from pop.places.problems import MEDIA_TYPE, problem
from pop.registry.directory.queries.mapped import MappedRecord, lists

_FRESH = 300  # seconds
# A spreadsheet runs a cell that begins like this.
_FORMULA = re.compile(r"[=+\-@\t\r]")
RECORD_COLUMNS = (
    *("id", "name", "country_code", "country", "region", "kind", "operator", "topics", "takes_any_topic", "channels"),
    *("languages", "age_min", "age_max", "audience", "responders", "needs_met", "stage", "evidence_on", "source"),
    "checked_for_children",
    *("record", "licence", "citation"),
)
HXL = (
    ("country_code", "#country+code+v_iso2"),
    ("country", "#country+name"),
    ("region", "#region+name"),
    ("records", "#service+num"),
    ("state", "#status"),
    ("not_checked_for_children", "#service+num+not_checked"),
    ("took_part", "#meta+took_part"),
    ("source", "#meta+source"),
    ("licence", "#meta+licence"),
)

View = Callable[[HttpRequest, Answer], tuple[bytes, str, str]]


def _file(made: View) -> Callable[[HttpRequest], HttpResponse]:
    """Answer with a file that may be kept for a while; a wrong parameter is named in problem details."""

    @anyone
    @gzip_page
    @require_safe
    def answered(request: HttpRequest) -> HttpResponse:
        try:
            answer = queries.select(asked_of(request.GET), now=timezone.now())
        except ParameterError as wrong:
            detail = "The value of this parameter is not accepted."
            body = problem(400, "Not understood", detail, parameter=wrong.parameter, accepted=wrong.accepted)
            return HttpResponse(body, status=400, content_type=MEDIA_TYPE)
        body, media_type, name = made(request, answer)
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        known = {each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")}
        response = HttpResponse(status=304) if tag in known else HttpResponse(body, content_type=media_type)
        response["ETag"] = tag
        response["Cache-Control"] = f"public, max-age={_FRESH}"
        if name and response.status_code == 200:
            response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    answered.__doc__ = made.__doc__
    answered.__name__ = made.__name__
    return answered


def neutral(text: str) -> str:
    """Return a cell that no spreadsheet runs: what begins like a formula gets an apostrophe in front."""
    return f"'{text}" if _FORMULA.match(text) else text


def _csv(rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([neutral(str(cell)) for cell in row] for row in rows)
    return out.getvalue().encode()


@_file
def records_csv(request: HttpRequest, answer: Answer) -> tuple[bytes, str, str]:
    """One line per record, in English and in codes: UTF-8, ISO 8601 dates, lists separated by blanks."""
    origin = f"{request.scheme}://{request.get_host()}"

    found = (_record(each, answer, origin) for each in answer.all())
    rows = ([each[name] for name in RECORD_COLUMNS] for each in found)
    return _csv([RECORD_COLUMNS, *rows]), "text/csv; charset=utf-8", "map.csv"


def _record(each: MappedRecord, answer: Answer, origin: str) -> dict[str, object]:
    return {
        "id": str(each.id),
        "name": each.name,
        "country_code": each.country,
        "country": country_name(each.country, "en"),
        "region": answer.region_of[each.country],
        "kind": each.kind,
        "operator": each.operator,
        "topics": " ".join(each.topics),
        "takes_any_topic": "yes" if each.general else "",
        "channels": " ".join(each.channels),
        "languages": " ".join(each.languages),
        "age_min": "" if each.age_min is None else each.age_min,
        "age_max": "" if each.age_max is None else each.age_max,
        "audience": " ".join(each.audience),
        "responders": " ".join(each.responders),
        "needs_met": " ".join(each.needs),
        "stage": each.stage,
        "evidence_on": each.stage_on.isoformat() if each.stage_on else "",
        "source": each.source,
        "checked_for_children": "no" if each.mapped_only else "yes",
        "record": f"{origin}/en/service/{each.id}",
        "licence": LICENCE,
        "citation": CITATION,
    }


@_file
def hxl_csv(request: HttpRequest, answer: Answer) -> tuple[bytes, str, str]:
    """One line per country or area, with the tags of the Humanitarian Exchange Language in the second line."""
    rows: list[Sequence[object]] = [[name for name, _ in HXL], [tag for _, tag in HXL]]
    for code in sorted(answer.region_of):
        state = answer.state(code)
        if state == "outside":
            continue
        count: object = answer.by_country[code] if state == "number" else ""
        took_part = "yes" if code in answer.board.took_part else ""
        unchecked: object = answer.unchecked(code) if state == "number" else ""
        names = (code, country_name(code, "en"), answer.region_of[code])
        rows.append([*names, count, state, unchecked, took_part, CITATION, LICENCE])
    # Tags begin with "#", which no spreadsheet runs, and have to stay as they are.
    return _csv(rows), "text/csv; charset=utf-8", "map.hxl.csv"


def _about(request: HttpRequest, answer: Answer) -> dict[str, object]:
    """Return what every file says of itself."""
    query = download_query(answer.asked)
    return {
        "licence": LICENCE,
        "citation": CITATION,
        "address": f"{request.scheme}://{request.get_host()}/map" + (f"?{query}" if query else ""),
        "note": "Counts what is known here, not what exists; not representative of any country or region.",
        "states": {
            "number": "published records match",
            "none_known": "records or answers exist from there, and none matches",
            "no_answer": "nobody from there has answered and no record is known",
            "suppressed": "not shown, for people's safety, whether or not there is anything to hide",
        },
        "question": {name: list(values) for name, values in answer.asked.chosen.items()},
        "edition": answer.asked.edition,
        "total": answer.total,
        "shown_by_region_only": [
            {"region": each.region, "count": each.count, "fewer_than": FEWEST if each.count is None else None}
            for each in answer.by_region_only()
        ],
    }


def _json(found: object) -> bytes:
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


@_file
def geojson(request: HttpRequest, answer: Answer) -> tuple[bytes, str, str]:
    """One point per country or area: the middle of the area, never a place of a service. Coordinates are WGS 84."""
    points = {area.code: area.place for area in layer().areas}
    features = [
        {
            "type": "Feature",
            "id": code,
            "geometry": {"type": "Point", "coordinates": [*points[code]]} if code in points else None,
            "properties": {
                "code": code,
                "name": country_name(code, "en"),
                "region": answer.region_of[code],
                "records": answer.by_country.get(code) if answer.state(code) == "number" else None,
                "state": answer.state(code),
                "not_checked_for_children": answer.unchecked(code) if answer.state(code) == "number" else None,
                "took_part": code in answer.board.took_part,
            },
        }
        for code in sorted(answer.region_of)
        if answer.state(code) != "outside"
    ]
    found = {"type": "FeatureCollection", **_about(request, answer), "features": features}
    return _json(found), "application/geo+json", "map.geojson"


@_file
def everything(request: HttpRequest, answer: Answer) -> tuple[bytes, str, str]:
    """All that the pages show: countries, regions, both matrices and the records."""
    known = lists()
    origin = f"{request.scheme}://{request.get_host()}"
    own = {"licence", "citation"}
    found = _about(request, answer) | {
        "countries": [
            {
                "code": code,
                "name": country_name(code, "en"),
                "region": answer.region_of[code],
                "records": answer.by_country.get(code) if answer.state(code) == "number" else None,
                "state": answer.state(code),
                "not_checked_for_children": answer.unchecked(code) if answer.state(code) == "number" else None,
                "took_part": code in answer.board.took_part,
            }
            for code in sorted(answer.region_of)
            if answer.state(code) != "outside"
        ],
        "regions": [{"region": region, "records": count} for region, count in answer.by_region().items()],
        "matrices": {
            by: {
                "columns": list(matrix.columns),
                "totals": list(matrix.totals),
                "lines": [
                    {"topic": line.topic, "records": line.total, "counts": list(line.counts)} for line in matrix.lines
                ],
            }
            for by in ("channel", "region")
            for matrix in (matrix_of(answer, by, topics=known.topics, channels=known.channels),)
        },
        "records": [
            {name: value for name, value in _record(each, answer, origin).items() if name not in own}
            for each in answer.all()
        ],
    }
    return _json(found), "application/json", ""


@_file
def svg(request: HttpRequest, answer: Answer) -> tuple[bytes, str, str]:
    """The drawing alone, with its own style, its licence and the disclaimer inside."""
    say = speaker("en")
    origin = f"{request.scheme}://{request.get_host()}"
    drawn = drawing(answer, say, Places(f"{origin}/map", "en"))
    said = f"{say['disclaimer']} {CITATION}. {LICENCE}."
    head, rest = drawn.split("<defs>", 1)
    whole = f"{head}<desc>{said}</desc><style>{DRAWING_CSS}</style><defs>{rest}"
    return whole.encode(), "image/svg+xml", ""
