"""The pages beside the workspace: closed conversations, phone calls, practice, ready answers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pop.audit.models import AuditRow
from pop.helpline import database
from pop.helpline.cases.models import CannedAnswer, ContactRecord, PracticeRun
from pop.helpline.conversations.models import Conversation
from pop.helpline.lines import actions as lines

from .conftest import key, who

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

SECRET = "Words that a reason opens"


@pytest.fixture
def ended(office):
    """One closed conversation with its record, and one phone call."""
    conversation = office.taken(SECRET)
    record = {"contact_type": "child_self", "categories": ["violence.bullying"], "age_band": "13_15"}
    office.anna.post(f"/desk/c/{conversation}/close", record)
    return conversation


def listed(client: Client, query: str = "") -> list[str]:
    page = client.get(f"/desk/closed?{query}").content.decode()
    return re.findall(r"/desk/c/([0-9a-f-]{36})/read", page)


def test_closed_conversations_are_found_by_codes_only(office, ended):
    assert listed(office.ben) == [str(ended)]
    assert listed(office.stranger) == []
    for fits in ("channel=webchat", "type=child_self", "group=violence", "age=13_15", "language=en", "sort=language"):
        assert listed(office.ben, fits) == [str(ended)], fits
    for misses in ("channel=phone", "type=silent", "group=family", "age=10_12", "mine=yes", "unrecorded=yes", "page=2"):
        assert listed(office.ben, misses) == [], misses
    page = office.ben.get("/desk/closed").content.decode()
    assert SECRET not in page
    assert 'type="search"' not in page
    assert "csv" not in page.lower()


def test_what_a_list_is_not_offered_is_left_out(office, ended):
    strange = "channel=%00&language=x'--&type=1&group=../&age=-1&week=2026-99-99&line=x&sort=text&page=0&page=99999999"
    assert listed(office.ben, strange) == [str(ended)]


def test_reading_a_closed_one_asks_for_a_reason_and_records_it(office, ended):
    address = f"/desk/c/{ended}/read"
    assert SECRET not in office.ben.get(address).content.decode()
    for wrong in ("", "curious"):
        refused = office.ben.post(address, {"reason": wrong})
        assert (refused.status_code, SECRET in refused.content.decode()) == (422, False)
    assert not AuditRow.objects.using(database.ALIAS).filter(action="read_conversation", actor=who(office.ben)).exists()
    opened = office.ben.post(address, {"reason": "quality"}).content.decode()
    assert SECRET in opened
    assert "Bullying" in opened
    assert AuditRow.objects.using(database.ALIAS).filter(actor=who(office.ben), detail__how="quality").exists()


def test_a_call_begins_at_the_desk_and_closes_like_any_other(office):
    begun = office.anna.post("/desk/phone", {"do": "start", "line": str(office.line), "language": "en"})
    call = Conversation.objects.get(channel="phone")
    assert begun["Location"] == f"/desk/c/{call.pk}"
    page = office.anna.get(begun["Location"]).content.decode()
    assert "A phone call" in page
    office.anna.post(f"/desk/c/{call.pk}/close", {"one_tap": "wrong_number"})
    assert ContactRecord.objects.get().channel == "phone"


def test_a_call_that_has_ended_is_logged_with_its_times(office):
    today = timezone.now().date().isoformat()
    good = {"line": str(office.line), "day": today, "from": "00:00", "to": "00:00", "one_tap": "silent"}
    for wrong in ({"day": "never"}, {"from": "25:00"}, {"to": ""}, {"day": "2020-01-01"}, {"one_tap": "child_self"}):
        assert office.anna.post("/desk/phone", {**good, **wrong}).status_code == 422, wrong
    for line in ("", "x", str(office.other_line)):
        assert office.anna.post("/desk/phone", {**good, "line": line}).status_code == 404
    assert office.anna.post("/desk/phone", good).status_code == 302
    assert ContactRecord.objects.get().contact_type == "silent"


def test_a_scripted_child_is_answered_at_the_real_desk_and_marked(office):
    assert "no practice line" in office.anna.get("/desk/practice").content.decode()
    vera, anna = office.vera, office.anna
    line = lines.create_line(name="Practice", by=who(vera), practice=True)
    team = lines.create_team(line=line, name="Practice", intake=True, founders=[who(vera)], by=who(vera))
    lines.admit(team=team, staff=who(anna), role="counsellor", by=who(vera), by_key=key(vera))
    assert anna.post("/desk/practice", {"script": "nobody"}).status_code == 422
    begun = anna.post("/desk/practice", {"script": "en-silent"})
    run = PracticeRun.objects.get()
    assert begun["Location"] == f"/desk/c/{run.conversation_id}"
    assert "Practice" in anna.get(begun["Location"]).content.decode()
    PracticeRun.objects.update(feedback="Invented feedback", feedback_by=who(vera), feedback_at=timezone.now())
    assert "Invented feedback" in anna.get("/desk/practice").content.decode()
    assert "Invented feedback" not in office.ben.get("/desk/practice").content.decode()


def test_a_call_is_logged_with_the_offset_in_which_its_times_were_typed(office):
    shown = office.anna.get("/desk/phone").content.decode()
    assert "<bdi data-zone>UTC</bdi>" in shown
    yesterday = (timezone.now() - timedelta(days=1)).date().isoformat()
    call = {
        "do": "log",
        "line": str(office.line),
        "one_tap": "silent",
        "day": yesterday,
        "from": "10:00",
        "to": "10:30",
    }
    for offset, hour in (("180", 7), ("-60", 11), ("0", 10), ("999", 10), ("1e2", 10), ("", 10)):
        known = set(Conversation.objects.values_list("pk", flat=True))
        assert office.anna.post("/desk/phone", {**call, "offset": offset}).status_code == 302, offset
        assert Conversation.objects.exclude(pk__in=known).get().opened_at.hour == hour, offset


def test_times_say_that_they_are_in_utc_and_carry_what_the_script_needs(office):
    conversation = office.taken()
    office.anna.post(f"/desk/c/{conversation}/abuse", {"do": "pause"})
    shown = office.anna.get(f"/desk/c/{conversation}").content.decode()
    assert re.search(r'<time datetime="[^"]+Z" data-when="clock" dir="auto">\d\d:\d\d UTC</time>', shown)
    assert re.search(r'Paused until <time datetime="[^"]+Z" data-when="" dir="auto">[-\d]+ \d\d:\d\d UTC</time>', shown)
    assert "&lt;time" not in shown


def test_ready_answers_are_written_by_supervisors_and_used_by_all(office):
    good = {
        "line": str(office.line),
        "language": "en",
        "shortcut": "hello",
        "title": "A hello",
        "text": "Hello and welcome",
    }
    assert office.anna.post("/desk/answers", good).status_code == 404
    assert office.stranger.post("/desk/answers", good).status_code == 404
    for wrong in ({"shortcut": "Not Good"}, {"title": ""}, {"text": "javascript:alert(1)"}, {"text": "a" * 2_001}):
        refused = office.vera.post("/desk/answers", {**good, **wrong})
        assert (refused.status_code, CannedAnswer.objects.count()) == (422, 0), wrong
    office.vera.post("/desk/answers", good)
    assert office.vera.post("/desk/answers", good).status_code == 422
    conversation = office.taken()
    found = office.anna.get(f"/desk/c/{conversation}/canned").json()["answers"]
    assert [(each["shortcut"], each["text"]) for each in found] == [("hello", "Hello and welcome")]
    answer = str(CannedAnswer.objects.get().pk)
    office.vera.post("/desk/answers", {**good, "answer": answer, "title": "Another hello"})
    assert "Another hello" in office.anna.get("/desk/answers").content.decode()
    office.vera.post("/desk/answers", {**good, "answer": answer, "do": "end"})
    assert office.anna.get(f"/desk/c/{conversation}/canned").json()["answers"] == []


def test_a_ready_answer_in_a_language_that_the_line_no_longer_has_can_still_be_found(office):
    form = {"line": str(office.line), "language": "sw", "shortcut": "hello", "title": "Habari", "text": "Habari yako"}
    office.vera.post("/desk/answers", form)
    shown = office.vera.get("/desk/answers", {"line": str(office.line)}).content.decode()
    assert '<option value="sw">' in shown
    assert "Habari yako" in office.vera.get("/desk/answers", {"language": "sw"}).content.decode()
