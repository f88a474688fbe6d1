"""What was erased stays erased: the journal hears of each erasure, and a restored backup forgets it again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.conf import settings
from django.db import connections

from pop.helpline.conversations.actions.forgetting import erase
from pop.helpline.lines.rules import RefusedError
from pop.privacy.erasures import note_erased

logger = logging.getLogger("pop.server")
# Something was erased since the journal file was last emptied. Set at the start: nobody knows what was before it.
_erased = threading.Event()
_erased.set()


def note_conversation(payload: Mapping[str, object]) -> None:
    """Write down an erased conversation; hearing of it twice leaves two lines, which do what one does."""
    note_erased([UUID(str(payload["conversation"]))])
    _erased.set()


def overwrite_journal() -> bool:
    """Empty SQLite's journal file after an erasure, so that what was overwritten in the database is not left in it.

    Returns whether there was anything to do. It is tried again where somebody is reading just then.
    """
    if not _erased.is_set():
        return False
    for name in settings.DATABASES:
        if connections[name].vendor == "sqlite":
            with connections[name].cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy = cursor.fetchone()[0]
            if busy:
                return True
    _erased.clear()
    return True


def erase_conversations(ids: Sequence[UUID]) -> None:
    """Erase what a restored backup has brought back; what it never held is passed over."""
    for conversation in ids:
        try:
            erase(conversation, why="restored")
        except RefusedError as refused:
            # A hold that was lifted after the backup was made: a person must lift it once more.
            if refused.code == "held":
                logger.warning("a conversation of the journal is under a legal hold in this backup and was not erased")
