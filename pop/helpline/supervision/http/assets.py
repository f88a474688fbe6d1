"""The style and the script of the supervisor's pages, as the console serves them."""

from __future__ import annotations

from pathlib import Path

from pop.people.pages.assets import publish

_ASSETS = Path(__file__).resolve().parents[1] / "assets"

STYLE = publish("supervision.css", (_ASSETS / "supervision.css").read_bytes())
BOARD_SCRIPT = publish("board.js", (_ASSETS / "board.js").read_bytes())
