"""The one style sheet of the registry's pages, inside each page; the security policy allows it by its hash."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

CSS = " ".join((Path(__file__).parent / "pages.css").read_text(encoding="utf-8").split())
CSS_HASH = "sha256-" + base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
