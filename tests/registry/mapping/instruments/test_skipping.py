"""Filling in an instrument: nobody sees what is not theirs, and an answer that cannot be right is refused in words."""

from __future__ import annotations

import functools
import random
from datetime import UTC, datetime

import pytest

from pop.registry.directory.rules.tables import CHANNELS
from pop.registry.mapping.instruments import NAMES, source
from pop.surveys.forms.answering import Answering
from pop.surveys.forms.definition import Form
from pop.surveys.forms.loading import load

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@functools.cache
def form(name: str) -> Form:
    return load(f"{name}.md", source(name))


def answering(name: str, language: str = "en", **answers: str) -> Answering:
    """Begin an instrument and answer questions by their ids."""
    begun = Answering.begin(form(name), now=NOW, chance=random.Random(1), language=language)
    for key, value in answers.items():
        begun.set(path(begun, key), value)
    return begun


def path(begun: Answering, key: str, row: int = 1) -> str:
    found = [each for each in begun.paths() if each.endswith(f"/{key}")]
    return found[row - 1]


def is_asked(begun: Answering, key: str, row: int = 1) -> bool:
    return begun.relevant(path(begun, key, row))


def message(begun: Answering, key: str, value: str) -> str | None:
    """Return what is said of an answer, None where it fits."""
    begun.set(path(begun, key), value)
    fault = begun.valid(path(begun, key))
    return fault.message if fault else None


@pytest.mark.parametrize("name", NAMES)
def test_the_form_engine_takes_it_in_all_its_languages(name: str) -> None:
    assert form(name).languages == ("en", "fr", "es", "ar", "zh", "ru")


@pytest.mark.parametrize("name", NAMES)
def test_a_short_answer_leaves_out_whole_pages(name: str) -> None:
    full = [page.path for page in answering(name, time_given="full").pages()]
    short = [page.path for page in answering(name, time_given="short").pages()]
    left_out = {each.rsplit("/", 1)[1] for each in set(full) - set(short)}
    own = {
        "helplines": {"issues", "people"},
        "platforms": {"figures", "tools"},
        "youth_led": {"people"},
        "ai_driven": {"ai_care", "people"},
    }
    assert left_out == {"services", "next_steps", "safeguarding", "experience"} | own[name]


def test_a_name_in_latin_letters_is_asked_for_only_where_the_name_has_others() -> None:
    for name, wanted in (
        ("Línea 123 – ¿Hablamos?", False),
        ("Đường dây nóng Tổng đài 111", False),
        ("L’écoute", False),
        ("خط نجدة الطفل", True),
        ("儿童热线", True),
        ("Детский телефон", True),
    ):
        assert is_asked(answering("helplines", service_name=name), "service_name_latin") is wanted, name


def test_places_and_ages_are_asked_only_where_they_matter() -> None:
    begun = answering("helplines", serves="worldwide", audience="professional")
    assert not any(is_asked(begun, key) for key in ("serves_parts", "serves_countries", "age_min", "age_max"))
    assert is_asked(answering("helplines", serves="parts"), "serves_parts")
    assert is_asked(answering("helplines", serves="countries"), "serves_countries")
    begun = answering("helplines", audience="parent young_person")
    assert is_asked(begun, "age_min")
    assert is_asked(begun, "age_max")


def test_each_channel_has_a_page_of_its_own_that_asks_for_the_address_it_has() -> None:
    begun = answering("helplines", channels="phone webchat email in_person")
    asked = [
        [key for key in ("channel_number", "channel_email", "channel_link") if is_asked(begun, key, row)]
        for row in (1, 2, 3, 4)
    ]
    assert asked == [["channel_number"], ["channel_link"], ["channel_email"], []]
    assert begun.value(path(begun, "channel_name", 3)) == "E-mail"
    begun.set(path(begun, "channels"), "phone")
    assert len([each for each in begun.paths() if each.endswith("/channel_hours")]) == 1


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_but_a_visit_has_exactly_one_address(channel: str) -> None:
    begun = answering("helplines", channels=channel)
    kinds = [key for key in ("channel_number", "channel_email", "channel_link") if is_asked(begun, key)]
    assert len(kinds) == (0 if channel == "in_person" else 1)


def test_a_helpline_says_how_it_is_reached_and_who_has_no_contact_may_leave_it_out() -> None:
    for name, needed in (("helplines", True), ("youth_led", False), ("ai_driven", False)):
        begun = answering(name)
        assert begun.required(path(begun, "channels")) is needed


def test_a_platform_is_asked_about_channels_only_where_its_people_answer_children() -> None:
    assert not is_asked(answering("platforms", in_product_help="button"), "channels")
    assert is_asked(answering("platforms", in_product_help="button people"), "channels")


