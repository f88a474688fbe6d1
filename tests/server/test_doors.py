"""Every view of both doors says who may enter, and the public door knows no staff page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from pop.people.entrance import declared


def views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for each in resolver.url_patterns:
        path = prefix + str(each.pattern)
        if isinstance(each, URLPattern):
            yield path, each.callback
        else:
            yield from views(each, path)


@pytest.mark.parametrize("door", ["pop.server.public", "pop.server.console"])
def test_every_view_declares_who_may_enter(door: str) -> None:
    found = list(views(get_resolver(door)))
    assert len(found) > 5
    silent = [path for path, view in found if declared(view) is None]
    assert silent == []


def test_the_public_door_lists_no_staff_page() -> None:
    assert {declared(view) for _, view in views(get_resolver("pop.server.public"))} == {"anyone"}
