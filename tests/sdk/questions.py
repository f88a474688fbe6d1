"""The questions of sdk/cases as query strings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

_PLURAL = {"topics": "topic", "languages": "language", "channels": "channel"}


def query_of(question: Mapping[str, Any]) -> bytes:
    """Return the query string that asks what a body asks; a list as its parameter repeated."""
    pairs = [
        (_PLURAL.get(name, name), str(each))
        for name, value in question.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    return urlencode(pairs).encode()
