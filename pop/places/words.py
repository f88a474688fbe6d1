"""Interface texts: keyed words in one or two wordings, and their translations from gettext catalogues.

A part of the product writes its English words once, as ``WORDS = Words("finder", {...})``. Each text is a whole
sentence with named placeholders. A text for children has two wordings: 8-12 and 13-17. In the catalogue
(``pop/locale/sw.po``) msgctxt is the key (``finder.home_title`` or ``finder.home_title.young``) and msgid is the
English text, so that a translator sees both and a changed English text asks for a new translation.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from babel.messages.pofile import read_po

LOCALE_DIR = Path(__file__).resolve().parents[1] / "locale"
LANGUAGES = ("ar", "en", "es", "fr", "pt", "ru", "sw", "zh")
# What staff read: the same catalogues, complete in fewer languages.
CONSOLE_LANGUAGES = ("ar", "en", "es", "fr")
# French parts these marks from their word by a space, at which no line may break: no catalogue has to say so.
_TIED = re.compile(r" (?=[?!:;»])|(?<=«) ")
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "ckb"})


def tied(text: str, language: str) -> str:
    """Return a text in which no line breaks between a word and a mark that its language parts from it by a space.

    >>> tied("Qui êtes-vous ?", "fr")
    'Qui êtes-vous\xa0?'
    """
    return _TIED.sub("\u00a0", text) if language == "fr" else text


class Two(NamedTuple):
    """One text in two wordings: for 8-12 year olds (at most 12 words a sentence, no idiom) and for 13-17."""

    young: str
    teen: str


@functools.lru_cache(maxsize=2 * len(LANGUAGES))
def catalogue(language: str) -> Mapping[tuple[str, str], str]:
    """Return {(context, English): translation} of one of `LANGUAGES`; empty for English and for any other language.

    A language may come from a reader, and here it would name a file: none but our own is looked for.
    """
    if language not in LANGUAGES:
        return {}
    path = LOCALE_DIR / f"{language}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        messages = read_po(file, locale=language)
    return {
        (message.context or "", message.id): tied(message.string, language)
        for message in messages
        # Plural forms are tuples, and none of our texts has any: a whole sentence per case is what translators get.
        if isinstance(message.id, str) and isinstance(message.string, str)
        if message.id and message.string and not message.fuzzy
    }


class Words:
    """The words of one part of the product."""

    def __init__(self, part: str, texts: Mapping[str, str | Two]) -> None:
        self.part = part
        self.texts = texts

    def messages(self) -> Iterator[tuple[str, str]]:
        """Yield (context, English text) of every text, as the catalogues hold them."""
        for key, text in self.texts.items():
            if isinstance(text, Two):
                yield f"{self.part}.{key}.young", text.young
                yield f"{self.part}.{key}.teen", text.teen
            else:
                yield f"{self.part}.{key}", text

    def say(self, key: str, language: str, *, young: bool = False) -> str:
        """Return one text, still with its placeholders. An unknown key is a KeyError: a mistake of ours."""
        text = self.texts[key]
        context = f"{self.part}.{key}"
        if isinstance(text, Two):
            context += ".young" if young else ".teen"
            text = text.young if young else text.teen
        return catalogue(language).get((context, text), text)


@dataclass(frozen=True)
class Speaker:
    """Several parts' words in one language and one wording, for templates: ``{{ say.home_title }}``."""

    words: tuple[Words, ...]
    language: str
    young: bool = False

    @property
    def direction(self) -> str:
        """The writing direction, ``rtl`` or ``ltr``."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    def __contains__(self, key: object) -> bool:
        return any(key in part.texts for part in self.words)

    def __getitem__(self, key: str) -> str:
        for part in self.words:
            if key in part.texts:
                return part.say(key, self.language, young=self.young)
        raise KeyError(key)

    def __call__(self, key: str, /, **values: object) -> str:
        """Return one text with its placeholders filled."""
        return self[key].format(**values)

    # A template calls what it can call: without this, {{ say.key }} would try to call the speaker itself.
    do_not_call_in_templates = True
