"""What was erased stays erased: the journal hears of each erasure, and a restored backup forgets it again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from pop.audit.actions import cut
from pop.audit.queries import oldest_link
from pop.helpline.conversations.actions.forgetting import erase
from pop.helpline.conversations.queries.talks import first_opened
from pop.helpline.conversations.rules import retention
from pop.helpline.conversations.rules.lifecycle import LEASED
from pop.helpline.lines.rules import RefusedError
from pop.privacy.erasures import note_erased

logger = logging.getLogger("pop.server")
# While the journal is emptied nobody can write: whoever reads just then must not make them wait for long.
PATIENCE_MS = 50
# A day of a busy audit goes in small pieces, a few of them at each call: others write meanwhile.
CUT_LINKS = 50
CUT_ROUNDS = 10
# Something was erased since the journal file was last emptied. Set at the start: nobody knows what was before it.
_erased = threading.Event()
_erased.set()


def note_conversation(payload: Mapping[str, object]) -> None:
    """Write down an erased conversation; hearing of it twice leaves two lines, which do what one does."""
    note_erased([UUID(str(payload["conversation"]))])
    _erased.set()


def note_withdrawal(payload: Mapping[str, object]) -> None:
    """Hear "submission_withdrawn": what was emptied in the database is in SQLite's journal file still."""
    _erased.set()


def note_lease_taken_back(payload: Mapping[str, object]) -> None:
    """Hear "conversation_changed" {state}: where the state has no lease, the one before it is in the journal still.

    With the root key of a machine that was carried away, it would open a closed conversation.
    """
    if payload["state"] not in LEASED:
        _erased.set()


def overwrite_journal() -> bool:
    """Empty SQLite's journal file after an erasure, so that what was overwritten in the database is not left in it.

    Returns whether there was anything to do. Where somebody reads just then (a backup may for minutes), it is tried
    again at the next call: nobody who writes waits for it longer than `PATIENCE_MS`.
    """
    if not _erased.is_set():
        return False
    _erased.clear()
    emptied = [_emptied(connections[name]) for name in settings.DATABASES if connections[name].vendor == "sqlite"]
    if not all(emptied):
        _erased.set()
    return True


def _emptied(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        usual = int(cursor.fetchone()[0])
        # Most of the work first, in the way that holds up nobody.
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return not cursor.fetchone()[0]
        except OperationalError:  # the lock is somebody else's
            return False
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")


def erase_conversations(ids: Sequence[UUID]) -> None:
    """Erase what a restored backup has brought back; what it never held is passed over."""
    for conversation in ids:
        try:
            erase(conversation, why="restored")
        except RefusedError as refused:
            # A hold that was lifted after the backup was made: a person must lift it once more.
            if refused.code == "held":
                logger.warning("a conversation of the journal is under a legal hold in this backup and was not erased")


def forget_audit(now: datetime) -> int:
    """Cut off what is past its time of the audit of every database, in short pieces, and return how many rows went.

    Nothing since the oldest conversation that is still there was opened: as long as it exists, a child may ask who has
    read it, and a legal hold holds its traces too.
    """
    before = retention.forgotten_before(retention.AUDIT, now=now)
    gone = 0
    for using in settings.DATABASES:
        first = oldest_link(using=using)
        if first is None or first >= before:
            continue
        opened = first_opened()
        until = before if opened is None else min(before, opened)
        for _ in range(CUT_ROUNDS):
            went = cut(before=until, using=using, most=CUT_LINKS)
            gone += went
            if not went:
                break
    return gone
