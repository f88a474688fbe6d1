"""How a service reads: honest about hours, cost and traces, and never a dead end."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from html import unescape

import pytest
from django.utils.safestring import SafeString
from pop_sdk.engine import Engine

from pop.places.words import Speaker
from pop.signposting.finder import pages
from pop.signposting.finder.cards import Card, Reader, Way, with_second_ways
from pop.signposting.finder.queries import Country, Number
from pop.signposting.finder.rules import Choice
from pop.signposting.finder.words import FINDER

pytestmark = pytest.mark.usefixtures("joined_world")


def results(country: str, language: str = "en", **said: str) -> str:
    choice = Choice(**said)  # type: ignore[arg-type]
    return unescape(pages.results_page(language, country, choice=choice, now=int(time.time())).decode())


def articles(html: str) -> list[str]:
    return [re.sub(r"\s+", " ", part) for part in re.findall(r"<article.*?</article>", html, re.DOTALL)]


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def test_hours_from_a_directory_alone_read_should_be_open_with_a_second_way() -> None:
    (first,) = articles(results("KE", tile="at_home"))
    assert "Should be open. We have not checked lately. If nobody answers, try this next." in first
    assert "Open now" not in first
    assert 'href="tel:116"' in first
    assert "Try this next" in first
    assert "Try again a little later." in first
    assert 'href="tel:1195"' not in first  # a line for everybody stands in only where none for children fits


def test_a_line_that_was_confirmed_lately_reads_open_and_needs_no_second_way() -> None:
    first = articles(results("GB", tile="feel_bad"))[0]
    assert "Open day and night" in first
    assert "Should be open" not in first
    assert "Try this next" not in first
    assert "Last checked:" in first


def test_a_closed_line_says_when_it_opens_and_comes_with_another() -> None:
    first = next(part for part in articles(results("BR")) if ">Linha</bdi></h2>" in part)
    assert "Closed now" in first
    assert re.search(r'Opens: <time datetime="\d{4}-\d\d-\d\dT[\d:]+Z">[^<]+</time>\.', first)
    assert "Time in " in first
    assert 'href="tel:188"' in first


def test_a_line_without_a_neighbour_offers_its_own_second_channel_and_the_emergency_number() -> None:
    only = articles(results("MX"))[0]
    after = only[only.index("Try this next</h3>") :]
    assert "mailto:help@mx.example" in after
    assert "Try again a little later." in after
    assert "In danger, call 911 now." in after


def a_card(name: str, opening: str, channel: str = "phone", change: str = "") -> Card:
    way = Way(uri=f"tel:{name}", label=SafeString(name), icon="call", outside=False, channel=channel)
    return Card(
        number=1,
        id=name,
        name=name,
        tone="wait",
        state="",
        change=change,
        before=(),
        ways=(way,),
        about="",
        facts=(),
        happens=(),
        more=(),
        certain=False,
        hours="",
        opening=opening,
    )


def second_ways(*cards: Card, writes: bool = False) -> list[list[str]]:
    emergency = (Number(dial="112", uri="tel:112", kind="any"),)
    country = Country(code="KE", name="Kenya", emergency=emergency, notices=(), notices_change_at=None)
    reader = Reader(say=Speaker((FINDER,), "en"), country=country, now=0, writes=writes)
    return [
        [
            str(line["label"]) if isinstance(line, Mapping) else f"{line.name} {line.state}".strip()
            for line in card.after
        ]
        for card in with_second_ways(cards, reader)
    ]


def test_the_second_way_is_one_that_may_answer_before_one_that_is_closed() -> None:
    found = second_ways(a_card("a", "open"), a_card("b", "closed"), a_card("c", "unknown"), a_card("d", "always"))
    assert found == [["d"], ["d"], ["d"], ["a"]]
    assert second_ways(a_card("a", "closed"), a_card("b", "unknown"), a_card("c", "unknown")) == [["b"], ["c"], ["b"]]


def test_a_closed_second_way_says_so_and_is_not_the_last_word() -> None:
    first, second = second_ways(a_card("a", "closed"), a_card("b", "closed", change="Opens: 09:00."))
    assert first[0] == "b Opens: 09:00."
    assert second[0] == "a Closed now"
    for lines in (first, second):
        assert lines[1].startswith("If nobody answers, try again a little later.")
        assert lines[2] == "In danger, call 112 now."


def test_the_second_way_of_who_cannot_talk_is_one_to_write_to() -> None:
    found = second_ways(a_card("a", "open", "webchat"), a_card("b", "open"), a_card("c", "unknown", "sms"), writes=True)
    assert found == [["c"], ["a"], ["a"]]


def test_hours_that_nobody_knows_are_said_to_be_unknown() -> None:
    page = next(
        part for part in articles(results("BR")) if part.startswith("<article") and "Outra Linha</bdi></h2>" in part
    )
    assert "We do not know when it is open. If nobody answers, try this next." in page


def test_what_is_known_and_not_known_of_cost_name_and_trace_is_said() -> None:
    known = articles(results("GB"))[0]
    assert "<li>Free</li>" in known
    assert "You do not have to say your name" in known
    assert "It does not show on the phone bill." in known
    unknown = articles(results("KE"))[0]
    for said in (
        "We do not know if it is free",
        "We do not know if they ask your name",
        "We do not know if it shows on the phone bill.",
        "We do not know if it works without credit.",
        "We do not know if it works from another country.",
        "If you are in danger, they may have to tell someone.",
    ):
        assert said in unknown
    costly = articles(results("US"))[0]
    assert "It costs money" in costly
    assert "They ask who you are" in costly
    assert "It can show on the phone bill." in costly


def test_doubts_about_a_record_come_before_its_number() -> None:
    lead = articles(results("MX"))[0]
    assert "We are not sure about this one." in lead
    assert "This service has problems right now." in lead
    assert lead.index("problems right now") < lead.index("tel:800")
    conflict = articles(results("US"))[0]
    assert conflict.index("We found different facts") < conflict.index("tel:555")


def test_a_countrys_notice_comes_before_every_number_of_a_service() -> None:
    html = results("MX")
    assert html.index("There is an emergency in Mexico.") < html.index("<article")
    assert "There is an emergency in" not in results("KE")


def test_ages_languages_and_places_are_said() -> None:
    page = articles(results("US"))[0]
    assert "For ages 12 to 21." in page
    assert "Languages: Spanish." in page
    assert "They may not speak your language." in page
    assert "It is only for one part of United States" in page.replace("the United", "United")
    assert "For ages up to 18." in articles(results("GB"))[0]
    assert "For ages 5 and over." in articles(results("MX"))[0]
    assert "We do not know for which ages it is." in articles(results("KE"))[0]


def test_every_channel_says_what_happens() -> None:
    page = "".join(articles(results("GB", age="13-17")))
    assert "A person or a recorded voice answers." in page
    assert "Their page opens and you write with a person." in page
    assert "You send a message and someone writes back." in page
    young = "".join(articles(results("GB", age="8-12")))
    assert "You can say: I need help." in young


def test_a_text_line_that_wants_a_word_says_the_word() -> None:
    assert "Text the word SHOUT to 85258" in words("".join(articles(results("GB"))))


def test_who_cannot_talk_gets_writing_first() -> None:
    html = results("GB", talk="no")
    first = articles(html)[0]
    assert first.index("https://chat.example/") < first.index("tel:+448001111")
    assert "Ways to write come first now." in html
    assert "We do not know a place to write to here." in results("KE", talk="no")


def test_a_young_adult_sees_a_line_for_everybody_before_a_line_for_something_else() -> None:
    def named(**said: str) -> list[str]:
        return re.findall(r"<article[^>]*><h2[^>]*><bdi>([^<]+)", results("ZM", **said))

    assert named(tile="feel_bad", age="18-24") == ["Line for All", "School Line"]
    assert named(tile="at_school", age="18-24") == ["School Line", "Line for All"]


def test_where_no_child_service_is_known_the_nearest_that_takes_calls_from_abroad_is_shown() -> None:
    html = results("SD")
    assert "We do not know a helpline for children in Sudan yet." in html
    assert "In other countries, open to calls from abroad" in html
    nearest = articles(html)[0]
    assert 'href="tel:+20216000"' in nearest
    assert 'href="tel:16000"' not in nearest  # a short code means something else here
    # What one reads is what one dials, on whatever phone.
    assert '<bdi dir="ltr">+20 2 16000</bdi>' in nearest or '<bdi dir="ltr">+20 216000</bdi>' in nearest


def test_where_nothing_is_known_at_all_the_page_says_so_and_still_helps() -> None:
    html = results("TD", tile="feel_bad")
    assert "We do not know a service in Chad yet." in html
    assert "We have no checked emergency number for Chad." in html
    assert html.count("What you can do now") == 1
    assert "Tell us more" not in html  # it would change nothing
    assert "tel:" not in html


def test_where_nobody_is_known_the_page_does_not_point_at_people_above() -> None:
    for html in (
        results("TD", tile="online"),
        unescape(pages.adult_page("en", "TD", now=int(time.time()), posted=False).decode()),
    ):
        assert "We do not know a checked report service for Chad." in html
        assert "above" not in words(html[html.index("<main>") : html.index("</main>")])
    assert "The people above can help with this." in results("KE", tile="online")


def test_a_lone_service_on_the_card_to_keep_says_what_to_do_if_nobody_answers() -> None:
    def card(country: str) -> str:
        page = pages.card_page("en", country, now=int(time.time()), alone=True, posted=False)
        return unescape(page.decode())

    assert "Try again a little later." in card("MX")
    assert "Try again a little later." not in card("GB")


def test_pictures_lead_to_people_first_and_then_to_a_checked_hotline() -> None:
    html = results("GB", tile="online", topic="report_content")
    assert articles(html)
    assert "Report Line" not in "".join(articles(html))
    assert html.rindex("</article>") < html.index("https://report.example/")
    assert "Do not send the pictures to anyone. Do not save them or upload them." in html
    none = results("KE", tile="online")
    assert "We do not know a checked report service for Kenya." in none
    assert "Do not send the pictures to anyone." not in results("GB", tile="at_school")


def test_the_choice_is_not_repeated_on_the_next_page() -> None:
    html = results("KE", tile="someone_hurts_me", topic="sexual_violence")
    before_the_closed_box = html[: html.index("<summary>Tell us more")]
    visible = words(before_the_closed_box[before_the_closed_box.index("<main>") :])
    assert "Someone hurts me" not in visible
    assert "touches me" not in visible
    assert not re.search(r"<details[^>]* open[^>]*><summary>Tell us more", html)


def test_a_friend_gets_steps_for_friends_and_tiles_about_the_friend() -> None:
    html = results("KE", tile="for_a_friend", friend=True)  # type: ignore[arg-type]
    assert "Someone hurts my friend" in html
    assert "Listen to your friend." in html
    html = results("KE", tile="feel_bad", friend=True)  # type: ignore[arg-type]
    assert "Listen to your friend." in html
    assert "I hurt myself" not in html


def test_a_link_of_another_scheme_is_never_handed_out(joined_world: Engine) -> None:
    for country in ("KE", "GB", "BR", "US", "MX", "SD"):
        for found in re.findall(r'href="([a-z]+):', results(country, tile="online")):
            assert found in {"tel", "sms", "mailto", "https", "data"}


def test_numbers_are_kept_together_and_from_left_to_right_in_arabic() -> None:
    page = results("GB", "ar")
    assert '<bdi dir="ltr">0800 1111</bdi>' in page
    assert '<html lang="ar" dir="rtl">' in page


def test_names_from_the_registry_are_escaped() -> None:
    assert "<bdi>Childline Kenya</bdi>" in results("KE")
