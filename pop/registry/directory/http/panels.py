"""What other parts of the product add to the registry's pages. The server joins them; the registry knows none by name.

A panel is a piece of ready HTML in the page's own style, made of nothing that may not stand on a public page.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

CountryPanel = Callable[[str, str], str]
ServicePanel = Callable[[UUID, str], str]


class _Panels:
    def __init__(self) -> None:
        self.country: CountryPanel = lambda code, language: ""
        self.service: ServicePanel = lambda id, language: ""


_panels = _Panels()


def use_panels(*, country: CountryPanel, service: ServicePanel) -> None:
    """Have these make the panels: of a country by (code, language), of a service by (id, language)."""
    _panels.country, _panels.service = country, service


def country_panel(code: str, language: str) -> str:
    """Return the panel of a country, "" where nobody adds one."""
    return _panels.country(code, language)


def service_panel(id: UUID, language: str) -> str:
    """Return the panel of a service, "" where nobody adds one."""
    return _panels.service(id, language)
