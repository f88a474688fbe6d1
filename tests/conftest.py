"""What every test may use: a client per door."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, expect, sync_playwright

from pop.helpline import ringing
from pop.people import key_actions, unlocking
from pop.people.key_actions import OpenKey
from pop.people.models import Staff, StaffKey
from pop.people.proof import METHODS_KEY, METHODS_OF_KEY
from pop.people.stretching import Hardness
from pop.privacy.sealing import derive, new_pair, seal_under
from tests.served import Served, prepared, serving

CHROMIUM = "/usr/bin/chromium"


def pytest_configure() -> None:
    """Set what all tests share.

    SQLite's test databases stay in memory, in each worker its own: pytest knows that only of Django's own engine.
    A page that is slow on a busy machine is not a page that is wrong.
    """
    expect.set_options(timeout=30_000)
    for database in settings.DATABASES.values():
        if str(database["ENGINE"]).endswith("sqlite3"):
            database.setdefault("TEST", {})["NAME"] = ":memory:"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a test that touches storage touch both databases, in the run where the helpline has one of its own."""
    if len(settings.DATABASES) == 1:
        return
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker is not None:
            item.add_marker(pytest.mark.django_db(**{**marker.kwargs, "databases": "__all__"}), append=False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield chromium
        chromium.close()


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
_PASSPHRASE = "a long enough passphrase"
_OPEN: dict[UUID, OpenKey] = {}


def _quick(password: str, salt: bytes) -> bytes:
    """What stands in for Argon2id, which takes a tenth of a second on purpose."""
    return hashlib.blake2b(password.encode(), salt=salt, digest_size=32).digest()


def _give_key(person: Staff) -> OpenKey:
    """A key pair under the person's passphrase, without the news of it: a test's outbox holds what the test did."""
    salt, pair = bytes(16), new_pair()
    under = derive(_quick(_PASSPHRASE, salt) + Hardness.root(), "key of a member of staff")
    StaffKey.objects.create(
        staff=person,
        edition=1,
        public_key=pair.public,
        sealed_private=seal_under(under, pair.private, purpose=f"staff key:{person.pk}:1"),
        salt=salt,
        made_at=timezone.now(),
    )
    return OpenKey(person.pk, 1, pair.private)


def _make_staff(*roles: str, second_factor: bool = True, **fields: object) -> Staff:
    person = Staff.objects.create_user(f"staff{next(_NUMBERS)}@example.org", _PASSPHRASE, roles=list(roles), **fields)
    if second_factor:
        person.authenticator_set.create(type="totp", data={"secret": "not opened in these tests"})
    if person.is_active:
        _OPEN[person.pk] = _give_key(person)
    return person


def _sign_in(client: Client, person: Staff, *, proved: bool = True) -> Client:
    client.force_login(person)
    session = client.session
    methods = ["password", "mfa"] if proved else ["password"]
    session[METHODS_KEY] = [{"method": method, "at": time.time()} for method in methods]
    session[METHODS_OF_KEY] = str(person.pk)
    key = _OPEN.get(person.pk) or _give_key(person)
    opened, held = key_actions.open_session(key=key, lasts=dt.timedelta(hours=12))
    session[unlocking.SESSION_NAME] = str(opened)
    session.save()
    client.cookies[unlocking.COOKIE] = base64.urlsafe_b64encode(held).decode()
    client.person, client.private_key = person, key.private  # type: ignore[attr-defined]
    return client


@pytest.fixture(autouse=True)
def _no_far_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ring no other machine: on PostgreSQL that needs a connection which would outlive the tests' database."""
    monkeypatch.setattr(ringing, "_send_far", lambda *_: None)


@pytest.fixture(autouse=True)
def root_of_staff_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A root key for the keys of staff, so that a test of theirs needs no key directory."""
    monkeypatch.setattr(Hardness, "root", staticmethod(lambda: b"root key of the tests, 32 bytes."))


@pytest.fixture
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the key of a password cheap; its strength has tests of its own."""
    monkeypatch.setattr(Hardness, "of_password", staticmethod(_quick))


@pytest.fixture
def make_staff(db, settings, quick_keys) -> Callable[..., Staff]:  # type: ignore[no-untyped-def]
    """``make_staff("editor")``: a member of staff with these roles and a key, and by default an authenticator app."""
    # A real hash takes a quarter of a second on purpose; the tests of sign-in itself use real ones.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return _make_staff


@pytest.fixture
def sign_in(quick_keys: None) -> Callable[..., Client]:
    """``sign_in(client, person)``: the client, signed in; ``proved=False``: without having passed a second factor.

    ``client.person`` and ``client.private_key`` tell who it is and what ``unlocking.private_key(request)`` opens.
    """
    return _sign_in


@pytest.fixture
def as_staff(console: Client, make_staff: Callable[..., Staff]) -> Callable[..., Client]:
    """``as_staff("editor")``: a client of somebody with these roles: ``client.person``, ``client.private_key``."""

    def make(*roles: str) -> Client:
        return _sign_in(Client(), make_staff(*roles))

    return make
