"""The child's code: six plain words, read back as forgivingly as can be, and the keys it gives.

The keys are made of the folded words, so folding is a promise: what it gives for a code must stay the same for as long
as a code may live. Where no word list exists, a code is 20 digits in groups of four.
"""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from pop.privacy.sealing import SALT, Pair, derive, pair_from_seed, password_key

WORDS: Final = 6
_DIGITS: Final = 20
_GROUP: Final = 4
_LISTS: Final = Path(__file__).parent / "wordlists"
_LONGEST_TYPED: Final = 500
# Written inside a word in some languages and left out by as many writers: dropped, so that no word is split by one.
_INSIDE_WORDS: Final = dict.fromkeys(map(ord, "'’‘`´ʼʹ′\u0640"))
# One letter for what keyboards of several languages write in several ways, and for strokes that are no accents.
_SAME_LETTER: Final = str.maketrans(
    {"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ہ": "ه", "ھ": "ه", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}
    | {"æ": "ae", "œ": "oe"}
)
# Marks that are accents or vowel signs which writers leave out. Marks of other scripts are letters of their own.
_MARKS: Final = (
    (0x0300, 0x036F),
    (0x0483, 0x0487),
    (0x0591, 0x05C7),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06ED),
    (0x08D3, 0x08FF),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
    (0xE0100, 0xE01EF),
)


class CodeKey(NamedTuple):
    """What a code gives under one pepper: the look-up value (32 bytes) and the X25519 pair. Its text shows neither."""

    lookup: bytes
    pair: Pair

    def __repr__(self) -> str:
        return "<CodeKey>"


def make_code(language: str) -> str:
    """Return a new code as it is shown: six words of this language (66 bits), or 20 digits where there is no list."""
    words = _words(_listed(language))
    if words:
        return " ".join(secrets.choice(words) for _ in range(WORDS))
    return _grouped(f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}")


def code_of(seed: bytes, language: str) -> str:
    """Return the code that 32 random bytes stand for, the same one each time; else as `make_code` makes them."""
    drawn = int.from_bytes(derive(seed, f"code in {language}"), "big")
    words = _words(_listed(language))
    if words:
        chosen = []
        for _ in range(WORDS):
            drawn, at = divmod(drawn, len(words))
            chosen.append(words[at])
        return " ".join(chosen)
    return _grouped(f"{drawn % 10**_DIGITS:0{_DIGITS}}")


def fold(typed: str, language: str | None) -> str:
    """Return what a code is made of, from whatever somebody typed: folded words or groups of digits, single spaces.

    Capitals, accents, Arabic vowel signs and tatweel, hyphens, commas, line breaks, other scripts' digits and the
    numbers of a numbered list make no difference; nor do missing spaces, where there is one way only to read six listed
    words. A word that no list holds becomes the listed one within one letter of it, where there is exactly one: of the
    list that most of the words stand in; where lists tie, of ``language``, else of all that tie. A code typed without a
    fault is thus never changed, whatever the language, and a code of a former list stays as it is. Same input, same
    lists, same result; never raises.
    """
    tokens = _tokens(typed)
    words = [token for token in tokens if not (token.isascii() and token.isdigit())]
    return " ".join(_corrected(_parted(words), language)) if words else _grouped("".join(tokens))


