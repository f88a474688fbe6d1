"""What supervisors do, with a reason each time; and the glass that two people break."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from pop.audit.models import AuditRow
from pop.helpline import database
from pop.helpline.conversations.actions.reading import readers_of
from pop.helpline.lines.models import TeamMember
from pop.helpline.queue.actions.glass import (
    allow_broken_glass,
    break_glass,
    end_broken_glass,
    read_through_glass,
    refuse_broken_glass,
    sweep_glass,
)
from pop.helpline.queue.actions.supervising import (
    ask_to_look,
    join,
    leave_joined,
    read_as_supervisor,
    reassign,
    seen_glance,
    take_over,
)
from pop.helpline.queue.actions.taking import take
from pop.helpline.queue.models import BrokenGlass, Presence
from pop.helpline.queue.queries.board import board
from tests.helpline.conftest import House, Person
from tests.helpline.conversations.steps import Opened, answer, seen_by_child
from tests.helpline.queue.steps import begin, on_duty, other_team, refused, row, silence

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


@pytest.fixture
def opened(house: House) -> Opened:
    """A conversation that the counsellor has."""
    on_duty(house, house.counsellor, house.colleague)
    made = begin(house, "words for the team")
    take(conversation=made.conversation, staff=house.counsellor.id, private_key=house.counsellor.private)
    return made


def test_asking_to_look_is_once_until_somebody_has_looked(house: House, opened: Opened) -> None:
    first = ask_to_look(conversation=opened.conversation, staff=house.counsellor.id)
    assert ask_to_look(conversation=opened.conversation, staff=house.counsellor.id) == first
    assert [each.id for each in board(line=house.line, staff=house.supervisor.id).glances] == [first]
    with refused("not_yours"):
        ask_to_look(conversation=opened.conversation, staff=house.colleague.id)
    with refused("unknown"):
        seen_glance(glance=first, staff=house.counsellor.id)
    seen_glance(glance=first, staff=house.supervisor.id)
    assert board(line=house.line, staff=house.supervisor.id).glances == []
    assert ask_to_look(conversation=opened.conversation, staff=house.counsellor.id) != first


def test_a_supervisor_reads_with_a_reason_that_the_child_can_see(house: House, opened: Opened) -> None:
    who = {"conversation": opened.conversation, "staff": house.supervisor.id, "private_key": house.supervisor.private}
    with refused("reason"):
        read_as_supervisor(**who, reason="curious")  # type: ignore[arg-type]
    said = read_as_supervisor(**who, reason="quality")  # type: ignore[arg-type]
    assert said[0].text == "words for the team"
    assert [(each.role, each.how) for each in readers_of(opened.token)] == [("supervisor", "quality")]


def test_a_counsellor_and_a_supervisor_of_another_team_read_nothing_so(
    house: House, opened: Opened, person: Callable[..., Person]
) -> None:
    _, supervisor, _ = other_team(house, person)
    for each in (house.colleague, supervisor):
        with refused("unknown"):
            read_as_supervisor(
                conversation=opened.conversation, staff=each.id, private_key=each.private, reason="safety"
            )
    assert readers_of(opened.token) == []


def test_joining_and_leaving_tell_the_child(house: House, opened: Opened) -> None:
    who = {"conversation": opened.conversation, "staff": house.supervisor.id, "private_key": house.supervisor.private}
    join(**who, reason="asked")  # type: ignore[arg-type]
    assert seen_by_child(opened.token)[-1][2] == "supervisor_joined"
    assert row(opened.conversation).assignee == house.counsellor.id
    leave_joined(**who)  # type: ignore[arg-type]
    assert seen_by_child(opened.token)[-1][2] == "left"


def test_taking_over_makes_it_the_supervisors_own(house: House, opened: Opened) -> None:
    take_over(
        conversation=opened.conversation,
        staff=house.supervisor.id,
        private_key=house.supervisor.private,
        reason="safety",
    )
    assert row(opened.conversation).assignee == house.supervisor.id
    assert Presence.objects.filter(staff=house.supervisor.id, given=False).exists()
    with refused("not_yours"):
        answer(opened.conversation, house.counsellor, "still me")
    assert AuditRow.objects.using(database.ALIAS).get(action="take_over").detail["reason"] == "safety"


def test_a_supervisor_gives_it_to_somebody_of_the_team_who_is_here(
    house: House, opened: Opened, person: Callable[..., Person]
) -> None:
    _, supervisor, stranger = other_team(house, person)
    on_duty(house, stranger)
    with refused("unknown"):
        reassign(conversation=opened.conversation, to_staff=house.colleague.id, staff=house.colleague.id)
    with refused("not_in_team"):
        reassign(conversation=opened.conversation, to_staff=stranger.id, staff=house.supervisor.id)
    reassign(conversation=opened.conversation, to_staff=house.colleague.id, staff=supervisor.id)
    assert row(opened.conversation).assignee == house.colleague.id
    silence(house.counsellor, timedelta(seconds=41))
    with refused("off_duty_colleague"):
        reassign(conversation=opened.conversation, to_staff=house.counsellor.id, staff=house.supervisor.id)


def asked(house: House, opened: Opened, supervisor: Person) -> UUID:
    return break_glass(conversation=opened.conversation, staff=supervisor.id, reason="imminent_danger")


def test_glass_breaks_with_two_people_for_an_hour_and_the_child_sees_it(
    house: House, opened: Opened, person: Callable[..., Person]
) -> None:
    _, supervisor, _ = other_team(house, person)
    glass = asked(house, opened, supervisor)
    assert asked(house, opened, supervisor) == glass
    with refused("glass_over"):
        read_through_glass(glass=glass, staff=supervisor.id, private_key=supervisor.private)
    allow_broken_glass(glass=glass, staff=house.counsellor.id, private_key=house.counsellor.private)
    said = read_through_glass(glass=glass, staff=supervisor.id, private_key=supervisor.private)
    assert said[0].text == "words for the team"
    assert [(each.role, each.how) for each in readers_of(opened.token)] == [("supervisor", "broken_glass")]
    later = timezone.now() + timedelta(minutes=61)
    with refused("glass_over"):
        read_through_glass(glass=glass, staff=supervisor.id, private_key=supervisor.private, now=later)
    assert sweep_glass(later) == 1
    assert BrokenGlass.objects.get(pk=glass).blob is None
    assert sweep_glass(later) == 0


def test_nobody_breaks_glass_alone(house: House, opened: Opened, person: Callable[..., Person]) -> None:
    _, supervisor, stranger = other_team(house, person)
    glass = asked(house, opened, supervisor)
    for each in (supervisor, stranger):
        with refused("unknown"):
            allow_broken_glass(glass=glass, staff=each.id, private_key=each.private)
    with refused("unknown"):
        break_glass(conversation=opened.conversation, staff=stranger.id, reason="imminent_danger")
    with refused("glass_not_needed"):
        break_glass(conversation=opened.conversation, staff=house.supervisor.id, reason="imminent_danger")
    with refused("reason"):
        break_glass(conversation=opened.conversation, staff=supervisor.id, reason="curious")


def test_glass_can_be_refused_ended_and_is_nobody_elses(
    house: House, opened: Opened, person: Callable[..., Person]
) -> None:
    _, supervisor, stranger = other_team(house, person)
    glass = asked(house, opened, supervisor)
    refuse_broken_glass(glass=glass, staff=house.colleague.id)
    with refused("glass_over"):
        allow_broken_glass(glass=glass, staff=house.counsellor.id, private_key=house.counsellor.private)
    again = asked(house, opened, supervisor)
    assert again != glass
    allow_broken_glass(glass=again, staff=house.counsellor.id, private_key=house.counsellor.private)
    with refused("unknown"):
        read_through_glass(glass=again, staff=stranger.id, private_key=stranger.private)
    with refused("unknown"):
        end_broken_glass(glass=again, staff=stranger.id)
    end_broken_glass(glass=again, staff=house.counsellor.id)
    with refused("glass_over"):
        read_through_glass(glass=again, staff=supervisor.id, private_key=supervisor.private)


def test_an_old_request_is_over(house: House, opened: Opened, person: Callable[..., Person]) -> None:
    _, supervisor, _ = other_team(house, person)
    glass = asked(house, opened, supervisor)
    later = timezone.now() + timedelta(minutes=61)
    with refused("glass_over"):
        allow_broken_glass(glass=glass, staff=house.counsellor.id, private_key=house.counsellor.private, now=later)


def test_who_supervises_no_more_reads_no_more(house: House, opened: Opened, person: Callable[..., Person]) -> None:
    _, supervisor, _ = other_team(house, person)
    glass = asked(house, opened, supervisor)
    allow_broken_glass(glass=glass, staff=house.counsellor.id, private_key=house.counsellor.private)
    TeamMember.objects.filter(staff=supervisor.id).update(ended_at=timezone.now())
    with refused("unknown"):
        read_through_glass(glass=glass, staff=supervisor.id, private_key=supervisor.private)
