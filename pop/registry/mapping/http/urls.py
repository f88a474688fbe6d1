"""The addresses of the review at the console."""

from __future__ import annotations

from django.urls import URLPattern, path

from pop.registry.mapping.http import findings, safety

console_urlpatterns: list[URLPattern] = [
    path("mapping", findings.mapping_list, name="mapping_list"),
    path("mapping/<uuid:finding_id>", findings.mapping_one, name="mapping_one"),
    path("mapping/<uuid:finding_id>/take", findings.mapping_take, name="mapping_take"),
    path("mapping/<uuid:finding_id>/reject", findings.mapping_reject, name="mapping_reject"),
    path("services/<uuid:service_id>/safety", safety.safety_one, name="safety_one"),
    path("services/<uuid:service_id>/safety/take", safety.safety_take, name="safety_take"),
]