def derive_code(folded: str, pepper: bytes) -> CodeKey:
    """Return the keys of a folded code under one pepper: Argon2id with 64 MiB, about 0.1 s; go through `derivations`.

    The salt comes from the pepper, so that a code is found by itself, and nobody guesses without the pepper. Raises
    ValueError for a lone surrogate, which ``fold`` never returns.
    """
    k = password_key(folded, derive(pepper, "salt of codes")[:SALT])
    return CodeKey(hmac.digest(pepper, k + b"id", "sha256"), pair_from_seed(derive(k, "pair of a code")))


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that have a word list, sorted."""
    return tuple(sorted(path.stem for path in _LISTS.glob("*.txt")))


@cache
def _words(language: str) -> tuple[str, ...]:
    """Return a list as it is shown; empty where there is none."""
    if not language:
        return ()
    return tuple((_LISTS / f"{language}.txt").read_text(encoding="utf-8").split())


class _Folded(NamedTuple):
    """A list as it is compared: its words, and by their first and last letter where a slip is looked for."""

    words: frozenset[str]
    beginning: Mapping[str, Sequence[str]]
    ending: Mapping[str, Sequence[str]]
    longest: int


def _made_of(words: Iterable[str]) -> _Folded:
    known = frozenset(words)
    beginning: dict[str, list[str]] = {}
    ending: dict[str, list[str]] = {}
    for word in sorted(known):
        beginning.setdefault(word[0], []).append(word)
        ending.setdefault(word[-1], []).append(word)
    return _Folded(known, beginning, ending, max(map(len, known), default=0))


@cache
def _folded(language: str) -> _Folded:
    return _made_of("".join(_tokens(word)) for word in _words(language))


@cache
def _lists() -> dict[str, _Folded]:
    return {language: _folded(language) for language in languages()}


def _listed(language: str | None) -> str:
    """Return the language under which a list stands ("pt-BR" is in "pt"), or ""."""
    there = languages()
    wanted = (language or "").lower().replace("_", "-")
    return next((each for each in (wanted, wanted.partition("-")[0]) if each in there), "")


def _tokens(typed: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", typed[:_LONGEST_TYPED].translate(_INSIDE_WORDS))
    plain = unicodedata.normalize("NFKD", plain.casefold())
    bare = "".join(character for character in plain if not _is_mark(ord(character)))
    whole = unicodedata.normalize("NFKC", bare).translate(_SAME_LETTER)
    return "".join(map(_readable, whole)).split()


def _is_mark(point: int) -> bool:
    return any(first <= point <= last for first, last in _MARKS)


def _readable(character: str) -> str:
    """Return a letter, its mark or an ASCII digit; nothing for what shows nothing, a space for all else."""
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category[0] in "LMN":
        return character
    return "" if category == "Cf" else " "


def _grouped(digits: str) -> str:
    return " ".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))


def _parted(tokens: Sequence[str]) -> Sequence[str]:
    """Return the six listed words that fewer tokens are written together from, where there is exactly one way.

    Six tokens or more are never touched: among them may be words of a former list.
    """
    if not 0 < len(tokens) < WORDS:
        return tokens
    found = {way for listed in _lists().values() for way in _ways(tokens, listed)}
    return found.pop() if len(found) == 1 else tokens


def _ways(tokens: Sequence[str], listed: _Folded) -> list[tuple[str, ...]]:
    """Return the ways to read all tokens as six words of one list: none, one, or two where there are more."""
    ways: list[tuple[str, ...]] = [()]
    for token in tokens:
        reached: dict[int, list[tuple[str, ...]]] = {0: ways}
        for at in range(len(token)):
            for end in range(at + 1, min(at + listed.longest, len(token)) + 1) if reached.get(at) else ():
                if token[at:end] in listed.words:
                    further = [(*way, token[at:end]) for way in reached[at] if len(way) < WORDS]
                    # Two of each length tell that there is more than one.
                    reached[end] = _two_of_each([*reached.get(end, ()), *further])
        ways = reached.get(len(token), [])
    return [way for way in ways if len(way) == WORDS]


def _two_of_each(ways: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    kept: dict[int, list[tuple[str, ...]]] = {}
    for way in ways:
        kept.setdefault(len(way), []).append(way)
    return [way for each in kept.values() for way in each[:2]]


def _corrected(tokens: Sequence[str], language: str | None) -> Iterator[str]:
    lists = _lists()
    held = {name: sum(token in each.words for token in tokens) for name, each in lists.items()}
    tied = [name for name, count in held.items() if count == max(held.values())]
    given = _listed(language)
    chosen = [lists[name] for name in ([given] if given in tied else tied)]
    for token in tokens:
        if any(token in each.words for each in chosen):
            yield token
            continue
        near = {word for each in chosen for word in _near(token, each)}
        yield near.pop() if len(near) == 1 else token


def _near(token: str, listed: _Folded) -> Iterator[str]:
    """Yield the listed words that one letter more, less or other makes of a token."""
    # One slip spares the first letter or the last.
    for word in {*listed.beginning.get(token[0], ()), *listed.ending.get(token[-1], ())}:
        if _is_slip(token, word):
            yield word


def _is_slip(one: str, other: str) -> bool:
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if len(long) - len(short) > 1:
        return False
    at = 0
    while at < len(short) and short[at] == long[at]:
        at += 1
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]
