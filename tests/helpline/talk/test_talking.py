"""The conversation's page in every state, and what a child can do with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from pop.helpline import database
from pop.helpline.conversations.actions.appending import notice
from pop.helpline.conversations.live.answers import NOT_SENT, Refusal, RefusedForm
from pop.helpline.conversations.models import Answers, Conversation, Message
from pop.helpline.lines.models import Line
from pop.helpline.queue.models import Wait
from pop.helpline.referrals.models import Referral
from pop.helpline.talk.http.talking import render_refused
from pop.helpline.words.child import TALK
from pop.helpline.words.notices import NOTICES
from pop.pages.leaving import SESSION_COOKIE, leave, use_exit
from pop.places.words import LANGUAGES
from pop.server.wiring import join_pages
from pop.signposting.finder.queries import use_chat
from tests.helpline.talk.conftest import Child

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

STATES = ("waiting", "active", "sleeping", "promised", "message_left", "closed", "blocked")


def said(key: str) -> str:
    return TALK.say(key, "en", young=True)


def bring(child: Child, state: str) -> None:
    if state == "message_left":
        Conversation.objects.update(state="message_left")
    elif state == "blocked":
        Conversation.objects.update(blocked_at=timezone.now())
    else:
        child.become(state)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_every_state_has_its_page_in_every_language(writing: Child, state: str, language: str) -> None:
    bring(writing, state)
    writing.client.post(f"/talk/language?language={language}", writing.form())
    page = writing.page()
    assert f'<html lang="{language}"' in page
    assert page.count("<h1") == 1
    assert f'data-state="{state}"' in page
    # On every page: the exit before all else, the emergency numbers, a neutral title, and what was written.
    assert page.index('href="/leave"') < page.index("<h1")
    assert 'href="tel:999"' in page
    assert re.findall("<title>(.*?)</title>", page) == [
        re.findall("<title>(.*?)</title>", writing.page("/talk/keep"))[0]
    ]
    assert "I am new here" in page
    assert ("<textarea" in page) == (state not in {"closed", "blocked"})


def test_waiting_says_the_place_and_no_number_that_is_not_known(writing: Child, again: Callable[[], Child]) -> None:
    page = writing.page()
    assert "Your place in the queue: 1." in page
    assert said("waiting_unknown") in page
    assert "After 45 minutes, nobody new comes before you." in page
    second = again()
    second.begin("me too")
    assert "Your place in the queue: 2." in second.page()
    now = timezone.now()
    for seconds in (240, 300, 360, 420, 480, 540):
        Wait.objects.create(
            line_id=writing.house.line, ended_at=now, seconds=seconds, channel="webchat", outcome="answered"
        )
    page = writing.page()
    assert re.search(r"Minutes to wait, as others waited today: \d+ to \d+\.", page)
    assert said("waiting_unknown") not in re.sub(r'data-\w+="[^"]*"', "", page)


def test_a_waiting_page_looks_again_by_itself_and_the_box_is_on_one_that_does_not(writing: Child) -> None:
    page = writing.page()
    assert '<noscript><meta http-equiv="refresh" content="20"></noscript>' in page
    assert re.search(r'<form id="box"[^>]* hidden>', page)
    box = writing.page("/talk/say")
    assert "http-equiv" not in box
    assert not re.search(r'<form id="box"[^>]* hidden>', box)
    writing.become("active")
    assert "http-equiv" not in writing.page()


def test_looking_again_leads_to_what_may_have_changed_on_the_page(writing: Child) -> None:
    for state, place in (("waiting", "wait"), ("active", "newest"), ("sleeping", "newest"), ("closed", "newest")):
        writing.become(state)
        assert 'href="/talk/look"' in writing.page() or state == "closed"
        answer = writing.client.get("/talk/look")
        assert (answer.status_code, answer["Location"]) == (303, f"/talk#{place}")
        assert f'id="{place}" tabindex="-1"' in writing.page()


def test_while_waiting_there_are_three_things_to_do_and_other_ways_that_are_open(writing: Child) -> None:
    page = writing.page()
    assert all(said(f"meanwhile_{name}") in page for name in ("breathe", "screen", "words"))
    assert "Other ways to get help now" in page
    assert 'href="tel:116"' in page


def test_an_answer_is_shown_with_who_wrote_it_by_role(writing: Child) -> None:
    writing.become("active")
    writing.answer("I am listening")
    page = writing.page()
    assert "I am listening" in page
    assert "Counsellor" in page
    assert said("notice_joined") in page
    assert str(writing.house.counsellor.id) not in page


def test_what_a_program_says_is_never_shown_as_a_persons(writing: Child) -> None:
    writing.become("active")
    writing.answer("I am a person")
    lines = re.findall(r'<li class="(\w+)"[^>]*><b>(\w+)</b>(.*?)</li>', writing.page(), re.DOTALL)
    assert [(side, label) for side, label, _ in lines] == [
        ("mine", "You"),
        ("notice", "Information"),
        ("theirs", "Counsellor"),
    ]


def test_a_message_that_was_left_says_until_when_it_is_read(writing: Child) -> None:
    bring(writing, "message_left")
    assert re.search(r"A person reads it by this time: <time datetime=", writing.page())
    Conversation.objects.update(state_since=timezone.now() - timedelta(hours=25))
    assert said("promised_late") in writing.page()


def test_a_promised_answer_has_a_date(writing: Child) -> None:
    writing.become("promised")
    assert re.search(r"Somebody writes to you by this time: <time datetime=", writing.page())


def test_pausing_and_ending_are_one_tap_and_two(writing: Child) -> None:
    writing.post("/talk/pause")
    assert writing.now().state == "sleeping"
    assert said("end_sure") in writing.page("/talk/end")
    assert writing.now().state == "sleeping"
    writing.post("/talk/end")
    assert writing.now().state == "closed"
    assert said("closed_title") in writing.page()


def test_the_two_questions_are_optional_and_their_answers_lead_nowhere(writing: Child) -> None:
    writing.become("closed")
    assert said("question_helped") in writing.page()
    assert writing.post("/talk/answers").status_code == 200
    assert Answers.objects.count() == 0
    answer = writing.post("/talk/answers", helped="3", listened="9")
    assert said("questions_thanks") in answer.content.decode()
    [kept] = Answers.objects.all()
    assert (kept.helped, kept.listened) == (3, None)
    assert {each.name for each in Answers._meta.get_fields()} == {"id", "line", "week", "helped", "listened"}


def test_the_two_questions_are_answered_once(writing: Child) -> None:
    assert writing.post("/talk/answers", helped="1").status_code == 200
    assert Answers.objects.count() == 0  # it goes on: nobody has asked yet
    writing.become("closed")
    writing.post("/talk/answers", helped="3", listened="3")
    page = writing.page()
    assert said("questions_thanks") in page
    assert said("question_helped") not in page
    page = writing.post("/talk/answers", helped="1", listened="1").content.decode()
    assert said("questions_before") in page
    assert said("questions_thanks") not in page
    [kept] = Answers.objects.all()
    assert (kept.helped, kept.listened) == (3, 3)


def test_after_a_week_the_questions_are_not_asked_any_more(writing: Child) -> None:
    writing.become("closed")
    Conversation.objects.update(closed_at=timezone.now() - timedelta(days=8))
    assert said("question_helped") not in writing.page()
    assert writing.post("/talk/answers", helped="3").status_code == 200
    assert Answers.objects.count() == 0


def test_forgetting_asks_once_and_then_nothing_opens_it(writing: Child, again: Callable[[], Child]) -> None:
    form = writing.form("/talk/forget")
    assert Conversation.objects.count() == 1
    token = writing.token
    answer = writing.client.post("/talk/forget", form)
    assert answer.status_code == 200
    assert said("forgotten_text") in answer.content.decode()
    assert Conversation.objects.count() == 0
    assert Message.objects.count() == 0
    assert answer.cookies[SESSION_COOKIE]["max-age"] == 0
    other = again()
    other.client.cookies[SESSION_COOKIE] = token
    assert "I am new here" not in other.page()


def test_what_a_court_holds_says_that_it_is_kept(writing: Child) -> None:
    Conversation.objects.update(legal_hold=True)
    answer = writing.post("/talk/forget")
    assert answer.status_code == 409
    assert said("refused_held") in answer.content.decode()


def test_without_a_session_there_is_no_sign_that_there_was_one(writing: Child) -> None:
    for path in ("/talk", "/talk/say", "/talk/keep", "/talk/readers", "/talk/complain", "/talk/forget", "/talk/end"):
        writing.client.cookies.clear()
        answer = writing.client.get(path)
        assert (answer.status_code, answer["Location"]) == (303, "/")


def test_a_session_that_is_over_says_so_once(writing: Child) -> None:
    writing.client.cookies[SESSION_COOKIE] = "x" * 43
    answer = writing.client.get("/talk")
    assert said("ended_title") in answer.content.decode()
    assert answer.cookies[SESSION_COOKIE]["max-age"] == 0
    assert writing.client.get("/talk").status_code == 303


def test_leaving_ends_the_session_itself(writing: Child, again: Callable[[], Child]) -> None:
    join_pages()
    try:
        token = writing.token
        assert writing.client.get("/leave").status_code == 303
        other = again()
        other.client.cookies[SESSION_COOKIE] = token
        assert "I am new here" not in other.page()
    finally:
        use_exit(lambda token: None)
        use_chat(None)


def test_a_page_with_words_is_never_kept_alive_behind_the_exit(writing: Child) -> None:
    chromium = {"Sec-CH-UA": '"Chromium";v="156"', "Sec-Fetch-Mode": "navigate"}
    answer = writing.client.get("/talk", headers=chromium)
    assert answer.status_code == 203
    assert answer["Cache-Control"] == "no-store"
    assert writing.client.get("/talk").status_code == 200


def test_a_broken_house_does_not_hold_a_child_back(rf: Any) -> None:
    def fail(token: str) -> None:
        raise RuntimeError

    use_exit(fail)
    try:
        request = rf.get("/leave")
        request.COOKIES[SESSION_COOKIE] = "token"
        answer = leave(request)
        assert answer.status_code == 303
        assert answer.cookies[SESSION_COOKIE]["max-age"] == 0
    finally:
        use_exit(lambda token: None)


ACTS = ("pause", "end", "forget", "answers", "keep", "complain", "earlier", "agree", "language?language=fr")


@pytest.mark.parametrize("act", ACTS)
def test_no_act_is_done_without_the_sessions_own_form_or_for_another_site(writing: Child, act: str) -> None:
    before = writing.now()
    fields = {"text": "x", "key": "k" * 22, "before": "1", "token": "A" * 43}
    assert writing.client.post(f"/talk/{act}", fields).status_code == 303
    right = {**fields, **writing.form()}
    answer = writing.client.post(f"/talk/{act}", right, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    # That it looked is kept to the minute, and a minute may turn meanwhile.
    assert replace(writing.now(), child_seen_at=before.child_seen_at, lease_until=before.lease_until) == before


def test_a_form_of_another_session_is_none(writing: Child, again: Callable[[], Child]) -> None:
    other = again()
    other.begin("mine")
    writing.client.post("/talk/end", other.form())
    assert writing.now().state == "waiting"


def test_older_messages_are_one_tap_away_and_a_page_stays_small(writing: Child) -> None:
    writing.become("active")
    for number in range(30):
        writing.answer(f"{number} " + "".join(str(uuid4()) for _ in range(10)))
    page = writing.page()
    found = re.search(r'name="before" value="(\d+)"', page)
    assert found is not None
    assert len(page) < 40_000
    answer = writing.post("/talk/earlier", before=found[1])
    numbers = [int(each) for each in re.findall(r'data-n="(\d+)"', answer.content.decode())]
    assert numbers == list(range(numbers[0], int(found[1])))
    assert writing.post("/talk/earlier", before="-1").status_code == 303


@pytest.mark.parametrize("code", [key.removeprefix("notice_") for key in NOTICES if key.startswith("notice_")])
def test_every_notice_reads_as_a_sentence_and_never_as_a_code(writing: Child, code: str) -> None:
    writing.become("active")
    params: dict[str, object] = {
        "on": "2030-01-01T12:00:00+00:00",
        "until": "2030-01-01T12:00:00+00:00",
        "name": "<b>A service</b>",
        "steps": [{"id": "call", "text": "We call <i>them</i>"}],
        "contacts": [{"uri": "tel:116", "dial": "116"}, {"uri": "javascript:alert(1)", "dial": "no"}, "nonsense"],
    }
    with database.atomic():
        notice(writing.now().id, code, params)
    page = writing.page()
    sentence = said(f"notice_{code}").partition("{")[0].strip()
    assert sentence in page
    assert "javascript:" not in page
    assert "<b>A service</b>" not in page
    assert "<i>them</i>" not in page


def test_a_child_in_danger_is_told_what_happens_and_why(writing: Child) -> None:
    writing.become("active")
    steps = [{"id": "call", "text": "We call the emergency contact"}]
    with database.atomic():
        notice(writing.now().id, "danger_steps", {"why": "danger", "steps": steps})
    page = writing.page()
    assert said("notice_danger_steps") in page
    assert said("why_danger") in page
    assert "We call the emergency contact" in page


def test_a_number_of_a_service_shows_a_telephone_and_a_page_does_not(writing: Child) -> None:
    writing.become("active")
    contacts = [{"uri": "tel:116", "dial": "116"}, {"uri": "https://help.example", "value": "help.example"}]
    with database.atomic():
        notice(writing.now().id, "service", {"name": "A service", "contacts": contacts})
    given = writing.page().partition("A service")[2]
    assert re.search(r'href="tel:116".{0,120}#i-call', given)
    assert re.search(r'href="https://help.example".{0,120}#i-web', given)


def test_a_long_conversation_leads_to_its_end_with_one_tap(writing: Child) -> None:
    writing.become("active")
    assert 'href="#newest"' not in writing.page()
    for number in range(8):
        with database.atomic():
            notice(writing.now().id, "slept" if number % 2 else "joined", {})
    page = writing.page()
    assert 'href="#newest"' in page
    assert page.count('id="newest"') == 1


def test_a_service_is_given_only_when_the_child_says_yes(writing: Child) -> None:
    writing.become("active")
    made = Referral.objects.create(
        conversation_id=writing.now().id,
        service_id=uuid4(),
        service_name="A clinic",
        kind="health",
        agreed="asked",
        staff=writing.house.counsellor.id,
        made_at=timezone.now(),
    )
    with database.atomic():
        notice(writing.now().id, "service_asked", {"referral": str(made.pk), "name": "A clinic"})
    assert said("agree_yes") in writing.page()
    writing.post("/talk/agree", referral=str(uuid4()), agreed="yes")
    writing.post("/talk/agree", referral="nonsense", agreed="yes")
    writing.post("/talk/agree", referral=str(made.pk), agreed="perhaps")
    made.refresh_from_db()
    assert made.agreed == "asked"
    assert writing.post("/talk/agree", referral=str(made.pk), agreed="no")["Location"] == "/talk"
    made.refresh_from_db()
    assert made.agreed == "declined"
    assert said("agree_yes") not in writing.page()


def test_a_refused_send_without_script_comes_back_with_its_words(writing: Child) -> None:
    refusal = Refusal(429, "slow_down", "Too many messages.", retry_after=60)
    form = RefusedForm(refusal, "my <words>\n  here", "k" * 22, writing.token, "", "en")
    page = render_refused(form).decode()
    assert "my &lt;words&gt;\n  here</textarea>" in page
    assert said("refused_slow_down") in page
    assert 'name="key" value="kkkkkkkkkkkkkkkkkkkkkk"' in page
    over = render_refused(RefusedForm(refusal, "x", "k" * 22, "", "", "fr")).decode()
    assert '<html lang="fr"' in over


def test_a_send_that_failed_with_the_database_comes_back_with_its_words(
    writing: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OperationalError("disk full")

    form = RefusedForm(NOT_SENT, "do not lose me", "k" * 22, writing.token, "", "en")
    own = writing.form()["token"]
    monkeypatch.setattr("pop.helpline.talk.http.inside.child_enters", fail)
    page = render_refused(form).decode()
    assert "do not lose me</textarea>" in page
    assert said("refused_not_sent") in page
    assert f'name="token" value="{own}"' in page
    assert 'name="key" value="kkkkkkkkkkkkkkkkkkkkkk"' in page
    assert 'href="/leave"' in page


def test_a_line_for_one_country_gives_its_emergency_number_to_whoever_said_none(child: Child) -> None:
    child.begin(country="")
    assert "tel:" not in re.sub(r'href="tel:116"', "", child.page())
    Line.objects.update(countries=["KE"])
    assert 'href="tel:999"' in child.page()


def test_another_site_that_leads_to_the_exit_takes_no_chat_away(writing: Child) -> None:
    # SameSite=Strict: the browser brings no cookie along, and would take an answer's that ends it.
    stranger = Client().get("/leave", headers={"sec-fetch-site": "cross-site"})
    assert stranger.status_code == 303
    assert not stranger.cookies
    for headers in ({}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}):
        own = Client().get("/leave", headers=headers)
        assert own.cookies[SESSION_COOKIE].value == ""
