"""Who is next: urgency, ageing and a hard cap; and who speaks the child's language.

Urgency is a head start: somebody in danger stands where a child stands who has waited the line's whole longest wait,
raised urgency is worth half of it. Because everybody ages alike, the order of two children changes only when one of
them has waited too long: then nothing that comes later goes before, whatever it is. So the wait of each is bounded by
the cap and the children who were there already, however many follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

USUAL: Final = 0
RAISED: Final = 1
DANGER: Final = 2

# Somebody who speaks the child's language is worth waiting for, but not for long, and never in danger.
LANGUAGE_WAIT: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One child in the queue. `language` is BCP 47 or ""; only somebody of `team`, if there is one, may have it."""

    id: UUID
    since: datetime
    urgency: int = USUAL
    language: str = ""
    team: UUID | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody on duty: how many more conversations they can take, how many they hold, what they speak, their teams."""

    staff: UUID
    room: int
    held: int = 0
    languages: tuple[str, ...] = ()
    teams: frozenset[UUID] = frozenset()


def head_start(urgency: int, cap: timedelta) -> timedelta:
    """Return how much waiting an urgency is worth."""
    if urgency >= DANGER:
        return cap
    return cap / 2 if urgency == RAISED else timedelta(0)


def over_cap(child: Waiting, *, cap: timedelta, now: datetime) -> bool:
    """Say whether a child has waited as long as anybody may."""
    return now - child.since >= cap


def in_order(children: Iterable[Waiting], *, cap: timedelta, now: datetime) -> list[Waiting]:
    """Return the queue, next one first: who has waited too long, longest first; then by urgency and waiting."""

    def rank(child: Waiting) -> tuple[bool, datetime, datetime, UUID]:
        if over_cap(child, cap=cap, now=now):
            return (False, child.since, child.since, child.id)
        return (True, child.since - head_start(child.urgency, cap), child.since, child.id)

    return sorted(children, key=rank)


def place_of(child: UUID, ordered: Sequence[Waiting]) -> int | None:
    """Return a child's place in the ordered queue, from 1; None where the child does not wait."""
    return next((place for place, each in enumerate(ordered, start=1) if each.id == child), None)


def speaks(languages: Sequence[str], language: str) -> bool:
    """Say whether somebody of these languages can answer in `language`; who has named none, and who needs none, fits.

    Only the language counts, not its region or script: "pt" answers "pt-BR".
    """
    if not languages or not language:
        return True
    return _primary(language) in {_primary(each) for each in languages}


def may_have(child: Waiting, languages: Sequence[str], *, cap: timedelta, now: datetime) -> bool:
    """Say whether somebody of these languages may be given this child now: in danger, or in a language of theirs, or
    after waiting long enough.
    """
    if child.urgency >= DANGER or speaks(languages, child.language):
        return True
    return now - child.since >= min(LANGUAGE_WAIT, cap)


def choices(children: Iterable[Waiting], languages: Sequence[str], *, cap: timedelta, now: datetime) -> list[Waiting]:
    """Return whom somebody of these languages should take, first choice first."""
    return [child for child in in_order(children, cap=cap, now=now) if may_have(child, languages, cap=cap, now=now)]


def shared_out(
    children: Iterable[Waiting], places: Sequence[Place], *, cap: timedelta, now: datetime
) -> list[tuple[UUID, UUID]]:
    """Return (child, staff) pairs: each child in its order goes to the least busy of those who may have it.

    Nobody is given more than they have room for; who speaks the language comes before who only could take the child.
    """
    room = {place.staff: place.room for place in places}
    held = {place.staff: place.held for place in places}
    pairs: list[tuple[UUID, UUID]] = []
    for child in in_order(children, cap=cap, now=now):
        able = [
            (not speaks(place.languages, child.language), held[place.staff], place.staff)
            for place in places
            if room[place.staff] > 0
            and (child.team is None or child.team in place.teams)
            and may_have(child, place.languages, cap=cap, now=now)
        ]
        if not able:
            continue
        *_, best = min(able)
        room[best] -= 1
        held[best] += 1
        pairs.append((child.id, best))
    return pairs


def _primary(language: str) -> str:
    return language.replace("_", "-").split("-", 1)[0].casefold()
