"""The map's style and script, inside each page; the security policy allows them by their hashes."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from pathlib import Path

from django.conf import settings

from pop.evidence.maps.rules.drawing import Layer, read_layer

_ASSETS = Path(__file__).resolve().parent.parent / "assets"
_OWN_LAYER = Path(__file__).resolve().parent.parent / "geometry" / "world.json"


def _read(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


# What the drawing needs stands alone in the file that one takes away; the pages have it and more.
DRAWING_CSS = " ".join(_read("drawing.css").split())
CSS = " ".join((_read("drawing.css") + _read("map.css")).split())
SCRIPT = "\n".join(line.strip() for line in _read("map.js").splitlines() if not line.lstrip().startswith("//")) + "\n"
STYLE_HASHES = (_hash(CSS), _hash(DRAWING_CSS))
SCRIPT_HASH = _hash(SCRIPT)


@functools.cache
def layer() -> Layer:
    """Return the geometry in force: the project's own, or the file that the setting names.

    Raises OSError, ValueError or GeometryError (a ValueError) for a file that is none.
    """
    path = Path(settings.MAP_GEOMETRY) if settings.MAP_GEOMETRY else _OWN_LAYER
    return read_layer(json.loads(path.read_text(encoding="utf-8")))
