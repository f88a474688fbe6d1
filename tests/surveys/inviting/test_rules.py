"""When a reminder is due, how a mail server is written down, and which language a partner is written to in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pop.places.words import LANGUAGES
from pop.surveys.inviting.rules import MOST_ATTEMPTS, Server, days_of, language_for, reminder_due, server_of, wait_after

BEGUN = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = (14, 28)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtps://me%40x:p%2Fw@mail.example.org", Server("mail.example.org", 465, "tls", "me@x", "p/w")),
        ("smtp://mail.example.org", Server("mail.example.org", 587, "starttls")),
        ("smtp://127.0.0.1:2525", Server("127.0.0.1", 2525, "")),
        ("smtp://[::1]:2525", Server("::1", 2525, "")),
        ("smtp+plain://relay:25/", Server("relay", 25, "")),
    ],
)
def test_an_address_of_a_mail_server_says_how_it_is_reached(url: str, server: Server) -> None:
    assert server_of(url) == server


@pytest.mark.parametrize(
    "url", ["", "smtp:", "http://x", "smtp://x:99999", "smtp://x/path", "smtp+plain://a:b@far.example"]
)
def test_what_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"it|password"):
        server_of(url)


def test_a_password_is_shown_by_no_text_of_a_server() -> None:
    assert "hidden" not in repr(server_of("smtps://me:hidden@mail.example.org"))


def test_reminders_are_due_on_their_days_and_there_is_no_third() -> None:
    def due(number: int, last: datetime | None) -> datetime | None:
        return reminder_due(number=number, begun=BEGUN, last=last, days=DAYS)

    assert due(1, BEGUN) == BEGUN + timedelta(days=14)
    assert due(2, BEGUN + timedelta(days=14)) == BEGUN + timedelta(days=28)
    assert due(2, BEGUN + timedelta(days=27)) == BEGUN + timedelta(days=34)
    assert due(3, BEGUN) is None
    assert reminder_due(number=1, begun=BEGUN, last=None, days=()) is None


def test_days_are_read_as_they_are_written() -> None:
    assert (days_of("14, 28"), days_of("7"), days_of(" ")) == ((14, 28), (7,), ())


def test_waits_grow_and_end() -> None:
    waits = [wait_after(number) for number in range(1, MOST_ATTEMPTS + 1)]
    assert waits[-1] is None
    assert waits[:-1] == sorted(each for each in waits if each)


@pytest.mark.parametrize(
    ("chosen", "country", "language"),
    [
        ("fr", "KE", "fr"),
        ("", "KE", "sw"),
        ("", "BR", "pt"),
        ("", "EG", "ar"),
        ("", "DK", "en"),
        ("", "", "en"),
        ("xx", "", "en"),
    ],
)
def test_a_partner_is_written_to_in_its_own_language(chosen: str, country: str, language: str) -> None:
    assert language_for(chosen, country, LANGUAGES) == language
