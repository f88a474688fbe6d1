"""The table of country risk: two people to hide, two to show again, and what it does to the map."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from pop.audit.models import AuditRow
from pop.evidence.maps import actions, queries
from pop.evidence.maps.actions import RefusalError
from pop.evidence.maps.models import CountryRisk
from pop.registry.directory.models import Service
from tests.evidence.maps.making import fill_registry

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


@pytest.fixture
def two(make_staff: Callable[..., object]) -> tuple[UUID, UUID]:
    return make_staff("editor").pk, make_staff("approver").pk  # type: ignore[attr-defined]


def propose(by: UUID, **changes: str) -> UUID:
    given = {"country": "KE", "about": "everything", "which": "", "effect": "hidden", "reason": "attacks", **changes}
    return actions.propose_risk(**given, by=by)


def refused(code: str, run: Callable[[], object]) -> None:
    with pytest.raises(RefusalError) as refusal:
        run()
    assert refusal.value.code == code


def test_a_line_holds_once_a_second_person_has_agreed_and_not_before(two: tuple[UUID, UUID]) -> None:
    first, second = two
    line = propose(first)
    assert queries.risks_that_hold() == []
    refused("own", lambda: actions.agree_to_risk(id=line, by=first))
    actions.agree_to_risk(id=line, by=second)
    assert [risk.country for risk in queries.risks_that_hold()] == ["KE"]
    refused("decided", lambda: actions.agree_to_risk(id=line, by=second))


def test_lifting_a_line_takes_two_people_and_it_holds_until_then(two: tuple[UUID, UUID]) -> None:
    first, second = two
    line = propose(first)
    actions.agree_to_risk(id=line, by=second)
    actions.ask_to_lift_risk(id=line, by=second)
    assert len(queries.risks_that_hold()) == 1
    refused("own", lambda: actions.lift_risk(id=line, by=second))
    actions.keep_risk(id=line, by=first)
    assert len(queries.risks_that_hold()) == 1
    actions.ask_to_lift_risk(id=line, by=first)
    actions.lift_risk(id=line, by=second)
    assert queries.risks_that_hold() == []
    assert propose(first) != line  # the same matter can be proposed anew


def test_the_table_itself_refuses_one_person_twice(two: tuple[UUID, UUID]) -> None:
    line = propose(two[0])
    for one, other in (("agreed_by", "proposed_by"), ("lifted_by", "lift_by")):
        with pytest.raises(IntegrityError), transaction.atomic():
            CountryRisk.objects.filter(pk=line).update(**{one: two[0], other: two[0]})


def test_somebody_who_lost_the_role_does_not_count_as_one_of_two(
    two: tuple[UUID, UUID], make_staff: Callable[..., object]
) -> None:
    gone = make_staff("editor")
    line = propose(gone.pk)  # type: ignore[attr-defined]
    gone.roles = ["counsellor"]  # type: ignore[attr-defined]
    gone.save()  # type: ignore[attr-defined]
    refused("first_gone", lambda: actions.agree_to_risk(id=line, by=two[1]))
    refused("not_allowed", lambda: propose(gone.pk))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"country": "QQ"}, "country_wrong"),
        ({"about": "name"}, "about_wrong"),
        ({"about": "kind", "which": "pigeon"}, "which_wrong"),
        ({"about": "everything", "which": "shelter"}, "which_wrong"),
        ({"effect": "shown"}, "effect_wrong"),
        ({"reason": "a long story"}, "reason_wrong"),
    ],
)
def test_a_line_that_says_nothing_clear_is_refused(two: tuple[UUID, UUID], changes: dict[str, str], code: str) -> None:
    refused(code, lambda: propose(two[0], **changes))


def test_one_matter_has_one_line(two: tuple[UUID, UUID]) -> None:
    propose(two[0])
    refused("there_already", lambda: propose(two[1]))
    propose(two[1], about="kind", which="shelter")


def test_every_act_is_in_the_audit_without_a_word_of_anybody(two: tuple[UUID, UUID]) -> None:
    line = propose(two[0])
    actions.agree_to_risk(id=line, by=two[1])
    rows = AuditRow.objects.filter(object_type="country_risk").order_by("number")
    assert [row.action for row in rows] == ["propose_risk", "agree_to_risk"]
    assert [row.actor for row in rows] == list(two)


def test_what_two_people_hide_leaves_the_map_at_once_and_comes_back_when_two_lift_it(
    two: tuple[UUID, UUID], public: Client
) -> None:
    fill_registry(60)
    before = public.get("/map.csv?country=KE").content
    assert before.count(b"\n") > 1
    line = propose(two[0])
    assert public.get("/map.csv?country=KE").content == before
    actions.agree_to_risk(id=line, by=two[1])
    assert public.get("/map.csv?country=KE").content.count(b"\n") == 1
    assert "Not shown, for people’s safety" in public.get("/en/map/grid?country=KE").content.decode()
    actions.ask_to_lift_risk(id=line, by=two[0])
    actions.lift_risk(id=line, by=two[1])
    assert public.get("/map.csv?country=KE").content == before


def test_at_the_console_one_person_proposes_and_another_agrees(as_staff: Callable[..., Client]) -> None:
    editor, approver = as_staff("editor"), as_staff("approver")
    assert editor.get("/map-risks").status_code == 200
    given = {"country": "ke", "about": "kind", "which": "kind:shelter", "effect": "region", "reason": "conflict"}
    answer = editor.post("/map-risks/add", given)
    assert answer.status_code == 302
    page = editor.get(answer["Location"]).content.decode()
    assert "Somebody else has to agree" in page
    assert "/agree" not in page
    editor.post(answer["Location"] + "/agree")
    assert queries.risks_that_hold() == []
    assert "/agree" in approver.get(answer["Location"]).content.decode()
    approver.post(answer["Location"] + "/agree")
    assert [(risk.which, risk.effect) for risk in queries.risks_that_hold()] == [("shelter", "region")]
    assert "Kenya" in editor.get("/map-risks?state=holds").content.decode()
    twice = approver.post("/map-risks/add", given)
    assert "waits or holds already" in twice.content.decode()
    wrong = approver.post("/map-risks/add", {**given, "which": "topic:bullying"})
    assert "Please choose which one" in wrong.content.decode()
    assert approver.post(answer["Location"] + "/burn").status_code == 404


def test_what_two_people_hide_and_what_is_suspended_leaves_the_old_board_at_once(db: None) -> None:
    fill_registry(60)
    old = queries.make_board()
    hidden = next(each for each in old.records if each.country == "KE" and old.listed_record(each.id))
    taken = next(each for each in old.records if each.country == "FR" and old.listed_record(each.id))
    Service.objects.filter(pk=taken.id).update(state="suspended")
    CountryRisk.objects.create(
        country="KE",
        about="everything",
        effect="hidden",
        reason="attacks",
        state="holds",
        proposed_by="00000000-0000-0000-0000-000000000001",
        agreed_by="00000000-0000-0000-0000-000000000002",
        proposed_at=timezone.now(),
        agreed_at=timezone.now(),
    )
    found = queries.still_shown(old)
    assert found.listed_record(hidden.id) is None
    assert found.listed_record(taken.id) is None
    assert "KE" in found.guarded
    assert 0 < found.listed.bit_count() == queries.make_board().listed.bit_count()
