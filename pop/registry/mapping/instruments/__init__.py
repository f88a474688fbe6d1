"""The four instruments of the mapping as XLSForm in its Markdown form. Other code uses these names and no others."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pop.registry.mapping.instruments.joining import InstrumentError, joined, piece
from pop.registry.mapping.instruments.lists import LANGUAGES

__all__ = ["LANGUAGES", "NAMES", "InstrumentError", "consents", "source"]

NAMES = ("helplines", "platforms", "youth_led", "ai_driven")


def source(name: str) -> bytes:
    """Return one of `NAMES` as XLSForm Markdown (UTF-8): the shared questions and its own, in six languages.

    The same files and tables give the same bytes. Raises KeyError for an unknown name, and InstrumentError where a text
    lacks a translation or a row names a list, a message or a piece that does not exist.
    """
    if name not in NAMES:
        raise KeyError(name)
    return joined(name)


def consents() -> Mapping[str, str]:
    """Return {question: the question that asks for consent to publish its answer}, over all instruments.

    "" stands for an answer that is never published. A question that is not in it is none of the instruments'.
    """
    rows = piece("shared/published_by")["consents"]
    return MappingProxyType(
        {row["question"]: "" if row["published_by"] == "never" else row["published_by"] for row in rows}
    )
