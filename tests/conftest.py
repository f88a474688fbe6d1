"""What every test may use: a client per door."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from django.test import Client

from pop.people.entrance import METHODS_KEY, METHODS_OF_KEY
from pop.people.models import Staff
from tests.served import Served, prepared, serving


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with keys, the real registry and a snapshot, made once and only read."""
    return prepared(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def door(world: Path) -> Iterator[Served]:
    """The real public door over the real registry, in a process of its own."""
    with serving(world) as served:
        yield served


@pytest.fixture
def public(settings, db) -> Client:  # type: ignore[no-untyped-def]
    """A client at the public door: its map, its middleware."""
    settings.ROOT_URLCONF = "pop.server.public"
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
    return Client()


@pytest.fixture
def console(settings, db) -> Client:  # type: ignore[no-untyped-def]
    """A client at the console door."""
    settings.ROOT_URLCONF = "pop.server.console"
    return Client()


_NUMBERS = count(1)


def _make_staff(*roles: str, second_factor: bool = True, **fields: object) -> Staff:
    person = Staff.objects.create_user(
        f"staff{next(_NUMBERS)}@example.org", "a long enough passphrase", roles=list(roles), **fields
    )
    if second_factor:
        person.authenticator_set.create(type="totp", data={"secret": "not opened in these tests"})
    return person


def _sign_in(client: Client, person: Staff, *, proved: bool = True) -> Client:
    client.force_login(person)
    session = client.session
    methods = ["password", "mfa"] if proved else ["password"]
    session[METHODS_KEY] = [{"method": method, "at": time.time()} for method in methods]
    session[METHODS_OF_KEY] = str(person.pk)
    session.save()
    return client


@pytest.fixture
def make_staff(db, settings) -> Callable[..., Staff]:  # type: ignore[no-untyped-def]
    """``make_staff("editor")``: a member of staff with these roles, and by default with an authenticator app."""
    # A real hash takes a quarter of a second on purpose; the tests of sign-in itself use real ones.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return _make_staff


@pytest.fixture
def sign_in() -> Callable[..., Client]:
    """``sign_in(client, person)``: the client, signed in; ``proved=False``: without having passed a second factor."""
    return _sign_in


@pytest.fixture
def as_staff(console: Client, make_staff: Callable[..., Staff]) -> Callable[..., Client]:
    """``as_staff("editor")``: a client of somebody with these roles, whom ``client.person`` tells."""

    def make(*roles: str) -> Client:
        client = Client()
        client.person = make_staff(*roles)  # type: ignore[attr-defined]
        return _sign_in(client, client.person)  # type: ignore[attr-defined]

    return make
