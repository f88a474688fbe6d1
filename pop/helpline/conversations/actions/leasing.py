"""Making case keys, sealing them to whoever may open them, and lending them to the service while a case is open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from pop.helpline import database
from pop.helpline.conversations.models import CaseKey, ChildSession, Conversation, KeySeal
from pop.helpline.conversations.queries.keys import (
    CODE,
    ESCROW,
    SESSION,
    TEAM,
    decided,
    forget_opened,
    lease_key,
    lease_purpose,
    undecided,
)
from pop.helpline.conversations.rules.lifecycle import LEASED, lease_until
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.privacy.keyring import keyring
from pop.privacy.sealing import new_key, seal_to, seal_to_pairs, seal_under


def begin_epoch(conversation: Conversation, *, team: UUID, now: datetime) -> bytes:
    """Make the case key of `conversation.epoch` and seal it to the team, the escrow, each open session and the code.

    No older key is needed, so anybody may begin an epoch and nobody learns what came before. It is lent to the service
    where the state allows it. Raises RefusedError("no_team_key") where nobody of the team could open it.
    """
    current = lines.current_team_key(team)
    if current is None:
        raise RefusedError("no_team_key")
    key = new_key()
    undecided(conversation.pk, conversation.epoch)
    transaction.on_commit(partial(decided, conversation.pk, conversation.epoch), using=database.ALIAS, robust=True)
    row = CaseKey.objects.create(conversation=conversation, epoch=conversation.epoch, team_id=team)
    seals = [
        KeySeal(
            case_key=row,
            recipient=TEAM,
            recipient_id=str(team),
            edition=current.edition,
            blob=seal_to(current.public, key),
        ),
        KeySeal(case_key=row, recipient=ESCROW, blob=seal_to_pairs(keyring().escrow, key)),
    ]
    for session in ChildSession.objects.filter(conversation=conversation, state="open"):
        blob = seal_to(bytes(session.public_key), key)
        seals.append(KeySeal(case_key=row, recipient=SESSION, recipient_id=session.token_hash, blob=blob))
    if conversation.code_public is not None:
        seals.append(KeySeal(case_key=row, recipient=CODE, blob=seal_to(bytes(conversation.code_public), key)))
    KeySeal.objects.bulk_create(seals)
    if conversation.state in LEASED:
        grant_leases({(conversation.pk, conversation.epoch): key})
        conversation.lease_until = lease_until(now)
        Conversation.objects.filter(pk=conversation.pk).update(lease_until=conversation.lease_until)
    return key


def grant_leases(keys: Mapping[tuple[UUID, int], bytes]) -> None:
    """Lend these keys (by conversation and epoch) to the service; the caller has seen that the state allows it."""
    if not keys:
        return
    root = lease_key()
    for (conversation, epoch), key in keys.items():
        lease = seal_under(root, key, purpose=lease_purpose(conversation, epoch))
        CaseKey.objects.filter(conversation=conversation, epoch=epoch).update(lease=lease)


def end_leases(conversations: Collection[UUID]) -> None:
    """Take every lent key of these conversations back, in the database and in this process."""
    CaseKey.objects.filter(conversation__in=conversations, lease__isnull=False).update(lease=None)
    Conversation.objects.filter(pk__in=conversations).update(lease_until=None)
    for each in conversations:
        forget_opened(each)


def seal_for_session(conversation: UUID, session: str, public: bytes, keys: Mapping[int, bytes]) -> None:
    """Seal every epoch's key to a child's session (its hash and public key), in place of what was there."""
    _seal_again(conversation, SESSION, session, public, keys)


def seal_for_code(conversation: UUID, public: bytes, keys: Mapping[int, bytes]) -> None:
    """Seal every epoch's key to the child's code, in place of an older code."""
    _seal_again(conversation, CODE, "", public, keys)


def drop_session_seals(sessions: Iterable[str]) -> None:
    """Take away what these sessions could open."""
    KeySeal.objects.filter(recipient=SESSION, recipient_id__in=list(sessions)).delete()


def _seal_again(
    conversation: UUID, recipient: str, recipient_id: str, public: bytes, keys: Mapping[int, bytes]
) -> None:
    KeySeal.objects.filter(case_key__conversation=conversation, recipient=recipient, recipient_id=recipient_id).delete()
    rows = CaseKey.objects.filter(conversation=conversation, epoch__in=list(keys))
    KeySeal.objects.bulk_create(
        KeySeal(case_key=row, recipient=recipient, recipient_id=recipient_id, blob=seal_to(public, keys[row.epoch]))
        for row in rows
    )
