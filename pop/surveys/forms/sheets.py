"""The sheets of a form, row by row: what is refused by name, with the place where it stands.

The form compiler reads the same rows afterwards; it forgets where they stood, and lets pass what it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from pop.surveys.forms import supported
from pop.surveys.forms.refusals import Reason

Row = Mapping[str, str]
_LANGUAGE = re.compile(r".*\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3})\)\s*\Z", re.DOTALL)
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}\Z")
_PARTS = re.compile(r"[\s,;]+")
_ELSEWHERE = re.compile(r"\bsearch\s*\(|\bpulldata\s*\(", re.IGNORECASE)
# More questions than anybody answers, and more choices than there are languages.
_MOST_ROWS = {"survey": 3_000, "choices": 20_000, "settings": 1}
_LONGEST_CELL = 32_767  # Excel's own limit


@dataclass
class Sheets:
    """The sheets of one workbook as the form compiler takes them: rows under their headers."""

    survey: Sequence[Row] = ()
    choices: Sequence[Row] = ()
    settings: Sequence[Row] = ()
    names: Sequence[str] = ()
    reasons: list[Reason] = field(default_factory=list)

    def check(self) -> None:
        """Find all reasons against these sheets."""
        for name in self.names:
            if name.lower() not in supported.SHEETS and not name.startswith("_") and len(self.names) > 1:
                self._no("sheet_unknown", name, None, None, f"the sheet “{name}” is not supported")
        if not self.survey:
            self._no("sheet_missing", None, None, None, "the sheet “survey” is missing or empty")
        if self._too_large():
            return
        self._headers()
        self._settings()
        for number, row in enumerate(self.survey, 2):
            self._survey_row(number, row)
        self._choice_lists()
        self._translations()

    def _no(self, code: str, sheet: str | None, row: int | None, column: str | None, said: str) -> None:
        self.reasons.append(Reason(code, sheet, row, column, said))

    def _too_large(self) -> bool:
        for sheet, rows in (("survey", self.survey), ("choices", self.choices), ("settings", self.settings)):
            if len(rows) > _MOST_ROWS[sheet]:
                self._no("file_too_large", sheet, None, None, f"the sheet has more than {_MOST_ROWS[sheet]} rows")
            for number, row in enumerate(rows[: _MOST_ROWS[sheet]], 2):
                for header, value in row.items():
                    if len(value) > _LONGEST_CELL or len(header) > _LONGEST_CELL:
                        self._no("file_too_large", sheet, number, header[:40], "the cell is too long")
        return bool(self.reasons)

    def _headers(self) -> None:
        for header in dict.fromkeys(header for row in self.survey for header in row):
            base, language = split_header(header)
            if base in {"media", "image", "audio", "video", "big-image"}:
                self._no("media_unsupported", "survey", 1, header, "pictures, sound and films are not supported")
            elif base not in supported.COLUMNS or (language and base not in supported.TRANSLATED):
                self._no("column_unknown", "survey", 1, header, f"the column “{header}” is not supported")
        for header in dict.fromkeys(header for row in self.choices for header in row):
            base, language = split_header(header)
            if base in {"media", "image", "audio", "video", "big-image"}:
                self._no("media_unsupported", "choices", 1, header, "pictures, sound and films are not supported")
            elif language and base != "label":
                self._no("column_unknown", "choices", 1, header, f"the column “{header}” is not supported")

    def _settings(self) -> None:
        for number, row in enumerate(self.settings, 2):
            for header, value in row.items():
                base = header.strip().lower().replace(" ", "_")
                base = supported.SETTING_SPELLINGS.get(base, base)
                if base in supported.ENCRYPTION:
                    self._no(
                        "encryption_unsupported", "settings", number, header, "encrypted answers are not supported"
                    )
                elif base not in supported.SETTINGS or (base == "style" and value != "pages"):
                    self._no("setting_unsupported", "settings", number, header, f"“{header}” is not supported")

    def _survey_row(self, number: int, row: Row) -> None:
        said = cell(row, "type")
        if said is None:
            return
        kind, rest = split_type(said)
        if kind in supported.SECTIONS:
            kind = kind.removeprefix("begin_").removeprefix("end_")
        elif kind in supported.EXTERNAL_TYPES:
            self._no("external_data", "survey", number, "type", f"“{said}” takes its choices from another file")
            return
        elif kind in supported.TYPES:
            kind = supported.TYPES[kind]
            listed = kind.startswith("select_")
            if listed and (not rest or rest[0].startswith("${")):
                self._no("type_unsupported", "survey", number, "type", f"“{said}” names no list of choices")
            elif (rest[1:] not in ([], ["or_other"])) if listed else rest:
                self._no("type_unsupported", "survey", number, "type", f"the type “{said}” is not supported")
        else:
            self._no("type_unsupported", "survey", number, "type", f"the type “{said}” is not supported")
            return
        self._appearance(number, row, kind)
        for word in (cell(row, "parameters") or "").replace(",", " ").replace(";", " ").split():
            name = word.partition("=")[0]
            if name not in supported.PARAMETERS.get(kind, ()):
                self._no("parameter_unsupported", "survey", number, "parameters", f"“{name}” is not supported here")
        if kind == "image":
            for column in ("default", "calculation", "trigger"):
                if cell(row, column) is not None:
                    self._no("media_unsupported", "survey", number, column, "a form brings no picture along")
        if kind == "range" and not _is_scale(cell(row, "parameters") or ""):
            said = "a scale goes up: start below end, and a step above 0"
            self._no("parameter_unsupported", "survey", number, "parameters", said)
        for column in ("calculation", "relevant", "constraint", "default", "choice_filter", "required"):
            if _ELSEWHERE.search(cell(row, column) or ""):
                self._no("external_data", "survey", number, column, "pulldata() and search() read other files")

    def _appearance(self, number: int, row: Row, kind: str) -> None:
        words = cell(row, "appearance") or ""
        if _ELSEWHERE.search(words):
            self._no("external_data", "survey", number, "appearance", "search() takes its choices from another file")
            return
        for word in words.split():
            if word not in supported.APPEARANCES.get(kind, ()):
                self._no("appearance_unsupported", "survey", number, "appearance", f"“{word}” is not supported here")

    def _choice_lists(self) -> None:
        seen: set[tuple[str, str]] = set()
        for number, row in enumerate(self.choices, 2):
            found = cell(row, "list_name")
            name = cell(row, "name") or cell(row, "value")
            if found is None:
                continue
            if name is None or any(sign.isspace() for sign in name):
                self._no("choices_unusable", "choices", number, "name", "a choice needs a name without blanks")
            elif (found, name) in seen:
                self._no("choices_unusable", "choices", number, "name", f"“{name}” is twice in the list “{found}”")
            else:
                seen.add((found, name))

    def languages(self) -> dict[str, str]:
        """Return the declared languages as the headers write them, in the order of columns, with their BCP 47 tags."""
        found: dict[str, str] = {}
        for _, header in self._translated():
            language = split_header(header)[1]
            if language:
                found.setdefault(language, tag_of(language) or "")
        return found

    def _translated(self) -> Iterator[tuple[str, str]]:
        """Yield the sheet and header of each column that holds a text."""
        for sheet, rows, bases in (
            ("survey", self.survey, supported.TRANSLATED),
            ("choices", self.choices, ("label",)),
        ):
            for header in dict.fromkeys(header for row in rows for header in row):
                if split_header(header)[0] in bases:
                    yield sheet, header

    def _translations(self) -> None:
        languages = self.languages()
        tags = [tag.lower() for tag in languages.values()]
        for language, tag in languages.items():
            if not tag:
                self._no(
                    "language_without_tag", "survey", 1, None,
                    f"the language “{language}” needs its tag, as in “English (en)”",
                )  # fmt: skip
            elif tags.count(tag.lower()) > 1:
                self._no("language_without_tag", "survey", 1, None, f"two languages have the tag “{tag}”")
        if not languages:
            return
        default = cell(self.settings[0], "default_language") if self.settings else None
        if default is not None and default not in languages:
            said = f"“{default}” is none of the languages of the columns: {', '.join(languages)}"
            self._no("untranslated", "settings", 2, "default_language", said)
            return
        for sheet, rows in (("survey", self.survey), ("choices", self.choices)):
            for number, row in enumerate(rows, 2):
                texts: dict[str, set[str]] = {}
                for header, value in row.items():
                    base, language = split_header(header)
                    if base in supported.TRANSLATED and value.strip() and not (sheet == "choices" and base != "label"):
                        texts.setdefault(base, set()).add(language)
                for base, there in texts.items():
                    for language in languages:
                        if language not in there:
                            self._no(
                                "untranslated",
                                sheet,
                                number,
                                f"{base}::{language}",
                                "the text is missing in this language",
                            )

    def rows_of_paths(self, root: str) -> dict[str, int]:
        """Return the row of each question and group by its path."""
        found: dict[str, int] = {}
        path = [f"/{root}"]
        for number, row in enumerate(self.survey, 2):
            kind = split_type(cell(row, "type") or "")[0]
            name = cell(row, "name") or ""
            if kind.startswith("end_") and len(path) > 1:
                path.pop()
            elif kind and not kind.startswith("end_"):
                found.setdefault(f"{path[-1]}/{name}", number)
                if kind.startswith("begin_"):
                    path.append(f"{path[-1]}/{name}")
        return found


def _is_scale(parameters: str) -> bool:
    """Whether the parameters of a range make a scale; numbers that cannot be read are the form compiler's to refuse."""
    given = {name: value for name, _, value in (word.partition("=") for word in _PARTS.split(parameters))}
    try:
        start, end, step = (
            Decimal(given.get(name) or default) for name, default in (("start", "1"), ("end", "10"), ("step", "1"))
        )
    except InvalidOperation:
        return True
    return all(number.is_finite() for number in (start, end, step)) and start < end and step > 0


def split_header(header: str) -> tuple[str, str]:
    """Return the column that a header means, and its language or ""."""
    base, _, language = header.partition("::")
    name = "_".join(base.strip().lower().split())
    return supported.SPELLINGS.get(name, name), language.strip().removeprefix(":").strip()


def split_type(said: str) -> tuple[str, list[str]]:
    """Return a type in one spelling, and the words behind it: (“select_one”, [“list”, “or_other”])."""
    words = said.split()
    if len(words) > 1 and words[0].lower() in {"begin", "end"}:
        return f"{words[0]}_{words[1]}".lower(), words[2:]
    return (words[0].lower() if words else ""), words[1:]


def cell(row: Row, column: str) -> str | None:
    """Return what a row says in a column, however its header is spelt, or None."""
    for header, value in row.items():
        if split_header(header)[0] == column and value.strip():
            return value.strip()
    return None


def tag_of(language: str) -> str | None:
    """Return the BCP 47 tag of a language as headers write it: “English (en)” and “en” are en."""
    match = _LANGUAGE.match(language)
    if match is not None:
        return match.group(1)
    return language if _TAG.match(language) and (len(language) <= 3 or "-" in language) else None
