"""What stands for what: a column for a question, a value for a choice, and what is left out by name."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pop.surveys.importing.rules.problems import Problem

SYSTEMS: Final = ("kobotoolbox", "odk_central", "microsoft_forms", "table")
USES: Final = ("answer", "choice", "part", "id", "sent", "begun", "key", "parent", "leave_out", "undecided")
UNDECIDED: Final = "undecided"
"""What a suggestion says of a column, and of where a sheet belongs, that it could not place: no import takes it."""
PARTS: Final = ("latitude", "longitude", "altitude", "accuracy")
DATE_ORDERS: Final = ("ymd", "dmy", "mdy")
DECIMAL_MARKS: Final = (".", ",")
UNASKED: Final = ("refuse", "leave_out")
ENCODINGS: Final = (
    "utf-8", "utf-16", "cp1250", "cp1251", "cp1252", "cp1254", "cp1256", "iso-8859-1", "iso-8859-15", "gb18030",
)  # fmt: skip
DELIMITERS: Final = (",", ";", "\t", "|")
LONGEST: Final = 1_000_000
"""Characters of a mapping as JSON; a form of 3,000 columns with values takes a third of it."""
_NAME = re.compile(r"[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,99}")


class MappingError(ValueError):
    """A mapping that cannot be used, with every reason."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.code for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class ColumnRule:
    """What one column is. `to` is the path of a question, in a repeat of the main table with the place of its row:
    /data/channel[2]/number, or /data/channel[phone]/number for the row in which something says `phone`.

    `values` are what cells say and the choice that each of them is ("" for no answer); `separator` parts several
    choices in one cell.
    """

    column: str
    use: str
    sheet: str = ""
    to: str = ""
    choice: str = ""
    part: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    separator: str = ""


@dataclass(frozen=True)
class SheetRule:
    """What another table is: rows of the repeat at `to`, or nothing that is read where `to` is ""."""

    sheet: str
    to: str = ""


@dataclass(frozen=True)
class Constant:
    """An answer that every row gets, and why: a consent that was given elsewhere, say."""

    to: str
    value: str
    reason: str


@dataclass(frozen=True)
class ColumnMapping:
    """The mapping of one kind of file to one form. `zone` is of moments that tell none; "" for an encoding or a
    delimiter that is found out. `source` tells the ids of one collection from those of another that counts alike.
    """

    system: str = "table"
    source: str = ""
    columns: tuple[ColumnRule, ...] = ()
    sheets: tuple[SheetRule, ...] = ()
    constants: tuple[Constant, ...] = ()
    separator: str = " "
    date_order: str = "ymd"
    decimal_mark: str = "."
    zone: str = "UTC"
    unasked: str = "refuse"
    encoding: str = ""
    delimiter: str = ""

    def plain(self) -> dict[str, Any]:
        """Return it as JSON holds it, without what says nothing."""
        return {
            "system": self.system,
            "source": self.source,
            "separator": self.separator,
            "date_order": self.date_order,
            "decimal_mark": self.decimal_mark,
            "zone": self.zone,
            "unasked": self.unasked,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "sheets": [_said(vars(each), "sheet", "to") for each in self.sheets],
            "constants": [dict(vars(each)) for each in self.constants],
            "columns": [_said(vars(each), "column", "use") for each in self.columns],
        }

    def told(self, encoding: str, delimiter: str) -> ColumnMapping:
        """Return it with an encoding and a delimiter that somebody told; what is "" stays as it is."""
        return replace(self, encoding=encoding or self.encoding, delimiter=delimiter or self.delimiter)

    def text(self) -> str:
        """Return it as JSON that a person can look through: a line for each column."""
        plain = self.plain()
        lines = []
        for name, value in plain.items():
            if isinstance(value, list) and value:
                rows = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in value)
                lines.append(f"  {json.dumps(name)}: [\n{rows}\n  ]")
            else:
                lines.append(f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
        return "{\n" + ",\n".join(lines) + "\n}"

    @property
    def sha256(self) -> str:
        """The SHA-256 (hexadecimal) of what it says."""
        said = json.dumps(self.plain(), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(said.encode("ascii")).hexdigest()


def _said(plain: Mapping[str, Any], *always: str) -> dict[str, Any]:
    return {name: value for name, value in plain.items() if name in always or value}


def is_name(name: str) -> bool:
    """Whether a mapping may be called so."""
    return _NAME.fullmatch(name) is not None


def read_mapping(text: str | bytes) -> ColumnMapping:
    """Return the mapping in a JSON text. Raises MappingError that names what is wrong in it."""
    if len(text) > LONGEST:
        raise MappingError(Problem("mapping_unreadable"))
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        raise MappingError(Problem("mapping_unreadable")) from None
    return mapping_of(plain)


def mapping_of(plain: object) -> ColumnMapping:
    """Return the mapping that a JSON value means. Raises MappingError: `mapping_unreadable`, `mapping_setting`."""
    if not isinstance(plain, dict):
        raise MappingError(Problem("mapping_unreadable"))
    known = ColumnMapping().plain()
    for name in plain:
        if name not in known:
            raise _unfit(str(name)[:80])
    settings: dict[str, str] = {}
    for name, allowed in (
        ("system", SYSTEMS),
        ("date_order", DATE_ORDERS),
        ("decimal_mark", DECIMAL_MARKS),
        ("unasked", UNASKED),
        ("encoding", ("", *ENCODINGS)),
        ("delimiter", ("", *DELIMITERS)),
        ("zone", None),
        ("separator", None),
        ("source", None),
    ):
        value = plain.get(name, known[name])
        if not isinstance(value, str) or (allowed is not None and value not in allowed) or len(value) > 80:
            raise _unfit(name)
        settings[name] = value
    return ColumnMapping(
        columns=tuple(ColumnRule(**each) for each in _records(plain, "columns", ColumnRule("", ""))),
        sheets=tuple(SheetRule(**each) for each in _records(plain, "sheets", SheetRule(""))),
        constants=tuple(Constant(**each) for each in _records(plain, "constants", Constant("", "", ""))),
        **settings,
    )


def _records(plain: Mapping[str, Any], name: str, empty: object) -> Sequence[dict[str, Any]]:
    rows = plain.get(name, [])
    if not isinstance(rows, list):
        raise _unfit(name)
    known = vars(empty)
    for number, row in enumerate(rows, 1):
        place = f"{name} {number}"
        if not isinstance(row, dict) or not set(row) <= set(known):
            raise _unfit(place)
        for key, value in row.items():
            if key == "values":
                good = isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
            else:
                good = isinstance(value, str)
            if not good:
                raise _unfit(f"{place}: {key}")
        if name == "columns" and (row.get("use") not in USES or not isinstance(row.get("column"), str)):
            raise _unfit(f"{place}: use")
        if name == "columns" and row["use"] == "part" and row.get("part") not in PARTS:
            raise _unfit(f"{place}: part")
        if name != "columns" and not set(known) - {"to"} <= set(row):
            raise _unfit(place)
    return rows


def _unfit(name: str) -> MappingError:
    return MappingError(Problem("mapping_setting", name=name))
