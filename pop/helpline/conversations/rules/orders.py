"""Why a conversation is kept by order, released again, or erased before its time: codes that the audit keeps."""

from __future__ import annotations

from typing import Final

HOLD_REASONS: Final = ("legal_order", "safeguarding", "complaint")
RELEASE_REASONS: Final = ("over", "mistake")
ERASE_REASONS: Final = ("child_asked", "guardian_asked", "legal_order", "mistake")
