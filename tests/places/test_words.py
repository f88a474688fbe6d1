"""Interface texts: one key, one or two wordings, eight languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.template import Context, Engine

from pop.places import words
from pop.places.words import Speaker, Two, Words, catalogue

PO = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Language: sw\n"

msgctxt "part.title"
msgid "Get help"
msgstr "Pata msaada"

msgctxt "part.ask.young"
msgid "What is wrong?"
msgstr "Kuna nini?"

#, fuzzy
msgctxt "part.ask.teen"
msgid "What is happening?"
msgstr "Haijathibitishwa"

msgctxt "part.old"
msgid "An English text that has changed since"
msgstr "Maandishi ya zamani"

msgctxt "part.empty"
msgid "Not translated"
msgstr ""

msgctxt "part.many"
msgid "one"
msgid_plural "many"
msgstr[0] "moja"
msgstr[1] "nyingi"
"""

PART = Words(
    "part",
    {
        "title": "Get help",
        "ask": Two("What is wrong?", "What is happening?"),
        "old": "The text now",
        "empty": "Not translated",
        "call": "Call {dial} in {country}",
    },
)


@pytest.fixture
def swahili(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "sw.po").write_text(PO, encoding="utf-8")
    (tmp_path / "secret.po").write_text(PO, encoding="utf-8")
    monkeypatch.setattr(words, "LOCALE_DIR", tmp_path)
    catalogue.cache_clear()
    yield
    catalogue.cache_clear()


@pytest.mark.usefixtures("swahili")
def test_a_text_is_said_in_the_readers_language_and_wording():
    assert PART.say("title", "sw") == "Pata msaada"
    assert PART.say("ask", "sw", young=True) == "Kuna nini?"
    assert PART.say("ask", "en", young=True) == "What is wrong?"
    assert PART.say("ask", "en") == "What is happening?"


@pytest.mark.usefixtures("swahili")
def test_what_no_translator_vouches_for_is_said_in_english():
    assert PART.say("ask", "sw") == "What is happening?"  # marked fuzzy
    assert PART.say("old", "sw") == "The text now"  # the English has changed since
    assert PART.say("empty", "sw") == "Not translated"
    assert PART.say("title", "fr") == "Get help"  # no catalogue at all
    assert not any(key[0] == "part.many" for key in catalogue("sw"))


@pytest.mark.usefixtures("swahili")
def test_a_language_from_a_reader_never_names_a_file():
    assert catalogue("secret") == {}
    assert catalogue("../sw") == {}
    assert catalogue("\x00") == {}
    assert PART.say("title", "secret") == "Get help"


def test_an_unknown_key_is_a_mistake_of_ours_and_shows():
    with pytest.raises(KeyError):
        PART.say("nothing", "en")
    with pytest.raises(KeyError):
        Speaker((PART,), "en")["nothing"]


def test_every_text_has_one_message_per_wording():
    messages = dict(PART.messages())
    assert messages["part.title"] == "Get help"
    assert messages["part.ask.young"] == "What is wrong?"
    assert messages["part.ask.teen"] == "What is happening?"
    assert "part.ask" not in messages


def test_a_template_says_words_by_name_and_escapes_what_fills_them():
    engine = Engine(libraries={"words": "pop.places.words_tags"})
    template = engine.from_string(
        '{% load words %}{{ say.title }}|{% say "call" dial=dial country=country %}|{{ say.direction }}'
    )
    page = template.render(Context({"say": Speaker((PART,), "en"), "dial": "116", "country": "<b>KE</b>"}))
    assert page == "Get help|Call 116 in &lt;b&gt;KE&lt;/b&gt;|ltr"


def test_no_line_of_french_breaks_before_its_marks():
    said = [text for text in catalogue("fr").values() if "?" in text or "«" in text]
    assert any("\u00a0?" in text for text in said)
    assert not [text for text in catalogue("fr").values() if " ?" in text or " :" in text or "« " in text]
    assert not [text for text in catalogue("es").values() if "\u00a0?" in text]


def test_arabic_is_written_from_right_to_left():
    assert Speaker((PART,), "ar").direction == "rtl"
    assert {language: Speaker((PART,), language).direction for language in ("en", "ru", "zh")} == {
        "en": "ltr",
        "ru": "ltr",
        "zh": "ltr",
    }


def test_a_speaker_knows_the_words_of_all_its_parts_the_first_part_first():
    other = Words("other", {"title": "Another title", "end": "Goodbye"})
    say = Speaker((PART, other), "en", young=True)
    assert (say["title"], say["end"], say["ask"]) == ("Get help", "Goodbye", "What is wrong?")
    assert "end" in say
    assert "nothing" not in say
    assert say("call", dial="116", country="KE") == "Call 116 in KE"
