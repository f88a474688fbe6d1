"""A ministry's focal point among the staff: one role, at least one country, and what ends when either changes."""

from __future__ import annotations

import pytest

from pop.audit.models import AuditRow
from pop.people import actions, queries
from pop.people.models import HOUSE_ROLES, Staff

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def refusal_of(act, **given):
    with pytest.raises(actions.RefusedError) as found:
        act(**given)
    return found.value.code


def make(roles=("focal_point",), countries=("KE",), email="ministry@example.org"):
    return actions.create_staff(email=email, name="Wanjiru", roles=roles, countries=countries, by=None)


def test_a_focal_point_speaks_for_the_countries_it_was_given_and_no_other():
    person = make(countries=["ug", " KE "])
    assert person.countries == ["KE", "UG"]
    assert queries.spoken_for(person.pk) == {"KE", "UG"}
    assert AuditRow.objects.get(action="create_staff").detail == {"roles": ["focal_point"], "countries": ["KE", "UG"]}


@pytest.mark.parametrize("role", HOUSE_ROLES)
def test_a_focal_point_has_no_other_role(role):
    assert refusal_of(make, roles=["focal_point", role]) == "focal_point_alone"
    person = make()
    given = {"staff": person.pk, "roles": ["focal_point", role], "countries": ["KE"], "by": None}
    assert refusal_of(actions.change_roles, **given) == "focal_point_alone"


@pytest.mark.parametrize("countries", [[], [""], ["  "]])
def test_a_focal_point_without_a_country_is_refused(countries):
    assert refusal_of(make, countries=countries) == "countries_missing"


@pytest.mark.parametrize("code", ["ZZ", "KEN", "K", "EU", "../KE", "K E"])
def test_a_country_that_is_none_is_refused(code):
    assert refusal_of(make, countries=["KE", code]) == "countries_wrong"
    assert not Staff.objects.exists()


@pytest.mark.parametrize("role", HOUSE_ROLES)
def test_nobody_else_speaks_for_a_country(role):
    assert refusal_of(make, roles=[role], countries=["KE"]) == "countries_unwanted"
    assert queries.spoken_for(make(roles=[role], countries=[]).pk) == frozenset()


def test_another_country_takes_the_place_of_the_first_and_is_written_down():
    person = make()
    actions.change_roles(staff=person.pk, roles=["focal_point"], countries=["UG"], by=None)
    assert queries.spoken_for(person.pk) == {"UG"}
    assert AuditRow.objects.get(action="change_roles").detail == {
        "before": ["focal_point"],
        "after": ["focal_point"],
        "countries_before": ["KE"],
        "countries_after": ["UG"],
    }


def test_whoever_becomes_an_editor_speaks_for_no_country_any_more():
    person = make()
    actions.change_roles(staff=person.pk, roles=["editor"], by=None)
    person.refresh_from_db()
    assert (person.roles, person.countries) == (["editor"], [])
    assert queries.spoken_for(person.pk) == frozenset()


def test_whose_access_ended_speaks_for_nobody():
    person = make()
    actions.deactivate(staff=person.pk, by=None)
    assert queries.spoken_for(person.pk) == frozenset()


def test_a_country_left_in_the_table_gives_nothing_without_the_role():
    person = make(roles=["editor"], countries=[])
    Staff.objects.filter(pk=person.pk).update(countries=["KE"])
    assert queries.spoken_for(person.pk) == frozenset()


def test_an_administrator_makes_and_moves_one_at_the_console(as_staff):
    client = as_staff("administrator")
    form = {"name": "Wanjiru", "email": "w@example.org", "roles": ["focal_point"], "countries": "ke, UG"}
    assert client.post("/staff/add", form | {"countries": ""}).status_code == 200
    assert not Staff.objects.filter(email="w@example.org").exists()
    assert b"/enter/" in client.post("/staff/add", form).content
    person = Staff.objects.get(email="w@example.org")
    assert person.countries == ["KE", "UG"]
    page = client.get(f"/staff/{person.pk}").content.decode()
    assert 'value="KE, UG"' in page
    client.post(f"/staff/{person.pk}/roles", {"roles": ["focal_point"], "countries": "TZ"})
    person.refresh_from_db()
    assert person.countries == ["TZ"]
    assert "(TZ)" in client.get("/staff").content.decode()
    client.post(f"/staff/{person.pk}/roles", {"roles": ["focal_point"], "countries": "x" * 201})
    person.refresh_from_db()
    assert person.countries == ["TZ"]
