"""The private key for the length of a sign-in: which request opens it, and which does not."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from http.cookies import Morsel

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from pop.people import actions, queries, unlocking
from pop.people.models import StaffKey, StaffKeySession
from pop.people.stretching import Hardness
from tests.people.test_sign_in import totp

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

PASSWORD = "a grey heron on the quiet river"
OTHER = "seven slow boats under the bridge"
SECRET = base64.b32encode(b"twenty bytes of test").decode()
EMAIL = "amina@example.org"


@pytest.fixture(autouse=True)
def keyhole(console, settings, quick_keys):
    settings.ROOT_URLCONF = "tests.people.keyhole"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def amina():
    return actions.create_ready_staff(
        email=EMAIL, name="Amina", roles=["counsellor"], password=PASSWORD, totp_secret=SECRET
    )


def first_step(client: Client, password: str = PASSWORD, email: str = EMAIL) -> Morsel | None:
    client.post("/account/login/", {"login": email, "password": password})
    return client.cookies.get(unlocking.COOKIE)


def second_step(client: Client, code: str | None = None):
    cache.clear()  # a code works once, and one test may need it twice
    return client.post("/security/second-step/", {"code": code or totp(SECRET)})


def signed_in(password: str = PASSWORD) -> Client:
    client = Client()
    assert first_step(client, password)
    assert second_step(client).status_code == 302
    return client


def state(client: Client) -> int:
    return client.get("/keyhole/unguarded").status_code


def test_password_and_code_open_the_key_that_others_seal_to(amina):
    client = signed_in()
    answer = client.get("/keyhole")
    assert answer.json() == {"public": queries.public_key_of(amina.pk).key.hex(), "edition": 1}
    # Nothing lives in the process: a console that starts now would open it just as well.
    assert Client(headers={"cookie": as_header(client)}).get("/keyhole").json() == answer.json()


def as_header(client: Client) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def test_the_cookie_is_for_the_server_alone_and_for_this_browser_session(amina, settings):
    settings.PRODUCTION = True
    morsel = first_step(Client())
    assert (morsel["httponly"], morsel["samesite"], morsel["secure"]) == (True, "Strict", True)
    assert (morsel["max-age"], morsel["expires"]) == ("", "")
    assert len(base64.urlsafe_b64decode(morsel.value)) == 32


def test_the_password_without_the_second_factor_opens_nothing(amina):
    client = Client()
    assert first_step(client)
    assert state(client) == 423
    second_step(client, "000000")
    assert state(client) == 423
    assert client.get("/keyhole")["Location"].startswith("/account/login/")
    # What the unfinished sign-in left is over after a quarter of an hour.
    assert StaffKeySession.objects.get().expires_at <= timezone.now() + unlocking.PENDING
    second_step(client)
    assert state(client) == 200
    assert StaffKeySession.objects.get().expires_at > timezone.now() + dt.timedelta(hours=11)


def test_a_wrong_password_hands_no_cookie_out_and_neither_does_an_unknown_address(amina):
    assert first_step(Client(), OTHER) is None
    assert first_step(Client(), PASSWORD, "nobody@example.org") is None
    assert not StaffKeySession.objects.exists()


def test_every_answer_to_a_password_costs_one_stretching(amina, make_staff, monkeypatch):
    """Known, unknown, wrong, ended: the time of an answer must not say which."""
    make_staff("administrator")
    ended = actions.create_ready_staff(
        email="ended@example.org", name="E", roles=["counsellor"], password=PASSWORD, totp_secret=SECRET
    )
    actions.deactivate(staff=ended.pk, by=None)
    counted: list[int] = []
    stretch = Hardness.of_password

    def counting(password: str, salt: bytes) -> bytes:
        counted.append(len(salt))
        return stretch(password, salt)

    monkeypatch.setattr(Hardness, "of_password", staticmethod(counting))
    for email, password in (
        (EMAIL, PASSWORD),
        (EMAIL, OTHER),
        ("nobody@example.org", PASSWORD),
        ("ended@example.org", PASSWORD),
    ):
        first_step(Client(), password, email)
        assert counted == [16]
        counted.clear()


def test_the_cookie_alone_opens_nothing(amina, as_staff):
    stolen = signed_in().cookies[unlocking.COOKIE].value
    stranger = Client()
    stranger.cookies[unlocking.COOKIE] = stolen
    assert state(stranger) == 423
    # Nor does it in a colleague's own session.
    colleague = as_staff("counsellor")
    assert state(colleague) == 200
    colleague.cookies[unlocking.COOKIE] = stolen
    assert state(colleague) == 423


def test_the_session_alone_opens_nothing(amina):
    client = signed_in()
    for value in (secrets.token_urlsafe(32), "", "x", "é", base64.urlsafe_b64encode(bytes(32)).decode()):
        client.cookies[unlocking.COOKIE] = value
        assert state(client) == 423
    del client.cookies[unlocking.COOKIE]
    assert state(client) == 423


def test_a_session_that_names_another_persons_row_opens_nothing(amina, as_staff):
    client, other = signed_in(), as_staff("counsellor")
    session = other.session
    session[unlocking.SESSION_NAME] = client.session[unlocking.SESSION_NAME]
    session.save()
    other.cookies[unlocking.COOKIE] = client.cookies[unlocking.COOKIE].value
    assert state(other) == 423


def test_signing_out_ends_the_key_and_the_cookie(amina):
    client = signed_in()
    kept = as_header(client)
    client.post("/account/logout/")
    assert client.cookies[unlocking.COOKIE].value == ""
    assert not StaffKeySession.objects.exists()
    assert Client(headers={"cookie": kept}).get("/keyhole/unguarded").status_code == 423


def test_giving_up_before_the_second_factor_ends_it_too(amina):
    client = Client()
    first_step(client)
    client.post("/account/logout/", {"next": "/account/login/"})
    assert not StaffKeySession.objects.exists()


@pytest.mark.parametrize(
    "act",
    [
        lambda person, by: actions.deactivate(staff=person, by=by),
        lambda person, by: actions.reset_access(staff=person, by=by),
        lambda person, by: actions.change_roles(staff=person, roles=["supervisor"], by=by),
        lambda person, by: StaffKeySession.objects.update(expires_at=timezone.now()),
        lambda person, by: StaffKey.objects.update(ended_at=timezone.now()),
    ],
    ids=["deactivated", "reset", "other roles", "twelve hours over", "edition ended"],
)
def test_what_ends_a_key_leads_to_sign_in(amina, make_staff, act):
    client = signed_in()
    assert client.get("/keyhole").status_code == 200
    act(amina.pk, make_staff("administrator").pk)
    answer = client.get("/keyhole")
    assert answer["Location"] == "/account/login/?next=%2Fkeyhole"
    # The sign-in page is really shown: a session without a key would be led away from it.
    assert client.get(answer["Location"]).status_code == 200


def test_a_page_that_needs_no_key_stays_open_while_it_is_locked(amina):
    client = signed_in()
    StaffKeySession.objects.all().delete()
    assert client.get("/security/").status_code == 200
    assert client.get("/keyhole").status_code == 302


def test_changing_the_password_keeps_this_session_and_ends_the_other(amina):
    here, elsewhere = signed_in(), signed_in()
    public = here.get("/keyhole").json()
    given = {"before": PASSWORD, "password": OTHER, "again": OTHER}
    assert here.post("/account/password/", {**given, "before": OTHER}).status_code == 200
    assert here.post("/account/password/", {**given, "again": PASSWORD}).status_code == 200
    assert here.post("/account/password/", {**given, "password": "short", "again": "short"}).status_code == 200
    assert here.get("/keyhole").json() == public
    assert here.post("/account/password/", given).status_code == 302
    assert here.get("/keyhole").json() == public
    assert state(elsewhere) == 423
    assert first_step(Client(), PASSWORD) is None
    assert signed_in(OTHER).get("/keyhole").json() == public


def test_proving_it_is_you_once_more_changes_nothing_about_the_key(amina):
    client = signed_in()
    held = client.cookies[unlocking.COOKIE].value
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.cookies[unlocking.COOKIE].value == held
    assert state(client) == 200


def test_a_link_opens_the_new_key_once_an_app_is_set_up(console):
    person = actions.create_staff(email=EMAIL, name="Amina", roles=["counsellor"], by=None)
    console.post(actions.invite(staff_id=person.pk, by=None), {"password": PASSWORD, "again": PASSWORD})
    assert state(console) == 423
    console.get("/security/app/add/")
    console.post("/security/app/add/", {"code": totp(console.session["mfa.totp.secret"])})
    assert console.get("/keyhole").json()["edition"] == 1


def test_a_link_at_a_browser_where_somebody_else_is_signed_in_starts_anew(amina, as_staff):
    person = actions.create_staff(email="ben@example.org", name="Ben", roles=["counsellor"], by=None)
    client = as_staff("administrator")
    client.post(actions.invite(staff_id=person.pk, by=None), {"password": PASSWORD, "again": PASSWORD})
    assert client.session["_auth_user_id"] == str(person.pk)
    assert [row.key.staff_id for row in StaffKeySession.objects.all()] == [person.pk]


def test_somebody_whose_password_is_older_than_the_keys_gets_one_at_the_next_sign_in(amina):
    StaffKey.objects.all().delete()
    client = signed_in()
    assert client.get("/keyhole").json()["public"] == queries.public_key_of(amina.pk).key.hex()


def test_a_key_of_another_root_is_left_alone_and_the_person_still_enters(amina, monkeypatch):
    before = bytes(StaffKey.objects.get().sealed_private)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(Hardness, "root", staticmethod(lambda: bytes(32)))
        client = Client()
        assert first_step(client) is None
        assert second_step(client).status_code == 302
        assert client.get("/security/").status_code == 200
        assert state(client) == 423
    assert bytes(StaffKey.objects.get().sealed_private) == before
    assert state(signed_in()) == 200


def test_the_fixtures_of_other_tests_open_a_real_key(as_staff, make_staff, sign_in):
    client = as_staff("counsellor")
    assert client.get("/keyhole").json()["public"] == queries.public_key_of(client.person.pk).key.hex()
    other = sign_in(Client(), make_staff("supervisor"))
    assert state(other) == 200
    assert other.private_key != client.private_key
    assert state(sign_in(Client(), make_staff("supervisor"), proved=False)) == 423
