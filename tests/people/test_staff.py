"""Managing staff: who may, and what nobody may."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from pop.audit.models import AuditRow
from pop.people import actions, queries
from pop.people.asking import Ask
from pop.people.models import Invitation, Staff

pytestmark = pytest.mark.storage


@pytest.fixture
def root(make_staff):
    """An administrator."""
    return make_staff("administrator")


def refusal_of(act, **given):
    with pytest.raises(actions.RefusedError) as found:
        act(**given)
    return found.value.code


def test_only_administrators_manage_staff(make_staff, root):
    editor, other = make_staff("editor"), make_staff("editor")
    for by in (editor, make_staff("approver")):
        assert refusal_of(actions.change_roles, staff=other.pk, roles=["approver"], by=by.pk) == "not_allowed"
        assert refusal_of(actions.deactivate, staff=other.pk, by=by.pk) == "not_allowed"
        assert refusal_of(actions.reset_access, staff=other.pk, by=by.pk) == "not_allowed"
        assert refusal_of(actions.invite, staff_id=other.pk, by=by.pk) == "not_allowed"
        given = {"email": "x@example.org", "name": "X", "roles": ["editor"], "by": by.pk}
        assert refusal_of(actions.create_staff, **given) == "not_allowed"


def test_nobody_changes_their_own_roles_or_ends_their_own_access(make_staff, root):
    make_staff("administrator")
    assert refusal_of(actions.change_roles, staff=root.pk, roles=["approver"], by=root.pk) == "own_roles"
    assert refusal_of(actions.deactivate, staff=root.pk, by=root.pk) == "own_access"
    assert refusal_of(actions.reset_access, staff=root.pk, by=root.pk) == "own_access"


def test_the_last_administrator_stays(root):
    assert refusal_of(actions.deactivate, staff=root.pk, by=None) == "last_administrator"
    assert refusal_of(actions.change_roles, staff=root.pk, roles=["editor"], by=None) == "last_administrator"


def test_an_administrator_who_cannot_sign_in_does_not_count(root):
    waiting = actions.create_staff(email="new@example.org", name="", roles=["administrator"], by=root.pk)
    assert not Staff.objects.get(pk=waiting.pk).has_usable_password()
    assert refusal_of(actions.deactivate, staff=root.pk, by=None) == "last_administrator"


def test_an_address_is_used_once_whatever_its_case(root):
    given = {"name": "X", "roles": ["editor"], "by": root.pk}
    actions.create_staff(email="Amina@Example.org", **given)
    assert refusal_of(actions.create_staff, email="amina@example.ORG", **given) == "email_taken"
    assert refusal_of(actions.create_staff, email="not an address", **given) == "email_wrong"
    assert refusal_of(actions.create_staff, email="b@example.org", name="", roles=[], by=None) == "roles_wrong"
    assert refusal_of(actions.create_staff, email="b@example.org", name="", roles=["root"], by=None) == "roles_wrong"


def test_a_link_is_stored_only_as_a_hash_and_lasts_two_days(make_staff):
    person = make_staff("editor")
    token = actions.invite(staff_id=person.pk, by=None).removeprefix("/enter/")
    stored = Invitation.objects.get()
    assert len(token) >= 43
    assert stored.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(list(AuditRow.objects.values()))
    assert dt.timedelta(hours=47) < stored.expires_at - timezone.now() <= dt.timedelta(hours=48)
    Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert actions.invited(token) is None
    with pytest.raises(actions.RefusedError):
        actions.accept_invitation(token=token, password="a grey heron on the river")


def test_a_new_link_voids_the_one_before(make_staff):
    person = make_staff("editor")
    first, second = (actions.invite(staff_id=person.pk, by=None).removeprefix("/enter/") for _ in range(2))
    assert actions.invited(first) is None
    assert actions.invited(second) == person.pk


def test_ending_access_ends_sessions_keys_and_links_for_good(make_staff, as_staff, root):
    client = as_staff("editor")
    link = actions.invite(staff_id=client.person.pk, by=None)
    actions.deactivate(staff=client.person.pk, by=root.pk)
    assert client.get("/services")["Location"].startswith("/account/login/")
    assert Client().get(link).status_code == 404
    person = Staff.objects.get(pk=client.person.pk)
    assert not person.has_usable_password()
    assert not person.authenticator_set.exists()
    # Coming back opens no old session.
    actions.reactivate(staff=person.pk, by=root.pk)
    assert client.get("/services")["Location"].startswith("/account/login/")
    assert refusal_of(actions.invite, staff_id=make_ended(make_staff).pk, by=None) == "ended"


def make_ended(make_staff):
    return make_staff("editor", is_active=False)


def test_roles_taken_away_close_doors_at_once(as_staff, root):
    client = as_staff("administrator")
    assert client.get("/staff").status_code == 200
    actions.change_roles(staff=client.person.pk, roles=["editor"], by=root.pk)
    assert client.get("/staff").status_code == 404


def test_every_act_on_staff_is_in_the_audit_without_addresses(make_staff, root):
    person = actions.create_staff(email="amina@example.org", name="Amina", roles=["editor"], by=root.pk)
    actions.change_roles(staff=person.pk, roles=["approver"], by=root.pk)
    actions.reset_access(staff=person.pk, by=root.pk)
    actions.deactivate(staff=person.pk, by=root.pk)
    rows = list(AuditRow.objects.order_by("at").values("action", "actor", "object_id", "detail"))
    assert [row["action"] for row in rows] == ["create_staff", "change_roles", "reset_access", "invite", "deactivate"]
    assert {row["actor"] for row in rows} == {root.pk}
    assert "amina" not in str(rows).lower()


def test_an_administrator_invites_and_hands_over_the_link(as_staff):
    client = as_staff("administrator")
    given = {"name": "Amina", "email": "amina@example.org", "roles": ["editor", "approver"]}
    page = client.post("/staff/add", given).content.decode()
    assert "http://testserver/enter/" in page
    assert "already on the list" in client.post("/staff/add", given).content.decode()
    person = Staff.objects.get(email="amina@example.org")
    assert person.roles == ["editor", "approver"]
    assert "/enter/" not in client.get(f"/staff/{person.pk}").content.decode()


def test_the_page_of_a_person_does_what_it_offers(as_staff, make_staff):
    client, person = as_staff("administrator"), make_staff("editor")
    path = f"/staff/{person.pk}"
    client.post(path + "/roles", {"roles": ["approver"]})
    assert Staff.objects.get(pk=person.pk).roles == ["approver"]
    assert "/enter/" in client.post(path + "/link", {"reset": "yes"}).content.decode()
    client.post(path + "/end")
    assert not Staff.objects.get(pk=person.pk).is_active
    client.post(path + "/open")
    assert Staff.objects.get(pk=person.pk).is_active
    own = f"/staff/{client.person.pk}"
    assert (
        "Nobody changes their own roles"
        in client.post(own + "/roles", {"roles": ["editor"]}, follow=True).content.decode()
    )


def test_staff_are_found_by_name_role_and_state(make_staff):
    make_staff("editor", name="Amina")
    make_staff("approver", name="Ben")
    make_staff("approver", name="Cy", is_active=False)
    now = timezone.now()

    def names(**given):
        return [person.name for person in queries.people(Ask(**given), now=now).rows]

    assert names() == ["Amina", "Ben", "Cy"]
    assert names(search="ami") == ["Amina"]
    assert names(filters={"role": "approver"}) == ["Ben", "Cy"]
    assert names(filters={"role": "approver", "state": "active"}) == ["Ben"]
    assert names(sort="name", down=True) == ["Cy", "Ben", "Amina"]
    assert names(first=1, count=1) == ["Ben"]


def test_only_active_staff_hold_a_role(make_staff):
    editor, ended = make_staff("editor"), make_staff("editor", is_active=False)
    assert queries.holds(editor.pk, "editor", "approver")
    assert not queries.holds(editor.pk, "approver")
    assert queries.holding([editor.pk, ended.pk], "editor") == {editor.pk}


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_leave_one(make_staff):
    people = [make_staff("administrator"), make_staff("administrator")]
    together, turn, found = threading.Barrier(2), threading.Lock(), []

    def remove(by, other):
        together.wait(timeout=20)
        try:
            if connection.vendor == "sqlite":
                with turn:
                    actions.deactivate(staff=other.pk, by=by.pk)
            else:
                actions.deactivate(staff=other.pk, by=by.pk)
            found.append("removed")
        except actions.RefusedError as refused:
            found.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=remove, args=pair) for pair in (people, people[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(found) == ["not_allowed", "removed"]
    assert Staff.objects.filter(is_active=True).count() == 1
