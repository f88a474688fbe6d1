"""The public door: children, platforms, visitors. No staff page can be routed here, because none is listed."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
