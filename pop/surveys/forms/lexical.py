"""Answers as texts: the lexical forms of XForms (https://getodk.github.io/xforms-spec/#data-types).

A person's answer is taken strictly: what is no date is a fault, not a blank. What a form works out, or comes with, is
taken as its peers take it: 2.7 worked out for a whole number is 2, and what cannot be read is blank. A decimal number
is kept as its peers keep it: 7 is 7.0.
"""

from __future__ import annotations

import math
import re
from datetime import UTC
from decimal import Decimal

from pop.surveys.forms.xpath.dates import is_day, read_stamp
from pop.surveys.forms.xpath.values import number_of

_WHOLE = re.compile(r"[+-]?\d{1,15}\Z", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d{1,20}\.?\d{0,20}|\.\d{1,20})\Z", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-](0\d|1[0-4]):[0-5]\d)?\Z", re.ASCII)
_LEAST, _MOST = -2_147_483_648, 2_147_483_647
# What XML 1.0 cannot hold, and a lone half of a pair.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Kept values that are a day or a moment.
_AS = {"start": "datetime", "end": "datetime", "today": "date"}
LONGEST_ANSWER = 50_000
LONGEST_FILE_NAME = 200

# The kinds that are held to a form, and the data types of XForms that stand for them.
CHECKED = frozenset({"integer", "decimal", "date", "time", "datetime", "geopoint", "image"})
TYPES = {
    "int": "integer",
    "decimal": "decimal",
    "date": "date",
    "time": "time",
    "dateTime": "datetime",
    "geopoint": "geopoint",
    "binary": "image",
}


def written(text: str) -> str:
    """Return a text as an answer may hold it: one kind of line end, nothing that XML cannot hold, not endless."""
    return _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:LONGEST_ANSWER]


def given(kind: str, text: str) -> str | None:
    """Return an answer of a person as it is kept, or None if it is not in the form of its kind; a blank is kept."""
    if kind not in CHECKED:
        return text
    text = text.strip()
    if not text:
        return ""
    if kind == "integer":
        return str(int(text)) if _WHOLE.match(text) and _LEAST <= int(text) <= _MOST else None
    if kind == "decimal":
        return _decimal(float(text)) if _DECIMAL.match(text) else None
    if kind == "date":
        return text if is_day(text) else None
    if kind == "time":
        return text if _TIME.match(text) else None
    if kind == "datetime":
        return text if "T" in text and read_stamp(text, UTC) is not None else None
    if kind == "image":
        return text if is_file_name(text) else None
    return _point(text)


def worked_out(kind: str, text: str) -> str:
    """Return a text that a form has worked out, or comes with, as its kind keeps it."""
    if kind == "acknowledge":
        return "OK" if text.lower() == "ok" else ""
    kind = _AS.get(kind, kind)
    if kind not in CHECKED or text == "":
        return text
    if kind == "integer":
        number = number_of(text, UTC) if _is_number(text) else math.nan
        whole = math.trunc(number) if math.isfinite(number) else None
        return str(whole) if whole is not None and _LEAST <= whole <= _MOST else ""
    if kind == "decimal":
        number = number_of(text, UTC) if _is_number(text) else math.nan
        return _decimal(number) if math.isfinite(number) else ""
    if kind == "image":
        return text if is_file_name(text) else ""
    if kind == "date":
        return text[:10] if is_day(text[:10]) and re.fullmatch(r"T\d{2}(:\d{2}){0,2}(\.\d+)?|", text[10:]) else ""
    if kind == "geopoint":
        return _point(text) or ""
    if kind == "datetime":
        return text if "T" in text and read_stamp(text, UTC) is not None else ""
    return text if _TIME.match(text) else ""


def is_file_name(text: str) -> bool:
    """Whether a text names one file, and nothing above or beside it."""
    return (
        0 < len(text) <= LONGEST_FILE_NAME
        and text[0] != "."
        and text.isprintable()
        and not any(sign in text for sign in "/\\")
    )


def _decimal(number: float) -> str:
    """Return a number as ODK's clients keep one that may have a fraction: with a point, without a power of ten."""
    text = f"{Decimal(repr(number)):.20f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", text, re.ASCII) is not None


def _point(text: str) -> str | None:
    """Return “latitude longitude [altitude [accuracy]]” with plain numbers, or None; 0 0 is no place that was found."""
    words = text.split()
    if not 2 <= len(words) <= 4 or not all(_DECIMAL.match(word) for word in words):
        return None
    numbers = [float(word) for word in words]
    if abs(numbers[0]) > 90 or abs(numbers[1]) > 180 or numbers[:2] == [0, 0]:
        return None
    return " ".join(_decimal(number) for number in numbers)
