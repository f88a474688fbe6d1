"""The child's pages as bytes: rendered from templates, in one request, with styles and script inside the page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.dates import format_date

from pop.pages import shell
from pop.pages.shell import render
from pop.pages.words import SHELL
from pop.places.words import Speaker
from pop.signposting.finder import queries
from pop.signposting.finder.alphabet import by_letter, likely
from pop.signposting.finder.cards import Reader, cards_of, ways_of, with_second_ways
from pop.signposting.finder.rules import AGES, FINER, FRIEND_TILES, TILES, Choice
from pop.signposting.finder.words import ADULT, FINDER
from pop.signposting.finder.words.steps import STEPS_OF_TILE

_ASSETS = Path(__file__).parent / "assets"

LOOK = shell.look(_ASSETS / "finder.css", _ASSETS / "finder.js")
NOT_SAID = Choice()
_AGE_WORDS = {"8-12": ("age_8_12", "p1"), "13-17": ("age_13_17", "p2"), "18-24": ("age_18_24", "p3")}
_HISTORY_LINES = ("chrome", "safari", "firefox", "opera", "private", "calls", "limits")


def first_page(language: str, code: str, *, choice: Choice = NOT_SAID, now: int, missing: bool = False) -> bytes:
    """Return the first page: the picker of countries where `code` is "", otherwise the eight tiles of a country."""
    if not code:
        return render(
            "finder/pick.html",
            {
                **_frame("pick", language, None, choice, path=""),
                "missing": missing,
                "likely": likely(language),
                "letters": by_letter(language),
            },
        )
    country = queries.country(code, language=language, now=now)
    context = _frame("home", language, country, choice, path=f"/{code}")
    say: Speaker = context["say"]
    tiles = [(tile, say[f"tile_{tile}"]) for tile in TILES]
    return render("finder/home.html", {**context, "action": f"/{language}/{code}/find", "tiles": tiles})


def results_page(language: str, code: str, *, choice: Choice, now: int) -> bytes:
    """Return the page with services for a choice."""
    country = queries.country(code, language=language, now=now)
    found = queries.find(choice, country=code, language=language, now=now)
    context = _frame("results", language, country, choice, path=f"/{code}/find", posted=True)
    say: Speaker = context["say"]
    reader = _reader(say, country, choice, now)
    cards = cards_of(found.matches, reader)
    others = cards_of(found.others, reader, start=len(cards) + 1)
    both = with_second_ways([*cards, *others], reader)
    context |= {
        "cards": both[: len(cards)],
        "others": both[len(cards) :],
        "others_title": say["nearest_title"] if found.wider == "nearest" else say["other_services"],
        "others_note": say["nearest_note"] if found.wider == "nearest" else "",
        "chat": queries.chat_offer(code, language, datetime.fromtimestamp(now, UTC), age=choice.age),
        "lead": _lead(found, say, country),
        "talk_word": _talk_word(choice, found, say),
        "steps": [say[key] for key in STEPS_OF_TILE[choice.steps_tile]],
        # Where nothing is known for any topic, saying more would change nothing.
        "finer": _finer(choice, say) if both else (),
        "finer_title": say["friend_title" if choice.tile == "for_a_friend" else "finer_open"],
        "images": choice.about_images,
        "image_ways": ways_of(found.images, reader),
        "images_none": say("images_none", country=country.name) if found.known else "",
    }
    return render("finder/results.html", context)


def card_page(language: str, code: str, *, choice: Choice = NOT_SAID, now: int, alone: bool, posted: bool) -> bytes:
    """Return the one-page card of a country; `alone` is the file to keep, without script, links to us or exit."""
    country = queries.country(code, language=language, now=now)
    found = queries.find(Choice(age=choice.age), country=code, language=language, now=now)
    context = _frame("card", language, country, choice, path=f"/{code}/card", posted=posted)
    say: Speaker = context["say"]
    reader = _reader(say, country, choice, now)
    cards = cards_of([*found.matches, *found.others], reader)
    made = format_date(datetime.fromtimestamp(now, UTC).date(), format="long", locale=language)
    context |= {
        # The card lists every service, so only one that stands alone needs to say what to do if nobody answers.
        "cards": with_second_ways(cards, reader) if len(cards) == 1 else cards,
        "lead": _lead(found, say, country),
        "steps": [say[key] for key in STEPS_OF_TILE["dont_know"]],
        "made": say("card_made", date=made),
    }
    return render("finder/card_alone.html" if alone else "finder/card.html", context)


def adult_page(language: str, code: str, *, choice: Choice = NOT_SAID, now: int, posted: bool) -> bytes:
    """Return the page for an adult who worries about a child."""
    country = queries.country(code, language=language, now=now)
    found = queries.find(Choice(tile="someone_hurts_me"), country=code, language=language, now=now)
    context = _frame("adult", language, country, choice, path=f"/{code}/adult", posted=posted)
    # This page speaks to an adult whatever the child before had chosen.
    say = Speaker((FINDER, SHELL), language, young=False)
    adult = Speaker((ADULT,), language)
    reader = _reader(say, country, Choice(), now)
    images = queries.image_services(country=code, language=language, now=now)
    context |= {
        "say": say,
        "adult": adult,
        "say_lines": [adult[f"adult_say_{name}"] for name in ("believe", "fault", "time", "next")],
        "not_lines": [adult[f"adult_not_{name}"] for name in ("secret", "fixed", "question", "confront", "pictures")],
        "services_title": adult("adult_services_title", country=country.name),
        # Without a snapshot nothing is known of the country, neither that there is a service nor that there is none.
        "services_none": adult("adult_services_none", country=country.name) if found.known else say["no_answer_now"],
        "cards": with_second_ways(cards_of([*found.matches, *found.others], reader), reader),
        "image_ways": ways_of(images, reader),
        "images_none": say("images_none", country=country.name) if found.known else "",
    }
    return render("finder/adult.html", context)


def history_page(language: str, code: str = "", *, choice: Choice = NOT_SAID, now: int, posted: bool) -> bytes:
    """Return the page that says how to clear a browser's history; `code` is the country the reader came from, or ""."""
    country = queries.country(code, language=language, now=now) if code else None
    context = _frame("history", language, country, choice, path="/history", posted=posted)
    say: Speaker = context["say"]
    return render("finder/history.html", {**context, "lines": [say[f"history_{name}"] for name in _HISTORY_LINES]})


