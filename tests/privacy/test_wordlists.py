"""The word lists a child's code is made from keep their rules."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from itertools import combinations
from pathlib import Path

import pytest

import pop.privacy
from pop.privacy.codes import fold

FOLDER = Path(pop.privacy.__file__).parent / "wordlists"
LANGUAGES = ("ar", "en", "es", "fr", "pt", "ru", "sw", "zh")
WORDS = 2048

LETTERS = {
    "ar": re.compile(r"[\u0621-\u063a\u0641-\u064a]+"),
    "en": re.compile(r"[a-z]+"),
    "es": re.compile(r"[a-záéíóúüñ]+"),
    "fr": re.compile(r"[a-zàâçéèêëîïôùûü]+"),
    "pt": re.compile(r"[a-záâãàçéêíóôõúü]+"),
    "ru": re.compile(r"[а-яё]+"),
    "sw": re.compile(r"[a-z]+"),
    "zh": re.compile(r"[\u4e00-\u9fff]+"),
}
LENGTHS = {language: (2, 4) if language == "zh" else (3, 10) for language in LANGUAGES}

# What a hasty finger leaves out of Arabic, and ё: the coarsest reading, so that any finer one keeps the distance.
COARSE = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ؤ": "و", "ئ": "ي", "ى": "ي", "ة": "ه", "ء": "", "ـ": "", "ё": "е"}
)

# Digests, so that this file holds no such word itself: the plainest words that must never stand in a child's code.
BLOCKED = frozenset(
    (Path(__file__).parent / "blocked_words.sha256").read_text(encoding="ascii").split(),
)


def words_of(language: str) -> list[str]:
    return (FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines()


def folded(word: str) -> str:
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", word).casefold().translate(COARSE))
        if not unicodedata.combining(letter)
    )
    return unicodedata.normalize("NFKC", bare)


def neighbourhood(word: str) -> Iterator[str]:
    """The word, every word with one letter left out, and every word with one letter hidden."""
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]
        yield word[:place] + "*" + word[place + 1 :]


def within_one(one: str, other: str) -> bool:
    """Whether the Levenshtein distance is at most 1."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    start = 0
    while start < len(one) and one[start] == other[start]:
        start += 1
    rest = start + 1 if len(one) == len(other) else start
    return one[rest:] == other[start + 1 :]


def close_pairs(words: list[str]) -> set[tuple[str, str]]:
    """Pairs at a folded distance of 0 or 1; only words that share a neighbourhood are compared."""
    sharing: dict[str, list[str]] = defaultdict(list)
    for word in words:
        for key in set(neighbourhood(folded(word))):
            sharing[key].append(word)
    return {pair for group in sharing.values() for pair in combinations(group, 2) if within_one(*map(folded, pair))}


def test_the_check_itself_finds_words_that_are_too_close() -> None:
    assert close_pairs(["lemon", "melon", "demon"]) == {("lemon", "demon")}
    assert close_pairs(["canto", "cantó"]) == {("canto", "cantó")}
    assert close_pairs(["plan", "plane"]) == {("plan", "plane")}
    assert close_pairs(["plan", "planet", "plan"]) == {("plan", "plan")}
    assert close_pairs(["مدرسه", "مدرسة"]) == {("مدرسه", "مدرسة")}
    assert close_pairs(["苹果", "水果"]) == {("苹果", "水果")}
    assert not close_pairs(["apple", "pear"])


def test_every_list_belongs_to_a_language_that_is_checked() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == sorted(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_has_exactly_2048_different_sorted_words(language: str) -> None:
    words = words_of(language)
    assert len(words) == WORDS
    assert words == sorted(set(words))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_is_plain_text_with_one_composed_lower_case_word_on_a_line(language: str) -> None:
    text = (FOLDER / f"{language}.txt").read_bytes().decode("utf-8")
    assert text.endswith("\n")
    assert text == unicodedata.normalize("NFC", text)
    assert text == text.lower()
    assert "\r" not in text
    assert not text.startswith("\ufeff")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_written_in_the_letters_of_its_language(language: str) -> None:
    assert [word for word in words_of(language) if not LETTERS[language].fullmatch(word)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_long_enough_to_tell_apart_and_short_enough_to_remember(language: str) -> None:
    shortest, longest = LENGTHS[language]
    assert [word for word in words_of(language) if not shortest <= len(folded(word)) <= longest] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_slip_never_turns_a_word_into_another(language: str) -> None:
    assert close_pairs(words_of(language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_blocked_word_is_listed(language: str) -> None:
    found = [
        word for word in words_of(language) if sha256(f"{language}:{folded(word)}".encode()).hexdigest()[:16] in BLOCKED
    ]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_child_s_code_reads_every_word_back_as_one_word_of_its_own(language: str) -> None:
    words = words_of(language)
    read = [fold(word, language) for word in words]
    assert [word for word, back in zip(words, read, strict=True) if not back or " " in back] == []
    assert close_pairs(read) == set()
