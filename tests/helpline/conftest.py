"""What tests of the helpline stand on: keys of their own, staff with keys, a line with a team, cheap codes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone

from pop.helpline.conversations.queries.keys import forget_opened
from pop.helpline.lines import actions as line_actions
from pop.helpline.lines import queries as line_queries
from pop.people.models import Staff, StaffKey
from pop.privacy import keyring
from pop.privacy.codes import CodeKey
from pop.privacy.keys import ensure_development_keys
from pop.privacy.sealing import Pair, derive, new_pair, pair_from_seed


@pytest.fixture(scope="session")
def keys_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key directory as a first start makes it."""
    directory = tmp_path_factory.mktemp("helpline-keys")
    ensure_development_keys(directory)
    return directory


@pytest.fixture
def helpline_keys(settings, keys_directory: Path) -> Iterator[Path]:  # type: ignore[no-untyped-def]
    """The keyring of this test; no opened key outlives it."""
    settings.KEYS_DIR = keys_directory
    keyring.forget()
    forget_opened()
    yield keys_directory
    keyring.forget()
    forget_opened()


@dataclass(frozen=True)
class Person:
    """Somebody of the staff with the private key that their password would open."""

    id: UUID
    private: bytes = field(repr=False)


@dataclass(frozen=True)
class House:
    """A line that is always open, its intake team, and who is in it."""

    line: UUID
    team: UUID
    supervisor: Person
    counsellor: Person
    colleague: Person


def give_key(staff: Staff) -> Pair:
    """Give somebody a key pair, as setting a password does; an earlier one ends."""
    pair = new_pair()
    now = timezone.now()
    edition = StaffKey.objects.filter(staff=staff).count() + 1
    StaffKey.objects.filter(staff=staff, ended_at=None).update(ended_at=now)
    StaffKey.objects.create(
        staff=staff, edition=edition, public_key=pair.public, sealed_private=b"-", salt=b"-", made_at=now
    )
    return pair


@pytest.fixture
def person(make_staff: Callable[..., Staff]) -> Callable[..., Person]:
    """``person("counsellor")``: somebody with this role and a key."""

    def make(*roles: str) -> Person:
        staff = make_staff(*roles, second_factor=False)
        return Person(staff.pk, give_key(staff).private)

    return make


@pytest.fixture
def house(helpline_keys: Path, person: Callable[..., Person]) -> House:
    """A line with one team of a supervisor and two counsellors."""
    return make_house(person)


def make_house(person: Callable[..., Person], **settings_of_line: object) -> House:
    """Make a line with one team of a supervisor and two counsellors."""
    supervisor, counsellor, colleague = person("supervisor"), person("counsellor"), person("counsellor")
    line = line_actions.create_line(name="Line", by=supervisor.id, **settings_of_line)  # type: ignore[arg-type]
    team = line_actions.create_team(line=line, name="Team", intake=True, founders=[supervisor.id], by=supervisor.id)
    for each in (counsellor, colleague):
        line_actions.admit(team=team, staff=each.id, role="counsellor", by=supervisor.id, by_key=supervisor.private)
    return House(line, team, supervisor, counsellor, colleague)


def team_key_of(house: House, who: Person) -> dict[UUID, bytes]:
    """Return the team's private keys as somebody opens them."""
    return line_queries.team_private_keys(who.id, who.private)


def form_key() -> str:
    """Return a fresh first form's key."""
    return secrets.token_urlsafe(24)


def client_key() -> str:
    """Return a fresh sender's key."""
    return secrets.token_urlsafe(12)


def cheap(folded: str, pepper: bytes) -> CodeKey:
    """Derive a code's key without what makes it slow."""
    secret = derive(pepper, f"cheap {folded}")
    return CodeKey(derive(secret, "id"), pair_from_seed(derive(secret, "pair")))