def message_page(language: str, *, title: str, text: str) -> bytes:
    """Return a page that says that something is not here or went wrong; `title` and `text` are keys of the words."""
    context = _frame("message", language, None, NOT_SAID, path="")
    say: Speaker = context["say"]
    return render("finder/message.html", {**context, "title": say[title], "text": say[text]})


def _frame(
    kind: str, language: str, country: queries.Country | None, choice: Choice, *, path: str, posted: bool = False
) -> dict[str, Any]:
    """Return what every page needs. `path` is the page's own, after the language; a posted page keeps its state."""
    say = Speaker((FINDER, SHELL), language, young=choice.young)
    posted = posted or bool(choice.fields())
    pick_path = "#pick" if kind == "pick" else f"/{language}"
    return {
        **shell.frame(LOOK, say, country, address=f"/{{language}}{path}", posted=posted, pick_path=pick_path),
        "kind": kind,
        "chats": queries.chats(),
        "notices": country.notices if country else (),
        "choice": choice,
        "hidden": [*choice.fields().items(), *([("country", country.code)] if country else [])],
        "action": f"/{language}{path}",
        "ages": [(age, say[_AGE_WORDS[age][0]], _AGE_WORDS[age][1]) for age in AGES],
        "age_label": say[_AGE_WORDS[choice.age][0]] if choice.age else "",
    }


def _reader(say: Speaker, country: queries.Country, choice: Choice, now: int) -> Reader:
    return Reader(
        say=say, country=country, now=now, chose_topic=bool(choice.asked_topics()), writes=choice.talk == "no"
    )


def _lead(found: queries.Found, say: Speaker, country: queries.Country) -> str:
    """Return the sentence that stands before the services where something is missing."""
    if not found.known:
        return say["no_answer_now"]
    if found.wider in {"gap", "nearest"}:
        return say("no_service" if found.matches or found.others else "no_service_at_all", country=country.name)
    return ""


def _talk_word(choice: Choice, found: queries.Found, say: Speaker) -> str:
    if choice.talk != "no":
        return ""
    return say["talk_writing_first" if found.writing else "talk_none"]


def _finer(choice: Choice, say: Speaker) -> Sequence[tuple[str, str, str]]:
    """Return (field, value, words) of the finer choices: a friend's tiles, or a tile's topics."""
    if choice.tile == "for_a_friend":
        own = {"someone_hurts_me": "friend_someone_hurts_me", "feel_bad": "friend_feel_bad"}
        return [("tile", tile, say[own.get(tile, f"tile_{tile}")]) for tile in FRIEND_TILES]
    if choice.friend:
        return []  # the finer words say "I"
    return [("topic", topic, say[f"topic_{topic}"]) for topic in FINER.get(choice.tile, ())]
