"""Only a member admits a member; the key follows who is in the team; a line is offered where somebody can open it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone

from pop.audit.models import AuditRow
from pop.events.actions import drain
from pop.events.models import OutboxRow
from pop.helpline import database
from pop.helpline.conversations.actions.reading import staff_keys
from pop.helpline.lines import actions, queries
from pop.helpline.lines.models import Line, TeamKey, TeamKeySeal
from pop.helpline.lines.rules import RefusedError, serves_age
from pop.people.actions import change_roles
from pop.people.models import Staff
from pop.people.queries import ROLES_CHANGED
from pop.server.wiring import SUBSCRIBERS
from tests.helpline.conftest import House, Person, give_key, make_house, team_key_of
from tests.helpline.conversations.steps import begin, take

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def test_every_member_opens_the_same_team_key(house: House) -> None:
    keys = team_key_of(house, house.supervisor)
    assert len(keys) == 1
    assert keys == team_key_of(house, house.counsellor) == team_key_of(house, house.colleague)
    assert [each.keyed for each in queries.members(house.team)] == [True, True, True]


def test_only_a_supervisor_of_the_team_with_their_own_key_admits(house: House, person: Callable[..., Person]) -> None:
    newcomer, stranger = person("counsellor"), person("supervisor")
    for by, key in (
        (house.counsellor.id, house.counsellor.private),
        (stranger.id, stranger.private),
        (house.supervisor.id, house.counsellor.private),
        (house.supervisor.id, None),
        (None, None),
    ):
        with pytest.raises(RefusedError, match="unknown"):
            actions.admit(team=house.team, staff=newcomer.id, role="counsellor", by=by, by_key=key)
    assert not queries.is_member(newcomer.id, house.team)


def test_somebody_without_the_role_or_without_a_key_is_not_admitted(
    house: House, person: Callable[..., Person], make_staff: Callable[..., Staff]
) -> None:
    def admit(staff: object, role: str) -> None:
        by = house.supervisor
        actions.admit(team=house.team, staff=staff, role=role, by=by.id, by_key=by.private)  # type: ignore[arg-type]

    with pytest.raises(RefusedError, match="wrong_role"):
        admit(person("counsellor").id, "supervisor")
    with pytest.raises(RefusedError, match="wrong_role"):
        admit(person("editor").id, "counsellor")
    with pytest.raises(RefusedError, match="already_member"):
        admit(house.counsellor.id, "counsellor")
    keyless = make_staff("counsellor", second_factor=False)
    keyless.keys.all().delete()
    with pytest.raises(RefusedError, match="no_key"):
        admit(keyless.pk, "counsellor")


def test_a_member_who_leaves_loses_every_seal_and_the_others_get_a_new_edition(house: House) -> None:
    before = team_key_of(house, house.counsellor)
    actions.leave(team=house.team, staff=house.colleague.id, by=house.colleague.id)
    assert not TeamKeySeal.objects.filter(staff=house.colleague.id).exists()
    assert team_key_of(house, house.colleague) == {}
    after = team_key_of(house, house.counsellor)
    assert len(after) == 2
    assert before.items() <= after.items()
    current = queries.current_team_key(house.team)
    assert current is not None
    assert current.edition == 2
    assert TeamKey.objects.filter(team=house.team, retired_at=None).count() == 1


def test_the_last_supervisor_stays_until_another_is_admitted(house: House) -> None:
    with pytest.raises(RefusedError, match="last_supervisor"):
        actions.leave(team=house.team, staff=house.supervisor.id, by=house.supervisor.id)
    with pytest.raises(RefusedError, match="unknown"):
        actions.leave(team=house.team, staff=house.colleague.id, by=house.counsellor.id)
    assert queries.is_member(house.supervisor.id, house.team)


def test_somebody_admitted_later_opens_the_older_editions_too(house: House, person: Callable[..., Person]) -> None:
    actions.leave(team=house.team, staff=house.colleague.id, by=house.supervisor.id)
    newcomer = person("counsellor")
    actions.admit(
        team=house.team, staff=newcomer.id, role="counsellor", by=house.supervisor.id, by_key=house.supervisor.private
    )
    assert team_key_of(house, newcomer) == team_key_of(house, house.supervisor)
    assert len(team_key_of(house, newcomer)) == 2


def test_after_a_reset_any_member_seals_the_team_key_again(house: House) -> None:
    fresh = give_key(Staff.objects.get(pk=house.counsellor.id)).private
    renewed = Person(house.counsellor.id, fresh)
    assert team_key_of(house, renewed) == {}
    assert [each.keyed for each in queries.members(house.team)].count(False) == 1
    colleague = house.colleague
    actions.renew_keys_for_member(team=house.team, staff=renewed.id, by=colleague.id, by_key=colleague.private)
    assert team_key_of(house, renewed) == team_key_of(house, colleague)
    assert team_key_of(house, house.counsellor) == {}


def test_in_a_team_without_a_supervisor_a_member_admits_one_and_nobody_else(
    house: House, person: Callable[..., Person]
) -> None:
    actions.staff_left({"staff": str(house.supervisor.id)})
    newcomer, another = person("supervisor"), person("counsellor")
    member, stranger = house.counsellor, person("counsellor")

    def admit(who: Person, role: str, by: Person) -> None:
        actions.admit(team=house.team, staff=who.id, role=role, by=by.id, by_key=by.private)

    with pytest.raises(RefusedError, match="unknown"):
        admit(another, "counsellor", member)
    with pytest.raises(RefusedError, match="wrong_role"):
        admit(another, "supervisor", member)
    with pytest.raises(RefusedError, match="unknown"):
        admit(newcomer, "supervisor", stranger)
    admit(newcomer, "supervisor", member)
    assert team_key_of(house, newcomer) == team_key_of(house, member)
    # From now on it is the supervisor who admits.
    with pytest.raises(RefusedError, match="unknown"):
        admit(person("supervisor"), "supervisor", member)
    admit(another, "counsellor", newcomer)


def test_in_a_team_without_a_supervisor_a_member_whose_role_allows_it_is_made_one(
    house: House, person: Callable[..., Person]
) -> None:
    both = person("counsellor", "supervisor")
    boss = house.supervisor
    actions.admit(team=house.team, staff=both.id, role="counsellor", by=boss.id, by_key=boss.private)

    def make(who: Person, by: Person) -> None:
        actions.change_role(team=house.team, staff=who.id, role="supervisor", by=by.id)

    with pytest.raises(RefusedError, match="unknown"):
        make(both, house.counsellor)
    actions.staff_left({"staff": str(boss.id)})
    with pytest.raises(RefusedError, match="wrong_role"):
        make(house.colleague, house.counsellor)
    with pytest.raises(RefusedError, match="unknown"):
        make(both, person("counsellor"))
    make(both, house.counsellor)
    assert queries.supervises(both.id, house.line)


def test_whoever_leaves_the_organisation_leaves_every_team_and_hearing_it_twice_is_one(house: House) -> None:
    payload = {"staff": str(house.counsellor.id)}
    actions.staff_left(payload)
    actions.staff_left(payload)
    assert queries.teams_of(house.counsellor.id) == []
    assert TeamKey.objects.count() == 2
    assert OutboxRow.objects.using(database.ALIAS).filter(name="team_left").count() == 1


def test_a_team_that_nobody_is_left_in_is_not_offered_until_it_is_founded_anew(
    house: House, person: Callable[..., Person]
) -> None:
    for each in (house.counsellor, house.colleague, house.supervisor):
        actions.staff_left({"staff": str(each.id)})
    assert queries.offer_for("KE", "en", now=timezone.now()) is None
    administrator, founder = person("administrator"), person("supervisor")
    actions.found_anew(team=house.team, founders=[founder.id], by=administrator.id)
    assert queries.offer_for("KE", "en", now=timezone.now()) is not None
    assert len(team_key_of(house, founder)) == 1


def test_a_sandbox_team_admits_by_its_founding_seal_and_production_refuses_it(
    helpline_keys: Path, person: Callable[..., Person], settings: object
) -> None:
    line = actions.create_line(name="Try it", by=None, sandbox=True)
    team = actions.found_sandbox_team(line)
    visitor = person("counsellor")
    actions.admit(team=team, staff=visitor.id, role="counsellor", by=None, by_key=None)
    assert len(queries.team_private_keys(visitor.id, visitor.private)) == 1
    settings.PRODUCTION = True  # type: ignore[attr-defined]
    assert queries.founding_keys(team) == {}
    assert queries.offer_for("KE", "en", now=timezone.now()) is None
    with pytest.raises(RefusedError, match="sandbox_in_production"):
        actions.found_sandbox_team(line)


def test_a_real_line_gets_no_founding_seal(house: House) -> None:
    assert not TeamKey.objects.exclude(founding_seal=None).exists()
    with pytest.raises(RefusedError, match="unknown"):
        actions.found_sandbox_team(house.line)


def test_the_offer_is_the_line_of_the_country_in_the_childs_language(
    helpline_keys: Path, person: Callable[..., Person]
) -> None:
    english = make_house(person, countries=["KE"], languages=["en"])
    french = make_house(person, countries=["KE", "FR"], languages=["fr"])
    now = timezone.now()

    def offered(country: str, language: str) -> object:
        found = queries.offer_for(country, language, now=now)
        return found and found.line_id

    assert offered("KE", "en") == english.line
    assert offered("KE", "fr-CA") == french.line
    assert offered("FR", "en") == french.line
    assert offered("DE", "en") is None


def test_hours_are_changed_by_who_supervises_the_line_and_news_is_told(house: House) -> None:
    with pytest.raises(RefusedError, match="unknown"):
        actions.change_hours(line=house.line, hours="off", languages=["en"], by=house.counsellor.id)
    with pytest.raises(RefusedError, match="bad_hours"):
        actions.change_hours(line=house.line, hours="whenever", languages=["en"], by=house.supervisor.id)
    OutboxRow.objects.using(database.ALIAS).all().delete()
    actions.change_hours(line=house.line, hours="off", languages=["en", "sw"], by=house.supervisor.id)
    assert OutboxRow.objects.using(database.ALIAS).get().payload == {"line": str(house.line)}
    offer = queries.offer(house.line, now=timezone.now())
    assert offer is not None
    assert (offer.open, offer.opens_at, offer.languages) == (False, None, ("en", "sw"))
    assert AuditRow.objects.using(database.ALIAS).filter(action="change_hours", actor=house.supervisor.id).count() == 1


def test_a_line_is_closed_and_opened_again_by_its_supervisor(house: House) -> None:
    now = timezone.now()
    actions.close_line_until(line=house.line, until=now + timedelta(hours=1), by=house.supervisor.id)
    assert not queries.open_now(house.line, now=now)
    actions.open_line(line=house.line, by=house.supervisor.id)
    assert queries.open_now(house.line, now=now)
    actions.change_line(line=house.line, by=house.supervisor.id, settings_of_line={"longest_wait_minutes": 20})
    assert Line.objects.get(pk=house.line).longest_wait_minutes == 20
    with pytest.raises(ValueError, match="no setting"):
        actions.change_line(line=house.line, by=house.supervisor.id, settings_of_line={"sandbox": True})


def test_who_may_make_lines_and_teams(house: House, person: Callable[..., Person]) -> None:
    with pytest.raises(RefusedError, match="unknown"):
        actions.create_line(name="Mine", by=house.counsellor.id)
    by, founders = house.supervisor.id, [house.counsellor.id]
    with pytest.raises(RefusedError, match="needs_supervisor"):
        actions.create_team(line=house.line, name="Second", intake=False, founders=founders, by=by)
    with pytest.raises(RefusedError, match="intake_taken"):
        actions.create_team(line=house.line, name="Second", intake=True, founders=[by], by=by)


def drained() -> None:
    drain({ROLES_CHANGED: SUBSCRIBERS[ROLES_CHANGED]}, now=timezone.now() + timedelta(minutes=1), limit=100)


def test_whoever_loses_the_role_leaves_the_team_which_gets_a_new_key(house: House) -> None:
    opened = take(begin(house).conversation, house.counsellor)
    change_roles(staff=house.counsellor.id, roles=["editor"], by=None)
    drained()
    assert not queries.is_member(house.counsellor.id, house.team)
    assert team_key_of(house, house.counsellor) == {}
    assert TeamKey.objects.get(team=house.team, retired_at=None).edition == 2
    with pytest.raises(RefusedError, match="unknown"):
        staff_keys(opened.id, house.counsellor.id, house.counsellor.private)
    assert OutboxRow.objects.using(database.ALIAS).filter(name="team_left").exists()


def test_a_supervisor_who_is_a_counsellor_from_now_on_supervises_nothing_any_more(house: House) -> None:
    change_roles(staff=house.supervisor.id, roles=["counsellor"], by=None)
    drained()
    assert not queries.supervises(house.supervisor.id, house.line)
    assert queries.is_member(house.supervisor.id, house.team)
    assert TeamKey.objects.get(team=house.team, retired_at=None).edition == 1


def test_a_role_that_comes_and_goes_with_another_changes_no_team(house: House) -> None:
    change_roles(staff=house.counsellor.id, roles=["editor"], by=None)
    change_roles(staff=house.counsellor.id, roles=["counsellor", "editor"], by=None)
    drained()
    assert queries.is_member(house.counsellor.id, house.team)
    assert TeamKey.objects.get(team=house.team, retired_at=None).edition == 1


def test_a_line_is_offered_to_its_ages_where_the_child_said_one(house: House, person: Callable[..., Person]) -> None:
    def offered(age: str) -> UUID | None:
        found = queries.offer_for("KE", "en", now=timezone.now(), age=age)
        return found.line_id if found else None

    actions.change_line(line=house.line, by=house.supervisor.id, settings_of_line={"min_age": 8, "max_age": 17})
    assert [offered(age) for age in ("", "8-12", "13-17", "18-24")] == [house.line, house.line, house.line, None]
    adults = make_house(person, settings_of_line={"min_age": 18})
    assert offered("18-24") == adults.line
    assert offered("8-12") == house.line


@pytest.mark.parametrize(
    ("age", "youngest", "oldest", "served"),
    [
        ("", 18, 24, True),
        ("not a band", 18, 24, True),
        ("13-17", None, None, True),
        ("13-17", 17, None, True),
        ("13-17", 18, None, False),
        ("13-17", None, 13, True),
        ("13-17", None, 12, False),
    ],
)
def test_a_band_is_served_where_the_ages_of_the_line_touch_it(
    age: str, youngest: int | None, oldest: int | None, served: bool
) -> None:
    assert serves_age(age, youngest, oldest) == served
