"""What stands in a mail: whom it asks for what, one link, one way to stop, and nothing of anybody's answers."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import Any

import pytest

from pop.places.words import LANGUAGES
from pop.surveys.collecting.models import Survey
from pop.surveys.collecting.queries.surveys import offered
from pop.surveys.inviting.words import INVITING
from pop.surveys.inviting.writing import Letter, written

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

TOKEN = "c0ffee" * 10 + "beef"


@pytest.fixture
def letter(survey: Survey, settings: Any) -> Letter:
    settings.PUBLIC_URL = "https://pop.example.org"
    settings.MAIL_FROM = "The map <survey@example.org>"
    Survey.objects.update(languages=["en", "fr"])
    [known] = offered("poster")
    return Letter(uuid.uuid4(), 0, "office@lantern.example", TOKEN, "Lantern Line", "en", "KE", known)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_mail_holds_one_link_one_way_to_stop_and_no_other_address(letter: Letter, number: int) -> None:
    mail = written(replace(letter, number=number))
    link = f"https://pop.example.org/survey/i/{TOKEN}"
    assert re.findall(r"https?://\S+", str(mail.body)) == [f"{link}?language=en", f"{link}/stop?language=en"]
    assert "Lantern Line" in mail.body
    assert "A poster" in mail.subject
    assert "<html" not in mail.message().as_string()
    assert len(mail.message().get_payload()) == len(str(mail.body))


def test_the_headers_say_that_a_program_wrote_it_and_how_it_is_stopped(letter: Letter, settings: Any) -> None:
    headers = written(letter).extra_headers
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Unsubscribe"] == f"<https://pop.example.org/survey/i/{TOKEN}/stop?language=en>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Message-ID"] == f"<{letter.mail}@example.org>"
    settings.PUBLIC_URL = ""
    assert "List-Unsubscribe-Post" not in written(letter).extra_headers


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_is_written_in_the_partners_language_with_every_placeholder_filled(
    letter: Letter, language: str
) -> None:
    mail = written(replace(letter, language=language))
    assert mail.extra_headers["Content-Language"] == language
    assert INVITING.say("mail_greeting", language) in mail.body
    assert "{" not in f"{mail.subject}{mail.body}"
    # A language that the form does not have is not asked of it.
    assert (f"{TOKEN}?language=" in mail.body) == (language in ("en", "fr"))


def test_a_name_can_bring_no_header_and_no_placeholder_of_its_own(letter: Letter) -> None:
    mail = written(replace(letter, partner="{survey} <b> %s"))
    assert "{survey} <b> %s" in mail.body
    # A workbook's title may have several lines: no header follows from it, and no address is refused for it.
    title = replace(letter.survey, title="A poster\r\nBcc: everybody@example.org")
    message = written(replace(letter, survey=title)).message()
    assert "A poster Bcc: everybody@example.org" in str(message["Subject"])
    assert message["Bcc"] is None


def test_a_letter_shows_neither_its_address_nor_its_token(letter: Letter) -> None:
    assert TOKEN not in repr(letter)
    assert "lantern.example" not in repr(letter)
