"""The addresses of surveys. A form, a page's number or a link's token stands in one; an answer never does."""

from __future__ import annotations

from django.urls import URLPattern, re_path

from pop.surveys.pages.http import codes, doors, pictures

_FORM = r"survey/(?P<form>[^/]+)"
_PICTURE = r"survey-pictures/(?P<form>[^/]+)/(?P<ident>q[0-9a-f]{8})"

public_urlpatterns: list[URLPattern] = [
    re_path(r"^survey\Z", codes.come_back),
    re_path(r"^survey/i/(?P<token>[A-Za-z0-9_-]{43,100})\Z", doors.invited),
    re_path(rf"^{_FORM}\Z", doors.start),
    re_path(rf"^{_FORM}/review\Z", doors.review),
    re_path(rf"^{_FORM}/send\Z", codes.send),
    re_path(rf"^{_FORM}/later\Z", codes.later),
    re_path(rf"^{_FORM}/sent\Z", codes.sent),
    re_path(rf"^{_FORM}/(?P<number>[0-9]+)\Z", doors.question),
    re_path(rf"^{_PICTURE}\Z", pictures.upload),
    re_path(rf"^{_PICTURE}/file\Z", pictures.shown),
]
