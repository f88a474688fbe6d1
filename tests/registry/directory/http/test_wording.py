"""How facts are put into words."""

from __future__ import annotations

import pytest

from pop.places.words import Speaker
from pop.registry.directory.http.wording import joined
from pop.registry.directory.words import REGISTRY


@pytest.mark.parametrize(
    ("language", "names", "said"),
    [
        ("en", ["Bullying", "Neglect"], "Bullying, Neglect"),
        ("en", ["Food, money and a bed", "Neglect"], "Food, money and a bed; Neglect"),
        ("ar", ["طعام، ومال", "إهمال"], "طعام، ومال؛ إهمال"),
        ("zh", ["霸凌", "忽视"], "霸凌、忽视"),
    ],
)
def test_names_with_a_comma_of_their_own_are_parted_by_semicolons(language: str, names: list[str], said: str) -> None:
    assert joined(names, Speaker((REGISTRY,), language)) == said
