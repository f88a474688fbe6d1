"""Bringing invented responses in the way real ones come: submissions, findings, proposals, two people, the map."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from pop.evidence.maps.queries import took_part
from pop.people.actions import create_staff
from pop.people.queries import find_staff
from pop.registry.directory.actions.review.deciding import approve
from pop.registry.directory.actions.review.permission import RefusalError
from pop.registry.mapping import queries as mapping
from pop.registry.mapping.actions.hearing import hear
from pop.registry.mapping.actions.reviewing import take_up
from pop.registry.mapping.actions.shipping import load_instrument
from pop.registry.mapping.instruments import NAMES, source
from pop.simulation.mapping.filling import filled
from pop.simulation.mapping.inventing import Response, invented
from pop.surveys.collecting.actions.partners import make_partner
from pop.surveys.collecting.actions.receiving import receive
from pop.surveys.collecting.queries.partners import find_partner
from pop.surveys.forms.definition import Form
from pop.surveys.forms.loading import load

# Addresses at which nobody can ever be; nobody signs in with them, because they have no password.
PLACE: Final = "@demonstration.invalid"
PARTNERS: Final = 10


class Reviewers(NamedTuple):
    """Who takes findings up, and the two who agree."""

    editor: UUID
    approvers: tuple[UUID, UUID]


class Brought(NamedTuple):
    """How far it is: responses that are in, of how many."""

    done: int
    of: int


def responses(size: int, *, seed: int) -> list[Response]:
    """Return the responses of a data set, as `invented` makes them, with what the instruments offer."""
    with_languages = next(each for each in form("helplines").questions() if each.name == "languages")
    offered = with_languages.choices.every if with_languages.choices else ()
    languages = frozenset(choice.name for choice in offered)
    return list(invented(size, seed=seed, countries=took_part(), languages=languages))


@functools.cache
def form(instrument: str) -> Form:
    """Return an instrument as it ships now."""
    return load(f"{instrument}.md", source(instrument))


def bring(size: int, *, seed: int, now: Callable[[], datetime]) -> Iterator[Brought]:
    """Bring a data set in, response by response; what is in already is passed over, so that a stopped run can go on.

    Every step is a transaction of its own, as it is for real responses.
    """
    for name in NAMES:
        load_instrument(name, now=now(), opened=True)
    reviewers = _reviewers()
    partners = [_partner(number, now()) for number in range(PARTNERS)]
    every = responses(size, seed=seed)
    for done, response in enumerate(every, start=1):
        # Every other one came by a partner's own link, so that both stages are seen.
        partner = partners[response.number % PARTNERS] if response.number % 2 else None
        _bring_one(response, seed=seed, partner=partner, reviewers=reviewers, now=now())
        yield Brought(done, len(every))


def _bring_one(response: Response, *, seed: int, partner: UUID | None, reviewers: Reviewers, now: datetime) -> None:
    got = receive(
        xml=filled(form(response.instrument), response),
        source="web",
        now=now,
        partner=partner,
        provenance={"demonstration": seed},
    )
    finding = hear(got.submission)
    reviewed = mapping.finding(finding) if finding else None
    if finding is None or reviewed is None:
        raise ValueError(f"response {response.number} became no finding")
    proposal = reviewed.proposal
    if proposal is None:
        taken = {*reviewed.values, *(("contacts",) if reviewed.contacts else ())}
        choices = {field: "take" for field in taken if reviewed.consents.get(field)}
        proposal = take_up(finding_id=finding, choices=choices, as_new=True, kind="", by=reviewers.editor)
    for person in reviewers.approvers:
        # Of a run that was stopped in between: agreed to, or decided, is what it shall be.
        with contextlib.suppress(RefusalError):
            approve(proposal_id=proposal, by=person)


def _reviewers() -> Reviewers:
    editor, first, second = (
        _person(f"{name}{PLACE}", f"Invented {name}", "editor" if name == "editor" else "approver")
        for name in ("editor", "first-approver", "second-approver")
    )
    return Reviewers(editor, (first, second))


def _person(address: str, name: str, role: str) -> UUID:
    found = find_staff(address) or create_staff(email=address, name=name, roles=[role], by=None)
    return found.pk


def _partner(number: int, now: datetime) -> UUID:
    name = f"Demonstration partner {number + 1:02d}"
    return find_partner(name) or make_partner(name=name, now=now, email=f"partner-{number + 1:02d}@example.org")
