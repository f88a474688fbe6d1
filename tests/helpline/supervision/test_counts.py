"""Weekly counts: what is shown, what is hidden, and that the file holds nothing more than the page."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from django.utils import timezone

from pop.helpline.cases.models import ContactRecord
from pop.helpline.cases.rules.lists import EDITION
from pop.helpline.conversations.models import Answers
from pop.helpline.supervision.rules.hours import monday_of
from tests.helpline.supervision.conftest import Office, who

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def recorded(office: Office, number: int, *, week: date, channel: str = "webchat", **fields: object) -> None:
    for _ in range(number):
        ContactRecord.objects.create(
            line_id=office.line,
            week=week,
            channel=channel,
            edition=EDITION,
            contact_type="child_self",
            categories=["violence.bullying"],
            staff=who(office.counsellor).id,
            made_at=timezone.now(),
            **fields,
        )


def this_week() -> date:
    return monday_of(timezone.now().date())


def test_numbers_are_shown_as_bars_and_as_a_table(office: Office) -> None:
    recorded(office, 9, week=this_week())
    shown = text(office.supervisor.get("/counts"))
    assert '<th scope="row">Web chat</th><td class="number">9</td>' in shown
    assert '<rect width="100" height="10">' in shown
    assert "Violence" in shown


def test_a_small_number_is_hidden_and_told_apart_from_none(office: Office) -> None:
    recorded(office, 20, week=this_week())
    recorded(office, 2, week=this_week(), channel="phone")
    shown = text(office.supervisor.get("/counts"))
    phone = shown.split('<th scope="row">Phone</th>')[1].split("</tr>")[0]
    assert "hidden" in phone
    assert '"number">2<' not in shown
    silent = shown.split('<th scope="row">Silent</th>')[1].split("</tr>")[0]
    assert '<td class="number">0</td>' in silent


def test_practice_never_counts_and_another_week_is_another_page(office: Office) -> None:
    before = this_week() - timedelta(days=7)
    recorded(office, 7, week=before)
    recorded(office, 8, week=this_week(), practice=True)
    assert '<p class="big">0</p>' in text(office.supervisor.get("/counts"))
    assert '<p class="big">7</p>' in text(office.supervisor.get(f"/counts?week={before + timedelta(days=3)}"))
    for nonsense in ("", "no day", "9999-12-31", "0001-01-01"):
        assert office.supervisor.get("/counts", {"week": nonsense}).status_code == 200


def test_the_file_holds_the_shown_numbers_and_no_others(office: Office) -> None:
    recorded(office, 20, week=this_week())
    recorded(office, 3, week=this_week(), channel="phone")
    answer = office.supervisor.get("/counts?format=csv")
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(text(answer))))
    assert rows[0] == ["Week from", "Table", "What", "Number"]
    by_label = {(table, label): number for _, table, label, number in rows[1:]}
    assert by_label["By channel", "Phone"] == "hidden"
    assert "3" not in by_label.values()


def test_the_two_answers_are_hidden_below_five(office: Office) -> None:
    for _ in range(4):
        Answers.objects.create(line_id=office.line, week=this_week(), helped=3, listened=3)
    assert "Fewer than five children answered" in text(office.supervisor.get("/counts"))
    for helped in (3, 3, 3, 3, 1, 1, 1, 1, 1):
        Answers.objects.create(line_id=office.line, week=this_week(), helped=helped)
    shown = text(office.supervisor.get("/counts"))
    assert "Did it help?" in shown
    assert "Did somebody listen?" not in shown
    assert '<th scope="row">Yes</th><td class="number">8</td>' in shown


def test_another_lines_counts_are_not_there(office: Office) -> None:
    assert office.stranger.get(f"/counts?line={office.line}").status_code == 404
    assert office.counsellor.get("/counts").status_code == 404
