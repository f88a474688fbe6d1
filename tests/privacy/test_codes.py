"""A child's code: made of plain words, read back however it is typed, and worth nothing without the pepper."""

from __future__ import annotations

import hmac
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop.privacy import codes, sealing
from pop.privacy.codes import derive_code, fold, languages, make_code

MANY = settings(deadline=None, max_examples=60)
PEPPER = bytes(range(32))

shown = st.sampled_from(languages()).flatmap(
    lambda language: st.tuples(
        st.just(language), st.lists(st.sampled_from(codes._words(language)), min_size=6, max_size=6)
    )
)
maybe_language = st.sampled_from([*languages(), "xx", "", None])


def around(word: str) -> set[str]:
    """This word, and every one that is one letter less: two words within one letter share one of them."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def within_one(one: str, other: str) -> bool:
    """Whether one letter more, less or other makes one word of the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    at = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[at:] == long[at + 1 :] or (len(short) == len(long) and short[at + 1 :] == long[at + 1 :])


def test_english_has_its_list():
    assert "en" in languages()


@pytest.mark.parametrize("language", languages())
def test_a_list_has_2048_words_that_nobody_confuses_when_typed(language):
    words = codes._words(language)
    folded = [codes._tokens(word) for word in words]
    assert len(words) == 2048
    assert [word for word, tokens in zip(words, folded, strict=True) if len(tokens) != 1 or tokens[0].isdigit()] == []
    near: dict[str, list[str]] = {}
    for [word] in folded:
        for key in around(word):
            near.setdefault(key, []).append(word)
    confused = {
        (one, other)
        for sharing in near.values()
        for at, one in enumerate(sharing)
        for other in sharing[at + 1 :]
        if within_one(one, other)
    }
    assert confused == set()


@pytest.mark.parametrize("language", [*languages(), "en-GB", "EN_us"])
def test_a_code_is_six_words_of_the_language(language):
    made = make_code(language).split(" ")
    assert len(made) == 6
    assert set(made) <= set(codes._words(language[:2].lower()))


@pytest.mark.parametrize("language", ["xx", "", "../../etc/passwd", "e"])
def test_a_language_without_a_list_gets_twenty_digits_in_groups_of_four(language):
    made = make_code(language)
    assert [len(group) for group in made.split(" ")] == [4, 4, 4, 4, 4]
    assert made.replace(" ", "").isdecimal()
    assert fold(made.replace(" ", ""), None) == made


def test_every_word_of_a_list_can_be_drawn(monkeypatch):
    drawn = []

    def choose(among):
        drawn.append(among)
        return among[0]

    monkeypatch.setattr(codes.secrets, "choice", choose)
    make_code("en")
    assert [len(among) for among in drawn] == [2048] * 6


def test_digits_keep_the_noughts_at_their_beginning(monkeypatch):
    monkeypatch.setattr(codes.secrets, "randbelow", lambda below: 7 if below == 10**20 else None)
    assert make_code("xx") == "0000 0000 0000 0000 0007"


@MANY
@given(shown, maybe_language)
def test_a_code_typed_without_a_fault_is_the_same_code_whatever_the_language_of_the_page(code, language):
    own, words = code
    assert fold(" ".join(words), language) == fold(" ".join(words), own)
    assert fold(" ".join(words), language).split(" ") == ["".join(codes._tokens(word)) for word in words]


@MANY
@given(shown, st.data())
def test_however_it_is_typed_it_is_the_same_code(code, data):
    language, words = code
    expected = fold(" ".join(words), language)
    styles = [
        str.upper,
        str.title,
        lambda word: unicodedata.normalize("NFD", word),
        lambda word: unicodedata.normalize("NFC", word),
        lambda word: "".join(c for c in unicodedata.normalize("NFD", word) if not 0x300 <= ord(c) < 0x370),
        lambda word: "\u200f" + word + "\u200e",
        lambda word: word[:1] + "\u00ad" + word[1:],
        lambda word: "“" + word + "”",
    ]
    gaps = st.sampled_from([" ", "  ", "-", "\n", "\r\n", ", ", "\t", "\u00a0", " – ", "、", ".", "\u2028", "\u3000"])
    typed = data.draw(gaps)
    for word in words:
        typed += data.draw(st.sampled_from(styles))(word) + data.draw(gaps)
    assert fold(typed, data.draw(st.sampled_from([language, None]))) == expected


