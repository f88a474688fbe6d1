"""The addresses of inviting at both doors."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from pop.surveys.inviting.http import console, pages

_FORM = r"survey/(?P<form>[^/]+)"

public_urlpatterns: list[URLPattern] = [
    re_path(r"^survey/i/(?P<token>[A-Za-z0-9_-]{43,100})/stop\Z", pages.stop),
    re_path(rf"^{_FORM}/share\Z", pages.share),
    re_path(rf"^{_FORM}/share\.svg\Z", pages.share_code),
    re_path(rf"^{_FORM}/share\.txt\Z", pages.share_plain),
]
console_urlpatterns: list[URLPattern] = [
    path("surveys/reminders", console.reminders_list, name="reminders_list"),
    path("surveys/reminders/send", console.reminders_send, name="reminders_send"),
    path("surveys/reminders/ask", console.reminders_ask, name="reminders_ask"),
    path("surveys/partners/<uuid:partner_id>/forms", console.partner_forms, name="partner_forms"),
    path("surveys/<str:form>/share", console.survey_share, name="survey_share"),
]
