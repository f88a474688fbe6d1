"""Lines at the console: whom they serve, their hours in plain words, closing, steps in danger, ready answers."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from pop.audit.models import AuditRow
from pop.helpline import database
from pop.helpline.lines import queries as lines
from pop.helpline.lines.models import Line, Team
from tests.helpline.supervision.conftest import Office, who

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

SETTINGS = {
    "name": "New name",
    "countries": "ke, tz",
    "min_age": "8",
    "max_age": "24",
    "longest_wait_minutes": "30",
    "read_within_hours": "12",
    "answer_complaints_within_days": "5",
    "emergency_contact": "An invented contact",
    "service_id": "",
}
HOURS = {"hours": "Mo-Fr 09:00-17:00", "timezone": "Africa/Nairobi", "languages": "sw, en"}


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def test_settings_are_changed_and_bounded(office: Office) -> None:
    address = f"/lines/{office.line}/settings"
    assert office.supervisor.post(address, SETTINGS).status_code == 302
    line = lines.line(office.line)
    assert line is not None
    assert (line.name, line.countries, line.min_age, line.max_age) == ("New name", ("KE", "TZ"), 8, 24)
    assert (line.longest_wait_minutes, line.read_within_hours, line.answer_complaints_within_days) == (30, 12, 5)
    for wrong in (
        {"countries": "XX"},
        {"min_age": "20", "max_age": "8"},
        {"longest_wait_minutes": "0"},
        {"name": "a\u202ename"},
        {"service_id": str(uuid4())},
    ):
        assert office.supervisor.post(address, SETTINGS | wrong).status_code == 200
    assert lines.line(office.line) == line


def test_hours_are_shown_as_a_week_before_they_are_kept(office: Office) -> None:
    address = f"/lines/{office.line}/hours"
    assert "all day" in text(office.supervisor.get(address))
    looked = text(office.supervisor.post(address, HOURS | {"look": "yes"}))
    assert "With these hours, this week would be:" in looked
    assert looked.count("09:00 to 17:00") == 5
    assert Line.objects.get(pk=office.line).hours == "24/7"
    assert office.supervisor.post(address, HOURS).status_code == 302
    line = lines.line(office.line)
    assert line is not None
    assert (line.hours, line.timezone, line.languages) == ("Mo-Fr 09:00-17:00", "Africa/Nairobi", ("sw", "en"))


@pytest.mark.parametrize(
    "wrong",
    [{"hours": "whenever"}, {"timezone": "Mars/Base"}, {"languages": "qqqq"}, {"languages": " "}, {"hours": ""}],
)
def test_hours_that_cannot_be_read_change_nothing(office: Office, wrong: dict[str, str]) -> None:
    answer = office.supervisor.post(f"/lines/{office.line}/hours", HOURS | wrong)
    assert answer.status_code == 200
    assert 'class="mistake"' in text(answer)
    assert Line.objects.get(pk=office.line).hours == "24/7"


def test_a_line_is_closed_until_a_time_and_opened_again(office: Office) -> None:
    until = timezone.now() + timedelta(hours=3)
    address = f"/lines/{office.line}"
    office.supervisor.post(f"{address}/close", {"until": f"{until:%Y-%m-%dT%H:%M}"})
    assert not lines.open_now(office.line, now=timezone.now())
    assert "Closed by you or a colleague until" in text(office.supervisor.get(address))
    office.supervisor.post(f"{address}/open")
    assert lines.open_now(office.line, now=timezone.now())
    for wrong in ("", "2020-01-01T00:00", "2999-01-01T00:00", "no time"):
        office.supervisor.post(f"{address}/close", {"until": wrong})
    assert lines.open_now(office.line, now=timezone.now())


def test_steps_in_danger_are_put_in_order_and_keep_their_ids(office: Office) -> None:
    address = f"/lines/{office.line}/steps"
    office.supervisor.post(address, {"text_1": "Stay in the chat", "place_1": "1", "text_2": "Call", "place_2": "2"})
    line = lines.line(office.line)
    assert line is not None
    first, second = line.danger_steps
    assert (first["text"], second["text"]) == ("Stay in the chat", "Call")
    office.supervisor.post(
        address,
        {
            "text_1": "Stay in the chat",
            "place_1": "2",
            "id_1": first["id"],
            "text_2": "Call",
            "told_2": "We call for help",
            "place_2": "1",
            "id_2": second["id"],
            "text_3": "",
        },
    )
    line = lines.line(office.line)
    assert line is not None
    assert [each["id"] for each in line.danger_steps] == [second["id"], first["id"]]
    assert [each.get("told") for each in line.danger_steps] == ["We call for help", None]
    office.supervisor.post(address, {"text_1": "x" * 301})
    assert lines.line(office.line) == line


def test_a_lines_page_counts_its_ready_answers_and_leads_to_them(office: Office) -> None:
    form = {"line": str(office.line), "language": "en", "shortcut": "hello", "title": "Hello", "text": "I am here."}
    assert office.supervisor.post("/desk/answers", form).status_code == 302
    shown = text(office.supervisor.get(f"/lines/{office.line}"))
    assert "Ready answers: 1" in shown
    assert f"/desk/answers?line={office.line}" in shown
    assert "I am here." in text(office.supervisor.get(f"/desk/answers?line={office.line}"))
    assert "/desk/answers?line=" not in text(office.administrator.get(f"/lines/{office.line}"))


def test_a_line_is_made_and_then_given_its_first_team(office: Office) -> None:
    form = HOURS | {"name": "Second", "kind": "practice", "countries": ""}
    answer = office.administrator.post("/lines/add", form)
    made = Line.objects.get(name="Second")
    assert made.practice
    assert answer["Location"] == f"/lines/{made.pk}/teams/add"
    founders = {"name": "Team", "intake": "on", "founders": [str(who(office.supervisor).id)]}
    assert office.administrator.post(answer["Location"], founders).status_code == 302
    assert lines.supervises(who(office.supervisor).id, made.pk)
    assert (
        AuditRow.objects.using(database.ALIAS).filter(action="create_line", actor=who(office.administrator).id).exists()
    )


def test_a_team_needs_a_supervisor_with_a_key(office: Office) -> None:
    address = f"/lines/{office.line}/teams/add"
    only = {"name": "Third", "founders": [str(who(office.counsellor).id)]}
    assert "A team begins with at least one supervisor." in text(office.supervisor.post(address, only))
    assert not Team.objects.filter(name="Third").exists()


def test_no_supervisor_makes_a_team_of_another_line_and_so_comes_to_supervise_it(office: Office) -> None:
    form = {"name": "Mine", "founders": [str(who(office.stranger).id)]}
    assert office.stranger.post(f"/lines/{office.line}/teams/add", form).status_code == 404
    assert not lines.supervises(who(office.stranger).id, office.line)


def test_lines_of_others_are_not_there_and_administrators_look_on_only(office: Office) -> None:
    assert str(office.line) not in text(office.stranger.get("/lines"))
    assert office.stranger.get(f"/lines/{office.line}").status_code == 404
    assert office.counsellor.get("/lines").status_code == 404
    shown = text(office.administrator.get(f"/lines/{office.line}"))
    assert "Change the settings" not in shown
    assert office.administrator.get(f"/lines/{office.line}/settings").status_code == 404
