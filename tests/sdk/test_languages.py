"""Language tags: their case, their form, and the codes that mean the same."""

from __future__ import annotations

import pytest
from pop_sdk.languages import normalised_tag, wider_tags


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("SW", "sw"),
        ("pt-br", "pt-BR"),
        ("ZH-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("sl-rozaj-biske", "sl-rozaj-biske"),
        ("en-x-kids", "en-x-kids"),
    ],
)
def test_a_tag_takes_its_customary_case(written: str, tag: str) -> None:
    assert normalised_tag(written) == tag


@pytest.mark.parametrize("text", ["", "e", "dansk sprog", "de_DE", "de--DE", "123", "ｓｗ", "x" * 65, "en-", "*"])
def test_what_is_not_well_formed_is_no_tag(text: str) -> None:
    assert normalised_tag(text) is None


@pytest.mark.parametrize(
    ("written", "tag"),
    [("nb-NO", "no-NO"), ("nn", "no"), ("iw", "he"), ("in-ID", "id-ID"), ("tl", "fil"), ("mo-Cyrl", "ro-Cyrl")],
)
def test_codes_that_mean_one_language_become_one(written: str, tag: str) -> None:
    assert normalised_tag(written) == tag


def test_a_tag_s_prefixes_are_wider() -> None:
    assert list(wider_tags("zh-Hant-TW")) == ["zh-Hant", "zh"]
    assert list(wider_tags("sw")) == []
