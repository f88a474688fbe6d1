"""The audit of one's own lines, and practice: what a supervisor finds there and what not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from pop.helpline.cases.models import PracticeRun
from pop.helpline.conversations.actions.complaining import complain
from pop.helpline.lines import actions as line_actions
from pop.helpline.lines.models import Line
from pop.helpline.supervision.http.wording import SAY
from pop.places.words import Speaker
from tests.helpline.conftest import client_key
from tests.helpline.conversations.steps import begin
from tests.helpline.supervision.conftest import Office, who

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

HELPLINE = Path(__file__).resolve().parents[3] / "pop" / "helpline"


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def test_what_the_staff_of_ones_lines_did_is_found_and_filtered(office: Office) -> None:
    line_actions.change_hours(line=office.line, hours="off", languages=["en"], by=who(office.supervisor).id)
    shown = text(office.supervisor.get("/board/audit"))
    assert "change_hours" in shown
    assert "admit_to_team" in shown
    filtered = text(office.supervisor.get("/board/audit?action=change_hours"))
    assert "1 found" in filtered
    assert "Sue" in text(office.supervisor.get("/board/audit?q=Sue&object=line"))
    assert text(office.supervisor.get("/board/audit?format=csv")).startswith("When,Who,What,About,Which,Details")


def test_another_lines_staff_is_not_in_it(office: Office) -> None:
    line_actions.change_hours(line=office.line, hours="off", languages=["en"], by=who(office.supervisor).id)
    assert "0 found" in text(office.stranger.get("/board/audit?action=change_hours"))
    assert "Sue" not in text(office.stranger.get("/board/audit"))


def test_administrators_find_the_helplines_audit_in_whatever_database_it_is_kept(office: Office) -> None:
    line_actions.change_hours(line=office.line, hours="off", languages=["en"], by=who(office.supervisor).id)
    shown = text(office.administrator.get(f"/audit?kept={settings.HELPLINE_DATABASE}&q=change_hours"))
    assert "1 found" in shown
    assert "Sue" in shown
    assert office.administrator.get("/audit?kept=nowhere").status_code == 200


def test_complaints_leave_no_trace_here(office: Office) -> None:
    opened = begin(office.house)
    complaint = complain(opened.token, "an invented complaint", client_key())
    office.other_supervisor.get(f"/complaints/{complaint}")
    shown = text(office.supervisor.get("/board/audit"))
    assert str(complaint) not in shown
    assert "open_complaint" not in shown


def test_feedback_on_a_practice_is_kept_for_whoever_practised(office: Office) -> None:
    Line.objects.filter(pk=office.line).update(practice=True)
    opened = begin(office.house, practice=True)
    run = PracticeRun.objects.create(
        conversation_id=opened.conversation,
        script="en-silent",
        staff=who(office.counsellor).id,
        made_at=timezone.now(),
    )
    assert "Feedback for Cora" in text(office.supervisor.get("/board/practice"))
    form = {"text": "You gave the child time."}
    assert office.stranger.post(f"/board/practice/{run.pk}", form).status_code == 404
    assert office.supervisor.post(f"/board/practice/{run.pk}", form).status_code == 302
    run.refresh_from_db()
    assert (run.feedback, run.feedback_by) == ("You gave the child time.", who(office.supervisor).id)
    assert "You gave the child time." in text(office.supervisor.get("/board/practice"))


def test_every_refusal_of_lines_queue_and_conversations_has_its_sentence() -> None:
    found = set()
    for folder in ("lines", "queue", "conversations/actions"):
        for path in (HELPLINE / folder).rglob("*.py"):
            found |= set(re.findall(r'RefusedError\("([a-z_]+)"\)', path.read_text(encoding="utf-8")))
    assert len(found) > 20
    speaker = Speaker(SAY.words, "en")
    assert {code for code in found if f"refused_{code}" not in speaker} <= {"unknown"}
