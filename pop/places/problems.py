"""Errors as RFC 9457 problem details: they name what is wrong, list what is accepted, and echo nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence

MEDIA_TYPE = "application/problem+json"


def problem(
    status: int, title: str, detail: str, *, parameter: str | None = None, accepted: Sequence[str] | None = None
) -> bytes:
    """Return the JSON body of a problem. `detail` must not hold the sender's value: it may be a child's words."""
    body: dict[str, object] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if parameter is not None:
        body["parameter"] = parameter
    if accepted is not None:
        body["accepted"] = list(accepted)
    return json.dumps(body, ensure_ascii=False).encode()
