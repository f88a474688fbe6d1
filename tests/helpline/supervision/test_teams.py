"""Teams at the console: members admit with their own key, and who leaves loses what comes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from pop.helpline.lines import queries as lines
from pop.helpline.lines.actions import staff_left
from pop.helpline.lines.models import TeamKey
from pop.people.models import Staff
from tests.helpline.conftest import give_key
from tests.helpline.supervision.conftest import Office, who

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def test_a_supervisor_of_the_team_admits_with_their_own_key(
    office: Office, make_staff: Callable[..., Staff], sign_in: Callable[..., Client]
) -> None:
    new = sign_in(Client(), make_staff("counsellor", name="Newt"))
    shown = text(office.supervisor.get(f"/teams/{office.team}"))
    assert "Newt · Counsellor" in shown
    form = {"staff": str(who(new).id), "role": "counsellor"}
    assert office.supervisor.post(f"/teams/{office.team}/admit", form).status_code == 302
    assert lines.is_member(who(new).id, office.team)
    assert lines.team_private_keys(who(new).id, who(new).private)


@pytest.mark.parametrize("client", ["counsellor", "other_supervisor", "stranger", "administrator"])
def test_nobody_else_admits_anybody(office: Office, client: str) -> None:
    form = {"staff": str(who(office.stranger).id), "role": "supervisor"}
    assert getattr(office, client).post(f"/teams/{office.team}/admit", form).status_code == 404
    assert not lines.is_member(who(office.stranger).id, office.team)


def test_the_key_is_passed_on_again_after_a_new_password(office: Office) -> None:
    member = who(office.colleague)
    give_key(Staff.objects.get(pk=member.id))
    assert "needs it again" in text(office.supervisor.get(f"/teams/{office.team}"))
    answer = office.supervisor.post(f"/teams/{office.team}/{member.id}/renew", follow=True)
    assert "Col opens the team’s conversations again." in text(answer)
    assert "needs it again" not in text(answer)


def test_parts_are_changed_but_a_team_keeps_a_supervisor(office: Office) -> None:
    me = who(office.supervisor).id
    answer = office.supervisor.post(f"/teams/{office.team}/{me}/role", {"role": "counsellor"}, follow=True)
    assert "make somebody else a supervisor first" in text(answer)
    counsellor = who(office.counsellor).id
    answer = office.supervisor.post(f"/teams/{office.team}/{counsellor}/role", {"role": "supervisor"}, follow=True)
    assert "does not allow this part" in text(answer)


def test_taking_somebody_out_asks_first_and_begins_a_new_key(office: Office) -> None:
    counsellor = who(office.counsellor).id
    address = f"/teams/{office.team}/{counsellor}/end"
    assert "Take Cora out of the team?" in text(office.supervisor.get(address))
    assert lines.is_member(counsellor, office.team)
    assert office.other_supervisor.post(address).status_code == 404
    assert office.supervisor.post(address).status_code == 302
    assert not lines.is_member(counsellor, office.team)
    assert TeamKey.objects.filter(team=office.team).count() == 2


def test_a_team_that_nobody_is_left_in_is_begun_anew_by_an_administrator(office: Office) -> None:
    for each in (office.supervisor, office.counsellor, office.colleague):
        # Access of all three ended, as when people leave the organisation.
        staff_left({"staff": str(who(each).id)})
    assert "Nobody is in this team." in text(office.administrator.get(f"/teams/{office.team}"))
    form = {"founders": [str(who(office.other_supervisor).id)]}
    assert office.other_supervisor.post(f"/teams/{office.team}/begin-anew", form).status_code == 404
    office.administrator.post(f"/teams/{office.team}/begin-anew", form)
    assert lines.is_member(who(office.other_supervisor).id, office.team)


def test_another_lines_team_is_not_there_and_counsellors_see_their_own_only(office: Office) -> None:
    assert office.stranger.get(f"/teams/{office.team}").status_code == 404
    assert office.counsellor.get(f"/teams/{office.team}").status_code == 200
    assert office.counsellor.get(f"/teams/{office.other_team}").status_code == 404


def test_a_counsellor_passes_the_key_on_to_the_only_supervisor_who_lost_it(office: Office) -> None:
    boss = who(office.supervisor)
    fresh = give_key(Staff.objects.get(pk=boss.id)).private
    listed = text(office.counsellor.get("/teams"))
    assert "Need it again: 1" in listed
    assert f"/teams/{office.team}" in listed
    shown = text(office.counsellor.get(f"/teams/{office.team}"))
    assert f"/teams/{office.team}/{boss.id}/renew" in shown
    # What is a supervisor's to do is not offered.
    for act in ("/role", "/end", "/admit"):
        assert f'{act}"' not in shown
    answer = office.counsellor.post(f"/teams/{office.team}/{boss.id}/renew", follow=True)
    assert "Sue opens the team’s conversations again." in text(answer)
    assert lines.team_private_keys(boss.id, fresh)
    assert "everybody has it" in text(office.counsellor.get("/teams"))


def test_members_of_a_team_without_a_supervisor_let_one_in(
    office: Office, make_staff: Callable[..., Staff], sign_in: Callable[..., Client]
) -> None:
    new = sign_in(Client(), make_staff("supervisor", name="Nadia"))
    form = {"staff": str(who(new).id), "role": "supervisor"}
    assert office.counsellor.post(f"/teams/{office.team}/admit", form).status_code == 404
    assert "has no supervisor" not in text(office.counsellor.get(f"/teams/{office.team}"))
    staff_left({"staff": str(who(office.supervisor).id)})
    shown = text(office.counsellor.get(f"/teams/{office.team}"))
    assert "This team has no supervisor any more." in shown
    assert "Nadia · Supervisor" in shown
    assert 'value="counsellor"' not in shown.partition(f"/teams/{office.team}/admit")[2]
    answer = office.counsellor.post(f"/teams/{office.team}/admit", form, follow=True)
    assert "Nadia is in the team." in text(answer)
    assert lines.team_private_keys(who(new).id, who(new).private)
    assert "has no supervisor" not in text(answer)


def test_who_is_in_no_team_is_told_so(office: Office, as_staff: Callable[..., Client]) -> None:
    assert "You are in no team yet." in text(as_staff("counsellor").get("/teams"))
