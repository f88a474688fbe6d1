"""What an open stream may follow: a child's own conversation, and those that a counsellor has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from pop.helpline.conversations.models import ChildSession, Conversation
from pop.helpline.conversations.queries import keys as case_keys
from pop.helpline.conversations.queries.talks import conversation_of
from pop.helpline.conversations.rules import lifecycle
from pop.helpline.lines import queries as lines


class Watched(NamedTuple):
    """A conversation with the keys of its epochs."""

    conversation: UUID
    keys: Mapping[int, bytes]

    def __repr__(self) -> str:
        return "<Watched>"


def watched_by_child(token: str, *, now: datetime) -> Watched | None:
    """Return a child's conversation with its keys, opened by the lease or the session; None without a session.

    Watching is no act: it renews no lease.
    """
    conversation = conversation_of(token)
    if conversation is None:
        return None
    row = Conversation.objects.filter(pk=conversation).values_list("state", "lease_until").first()
    if row is None:
        return None
    leased = row[0] in lifecycle.LEASED and row[1] is not None and now < row[1]
    return Watched(conversation, case_keys.any_keys(conversation, leased_now=leased, token=token))


def sessions_over(tokens: Iterable[str]) -> set[str]:
    """Return those of the tokens that open nothing any more."""
    by_hash = {case_keys.token_hash(token): token for token in tokens}
    hashes = list(by_hash)
    open_ones: set[str] = set()
    for first in range(0, len(hashes), 500):
        part = ChildSession.objects.filter(token_hash__in=hashes[first : first + 500], state="open")
        open_ones.update(part.values_list("token_hash", flat=True))
    return {token for hashed, token in by_hash.items() if hashed not in open_ones}


def conversations_of_staff(staff: UUID) -> list[UUID]:
    """Return the conversations that somebody has, or has promised a reply in, and that are not closed."""
    mine = Conversation.objects.filter(Q(assignee=staff) | Q(promised_by=staff)).exclude(state=lifecycle.CLOSED)
    return list(mine.order_by("opened_at").values_list("pk", flat=True))


def staff_may_watch(staff: UUID, conversations: Iterable[UUID]) -> frozenset[UUID]:
    """Return those of the conversations whose team somebody is in at this moment."""
    teams = {membership.team for membership in lines.teams_of(staff)}
    found = Conversation.objects.filter(pk__in=list(conversations), team__in=teams)
    return frozenset(found.values_list("pk", flat=True))


def may_follow(watchers: Collection[tuple[UUID, frozenset[UUID]]]) -> list[frozenset[UUID]]:
    """Return, for each (member of staff, conversations asked for), what they may follow now; few queries for all."""
    staff = {each for each, _ in watchers}
    asked = {each for _, several in watchers for each in several}
    rows = Conversation.objects.filter(
        (Q(assignee__in=staff) | Q(promised_by__in=staff)) & ~Q(state=lifecycle.CLOSED) | Q(pk__in=asked)
    ).values_list("pk", "team_id", "state", "assignee", "promised_by")
    found = list(rows)
    members = lines.roles_in_teams(staff, {team for _, team, *_ in found})
    return [
        frozenset(
            conversation
            for conversation, team, state, *owners in found
            if (team, person) in members
            and (conversation in several or (person in owners and state != lifecycle.CLOSED))
        )
        for person, several in watchers
    ]
