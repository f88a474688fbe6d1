"""Interface texts and their catalogues.

python tools/catalogues.py update   writes the template and brings every catalogue up to date with the English words
python tools/catalogues.py check    fails on a missing, outdated or malformed translation, naming it
"""

from __future__ import annotations

import io
import string
import sys
from collections.abc import Iterable, Mapping

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from pop.evidence.maps.console_words import WORDS as RISKS
from pop.evidence.maps.words import MAP
from pop.helpline.cases.words import WORDS as CASES
from pop.helpline.desk.words import WORDS as DESK
from pop.helpline.queue.words import WORDS as QUEUE
from pop.helpline.supervision.words import LINES as OWN_LINES
from pop.helpline.supervision.words import PAGES as SUPERVISION
from pop.helpline.words.child import TALK
from pop.helpline.words.staff import WORDS as STAFF
from pop.pages.words import DEMONSTRATION, SHELL
from pop.people.words import WORDS as PEOPLE
from pop.places.words import CONSOLE_LANGUAGES, LANGUAGES, LOCALE_DIR, Words
from pop.registry.directory.console_words import CONSOLE as DIRECTORY
from pop.registry.directory.national_words import WORDS as NATIONAL
from pop.registry.directory.words import REGISTRY
from pop.registry.mapping.console_words import WORDS as MAPPING
from pop.registry.mapping.words import INSTRUMENTS
from pop.signposting.finder.words import ADULT, FINDER
from pop.surveys.console.words import WORDS as SURVEYS
from pop.surveys.importing.words import IMPORTS, PROBLEMS
from pop.surveys.inviting.console_words import WORDS as INVITATIONS
from pop.surveys.inviting.words import INVITING
from pop.surveys.openrosa.words import OPENROSA
from pop.surveys.pages.words import SURVEY

# Every part whose words the public reads: complete in every language. A part that is in neither list is not translated.
PARTS: tuple[Words, ...] = (
    SHELL,
    FINDER,
    ADULT,
    TALK,
    REGISTRY,
    OPENROSA,
    SURVEY,
    INVITING,
    INSTRUMENTS,
    MAP,
    DEMONSTRATION,
)
# Every part whose words only staff read: complete in the console's languages, and in no other catalogue.
CONSOLE_PARTS: tuple[Words, ...] = (
    PEOPLE,
    STAFF,
    QUEUE,
    CASES,
    DESK,
    SUPERVISION,
    OWN_LINES,
    DIRECTORY,
    RISKS,
    MAPPING,
    NATIONAL,
    SURVEYS,
    INVITATIONS,
    IMPORTS,
    PROBLEMS,
)

Moved = tuple[str, str]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def wanted(language: str | None = None) -> list[tuple[str, str]]:
    """Return (context, English) of what a language's catalogue holds; of the template, which holds everything."""
    with_console = language is None or language in CONSOLE_LANGUAGES
    parts = (*PARTS, *CONSOLE_PARTS) if with_console else PARTS
    return [message for part in parts for message in part.messages()]


def wording_of(context: str) -> str:
    """Return "young" or "teen" for a text of one of the two wordings for children, "" for any other."""
    last = context.rpartition(".")[2]
    return last if last in ("young", "teen") else ""


def left_behind(known: Mapping[tuple[str, str], Message], texts: Iterable[tuple[str, str]]) -> dict[Moved, Message]:
    """Return translations by (wording, English) whose key is gone: a text that only moved keeps its translation."""
    still = set(texts)
    return {
        (wording_of(context), text): message
        for (context, text), message in known.items()
        if (context, text) not in still and message.string
    }


def update() -> int:
    LOCALE_DIR.mkdir(exist_ok=True)
    for language in (None, *LANGUAGES):
        if language == "en":
            continue
        path = LOCALE_DIR / (f"{language}.po" if language else "pop.pot")
        known: dict[tuple[str, str], Message] = {}
        if language and path.exists():
            with path.open("rb") as file:
                known = {
                    (message.context or "", str(message.id)): message
                    for message in read_po(file, locale=language)
                    if message.id
                }
        catalogue = Catalog(locale=language, project="PoP", charset="utf-8", fuzzy=False)
        catalogue.header_comment = (
            "# PoP interface texts. msgctxt is the key; .young is for 8-12 year olds, .teen for 13-17.\n"
            "# Every translation here awaits review by a native speaker who works with children, unless its\n"
            "# translator comment says who reviewed it."
        )
        texts = wanted(language)
        moved = left_behind(known, texts)
        for context, text in texts:
            old = known.get((context, text)) or moved.get((wording_of(context), text))
            comments = list(old.user_comments) if old else []
            catalogue.add(text, str(old.string) if old and old.string else "", context=context, user_comments=comments)
        buffer = io.BytesIO()
        write_po(buffer, catalogue, width=0, omit_header=False, sort_output=False)
        # A creation date would change the file at every run.
        lines = [
            line for line in buffer.getvalue().split(b"\n") if not line.startswith((b'"POT-Creation', b'"PO-Revision'))
        ]
        path.write_bytes(b"\n".join(lines))
        missing = sum(1 for message in catalogue if message.id and not message.string)
        print(f"{path.name}: {len(texts)} texts" + (f", {missing} missing" if language else ""))
    return 0


def faults(language: str, texts: Iterable[tuple[str, str]]) -> Iterable[str]:
    path = LOCALE_DIR / f"{language}.po"
    if not path.exists():
        yield f"{language}: no catalogue"
        return
    with path.open("rb") as file:
        messages = {(message.context, message.id): message for message in read_po(file, locale=language) if message.id}
    for context, text in texts:
        message = messages.get((context, text))
        if message is None or not message.string or message.fuzzy:
            yield f"{language}: {context}: not translated"
            continue
        translation = str(message.string)
        try:
            if placeholders(translation) != placeholders(text):
                yield f"{language}: {context}: placeholders differ from {sorted(placeholders(text))}"
        except ValueError:
            yield f"{language}: {context}: braces do not match"
        if translation != translation.strip():
            yield f"{language}: {context}: space at an end"


def check() -> int:
    found = [fault for language in LANGUAGES if language != "en" for fault in faults(language, wanted(language))]
    contexts = [context for context, _ in wanted()]
    found += [f"{context}: used twice" for context in sorted({c for c in contexts if contexts.count(c) > 1})]
    print("\n".join(found[:60]))
    if len(found) > 60:
        print(f"... and {len(found) - 60} more")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit({"update": update, "check": check}[sys.argv[1]]())
