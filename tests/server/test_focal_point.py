"""Every address of the console, tried by a ministry's focal point: what is not on the list here does not exist."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from pop.people import seats
from pop.people.entrance import declared

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

# Their country, and what everybody has: signing in, their own security, the language of their pages.
THEIRS = {
    "overview",
    "national_services",
    "national_service",
    "national_correct",
    "national_contact_add",
    "national_contact_correct",
    "national_contact_remove",
    "national_findings",
    "national_proposals",
    "national_proposal",
    "national_withdraw",
    "national_emergency",
    "national_emergency_add",
    "national_emergency_one",
}
EVERYBODYS = {
    "account_change_password",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "enter",
    "language",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "static",
}


def patterns(found: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for each in found:
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns)
        else:
            yield each


def every_door() -> list[URLPattern]:
    return list(patterns(get_resolver("pop.server.console").url_patterns))


def address_of(pattern: URLPattern) -> str:
    """An address that fits: the guard must refuse before any id is looked up."""
    samples = {"UUIDConverter": str(uuid.uuid4()), "IntConverter": "1", "PathConverter": "a/b"}
    path = str(pattern.pattern)
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__
        written = next(part for part in path.split("<") if part.split(">")[0].endswith(name)).split(">")[0]
        path = path.replace(f"<{written}>", samples.get(kind, "word"))
    return f"/{path}"


def lets_in(pattern: URLPattern) -> bool:
    said = declared(pattern.callback) or ""
    return said in ("anyone", "signed_in") or "focal_point" in said.removeprefix("staff:").split(",")


def test_no_door_but_these_lets_a_focal_point_in() -> None:
    doors = every_door()
    assert len(doors) > 100
    assert {pattern.name for pattern in doors if lets_in(pattern)} == THEIRS | EVERYBODYS


def test_each_of_their_doors_is_listed_for_people() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "look-up" / "doors.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(/country[^`]*)` \|", page, re.M)
    doors = [re.sub(r"<[^>]+>", "{id}", f"/{each.pattern}") for each in every_door() if each.name in THEIRS]
    assert sorted(listed) == sorted(path for path in doors if path != "/")


def test_every_other_address_does_not_exist_for_them(console, make_staff, sign_in, client) -> None:
    ministry = sign_in(client, make_staff("focal_point", countries=["KE"]))
    opened = {}
    for pattern in every_door():
        if pattern.name in THEIRS | EVERYBODYS:
            continue
        address = address_of(pattern)
        found = (ministry.get(address).status_code, ministry.post(address, {}).status_code)
        if found != (404, 404):
            opened[address] = found
    assert opened == {}


def test_they_have_no_seat_at_the_doors_of_the_desk(console, make_staff, sign_in, client) -> None:
    ministry = sign_in(client, make_staff("focal_point", countries=["KE"]))
    cookies = {name: each.value for name, each in ministry.cookies.items()}
    assert seats.seat_of(cookies) is None
    counsellor = sign_in(type(client)(), make_staff("counsellor"))
    assert seats.seat_of({name: each.value for name, each in counsellor.cookies.items()}) is not None


def test_with_a_country_but_without_the_role_their_pages_do_not_exist(console, as_staff, make_staff, sign_in, client):
    for roles in (["editor"], ["approver"], ["administrator"], ["counsellor", "supervisor"]):
        person = SimpleNamespace(client=sign_in(type(client)(), make_staff(*roles, countries=["KE"])))
        for path in ("/country", "/country/findings", "/country/proposals", "/country/emergency"):
            assert person.client.get(path).status_code == 404
