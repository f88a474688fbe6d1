"""The four instruments compile, speak six languages, and ask what the mapping needs and nothing that does harm."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pop.places.countries import codes
from pop.registry.directory.rules.tables import AUDIENCES, CHANNELS, RESPONDERS, kinds, topics
from pop.registry.directory.words.vocabulary import VOCABULARY
from pop.registry.mapping.instruments import LANGUAGES, NAMES, consents, joining
from pop.registry.mapping.instruments.sheets import read
from tests.registry.mapping.instruments.forms import asked, choices, compiled, rows, sheets, texts

SHARED = sorted(path.stem for path in (joining.FOLDER / "shared").glob("*.md"))
PAGES = [stem for stem in SHARED if stem not in ("published_by", "lists", "messages", "spoken")]
every_instrument = pytest.mark.parametrize("name", NAMES)

# What the mapping must learn, by the questions that ask it.
EVERYWHERE = {
    "who runs it": {"organisation_name", "operator", "service_name", "service_name_latin", "website"},
    "where": {"country", "serves", "serves_parts", "serves_countries"},
    "languages": {"languages"},
    "ages": {"audience", "age_min", "age_max"},
    "services given": {"services_given"},
    "channels": {"channels", "channel_number", "channel_email", "channel_link"},
    "each channel": {
        "channel_hours",
        "channel_hours_text",
        "channel_cost",
        "channel_answered_by",
        "channel_anonymity",
        "channel_access",
        "channel_retention",
    },
    "issues addressed": {"topics_violence", "topics_online", "topics_wellbeing", "topics_life"},
    "who answers": {"responders"},
    "pathway and referral partners": {"pathway", "referral_partners", "partner_names"},
    "safeguards": {
        "safeguarding_policy",
        "safeguarding_policy_link",
        "safeguards",
        "legal_name",
        "registration_number",
    },
    "participation of children": {"participation"},
    "benefits, challenges, needs": {"benefits", "challenges", "needs"},
    "consent to publish": {
        "publish_identity",
        "publish_reach",
        "publish_services",
        "publish_channels",
        "publish_safeguards",
        "publish_experience",
    },
    "the respondent": {"respondent_role", "respondent_email"},
}
ONLY_IN = {
    "helplines": {"service_kind", "any_topic", "groups_served", "networks", "uses_ai"},
    "platforms": {
        "platform_kind",
        "responsible_team",
        "signposting",
        "signposts_to",
        "signposting_countries",
        "referrals",
        "resources",
        "reporting_tools",
        "in_product_help",
        "age_assurance",
        "game_help",
        "game_chat",
        "game_safety",
        "game_step_out",
        "figures_shown",
        "figures_followed",
        "figures_reports",
        "transparency_link",
    },
    "youth_led": {
        "led_by",
        "leader_age_min",
        "leader_age_max",
        "adult_support",
        "solution_forms",
        "peer_safety",
        "help_bridge",
        "danger_if_published",
        "publish_place",
        "respondent_under_18",
        "adult_knows",
    },
    "ai_driven": {
        "ai_uses",
        "ai_maker",
        "ai_product",
        "ai_languages",
        "ai_told",
        "human_in_the_loop",
        "hand_over",
        "hand_over_time",
        "ai_data",
        "evaluation",
        "evaluation_link",
        "ai_risks",
        "incidents",
        "ai_limits",
    },
}


@every_instrument
def test_it_compiles_without_a_warning(name: str) -> None:
    assert compiled(name).warnings == []


@every_instrument
def test_every_text_is_there_in_six_languages(name: str) -> None:
    by_language = texts(name)
    assert list(by_language) == ["en", "fr", "es", "ar", "zh", "ru"]
    expected = set(by_language["en"])
    assert len(expected) > 700
    for language, found in by_language.items():
        assert set(found) == expected, language
        # pyxform writes "-" where a cell is empty.
        assert [key for key, text in found.items() if text.strip() in ("", "-")] == [], language


@pytest.mark.parametrize(
    ("language", "letters"), [("ar", r"[\u0600-\u06ff]"), ("zh", r"[\u4e00-\u9fff]"), ("ru", r"[\u0400-\u04ff]")]
)
def test_every_translation_is_written_in_the_letters_of_its_language(language: str, letters: str) -> None:
    names = {"Child Helpline International", "INHOPE", "Insafe"}
    found = joining.translations(language).values()
    plain = {text for row in found for text in row.values() if not re.search(letters, text)}
    assert plain == names


@pytest.mark.parametrize("language", [tag for tag in LANGUAGES if tag != "en"])
def test_no_translation_is_left_over(language: str) -> None:
    used = {("messages", row["name"]) for row in joining.piece("shared/messages")["messages"]}
    for name in NAMES:
        used |= {("survey", row["name"]) for row in joining.rows_of(name) if joining.ENGLISH in row}
    for piece in (*NAMES, "shared/lists"):
        used |= {
            ("choices", f"{row['list_name']}.{row['name']}")
            for row in joining.piece(piece)["choices"]
            if joining.ENGLISH in row
        }
    assert set(joining.translations(language)) == used
    for name in NAMES:
        for row in joining.rows_of(name):
            if joining.ENGLISH in row:
                said = set(joining.translations(language)[("survey", row["name"])])
                assert said == ({"label", "hint"} if joining.ENGLISH_HINT in row else {"label"}), row["name"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_that_quotes_a_choice_quotes_it_as_it_stands(language: str) -> None:
    file = joining.FOLDER / "translations" / f"{language}.md"
    piece = read(file.read_text(encoding="utf-8")) if language != "en" else joining.piece("shared/lists")
    said = piece if language != "en" else joining.piece("shared/messages")
    column = f"label::{LANGUAGES[language]}"
    none = next(row[column] for row in piece["choices"] if (row["list_name"], row["name"]) == ("any", "none"))
    assert none in next(row[column] for row in said["messages"] if row["name"] == "none_alone")


@every_instrument
def test_it_asks_all_that_the_mapping_needs_and_nothing_else(name: str) -> None:
    wanted = set().union(*EVERYWHERE.values()) | ONLY_IN[name] | {"time_given", "may_answer"}
    own_consent = {f"publish_{name}"} | ({"publish_figures"} if name == "platforms" else set())
    assert set(asked(name)) == wanted | own_consent
    assert 45 <= len(asked(name)) <= 72


def test_the_shared_questions_are_the_same_in_all_four() -> None:
    shared = [
        row["name"]
        for page in PAGES
        for row in joining.piece(f"shared/{page}")["survey"]
        if "name" in row and not row["type"].startswith("begin ")
    ]
    assert len(shared) == len(set(shared)) > 45
    first = {row["name"]: row for row in rows("helplines") if "name" in row}
    for name in NAMES:
        found = {row["name"]: row for row in rows(name) if "name" in row}
        assert [each for each in shared if found[each] != first[each]] == [], name


def test_no_id_means_two_things() -> None:
    own = [row["name"] for name in NAMES for row in joining.piece(name)["survey"] if "name" in row]
    shared = {row["name"] for page in PAGES for row in joining.piece(f"shared/{page}")["survey"] if "name" in row}
    repeated = {each for each in own if own.count(each) > 1 and not each.startswith("shared/")}
    assert repeated == {"beginning", "solution_kind"}
    assert set(own) & shared == set()


@every_instrument
def test_its_choices_are_the_ids_of_the_tables(name: str) -> None:
    assert set(choices(name, "country")) == codes()
    assert choices(name, "channel") == list(CHANNELS)
    assert choices(name, "responder") == RESPONDERS
    assert choices(name, "audience") == list(AUDIENCES)
    operators = [key.removeprefix("operator_") for key in VOCABULARY if key.startswith("operator_")]
    assert choices(name, "operator") == operators
    by_page = [choices(name, f"topic_{page}") for page in ("violence", "online", "wellbeing", "life")]
    offered = [topic for page in by_page for topic in page]
    # Whoever is in danger is led to the emergency services first: that is routing, and nothing a service is asked.
    assert sorted(offered) == sorted(set(topics()) - {"danger_now"})
    assert set(choices(name, "partner")) - {"school", "platform", "youth_group", "none"} <= set(kinds())
    if name == "helplines":
        assert choices(name, "kind") == [kind.id for kind in kinds().values() if not kind.solution]


def test_the_languages_offered_are_those_that_children_speak() -> None:
    offered = choices("helplines", "language")
    assert set(LANGUAGES) | {"sw", "pt", "toi", "tum", "luo", "ckb", "yue"} <= set(offered)
    assert {"la", "sa", "gez", "iw", "und", "mul"}.isdisjoint(offered)
    assert 300 < len(offered) == len(set(offered)) < 450


@every_instrument
def test_nothing_is_published_unless_somebody_says_yes(name: str) -> None:
    consents = {key: row for key, row in asked(name).items() if row["type"] == "select_one yes_no"}
    published = {key: row for key, row in consents.items() if key.startswith("publish_")}
    assert len(published) >= 7
    assert {row["default"] for row in published.values()} == {"no"}
    words = " ".join(row["label::English (en)"] for row in published.values()).casefold()
    assert "e-mail" not in words
    assert "role" not in words


def test_every_answer_is_published_by_one_yes_or_never() -> None:
    given = {key for name in NAMES for key in asked(name) if key.startswith("publish_")} - {"publish_place"}
    answers = {key for name in NAMES for key in asked(name)} - given
    worked_out = {"solution_kind", "figures_year", "channel_id"}
    assert set(consents()) == answers | worked_out
    assert set(consents().values()) == given | {""}
    assert len(joining.piece("shared/published_by")["consents"]) == len(consents())
    never = {key for key, consent in consents().items() if not consent}
    assert never >= {"respondent_role", "respondent_email", "respondent_under_18", "danger_if_published"}


@every_instrument
def test_the_yes_for_an_answer_is_asked_in_the_same_instrument(name: str) -> None:
    assert {consents()[key] for key in asked(name) if key in consents()} - {""} <= set(asked(name))


@every_instrument
def test_every_top_level_group_is_one_page_and_every_type_and_appearance_is_one_that_all_clients_know(
    name: str,
) -> None:
    depth = 0
    for row in rows(name):
        kind = row["type"]
        if kind.startswith("end "):
            depth -= 1
        elif depth == 0:
            assert kind in ("begin group", "begin repeat", "calculate"), row
            assert kind != "begin group" or row["appearance"] == "field-list"
        depth += kind.startswith("begin ")
        assert kind.split()[0] in {
            *("text", "integer", "decimal", "select_one", "select_multiple", "note", "calculate"),
            *("begin", "end", "acknowledge"),
        }
        assert row.get("appearance", "") in ("", "field-list", "minimal", "minimal autocomplete", "multiline")
    assert depth == 0


@every_instrument
def test_every_limit_says_in_words_what_would_fit(name: str) -> None:
    for key, row in asked(name).items():
        assert ("constraint" in row) == ("constraint_message::English (en)" in row), key
        if row["type"] in ("text", "integer", "decimal"):
            assert "constraint" in row, key
        if row["type"].startswith("select_multiple") and "none" in choices(name, row["type"].split()[1]):
            assert row["constraint"] == "not(selected(., 'none')) or count-selected(.) = 1", key


def test_a_platform_is_asked_for_three_rounded_totals_and_for_no_users_data() -> None:
    numbers = {key: row["constraint"] for key, row in asked("platforms").items() if row["type"] == "decimal"}
    assert set(numbers) == {"figures_shown", "figures_followed", "figures_reports"}
    assert {". >= 10 and . <= 999999999990 and . mod 10 = 0"} == set(numbers.values())
    assert {key for key, row in asked("platforms").items() if row["type"] == "integer"} == {"age_min", "age_max"}


def test_children_who_lead_are_asked_for_no_name_and_shown_by_region_unless_they_choose_otherwise() -> None:
    questions = asked("youth_led")
    free_text = {key for key, row in questions.items() if row["type"] == "text"}
    shared = {key for key, row in asked("helplines").items() if row["type"] == "text"}
    assert free_text == shared
    assert questions["publish_place"]["default"] == "region"
    assert choices("youth_led", "publish_place") == ["nowhere", "region", "country"]
    assert questions["publish_place"]["constraint"] == ". != 'country' or ${danger_if_published} = 'no'"
    assert questions["adult_knows"]["relevant"] == "${respondent_under_18} = 'yes'"
    about = next(row for row in rows("youth_led") if row["name"] == "about_youth_led")
    assert "no name of a person" in about["label::English (en)"]


@every_instrument
def test_its_form_id_and_version_are_its_own(name: str) -> None:
    (settings,) = sheets(name)["settings"]
    assert settings["form_id"] == f"pop_{name}"
    assert re.fullmatch(r"\d{8}", settings["version"])
    assert settings["default_language"] == "English (en)"


@every_instrument
def test_every_question_is_explained_in_the_documentation(name: str) -> None:
    page = (Path(__file__).resolve().parents[4] / "docs" / "look-up" / "instruments.md").read_text(encoding="utf-8")
    assert [key for key in asked(name) if f"`{key}`" not in page] == []
