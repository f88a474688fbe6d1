"""A stolen database holds no open session, no address that signed in, and no code that still works."""

from __future__ import annotations

import datetime as dt

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from pop.people import sign_in_memory
from pop.people.models import SignInMemory, StaffKeySession
from pop.people.sessions import SessionStore, stored_as
from pop.people.sweeping import SweepingDuty
from tests.people.test_sign_in import PASSWORD, enter, totp

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def quick(settings, quick_keys):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def everything() -> str:
    """All rows of all tables, as a thief would read them."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found += [
                bytes(value).decode("latin-1") if isinstance(value, (bytes, memoryview)) else str(value)
                for row in cursor.fetchall()
                for value in row
            ]
    return "\n".join(found)


def test_the_table_does_not_hold_what_the_cookie_holds(console):
    enter(console, "administrator")
    key = console.cookies["pop_console"].value
    row = Session.objects.get()
    assert row.session_key == stored_as(key) != key
    assert len(row.session_key) == 40
    stolen = everything()
    assert key not in stolen
    assert console.cookies["pop_console_key"].value not in stolen
    # What is in the table, taken for a cookie, opens nothing.
    thief = Client()
    for guess in (row.session_key, row.session_key.lower(), ""):
        thief.cookies["pop_console"] = guess
        assert thief.get("/staff")["Location"].startswith("/account/login/")
    assert console.get("/staff").status_code == 200


def test_what_a_session_holds_is_sealed_under_its_own_cookie(console):
    console.get("/account/login/")
    store, other = SessionStore(), SessionStore()
    for each in (store, other):
        each["mfa.totp.secret"] = "JBSWY3DPEHPK3PXP"
        each.save()
    assert "JBSWY3DPEHPK3PXP" not in everything()
    assert SessionStore(store.session_key)["mfa.totp.secret"] == "JBSWY3DPEHPK3PXP"
    row = Session.objects.get(pk=stored_as(other.session_key))
    Session.objects.filter(pk=stored_as(store.session_key)).update(session_data=row.session_data)
    assert dict(SessionStore(store.session_key).items()) == {}
    Session.objects.update(session_data="no such thing")
    assert dict(SessionStore(other.session_key).items()) == {}


def test_a_session_lives_changes_its_key_and_ends_as_djangos_does(db):
    store = SessionStore()
    store["a"] = 1
    store.save()
    first = store.session_key
    assert store.exists(first)
    store.cycle_key()
    assert not store.exists(first)
    assert SessionStore(store.session_key)["a"] == 1
    second = store.session_key
    store.flush()
    assert not store.exists(second)
    assert Session.objects.count() == 0
    assert SessionStore("x" * 32).load() == {}
    assert not store.exists(None)


def test_a_session_is_the_same_when_it_is_asked_for_without_waiting(db):
    async def live() -> None:
        store = SessionStore()
        await store.aset("a", 1)
        await store.asave()
        again = SessionStore(store.session_key)
        assert await again.aget("a") == 1
        assert await again.aexists(store.session_key)
        await again.aflush()
        assert not await store.aexists(store.session_key)

    async_to_sync(live)()
    assert Session.objects.count() == 0


def test_what_sign_in_remembers_names_nobody(console):
    _, secret = enter(console)
    console.post("/account/logout/")
    cache.clear()
    client, code = Client(REMOTE_ADDR="198.51.100.77"), totp(secret, ahead=1)
    client.post("/account/login/", {"login": "amina@example.org", "password": "wrong"})
    client.post("/account/login/", {"login": "amina@example.org", "password": PASSWORD})
    assert client.post("/security/second-step/", {"code": code}).status_code == 302
    kept = "\n".join(f"{row.cache_key} {row.value}" for row in SignInMemory.objects.all())
    assert kept
    for word in ("198.51.100", "amina", code, "totp", "login"):
        assert word not in kept


def test_a_used_code_is_remembered_for_as_long_as_it_would_be_accepted(console):
    enter(console)
    cache.clear()
    cache.add("allauth.mfa.totp.used?user=1&code=000000", "y", timeout=30)
    # Three half minutes: the one before, its own, the one after.
    assert SignInMemory.objects.get().expires > timezone.now() + dt.timedelta(seconds=85)
    assert sign_in_memory._ACCEPTED_SECONDS == 90


def test_another_secret_finds_no_entry(settings):
    cache.set("allauth:rl:x", [1.0], 60)
    assert cache.get("allauth:rl:x") == [1.0]
    settings.SECRET_KEY = "another one"
    assert cache.get("allauth:rl:x") is None


def test_the_worker_deletes_what_is_over_once_an_hour(as_staff, monkeypatch):
    past = timezone.now() - dt.timedelta(seconds=5)
    as_staff("editor")
    Session.objects.update(expire_date=past)
    StaffKeySession.objects.update(expires_at=past)
    cache.set("a", 1, 300)
    SignInMemory.objects.update(expires=past)
    as_staff("editor")
    cache.set("b", 1, 300)
    duty = SweepingDuty()
    duty()
    assert (Session.objects.count(), StaffKeySession.objects.count(), SignInMemory.objects.count()) == (1, 1, 1)
    Session.objects.update(expire_date=past)
    duty()
    assert Session.objects.count() == 1
    monkeypatch.setattr("pop.people.sweeping._EVERY", 0)
    duty()
    assert Session.objects.count() == 0
