"""Staff reading: the audit row is committed before a word leaves, and a reading that cannot be recorded is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from pop.audit.queries.traces import readers_of as audit_readers_of
from pop.helpline import database
from pop.helpline.conversations.queries import keys as case_keys
from pop.helpline.conversations.queries.talks import Said, conversation_of, messages_after, talk
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import SUPERVISOR, RefusedError

READ: Final = "read_conversation"
_HOW: Final = re.compile(r"[a-z_]{1,24}")


@dataclass(frozen=True)
class Reading:
    """That somebody of the staff read: when, in which role (counsellor, supervisor), and how (a code). Never who."""

    at: datetime
    role: str
    how: str


def staff_keys(conversation: UUID, staff: UUID, private_key: bytes) -> dict[int, bytes]:
    """Return the case keys (epoch: key) that a member of the conversation's team opens.

    Raises RefusedError("unknown") for who is not in its team now, and where no key of theirs opens one. Reading what
    they open goes through `read`.
    """
    known = talk(conversation)
    if known is None or not lines.is_member(staff, known.team):
        raise RefusedError("unknown")
    return case_keys.of_staff(conversation, staff, private_key)


def read(
    conversation: UUID,
    *,
    staff: UUID,
    private_key: bytes | None = None,
    how: str,
    after: int = 0,
    keys: Mapping[int, bytes] | None = None,
) -> list[Said]:
    """Return what was said after a sequence, to a member of the team; `how` is a code that the child may see.

    `keys` (epoch: key) stands in for membership where glass was broken: whoever passes them has checked that. The
    audit row is committed before anything is opened, so it must not be called inside a transaction (RuntimeError).
    Raises RefusedError("unknown"), and whatever made the audit fail.
    """
    if not _HOW.fullmatch(how):
        raise ValueError("how a conversation is read is told in a code")
    known = talk(conversation)
    if known is None:
        raise RefusedError("unknown")
    if keys is None:
        if private_key is None:
            raise RefusedError("unknown")
        keys = staff_keys(conversation, staff, private_key)
    record_reading(conversation, staff=staff, how=how)
    return messages_after(conversation, after, keys)


def record_reading(conversation: UUID, *, staff: UUID, how: str) -> None:
    """Commit the audit row of a reading that is about to happen. Raises RuntimeError inside a transaction.

    For whoever shows words as they come (a stream): once for each time that it begins.
    """
    known = talk(conversation)
    if known is None:
        raise RefusedError("unknown")
    role = SUPERVISOR if how != "answer" and lines.supervises(staff, known.line) else "counsellor"
    with transaction.atomic(using=database.ALIAS, durable=True):
        database.record(
            action=READ,
            object_type="conversation",
            object_id=str(conversation),
            actor=staff,
            detail={"role": role, "how": how},
        )


def readers_of(token: str) -> list[Reading]:
    """Return who of the staff has read the child's conversation, the first reading first: roles, never names.

    Raises RefusedError("unknown") for a session that is not open.
    """
    conversation = conversation_of(token)
    if conversation is None:
        raise RefusedError("unknown")
    return [
        Reading(trace.at, str(trace.detail.get("role", "")), str(trace.detail.get("how", "")))
        for trace in audit_readers_of(str(conversation), [READ], using=database.ALIAS)
    ]
