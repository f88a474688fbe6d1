"""The addresses of the child's pages. Only a language and a country ever stand in one."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, re_path

from pop.pages.leaving import leave
from pop.places.words import LANGUAGES
from pop.signposting.finder import http

_LANGUAGE = f"(?P<language>{'|'.join(LANGUAGES)})"
_COUNTRY = rf"{_LANGUAGE}/(?P<country>[A-Z]{{2}})"

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^\Z", http.root),
    re_path(r"^leave\Z", leave),
    re_path(rf"^{_LANGUAGE}\Z", http.pick),
    re_path(rf"^{_LANGUAGE}/history\Z", http.history),
    re_path(rf"^{_COUNTRY}\Z", http.home),
    re_path(rf"^{_COUNTRY}/find\Z", http.find),
    re_path(rf"^{_COUNTRY}/card\Z", http.card),
    re_path(rf"^{_COUNTRY}/card\.html\Z", http.card_file),
    re_path(rf"^{_COUNTRY}/adult\Z", http.adult),
]
