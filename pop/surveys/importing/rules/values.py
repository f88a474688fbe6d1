"""From what a cell says to an answer in its lexical form, or the code of what is wrong with it."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from pop.surveys.forms import lexical
from pop.surveys.forms.definition import ASKED, Choice, Question, Text
from pop.surveys.importing.rules.mapping import ColumnMapping

# What may be answered from a file. A picture does not come in a cell.
ANSWERABLE: Final = frozenset({*ASKED, "hidden"} - {"image"})
YES: Final = frozenset({"1", "1.0", "true", "yes", "ok", "x"})
NO: Final = frozenset({"0", "0.0", "false", "no", ""})
_MARKUP = re.compile(r"<[^<>]{0,200}>|[*_#`]")
_END = " :.*…?؟？："
_SHORTENED = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d{1,3}")
_DAY = re.compile(r"(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?(?:\s*([ap])\.?m\.?)?", re.IGNORECASE)
_ZONE = re.compile(r"(Z|[+-]\d{2}:?\d{2})\Z")
_MIDNIGHT = "T00:00:00"


class ValueMistakeError(ValueError):
    """A cell that cannot be an answer to its question. `code` is one of problems.OF_ROWS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def folded(text: str) -> str:
    """Return a text as names and labels are compared: without case, marks, markup and a sign at its end."""
    plain = unicodedata.normalize("NFKD", _MARKUP.sub("", text).casefold())
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split()).strip(_END)


def labels_of(text: Text | None, languages: Sequence[str]) -> list[str]:
    """Return a text in every language in which no answer stands inside it."""
    found = [text.constant(language) for language in languages] if text is not None else []
    return list(dict.fromkeys(label for label in found if label))


class ChoiceNames:
    """The names of a question's choices, by name and by label in any language of the form."""

    def __init__(self, choices: Sequence[Choice], languages: Sequence[str]) -> None:
        self.names = frozenset(choice.name for choice in choices)
        self._folded: dict[str, set[str]] = {}
        for choice in choices:
            for said in (choice.name, *labels_of(choice.label, languages)):
                self._folded.setdefault(folded(said), set()).add(choice.name)

    def find(self, said: str, values: Mapping[str, str]) -> str:
        """Return the choice that a text means, "" for no answer. Raises ValueMistakeError."""
        if said in values:
            return values[said]
        if said in self.names:
            return said
        found = self._folded.get(folded(said), set())
        if len(found) != 1:
            raise ValueMistakeError("ambiguous_choice" if found else "unknown_choice")
        return next(iter(found))


