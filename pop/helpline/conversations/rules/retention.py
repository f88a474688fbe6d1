"""How long a closed conversation is kept, by class of record, and how long what goes with it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

USUAL: Final = "usual"
BRIEF: Final = "brief"
DANGER: Final = "danger"
PRACTICE: Final = "practice"

DAYS: Final[Mapping[str, int]] = MappingProxyType({PRACTICE: 30, BRIEF: 30, USUAL: 365, DANGER: 5 * 365})
"""Days after closing: silent, hang-up, abusive and test contacts are `brief`; found danger is `danger`."""

ABANDONED: Final = timedelta(days=90)
"""A conversation that nobody closed, and in which nothing happened for so long, is closed by the system."""

SESSION: Final = timedelta(days=30)
"""A child's session that was not used for so long ends; a code still leads back."""

PENDING: Final = timedelta(hours=1)
"""A session that waits for a code lives so long; so does the trace of one that ended."""

COMPLAINT: Final = timedelta(days=2 * 365)
"""An answered complaint is kept so long."""


def erase_after(retention: str, *, closed_on: date) -> date:
    """Return the day after which a closed conversation is erased. Raises KeyError for an unknown class."""
    return closed_on + timedelta(days=DAYS[retention])
