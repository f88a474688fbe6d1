"""The shipped tables, and altered copies of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

from pop.registry.directory.actions.load import SEED

TODAY = date(2026, 11, 22)
Row = dict[str, str]
HEADER = (
    "country,name,kind,voice,other_channels,website,email,languages,opening_hours,timezone,numbers_as_stated,"
    "hours_as_stated,listed_by,source_url,source_modified,status,remarks"
)
A_ROW: Row = dict.fromkeys(HEADER.split(","), "") | {
    "country": "KE",
    "name": "Childline Kenya",
    "kind": "child_helpline",
    "voice": "116",
    "languages": "en",
    "opening_hours": "24/7",
    "timezone": "Africa/Nairobi",
    "listed_by": "a directory",
    "source_url": "https://directory.example/kenya/",
    "source_modified": "2026-05-12",
    "status": "directory_listed",
}


def rows_of(name: str) -> list[Row]:
    """Return the rows of a shipped table."""
    with (SEED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written(rows: Iterable[Mapping[str, str]], header: str = HEADER) -> bytes:
    """Return rows as a table."""
    text = io.StringIO()
    writer = csv.DictWriter(text, header.split(","), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def table(path: Path, *rows: Mapping[str, str]) -> Path:
    """Write rows, each with what it leaves out taken from an ordinary one; return the file."""
    path.write_bytes(written(A_ROW | row for row in rows))
    return path


def altered(path: Path, change: Callable[[Row], Row]) -> Path:
    """Write the shipped services, each changed; return the file."""
    path.write_bytes(written(change(dict(row)) for row in rows_of("services.csv")))
    return path


__all__ = ["A_ROW", "HEADER", "SEED", "TODAY", "Row", "altered", "rows_of", "table", "written"]
