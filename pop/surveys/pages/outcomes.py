"""What became of answers, as far as somebody else has told these pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

CODES: Final = ("waiting", "approved", "rejected")


class Outcome(NamedTuple):
    """One of `CODES`, and the record that the answers became where a page of it can be seen by anybody, or None."""

    code: str
    record: UUID | None


Ask = Callable[[UUID], "Outcome | None"]


@dataclass(slots=True)
class _Joined:
    ask: Ask | None = None


_joined = _Joined()


def use_outcomes(ask: Ask) -> None:
    """Join the page of sent answers to whoever knows what became of a submission."""
    _joined.ask = ask


def outcome_of(submission: UUID) -> Outcome | None:
    """Return what became of a submission, None where nobody reviews it."""
    return _joined.ask(submission) if _joined.ask is not None else None