class Values:
    """Reads cells as one mapping has them."""

    def __init__(self, mapping: ColumnMapping, languages: Sequence[str]) -> None:
        self._mapping = mapping
        self._zone = ZoneInfo(mapping.zone)
        self._languages = languages
        self._choices: dict[str, ChoiceNames] = {}

    def choices(self, question: Question) -> ChoiceNames:
        """Return the choices of a question that has some."""
        if question.path not in self._choices:
            every = question.choices.every if question.choices else ()
            self._choices[question.path] = ChoiceNames(every, self._languages)
        return self._choices[question.path]

    def read(self, question: Question, said: str, values: Mapping[str, str], separator: str) -> str:
        """Return the answer that a cell means, "" for none. Raises ValueMistakeError."""
        said = said.strip()
        kind = question.kind
        if not said or (kind not in ("select_one", "select_multiple") and values.get(said, said) == ""):
            return ""
        if kind == "select_one":
            return self.choices(question).find(said, values)
        if kind == "select_multiple":
            return self._several(question, said, values, separator)
        said = values.get(said, said)
        if kind in ("text", "hidden"):
            return _words(said)
        if kind == "acknowledge":
            return _ticked(said)
        if kind in ("integer", "decimal", "range"):
            return self._number(kind, said)
        if kind == "date":
            return self._date(said)
        if kind == "time":
            return _kept("time", f"{_clock(said)}.000", "bad_time")
        if kind == "datetime":
            return self.moment(said, "bad_datetime").isoformat(timespec="milliseconds")
        return _kept("geopoint", " ".join(ascii_digits(said).replace(",", " ").replace(";", " ").split()), "bad_place")

    def moment(self, said: str, code: str = "bad_moment") -> dt.datetime:
        """Return a moment with its zone, the mapping's where the cell tells none. Raises ValueMistakeError."""
        said = " ".join(ascii_digits(said).split())
        zone = _ZONE.search(said) if ":" in said else None
        rest = said[: zone.start()].strip() if zone else said
        day, _, clock = rest.replace("T", " ", 1).partition(" ")
        try:
            date = dt.date.fromisoformat(self._date(_in_full(day) if code == "bad_moment" else day))
            time = dt.time.fromisoformat(_clock(clock.lstrip(", "))) if clock else dt.time()
        except ValueError:
            raise ValueMistakeError(code) from None
        whole = dt.datetime.combine(date, time, self._zone)
        if zone is None:
            return whole
        return dt.datetime.fromisoformat(f"{whole.replace(tzinfo=None).isoformat()}{zone[0]}")

    def _several(self, question: Question, said: str, values: Mapping[str, str], separator: str) -> str:
        sign = separator or self._mapping.separator
        names = self.choices(question)
        if sign != " " or said in values:
            parts = [said] if said in values else [part.strip() for part in said.split(sign.strip() or sign)]
        elif set(said.split()) <= names.names:
            parts = said.split()
        else:
            parts = [said]  # one label of several words
        chosen = {names.find(part, values) for part in parts if part}
        every = question.choices.every if question.choices else ()
        return " ".join(choice.name for choice in every if choice.name in chosen)

    def _number(self, kind: str, said: str) -> str:
        plain = ascii_digits(said).replace("\u2212", "-").replace("\u00a0", " ").replace("\u202f", " ")
        mark = self._mapping.decimal_mark
        other = "," if mark == "." else "."
        # What groups thousands stands before three digits, and nowhere else.
        plain = re.sub(rf"(?<=\d)[ '’{other}](?=\d{{3}}(?:\D|\Z))", "", plain)
        plain = plain.replace(mark, ".")
        if plain.endswith(".0") or kind == "integer":
            plain = re.sub(r"\.0+\Z", "", plain)
        return _kept("decimal" if kind == "decimal" else "range" if kind == "range" else "integer", plain, "bad_number")

    def _date(self, said: str) -> str:
        said = ascii_digits(said).removesuffix(_MIDNIGHT).removesuffix(" 00:00:00")
        if not _ISO.fullmatch(said):
            match = _DAY.fullmatch(said)
            if match is None:
                raise ValueMistakeError("bad_date")
            first, second, third = match.groups()
            order = "ymd" if len(first) == 4 else self._mapping.date_order
            year, month, day = {
                "ymd": (first, second, third),
                "dmy": (third, second, first),
                "mdy": (third, first, second),
            }[order]
            # Two digits of a year are a guess, and nobody's answer.
            if len(year) != 4:
                raise ValueMistakeError("bad_date")
            said = f"{year}-{int(month):02}-{int(day):02}"
        return _kept("date", said, "bad_date")


def _in_full(day: str) -> str:
    """Return a day that a program wrote with two digits of its year: none of them is older than this century."""
    return re.sub(r"\A(\d{1,2}[-./]\d{1,2}[-./])(\d{2})\Z", r"\g<1>20\2", day)


def _words(said: str) -> str:
    if _SHORTENED.fullmatch(said):
        raise ValueMistakeError("shortened_number")
    if len(said) > lexical.LONGEST_ANSWER:
        raise ValueMistakeError("too_long")
    return lexical.written(said)


def _ticked(said: str) -> str:
    if said.casefold() not in YES | NO:
        raise ValueMistakeError("unknown_choice")
    return "OK" if said.casefold() in YES else ""


def _clock(said: str) -> str:
    """Return a time of day as 14:30:00. Raises ValueMistakeError."""
    match = _CLOCK.fullmatch(_ZONE.sub("", ascii_digits(said).strip()))
    if match is None:
        raise ValueMistakeError("bad_time")
    hour = int(match[1])
    if match[4]:
        if not 1 <= hour <= 12:
            raise ValueMistakeError("bad_time")
        hour = hour % 12 + (12 if match[4].lower() == "p" else 0)
    if hour > 23 or int(match[2]) > 59 or int(match[3] or 0) > 59:
        raise ValueMistakeError("bad_time")
    return f"{hour:02}:{match[2]}:{match[3] or '00'}"


def _kept(kind: str, said: str, code: str) -> str:
    kept = lexical.given(kind, said)
    if kept is None or (kind == "range" and not re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,15})?", said)):
        raise ValueMistakeError(code)
    return kept


def ascii_digits(text: str) -> str:
    """Return a text with the digits of every script as ASCII ones."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign)) if unicodedata.category(sign) == "Nd" else sign for sign in text)
