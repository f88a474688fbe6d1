"""The addresses of inviting at both doors."""

from __future__ import annotations

from django.urls import URLPattern, re_path

from pop.surveys.inviting.http import pages

_FORM = r"survey/(?P<form>[^/]+)"

public_urlpatterns: list[URLPattern] = [
    re_path(r"^survey/i/(?P<token>[A-Za-z0-9_-]{43,100})/stop\Z", pages.stop),
    re_path(rf"^{_FORM}/share\Z", pages.share),
    re_path(rf"^{_FORM}/share\.svg\Z", pages.share_code),
    re_path(rf"^{_FORM}/share\.txt\Z", pages.share_plain),
]
