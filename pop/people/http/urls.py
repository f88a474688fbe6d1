"""The addresses of people: sign-in, second factor, invitations, staff, audit and the console's static files."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from pop.people.http import audit, invitations, staff
from pop.people.http.languages import choose_language
from pop.people.http.second_factor import sign_in_urlpatterns
from pop.people.pages.assets import static

console_urlpatterns: list[URLPattern | URLResolver] = [
    *sign_in_urlpatterns,
    path("enter/<str:token>", invitations.enter, name="enter"),
    path("language", choose_language, name="language"),
    path("staff", staff.staff_list, name="staff_list"),
    path("staff/add", staff.staff_add, name="staff_add"),
    path("staff/<uuid:staff_id>", staff.staff_one, name="staff_one"),
    path("staff/<uuid:staff_id>/roles", staff.staff_roles, name="staff_roles"),
    path("staff/<uuid:staff_id>/end", staff.staff_end, name="staff_end"),
    path("staff/<uuid:staff_id>/open", staff.staff_open, name="staff_open"),
    path("staff/<uuid:staff_id>/link", staff.staff_link, name="staff_link"),
    path("audit", audit.audit_list, name="audit_list"),
    path("static/<path:name>", static, name="static"),
]