@MANY
@given(shown, st.data())
def test_one_wrong_letter_in_a_word_is_put_right(code, data):
    language, words = code
    expected = fold(" ".join(words), language).split(" ")
    listed = codes._folded(language).words
    at = data.draw(st.integers(0, 5))
    word = expected[at]
    place = data.draw(st.integers(0, len(word) - 1))
    typo = data.draw(
        st.sampled_from([word[:place] + word[place + 1 :], word[:place] + "z" + word[place:], word + "q", "z" + word])
    )
    near = {other for other in listed if within_one(other, typo)}
    typed = " ".join([*expected[:at], typo, *expected[at + 1 :]])
    kept = word if near == {word} and typo not in listed else typo
    assert fold(typed, language).split(" ")[at] == kept


@pytest.fixture
def lists(monkeypatch):
    """Two small lists, in which what is near to what can be seen."""
    made = {
        name: codes._made_of(words)
        for name, words in {
            "en": ["apple", "stone", "store", "river", "plant", "cloud"],
            "fr": ["plante", "fleuve", "nuage", "pierre"],
        }.items()
    }
    monkeypatch.setattr(codes, "_lists", lambda: made)
    monkeypatch.setattr(codes, "languages", lambda: ("en", "fr"))


@pytest.mark.parametrize(
    ("typed", "language", "folded"),
    [
        ("appel", "en", "appel"),  # two letters changed places: that is two faults
        ("aple", "en", "apple"),
        ("applle", "en", "apple"),
        ("opple", "en", "apple"),
        ("stove", "en", "stove"),  # as near to stone as to store
        ("stone", "en", "stone"),  # near to store, but listed
        ("riverxx", "en", "riverxx"),
        ("aple", None, "apple"),
        ("nuagee", None, "nuage"),
        ("nuagee", "en", "nuagee"),
        ("nuagee", "xx", "nuage"),
        ("plante", "en", "plante"),  # a word of another list stays, also on a page in English
        ("apple river plante", "en", "apple river plant"),  # but in an English code it is a slip
        ("apple river plante", "fr", "apple river plant"),
        ("nuage fleuve plante", "en", "nuage fleuve plante"),
        ("nuage fleuve plant", "en", "nuage fleuve plante"),
        ("plantes", None, "plante"),
        ("ключ", "en", "ключ"),
        ("", "en", ""),
        ("- , \n", None, ""),
    ],
)
def test_a_word_is_corrected_only_where_there_is_no_doubt(lists, typed, language, folded):
    assert fold(typed, language) == folded


@MANY
@given(shown, st.data())
def test_missing_spaces_make_no_difference_where_only_one_reading_is_six_words(code, data):
    language, words = code
    expected = fold(" ".join(words), language)
    typed = ""
    for word in words:
        typed += word + data.draw(st.sampled_from(["", " "]))
    tokens = codes._tokens(typed)
    readings = {way for each in languages() for way in codes._ways(tokens, codes._folded(each))}
    assert tuple(expected.split(" ")) in readings or len(readings) > 1
    if len(readings) == 1 or len(tokens) == 6:
        assert fold(typed, data.draw(st.sampled_from([language, None, "xx"]))) == expected


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("appleriverstonecloudplantapple", "apple river stone cloud plant apple"),
        ("appleriver stonecloud plantapple", "apple river stone cloud plant apple"),
        ("appleriverstonecloudplant", "appleriverstonecloudplant"),  # five words are no code
        ("applerivers tonecloudplantapple", "applerivers tonecloudplantapple"),
        ("appleriver apple apple apple apple apple", "appleriver apple apple apple apple apple"),
        ("一二 三四五六 七八九 十百 千万", "一二 三四 五六 七八九 十百 千万"),
        ("一二三四五六七八九十百千万", "一二 三四 五六 七八九 十百 千万"),
        ("甲乙丙甲乙丙甲乙丙甲乙丙", "甲乙丙甲乙丙甲乙丙甲乙丙"),  # could be 甲 乙丙 or 甲乙 丙, in many ways
    ],
)
def test_words_written_together_are_told_apart_where_there_is_no_doubt(monkeypatch, typed, folded):
    made = {
        "en": codes._made_of(["apple", "river", "stone", "cloud", "plant"]),
        "zh": codes._made_of(["一二", "三四", "五六", "七八九", "十百", "千万", "甲", "乙丙", "甲乙", "丙"]),
    }
    monkeypatch.setattr(codes, "_lists", lambda: made)
    assert fold(typed, None) == folded


