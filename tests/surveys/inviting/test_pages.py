"""The page that stops mails, and what anybody may pass on of a survey that is open."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest
from django.test import Client

from pop.places.words import LANGUAGES
from pop.surveys.collecting.actions.inviting import revoke_invitation
from pop.surveys.collecting.actions.surveys import close_survey
from pop.surveys.collecting.models import Partner, Survey
from pop.surveys.inviting.actions.asking import invite_by_mail
from pop.surveys.inviting.actions.sending import send_due
from pop.surveys.pages.words import SURVEY
from tests.surveys.filled import NOW
from tests.surveys.inviting.conftest import Clock, Inbox

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


@pytest.fixture
def stop(partner: UUID, filler_form: None, inbox: Inbox, clock: Clock, public: Client) -> str:
    """The address that stops mails, as it stands in one."""
    invite_by_mail(partner=partner, form_id="short", now=NOW)
    send_due(clock=clock)
    said = str(inbox.mails[0]["List-Unsubscribe"]).strip()
    return said.strip("<>").removeprefix("https://pop.example.org")


def stopped(partner: UUID) -> bool:
    return Partner.objects.get(id=partner).mails_stopped_at is not None


def test_a_look_stops_nothing_and_the_button_stops_all(stop: str, partner: UUID, public: Client) -> None:
    looked = public.get(stop)
    assert looked.status_code == 200
    assert not stopped(partner)
    assert 'value="stop"' in looked.content.decode()
    done = public.post(stop, "do=stop&language=en", content_type="application/x-www-form-urlencoded")
    assert "The mails are stopped" in done.content.decode()
    assert stopped(partner)
    again = public.post(stop, "do=allow&language=en", content_type="application/x-www-form-urlencoded")
    assert "Mails are sent again" in again.content.decode()
    assert not stopped(partner)


def test_a_mail_programs_own_button_stops_them_too(stop: str, partner: UUID, public: Client, inbox: Inbox) -> None:
    assert inbox.mails[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    answer = public.post(stop, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert stopped(partner)


def test_a_link_that_was_ended_answers_nothing_and_still_stops_mails(stop: str, partner: UUID, public: Client) -> None:
    link = stop.partition("/stop")[0]
    assert public.get(link).status_code == 200
    [made] = Partner.objects.get(id=partner).invitations.all()
    revoke_invitation(invitation=made.id, now=NOW)
    assert public.get(link).status_code == 404
    public.post(stop, "", content_type="application/x-www-form-urlencoded")
    assert stopped(partner)


def test_a_stranger_stops_nothing(public: Client, survey: Survey) -> None:
    assert public.post("/survey/i/" + "a" * 64 + "/stop").status_code == 404


def test_the_share_page_says_one_address_everywhere_in_all_languages(public: Client, survey: Survey) -> None:
    Survey.objects.update(languages=["en", "ar", "fr"])
    for language in LANGUAGES:
        page = public.get(f"/survey/poster/share?language={language}").content.decode()
        assert f'<html lang="{language}"' in page
        assert "http://testserver/survey/poster" in page
        assert page.count("<textarea") == 9
        assert 'dir="rtl"' in page


def test_the_code_leads_to_the_address_and_holds_nothing_that_the_policy_forbids(
    public: Client,
    survey: Survey,
    settings: Any,
) -> None:
    settings.PUBLIC_URL = "https://pop.example.org"
    page = public.get("/survey/poster/share").content.decode()
    assert "https://pop.example.org/survey/poster" in page
    drawn = re.search(r"<svg.*?</svg>", page, re.S)
    assert drawn is not None
    assert "style=" not in drawn[0]
    assert "<script" not in drawn[0]
    assert "http://" not in re.sub(r'xmlns="[^"]*"', "", drawn[0])
    file = public.get("/survey/poster/share.svg")
    assert file["Content-Type"] == "image/svg+xml"
    assert ElementTree.fromstring(file.content).tag == "{http://www.w3.org/2000/svg}svg"


def test_the_plain_text_holds_every_language_of_the_form(public: Client, survey: Survey) -> None:
    Survey.objects.update(languages=["en", "fr"])
    said = public.get("/survey/poster/share.txt?language=fr")
    assert said["Content-Type"].startswith("text/plain")
    text = said.content.decode()
    assert text.index("Français") < text.index("English")
    assert "/survey/poster?language=fr" in text


def test_what_stands_in_a_title_is_text_and_nothing_else(public: Client, survey: Survey) -> None:
    Survey.objects.update(title='<script>"&\r\nBcc: all', languages=["en"])
    page = public.get("/survey/poster/share?language=en").content.decode()
    assert "<script>" not in page
    mailto = re.search(r'href="(mailto:[^"]*)"', page)
    assert mailto is not None
    assert "Bcc:" not in mailto[1]


@pytest.mark.parametrize("what", ["share", "share.svg", "share.txt"])
def test_nothing_is_shared_of_a_form_that_is_closed_or_never_was(public: Client, survey: Survey, what: str) -> None:
    assert public.get(f"/survey/nobody/{what}").status_code == 404
    close_survey(form_id="poster", now=NOW)
    closed = public.get(f"/survey/poster/{what}")
    assert closed.status_code == 410
    assert SURVEY.say("closed_title", "en") in closed.content.decode()


def test_the_first_page_of_a_survey_leads_to_what_may_be_passed_on(public: Client, filler_form: None) -> None:
    page = public.get("/survey/short?language=en").content.decode()
    assert 'href="/survey/short/share?language=en"' in page
