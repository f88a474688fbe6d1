"""Why somebody may look where they otherwise would not, and how long things last."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

READ_REASONS: Final = ("asked", "safety", "quality", "complaint", "training")
"""Why a supervisor reads, joins or takes over a conversation: recorded each time."""

GLASS_REASONS: Final = ("imminent_danger", "nobody_reachable", "complaint", "legal_order")
"""Why somebody outside the team asks for emergency access."""

GLASS_LASTS: Final = timedelta(minutes=60)
GLASS_WAITS: Final = timedelta(minutes=60)
"""How long a request waits for its second person."""

LOST_AFTER: Final = timedelta(seconds=40)
"""Without a sign of life for so long, a counsellor's browser counts as dead."""

KEPT_PLACE: Final = timedelta(minutes=15)
"""How long a child whose connection dropped keeps the place in the queue."""

CAPACITY: Final = range(1, 9)
"""How many conversations at once somebody may take on."""

PROMISE_DAYS: Final = 14
"""How far ahead a reply may be promised."""

MOST_NOTE: Final = 2_000
"""Characters of a hand-over's note."""
