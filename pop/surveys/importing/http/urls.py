"""The addresses of imports at the console."""

from __future__ import annotations

from django.urls import URLPattern, path

from pop.surveys.importing.http import mapping, pages

console_urlpatterns: list[URLPattern] = [
    path("surveys/imports", pages.imports_list, name="imports_list"),
    path("surveys/imports/new", pages.import_new, name="import_new"),
    path("surveys/imports/<uuid:import_id>", pages.import_one, name="import_one"),
    path("surveys/imports/<uuid:import_id>/mapping", mapping.import_mapping, name="import_mapping"),
    path("surveys/imports/<uuid:import_id>/start", pages.import_start, name="import_start"),
    path("surveys/imports/<uuid:import_id>/discard", pages.import_discard, name="import_discard"),
    path("surveys/imports/<uuid:import_id>/to-mend", pages.import_to_mend, name="import_to_mend"),
]
