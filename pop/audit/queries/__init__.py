"""What can be asked of the audit."""

from pop.audit.queries.traces import (
    SORTS,
    Trace,
    known_actions,
    known_objects,
    oldest_link,
    readers_of,
    traces,
    traces_by,
    traces_on,
)
from pop.audit.queries.verdicts import HEADS, KINDS, Finding, Verdict, verify

__all__ = [
    "HEADS",
    "KINDS",
    "SORTS",
    "Finding",
    "Trace",
    "Verdict",
    "known_actions",
    "known_objects",
    "oldest_link",
    "readers_of",
    "traces",
    "traces_by",
    "traces_on",
    "verify",
]
