"""Template tags for interface texts."""

from __future__ import annotations

from typing import Any

from django import template

from pop.places.words import Speaker

register = template.Library()


@register.simple_tag(takes_context=True)
def say(context: dict[str, Any], key: str, **values: object) -> str:
    """``{% say "opens_at" time=match.opens_at %}``: a text of the page's speaker, filled; escaped like any variable."""
    speaker: Speaker = context["say"]
    return speaker(key, **values)
