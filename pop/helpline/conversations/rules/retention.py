"""How long a closed conversation is kept, by class of record, and how long what is kept beside it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
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


QUESTIONS: Final = timedelta(days=7)
"""So long after the close the two questions are asked; what says that they were answered goes after it."""

CONTACT_RECORD: Final = "contact_record"
ANSWERS: Final = "answers"
WAIT: Final = "wait"
PRACTICE_RUN: Final = "practice_run"
AUDIT: Final = "audit"

COUNTED: Final[Mapping[str, int]] = MappingProxyType(
    {CONTACT_RECORD: 5 * 365, ANSWERS: 5 * 365, WAIT: 400, PRACTICE_RUN: 2 * 365, AUDIT: 6 * 365}
)
"""Days of what is counted with, and of the audit, which outlives the longest class of conversation by a year."""


def forgotten_before(kind: str, *, now: datetime) -> datetime:
    """Return the midnight (UTC) before which records of a kind of COUNTED are past their time at an aware moment.

    A midnight, so that what goes goes once a day and not a little each minute. Raises KeyError for an unknown kind.
    """
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=COUNTED[kind])


def erase_after(retention: str, *, closed_on: date) -> date:
    """Return the day after which a closed conversation is erased. Raises KeyError for an unknown class."""
    return closed_on + timedelta(days=DAYS[retention])