def test_a_code_of_a_list_that_has_changed_since_still_opens(monkeypatch):
    made = make_code("en")
    before = fold(made, "en")
    gone = set(before.split()[:3])
    kept = codes._folded("en").words - gone
    monkeypatch.setattr(codes, "_lists", lambda: {"en": codes._made_of(kept)})
    assert fold(made, "en") == before
    assert derive_code(fold(made, "en"), PEPPER) == derive_code(before, PEPPER)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Éléphant", "elephant"),
        ("STRASSE Straße", "strasse strasse"),
        ("ﬁre ＷＯＲＤ", "fire word"),
        ("İstanbul ılık", "istanbul ilik"),
        ("мёд", "мед"),
        ("بَيْتٌ", "بيت"),
        ("بـــيـــت", "بيت"),
        ("أرنب إبرة آلة", "ارنب ابره اله"),
        ("على کتاب", "علي كتاب"),
        ("ng'ombe ng’ombe ng´ombe", "ngombe ngombe ngombe"),
        ("किताब", "किताब"),
        ("1. casa 2) perro", "casa perro"),
        ("house🙂️tree", "house tree"),
        ("١٢٣٤ ٥٦٧٨", "1234 5678"),
        ("۱۲۳۴۵۶۷۸۹۰", "1234 5678 90"),
        ("१२३४-५६७८", "1234 5678"),
        ("１２３４.5678", "1234 5678"),
    ],
)
def test_accents_marks_and_other_digits_make_no_difference(monkeypatch, typed, folded):
    monkeypatch.setattr(codes, "_lists", dict)
    assert fold(typed, None) == folded


@MANY
@given(st.text(), maybe_language)
def test_anything_typed_folds_to_words_with_single_spaces(typed, language):
    folded = fold(typed, language)
    assert folded == " ".join(folded.split())
    assert folded == fold(typed, language)
    assert not any(unicodedata.category(character) in ("Cf", "Cc", "Cs", "Zl") for character in folded)
    folded.encode()


@pytest.mark.parametrize("typed", ["\ud800", "a" * 1_000_000, "\u0301" * 1000, "\ufdfa" * 1000, "\0", "' ' '"])
def test_what_is_no_code_at_all_is_folded_all_the_same(typed):
    assert len(fold(typed, "en")) < 10_000


def test_the_same_words_give_the_same_keys_and_others_give_others():
    one = derive_code("one two three four five six", PEPPER)
    assert one == derive_code("one two three four five six", PEPPER)
    assert len(one.lookup) == len(one.pair.private) == len(one.pair.public) == 32
    others = [
        derive_code("one two three four five seven", PEPPER),
        derive_code("two one three four five six", PEPPER),
        derive_code("one two three four five six", PEPPER[::-1]),
    ]
    assert len({one.lookup, *(other.lookup for other in others)}) == 4
    assert len({one.pair.public, *(other.pair.public for other in others)}) == 4
    assert sealing.open_with(one.pair.private, sealing.seal_to(one.pair.public, b"secret")) == b"secret"


def test_guessing_costs_a_full_argon2_before_anything_can_be_compared(monkeypatch):
    asked = []

    def kdf(size, password, salt, **figures):
        asked.append((password, salt, figures))
        return bytes(size)

    monkeypatch.setattr(sealing.argon2id, "kdf", kdf)
    key = derive_code("one two", PEPPER)
    [(password, salt, figures)] = asked
    assert password == b"one two"
    assert salt == sealing.derive(PEPPER, "salt of codes")[:16]
    assert figures == {"opslimit": 3, "memlimit": 64 * 1024 * 1024}
    assert key.lookup == hmac.digest(PEPPER, bytes(32) + b"id", "sha256")
    assert key.lookup not in (key.pair.private, key.pair.public)


def test_no_key_shows_in_the_text_of_a_code_key():
    key = derive_code("one two three four five six", PEPPER)
    assert {repr(key), str(key), f"{key}"} == {"<CodeKey>"}
    assert repr([key, key.pair]) == "[<CodeKey>, <Pair>]"


def test_two_codes_are_never_the_same():
    made = [make_code("en") for _ in range(200)]
    assert len(set(made)) == 200
