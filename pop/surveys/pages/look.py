"""The survey pages' style and script, inside each page; the security policy allows them by their hashes."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

_ASSETS = Path(__file__).resolve().parent / "assets"


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


CSS = " ".join((_ASSETS / "survey.css").read_text(encoding="utf-8").split())
SCRIPT = (
    "\n".join(
        line.strip()
        for line in (_ASSETS / "survey.js").read_text(encoding="utf-8").splitlines()
        if not line.lstrip().startswith("//")
    )
    + "\n"
)
STYLE_HASH = _hash(CSS)
SCRIPT_HASH = _hash(SCRIPT)
