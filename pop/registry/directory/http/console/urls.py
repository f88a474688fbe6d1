"""The addresses of the registry at the console."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

console_urlpatterns: list[URLPattern | URLResolver] = []
