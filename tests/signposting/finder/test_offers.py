"""Writing to a line of our own stands first among the services, and its failure takes nothing away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.test import Client

from pop.signposting.finder.queries import chat_offer, use_chat
from pop.signposting.finder.queries.ways import ways_now


@dataclass
class Offer:
    name: str = "Our <line>"
    sandbox: bool = False
    open: bool = True
    read_within_hours: int = 12


@pytest.fixture(autouse=True)
def unjoined() -> Iterator[None]:
    yield
    use_chat(None)


def results(child: Client, country: str = "KE") -> str:
    return str(child.post(f"/en/{country}/find", {"tile": "online", "age": "13-17"}).content.decode())


def test_an_open_line_is_the_first_way_and_carries_the_choice_in_hidden_fields(child: Client) -> None:
    use_chat(lambda country, language, age, now: Offer())
    page = results(child)
    assert page.index('formaction="/write"') < page.index('href="tel:116"')
    assert page.index('href="tel:999"') < page.index('formaction="/write"')
    assert "Write to somebody now" in page
    assert "Our &lt;line&gt;" in page
    assert 'name="tile" value="online"' in page


def test_a_closed_line_takes_a_message_and_says_when_it_is_read(child: Client) -> None:
    use_chat(lambda country, language, age, now: Offer(open=False))
    page = results(child)
    assert "Leave a message" in page
    assert "A person reads your message within 12 hours." in page
    assert "Write to somebody now" not in page


def test_a_line_for_trying_out_says_so(child: Client) -> None:
    use_chat(lambda country, language, age, now: Offer(sandbox=True))
    assert "This one is only for trying out." in results(child)


def test_without_a_line_nothing_is_offered_and_nothing_leads_back(child: Client) -> None:
    assert "/write" not in results(child)
    assert "/back" not in results(child)
    use_chat(lambda country, language, age, now: Offer() if country == "KE" else None)
    assert "/write" not in results(child, "GB")
    assert 'href="/back?language=en&amp;country=GB"' in results(child, "GB")


def test_the_hook_is_asked_about_the_country_the_language_the_age_and_the_moment(child: Client) -> None:
    asked: list[tuple[str, str, str, datetime]] = []
    use_chat(lambda country, language, age, now: asked.append((country, language, age, now)))
    results(child)
    [(country, language, age, now)] = asked
    assert (country, language, age) == ("KE", "en", "13-17")
    assert now.tzinfo is UTC


def test_a_hook_that_fails_costs_the_offer_and_never_the_page(child: Client) -> None:
    def fail(country: str, language: str, age: str, now: datetime) -> None:
        raise RuntimeError("no database")

    use_chat(fail)
    assert chat_offer("KE", "en", datetime.now(UTC)) is None
    assert 'href="tel:116"' in results(child)


def test_other_ways_now_leave_out_what_is_closed(child: Client) -> None:
    ways = ways_now("GB", language="en", young=True, now=datetime.now(UTC))
    assert 1 <= len(ways) <= 3
    assert all(way.uri.split(":")[0] in {"tel", "sms", "https"} for way in ways)
    assert ways_now("AQ", language="en", young=True, now=datetime.now(UTC)) == ()
