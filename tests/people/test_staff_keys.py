"""The key pair of a member of staff: made with a password, ended with an access, and what a thief gets of it."""

from __future__ import annotations

import datetime as dt
import threading
import time

import pytest
from django.db import connection
from django.utils import timezone

from pop.audit.models import AuditRow
from pop.events.models import OutboxRow
from pop.people import actions, key_actions, queries, stretching
from pop.people.models import Staff, StaffKey, StaffKeySession
from pop.people.stretching import Hardness, Stretched, stretch
from pop.privacy import keyring, keys
from pop.privacy.sealing import SealError, open_under, open_with, password_key, seal_to

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

PASSWORD = "a grey heron on the quiet river"
OTHER = "seven slow boats under the bridge"


@pytest.fixture(autouse=True)
def quick(settings, quick_keys):
    """Cheap hashes: what they cost is no matter of these tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def amina():
    return actions.create_staff(email="amina@example.org", name="Amina", roles=["counsellor"], by=None)


def enter(person, password=PASSWORD):
    token = actions.invite(staff_id=person.pk, by=None).removeprefix("/enter/")
    return actions.accept_invitation(token=token, password=password).key


def news():
    return [(row.name, row.payload) for row in OutboxRow.objects.order_by("sequence", "id")]


def test_a_key_is_made_when_a_password_is_set_and_opens_with_it_alone(amina):
    assert queries.public_key_of(amina.pk) is None
    made = enter(amina)
    found = queries.public_key_of(amina.pk)
    assert (found.staff, found.edition, len(found.key)) == (amina.pk, 1, 32)
    assert open_with(made.private, seal_to(found.key, b"a team's key")) == b"a team's key"
    assert key_actions.open_key(staff=amina.pk, password=PASSWORD) == made
    assert key_actions.open_key(staff=amina.pk, password=OTHER) is None
    assert news() == [("staff_key_made", {"staff": str(amina.pk), "edition": 1})]


def test_the_same_password_over_a_new_link_keeps_the_key_and_another_one_ends_it(amina):
    first = enter(amina)
    assert enter(amina) == first
    second = enter(amina, OTHER)
    assert second.edition == 2
    assert second.private != first.private
    ended = StaffKey.objects.get(edition=1)
    assert (bytes(ended.sealed_private), bytes(ended.salt), ended.ended_at is not None) == (b"", b"", True)
    assert queries.public_key_of(amina.pk).edition == 2
    assert [payload["edition"] for _, payload in news()] == [1, 2]


def test_a_changed_password_opens_the_same_key_and_the_old_one_nothing(amina):
    key = enter(amina)
    here, _ = key_actions.open_session(key=key, lasts=dt.timedelta(hours=1))
    key_actions.open_session(key=key, lasts=dt.timedelta(hours=1))
    actions.change_password(staff=amina.pk, before=PASSWORD, after=OTHER, session=here)
    assert key_actions.open_key(staff=amina.pk, password=OTHER) == key
    assert key_actions.open_key(staff=amina.pk, password=PASSWORD) is None
    assert [row.pk for row in StaffKeySession.objects.all()] == [here]
    assert AuditRow.objects.filter(action="change_password", actor=amina.pk).count() == 1
    assert len(news()) == 1


def test_a_password_is_changed_only_by_who_knows_it_and_to_one_that_is_strong(amina):
    key = enter(amina)
    with pytest.raises(actions.RefusedError, match="password_wrong"):
        actions.change_password(staff=amina.pk, before=OTHER, after=OTHER, session=None)
    with pytest.raises(actions.WeakPasswordError):
        actions.change_password(staff=amina.pk, before=PASSWORD, after="short", session=None)
    assert key_actions.open_key(staff=amina.pk, password=PASSWORD) == key


def test_another_root_key_opens_nothing_and_destroys_nothing(amina, monkeypatch):
    key = enter(amina)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(Hardness, "root", staticmethod(lambda: bytes(32)))
        assert key_actions.open_key(staff=amina.pk, password=PASSWORD) is None
        with pytest.raises(actions.RefusedError, match="key_stuck"):
            actions.change_password(staff=amina.pk, before=PASSWORD, after=OTHER, session=None)
    assert key_actions.open_key(staff=amina.pk, password=PASSWORD) == key


def test_resetting_and_ending_access_end_the_key_and_tell_it(amina, make_staff):
    make_staff("administrator")
    key = enter(amina)
    key_actions.open_session(key=key, lasts=dt.timedelta(hours=1))
    actions.reset_access(staff=amina.pk, by=None)
    assert queries.public_key_of(amina.pk) is None
    assert not StaffKeySession.objects.exists()
    assert key_actions.open_key(staff=amina.pk, password=PASSWORD) is None
    assert enter(amina).edition == 2
    actions.deactivate(staff=amina.pk, by=None)
    assert queries.public_keys_of([amina.pk]) == {}
    assert [name for name, _ in news()] == ["staff_key_made", "staff_left", "staff_key_made", "staff_left"]
    assert {payload["staff"] for _, payload in news()} == {str(amina.pk)}


def test_other_roles_lock_the_key_until_the_next_sign_in(amina, make_staff):
    key = enter(amina)
    key_actions.open_session(key=key, lasts=dt.timedelta(hours=1))
    actions.change_roles(staff=amina.pk, roles=["supervisor"], by=make_staff("administrator").pk)
    assert not StaffKeySession.objects.exists()
    assert key_actions.open_key(staff=amina.pk, password=PASSWORD) == key


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_keeps_neither_the_key_nor_the_news(amina, monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError("the audit is away")

    monkeypatch.setattr(actions, "_record", broken)
    for act in (
        lambda: enter(amina),
        lambda: actions.create_ready_staff(
            email="b@example.org", name="B", roles=["counsellor"], password=PASSWORD, totp_secret="JBSWY3DPEHPK3PXP"
        ),
    ):
        with pytest.raises(RuntimeError):
            act()
    assert not StaffKey.objects.exists()
    assert news() == []


def test_a_stolen_database_opens_no_private_key_even_with_the_password(amina):
    """Everything in the tables, and the password guessed: the root key is still missing."""
    key = enter(amina)
    session, _ = key_actions.open_session(key=key, lasts=dt.timedelta(hours=1))
    row, opened = StaffKey.objects.get(), StaffKeySession.objects.get()
    stretched = Hardness.of_password(PASSWORD, bytes(row.salt))
    for secret in (stretched, bytes(row.public_key), bytes(32), session.bytes * 2):
        for blob, purpose in (
            (row.sealed_private, f"staff key:{amina.pk}:1"),
            (opened.sealed_private, key_actions.session_purpose(session, amina.pk, 1)),
        ):
            with pytest.raises(SealError):
                open_under(secret, bytes(blob), purpose=purpose)
    assert key.private not in bytes(row.sealed_private) + bytes(opened.sealed_private)


def test_one_persons_blob_is_worth_nothing_in_anothers_row(amina, make_staff):
    enter(amina)
    ben = actions.create_staff(email="ben@example.org", name="Ben", roles=["counsellor"], by=None)
    enter(ben)
    stolen = StaffKey.objects.get(staff=amina)
    StaffKey.objects.filter(staff=ben).update(sealed_private=stolen.sealed_private, salt=stolen.salt)
    assert key_actions.open_key(staff=ben.pk, password=PASSWORD) is None


def test_open_keys_of_sign_ins_that_are_over_are_swept_away(amina):
    key = enter(amina)
    key_actions.open_session(key=key, lasts=dt.timedelta(hours=12))
    key_actions.open_session(key=key, lasts=dt.timedelta(seconds=-1))
    assert key_actions.forget_expired(now=timezone.now()) == 1
    assert StaffKeySession.objects.count() == 1


def test_complete_staff_are_made_only_where_a_deployment_is_tried_out(settings):
    given = {"email": "c@example.org", "name": "C", "roles": ["counsellor"], "password": PASSWORD}
    person = actions.create_ready_staff(**given, totp_secret="JBSWY3DPEHPK3PXP")
    assert key_actions.open_key(staff=person.pk, password=PASSWORD)
    assert person.check_password(PASSWORD)
    assert "JBSWY3DPEHPK3PXP" not in str(person.authenticator_set.get().data)
    settings.PRODUCTION = True
    with pytest.raises(actions.RefusedError, match="production"):
        actions.create_ready_staff(**{**given, "email": "d@example.org"}, totp_secret="JBSWY3DPEHPK3PXP")
    assert Staff.objects.count() == 1


def test_the_root_of_staff_keys_is_the_deployments_own(settings, tmp_path, monkeypatch):
    monkeypatch.undo()
    settings.KEYS_DIR = tmp_path / "keys"
    keys.ensure_development_keys(settings.KEYS_DIR)
    keyring.forget()
    assert Hardness.root() == keyring.keyring().root
    assert Hardness.of_password is password_key
    keyring.forget()


def test_no_more_than_two_passwords_are_stretched_at_once(monkeypatch):
    now, most, watch = [0], [0], threading.Lock()

    def slow(password: str, salt: bytes) -> bytes:
        with watch:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.05)
        with watch:
            now[0] -= 1
        return bytes(32)

    monkeypatch.setattr(Hardness, "of_password", staticmethod(slow))
    threads = [threading.Thread(target=stretch, args=(PASSWORD,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert most == [stretching.AT_ONCE] == [2]


def test_who_would_wait_too_long_is_told_so(amina, monkeypatch):
    monkeypatch.setattr(stretching, "LONGEST_WAIT", 0.01)
    for _ in range(stretching.AT_ONCE):
        stretching._turns.acquire()
    try:
        with pytest.raises(actions.RefusedError, match="busy"):
            enter(amina)
    finally:
        for _ in range(stretching.AT_ONCE):
            stretching._turns.release()
    assert enter(amina)


def test_nothing_that_holds_a_key_shows_it(amina):
    key = enter(amina)
    assert str(key.private) not in repr(key)
    assert repr(Stretched(b"secret", b"salt")) == "<Stretched>"


@pytest.mark.django_db(transaction=True)
def test_two_first_sign_ins_at_once_leave_one_key_in_force(amina):
    together, turn = threading.Barrier(2), threading.Lock()

    def make() -> None:
        under = stretch(PASSWORD)
        together.wait(timeout=20)
        try:
            if connection.vendor == "sqlite":
                with turn:
                    key_actions.make_key(staff=amina.pk, under=under)
            else:
                key_actions.make_key(staff=amina.pk, under=under)
        finally:
            connection.close()

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(StaffKey.objects.values_list("edition", flat=True)) == [1, 2]
    assert StaffKey.objects.filter(ended_at=None).count() == 1
