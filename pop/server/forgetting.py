"""What was erased stays erased: the journal hears of each erasure, and a restored backup forgets it again."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from uuid import UUID

from pop.helpline.conversations.actions.forgetting import erase
from pop.helpline.lines.rules import RefusedError
from pop.privacy.erasures import note_erased

logger = logging.getLogger("pop.server")


def note_conversation(payload: Mapping[str, object]) -> None:
    """Write down an erased conversation; hearing of it twice leaves two lines, which do what one does."""
    note_erased([UUID(str(payload["conversation"]))])


def erase_conversations(ids: Sequence[UUID]) -> None:
    """Erase what a restored backup has brought back; what it never held is passed over."""
    for conversation in ids:
        try:
            erase(conversation, why="restored")
        except RefusedError as refused:
            # A hold that was lifted after the backup was made: a person must lift it once more.
            if refused.code == "held":
                logger.warning("a conversation of the journal is under a legal hold in this backup and was not erased")
