"""What goes along when a conversation changes hands: capabilities above the queue plug in what they must seal again."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

# (conversation, to whom, who passes it on, their private key), inside the transaction of the hand-over.
Passing = Callable[[UUID, UUID, UUID, bytes], None]


def _nothing(_conversation: UUID, _to: UUID, _by: UUID, _private_key: bytes) -> None:
    """Before anything is plugged in."""


_passing: Passing = _nothing


def use_passing(passing: Passing) -> None:
    """Let this seal again what only the former and the next assignee may open; until then nothing does."""
    global _passing
    _passing = passing


def pass_on(conversation: UUID, *, to: UUID, by: UUID, private_key: bytes) -> None:
    """Call what is plugged in, inside the caller's transaction."""
    _passing(conversation, to, by, private_key)
