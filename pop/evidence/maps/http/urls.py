"""The addresses of the map, at the public door and at the console."""

from __future__ import annotations

from django.urls import URLPattern, path

from pop.evidence.maps.http import console, files, pages

_VIEWS = (
    ("", pages.world),
    ("/grid", pages.grid),
    ("/table", pages.table),
    ("/matrix", pages.matrix),
    ("/records", pages.records),
    ("/coverage", pages.coverage),
    ("/embed", pages.embed),
)

public_urlpatterns: list[URLPattern] = [
    path("map.csv", files.records_csv),
    path("map.hxl.csv", files.hxl_csv),
    path("map.geojson", files.geojson),
    path("map.json", files.everything),
    path("map.svg", files.svg),
    *(path(f"map{view}", page) for view, page in _VIEWS),
    *(path(f"<slug:language>/map{view}", page) for view, page in _VIEWS),
]

console_urlpatterns: list[URLPattern] = [
    path("map-risks", console.risk_list, name="risk_list"),
    path("map-risks/add", console.risk_add, name="risk_add"),
    path("map-risks/<uuid:risk_id>", console.risk_one, name="risk_one"),
    path("map-risks/<uuid:risk_id>/<slug:act>", console.risk_act, name="risk_act"),
]