def test_only_games_are_asked_about_games() -> None:
    assert not is_asked(answering("platforms", platform_kind="search"), "game_help")
    game = answering("platforms", platform_kind="search game", game_chat="none")
    assert is_asked(game, "game_help")
    assert not is_asked(game, "game_safety")


def test_a_platform_without_signposts_is_not_asked_where_they_lead() -> None:
    begun = answering("platforms", signposting="none")
    assert not is_asked(begun, "signposts_to")
    assert not is_asked(begun, "signposting_countries")


def test_an_ai_behind_the_scenes_is_not_asked_how_it_hands_a_child_over() -> None:
    behind = answering("ai_driven", ai_uses="sorts")
    assert not any(is_asked(behind, key) for key in ("ai_told", "hand_over", "hand_over_time"))
    before = answering("ai_driven", ai_uses="sorts talks")
    assert is_asked(before, "hand_over")
    assert not is_asked(before, "hand_over_time")
    assert is_asked(answering("ai_driven", ai_uses="talks", hand_over="request"), "hand_over_time")


def test_a_respondent_under_18_says_that_an_adult_knows() -> None:
    begun = answering("youth_led", respondent_under_18="yes")
    assert begun.required(path(begun, "adult_knows"))
    assert not is_asked(answering("youth_led", respondent_under_18="no"), "adult_knows")


def test_a_country_is_not_shown_where_somebody_may_be_in_danger() -> None:
    for danger, fits in (("no", True), ("yes", False), ("unsure", False)):
        begun = answering("youth_led", danger_if_published=danger)
        assert begun.value(path(begun, "publish_place")) == "region"
        assert (message(begun, "publish_place", "country") is None) is fits


def test_the_kind_of_solution_follows_from_the_instrument_and_the_kind_of_service() -> None:
    for name, given, kind in (
        ("helplines", {"service_kind": "child_helpline"}, "child_helpline"),
        ("helplines", {"service_kind": "hotline"}, "hotline"),
        ("helplines", {"service_kind": "mental_health"}, "online_service"),
        ("platforms", {}, "platform_feature"),
        ("youth_led", {}, "youth_led_solution"),
        ("ai_driven", {}, "ai_driven_solution"),
    ):
        begun = answering(name, **given)
        assert begun.value(path(begun, "solution_kind")) == kind


def test_numbers_and_addresses_are_told_from_words() -> None:
    phone = answering("helplines", channels="phone")
    mail = answering("helplines", channels="email")
    chat = answering("helplines", channels="webchat")
    for begun, key, fits, refused in (
        (
            phone,
            "channel_number",
            ["116", "116 111", "+254 20 123456", "*123#", "0800-11 22 33", "(021) 555 12"],
            ["call us", "1", "help@example.org", "٠١٢٣٤", "116 or 117", "+"],
        ),
        (
            mail,
            "channel_email",
            ["help@example.org", "a.b+c@mail.example.co"],
            ["help", "a@b", "a b@example.org", "a@b@example.org"],
        ),
        (
            chat,
            "channel_link",
            ["https://example.org/chat", "@helpline", "help_line.1"],
            ["our chat page", "ftp://example.org", "https://example"],
        ),
    ):
        assert [each for each in fits if message(begun, key, each)] == []
        assert [each for each in refused if not message(begun, key, each)] == []


def test_ages_stay_between_birth_and_25_and_in_order() -> None:
    begun = answering("helplines", language="fr", audience="child")
    assert message(begun, "age_max", "17") is None
    assert message(begun, "age_min", "8") is None
    assert message(begun, "age_max", "8") is None
    assert message(begun, "age_max", "7") == (
        "Merci d'écrire un nombre entier jusqu'à 25, qui ne soit pas inférieur à l'âge le plus bas."
    )
    assert message(begun, "age_min", "26") == "Merci d'écrire un nombre entier de 0 à 25."


def test_none_of_these_stands_alone() -> None:
    begun = answering("helplines", language="es")
    assert message(begun, "safeguards", "none") is None
    assert message(begun, "safeguards", "training complaints") is None
    assert message(begun, "safeguards", "none training") == "Elija solo «Nada de esto», o no lo elija."


def test_a_total_is_rounded_and_not_small_enough_to_be_about_one_user() -> None:
    begun = answering("platforms")
    assert begun.value(path(begun, "figures_year")) == "2025"
    assert [each for each in ("10", "1230", "2500000000") if message(begun, "figures_shown", each)] == []
    assert [each for each in ("0", "3", "11", "1234", "12.5", "-10") if not message(begun, "figures_shown", each)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_consent_is_a_no_until_somebody_says_yes(name: str) -> None:
    begun = answering(name)
    consents = [each for each in begun.paths() if each.rsplit("/", 1)[1].startswith("publish_")]
    assert len(consents) >= 7
    assert {begun.value(each) for each in consents} <= {"no", "region"}
