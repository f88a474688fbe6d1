"""Markdown tables as XLSForm uses them: the first column names a sheet where one begins, the next row is its header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

Row = Mapping[str, str]

_RULER = re.compile(r"[|\-: ]+\Z")


def read(text: str) -> dict[str, list[Row]]:
    """Return {sheet: rows} of a file; a row is {column: cell} without its empty cells. Other lines are comments."""
    sheets: dict[str, list[Row]] = {}
    header: list[str] = []
    rows: list[Row] = []
    for line in text.splitlines():
        if not line.startswith("|") or _RULER.match(line):
            continue
        sheet, *cells = (cell.strip() for cell in line.strip().removesuffix("|").split("|")[1:])
        if sheet:
            header, rows = cells, sheets.setdefault(sheet, [])
            continue
        if len(cells) != len(header):
            raise ValueError(f"{len(cells)} cells under {len(header)} columns: {line[:80]}")
        rows.append({column: cell for column, cell in zip(header, cells, strict=True) if cell})
    return sheets


def written(sheets: Mapping[str, tuple[Sequence[str], Iterable[Row]]]) -> str:
    """Return a file of {sheet: (columns, rows)}."""
    lines: list[str] = []
    for sheet, (columns, rows) in sheets.items():
        lines.append(_line([sheet, *columns]))
        lines.extend(_line(["", *(row.get(column, "") for column in columns)]) for row in rows)
        lines.append("")
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
