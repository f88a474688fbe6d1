"""The four instruments of the mapping as XLSForm in its Markdown form. Other code calls `source` and nothing else."""

from __future__ import annotations

from pop.registry.mapping.instruments.joining import InstrumentError, joined
from pop.registry.mapping.instruments.lists import LANGUAGES

__all__ = ["LANGUAGES", "NAMES", "InstrumentError", "source"]

NAMES = ("helplines", "platforms", "youth_led", "ai_driven")


def source(name: str) -> bytes:
    """Return one of `NAMES` as XLSForm Markdown (UTF-8): the shared questions and its own, in six languages.

    The same files and tables give the same bytes. Raises KeyError for an unknown name, and InstrumentError where a text
    lacks a translation or a row names a list, a message or a piece that does not exist.
    """
    if name not in NAMES:
        raise KeyError(name)
    return joined(name)
