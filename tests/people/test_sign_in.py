"""The whole way in: a one-time link, a password, an authenticator app, and the next sign-in with both."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from pop.audit.models import AuditRow
from pop.people import actions
from pop.people.models import Staff
from pop.people.proof import METHODS_KEY, METHODS_OF_KEY

PASSWORD = "a grey heron on the quiet river"
pytestmark = pytest.mark.storage


def totp(secret: str, *, ahead: int = 0) -> str:
    """RFC 6238, written anew: six digits of the half minute that is `ahead` of now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + ahead)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def enter(client: Client, *roles: str) -> tuple[Staff, str]:
    """Somebody is invited, chooses a password and sets up an app; returns them and the app's secret."""
    person = actions.create_staff(email="amina@example.org", name="Amina", roles=roles or ["editor"], by=None)
    path = actions.invite(staff_id=person.pk, by=None)
    answer = client.post(path, {"password": PASSWORD, "again": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"] == "/security/"
    page = client.get("/security/app/add/").content.decode()
    secret = re.search(r'<code class="secret">([A-Z2-7]+)</code>', page)[1]
    answer = client.post("/security/app/add/", {"code": totp(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return person, secret


def test_an_invited_person_enters_with_a_link_a_password_and_an_app(console):
    person, secret = enter(console)
    codes = console.get("/security/codes/")
    assert codes.status_code == 200
    assert len(re.findall(r"<li><code>", codes.content.decode())) == 10
    assert console.get("/security/").status_code == 200
    assert list(AuditRow.objects.order_by("at").values_list("action", flat=True)) == [
        "create_staff",
        "invite",
        "accept_invitation",
        "sign_in",
        "set_up_second_factor",
    ]
    # The secret is in the database only sealed, and the token of the link not at all.
    assert secret not in str(Authenticator.objects.get(user=person, type="totp").data)


def test_signing_in_asks_for_the_password_and_then_for_the_code(console):
    _, secret = enter(console, "administrator")
    console.post("/account/logout/")
    other = Client()
    answer = other.post("/account/login/?next=/staff", {"login": "amina@example.org", "password": PASSWORD})
    assert answer["Location"].startswith("/security/second-step/")
    # The password alone opens nothing.
    assert other.get("/staff")["Location"].startswith("/account/login/")
    assert b"000000" not in other.post("/security/second-step/", {"code": "000000"}).content
    answer = other.post("/security/second-step/", {"code": totp(secret, ahead=1)})
    assert answer.status_code == 302
    assert other.get("/staff").status_code == 200


def test_a_code_works_once(console):
    _, secret = enter(console)
    code = totp(secret, ahead=1)
    for client, status in ((Client(), 302), (Client(), 200)):
        client.post("/account/login/", {"login": "amina@example.org", "password": PASSWORD})
        assert client.post("/security/second-step/", {"code": code}).status_code == status


def test_a_recovery_code_replaces_a_lost_phone_once(console):
    enter(console)
    page = console.get("/security/codes/").content.decode()
    code = re.findall(r"<li><code>([0-9a-z]+)</code>", page)[0]
    assert code not in console.get("/security/codes/").content.decode()  # shown once
    for client, status in ((Client(), 302), (Client(), 200)):
        client.post("/account/login/", {"login": "amina@example.org", "password": PASSWORD})
        assert client.post("/security/second-step/", {"code": code}).status_code == status


def test_looking_at_a_link_does_not_use_it_up_and_sending_the_form_does(console, make_staff):
    person = make_staff("editor", second_factor=False)
    path = actions.invite(staff_id=person.pk, by=None)
    for _ in range(3):
        assert console.get(path).status_code == 200
        assert console.head(path).status_code == 200
    assert console.post(path, {"password": PASSWORD, "again": "something else"}).status_code == 200
    assert console.post(path, {"password": "short", "again": "short"}).status_code == 200
    assert console.post(path, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert Client().get(path).status_code == 404
    assert Client().post(path, {"password": PASSWORD, "again": PASSWORD}).status_code == 404


def test_a_link_for_somebody_with_an_app_still_asks_for_its_code(console, make_staff):
    person = make_staff("administrator")
    path = actions.invite(staff_id=person.pk, by=None)
    answer = console.post(path, {"password": PASSWORD, "again": PASSWORD})
    assert answer["Location"].startswith("/security/second-step/")
    assert console.get("/staff")["Location"].startswith("/account/login/")


def test_without_a_second_factor_nothing_opens_but_setting_one_up(console, make_staff, sign_in):
    person = make_staff("administrator", second_factor=False)
    sign_in(console, person, proved=False)
    assert console.get("/staff")["Location"] == "/security/"
    assert console.get("/security/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(console, make_staff, sign_in):
    person = make_staff("administrator", second_factor=False)
    person.authenticator_set.create(type="recovery_codes", data={})
    sign_in(console, person)
    assert console.get("/staff")["Location"] == "/security/"


def test_a_session_of_the_password_alone_ends_when_a_second_factor_appears_elsewhere(console, make_staff, sign_in):
    person = make_staff("administrator", second_factor=False)
    sign_in(console, person, proved=False)
    person.authenticator_set.create(type="totp", data={"secret": "x"})
    assert console.get("/security/")["Location"].startswith("/account/login/")
    assert "_auth_user_id" not in console.session


def test_the_last_second_factor_cannot_be_removed(console):
    person, _ = enter(console)
    # Setting up was a moment ago, so no new confirmation is asked: only the rule stands in the way.
    answer = console.post("/security/app/remove/", {})
    assert answer.status_code == 200
    assert Authenticator.objects.filter(user=person, type="totp").exists()


def test_nobody_can_register_or_ask_for_a_password_by_mail(console):
    for path in ("/account/signup/", "/accounts/signup/", "/account/password/reset/", "/account/email/"):
        assert console.get(path).status_code == 404


def test_guessing_passwords_is_slowed_down_for_one_account(console, make_staff):
    make_staff("editor", name="Guessed")
    email = Staff.objects.get(name="Guessed").email
    answers = [console.post("/account/login/", {"login": email, "password": f"guess {n}"}) for n in range(6)]
    assert b"Too many failed login attempts" in answers[-1].content
    right = console.post("/account/login/", {"login": email, "password": "a long enough passphrase"})
    assert right.status_code == 200
    cache.clear()
    assert console.post("/account/login/", {"login": email, "password": "a long enough passphrase"}).status_code == 302


def test_an_unknown_address_and_a_wrong_password_get_the_same_words(console, make_staff):
    person = make_staff("editor")

    def words(email: str) -> str:
        page = console.post("/account/login/", {"login": email, "password": "wrong"}).content.decode()
        return re.search(r'<p class="mistake"[^>]*>(.*?)</p>', page)[1]

    assert words("nobody@example.org") == words(person.email)


def test_the_names_of_allauths_session_records_are_the_ones_we_read():
    assert (METHODS_KEY, METHODS_OF_KEY) == (
        AUTHENTICATION_METHODS_SESSION_KEY,
        _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    )


def test_every_form_of_signing_in_refuses_a_request_without_its_token(console, make_staff):
    person = make_staff("editor", second_factor=False)
    strict = Client(enforce_csrf_checks=True)
    path = actions.invite(staff_id=person.pk, by=None)
    assert strict.post(path, {"password": PASSWORD, "again": PASSWORD}).status_code == 403
    assert strict.post("/account/login/", {"login": person.email, "password": "x"}).status_code == 403
    assert actions.invited(path.removeprefix("/enter/")) == person.pk


def test_a_secret_that_does_not_open_any_more_refuses_every_code(console, caplog):
    person, secret = enter(console)
    device = Authenticator.objects.get(user=person, type="totp")
    for broken in ("not base64!", base64.b64encode(b"x" * 60).decode(), ""):
        device.data = {"secret": broken}
        device.save()
        client = Client()
        client.post("/account/login/", {"login": "amina@example.org", "password": PASSWORD})
        for code in ("", "000000", totp(secret, ahead=1)):
            assert client.post("/security/second-step/", {"code": code}).status_code == 200
