"""Lists of the console: each can be searched, filtered, sorted, turned over page by page, and taken away as CSV."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from django.http import HttpRequest, HttpResponse, QueryDict

from pop.people.asking import EXPORT_SIZE, PAGE_SIZE, Ask, Rows
from pop.people.pages.layout import page, speaker
from pop.places.words import Words

Row = TypeVar("Row")
Choices = Sequence[tuple[str, str]]

# A spreadsheet runs a cell that begins like a formula; a telephone number may begin with a plus.
_FORMULA = re.compile(r"[=@]|[+-](?![\d ()./-]*\Z)")
_BREAKS = ("\t", "\r", "\n")
_TRIMMED = " \t\r\n\u200b\ufeff"
_LAST_PAGE = 100_000
_DATE = re.compile(r"\d{4}-\d\d-\d\d[ \d:]*")
_LONGEST_WORD = 24


@dataclass(frozen=True)
class Cell:
    """What stands in one place of a list: text, where it leads, and the tone of its chip ("" for plain text)."""

    text: str
    href: str = ""
    tone: str = ""

    @property
    def shape(self) -> str:
        """How the text may be broken: a date never, a long address anywhere."""
        if _DATE.fullmatch(self.text):
            return "tight"
        return "long" if any(len(word) > _LONGEST_WORD for word in self.text.split()) else ""


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: its words' key, what stands in it, and the name it is sorted by ("" if it cannot be)."""

    label: str
    cell: Callable[[Row], Cell | str]
    sort: str = ""
    number: bool = False


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """One list: where its rows come from, its columns, its filters ({name: choices}), and the words it speaks."""

    title: str
    fetch: Callable[[Ask], Rows[Row]]
    columns: Sequence[Column[Row]]
    words: Sequence[Words] = ()
    filters: Mapping[str, Choices] = field(default_factory=dict)
    template: str = "console/list.html"
    name: str = "list"


def read_ask(given: QueryDict, *, sorts: Sequence[str], filters: Mapping[str, Choices]) -> tuple[Ask, int]:
    """Return the question in a query string, and its page; what the list does not offer is left out, never an error."""
    sort = given.get("sort", "")
    down = sort.startswith("-")
    sort = sort.removeprefix("-")
    chosen = {
        name: given.get(name, "")
        for name, choices in filters.items()
        if given.get(name, "") in {value for value, _ in choices if value}
    }
    text = given.get("page", "1")
    number = min(int(text), _LAST_PAGE) if re.fullmatch(r"[1-9][0-9]{0,8}", text) else 1
    ask = Ask(
        search=given.get("q", "").replace("\0", "").strip()[:100],
        filters=chosen,
        sort=sort if sort in sorts else "",
        down=down and sort in sorts,
        first=(number - 1) * PAGE_SIZE,
    )
    return ask, number


def show(request: HttpRequest, listing: Listing[Any], context: Mapping[str, Any] | None = None) -> HttpResponse:
    """Answer with the list's page, or with all of its rows as CSV where ``format=csv`` is asked."""
    sorts = [column.sort for column in listing.columns if column.sort]
    ask, number = read_ask(request.GET, sorts=sorts, filters=listing.filters)
    if request.GET.get("format") == "csv":
        return _export(listing, replace(ask, first=0, count=EXPORT_SIZE))
    rows = listing.fetch(ask)
    say = speaker(*listing.words)
    pages = max(1, -(-rows.total // PAGE_SIZE))
    heads = [_head(request.GET, say[column.label], column, ask) for column in listing.columns]
    numbers = [column.number for column in listing.columns]
    return page(
        request,
        listing.template,
        {
            "title": say[listing.title],
            "heads": heads,
            "table": [
                list(zip((_cell(column, row) for column in listing.columns), numbers, strict=True)) for row in rows.rows
            ],
            "total": rows.total,
            "ask": ask,
            "filters": [
                {"name": name, "label": say[f"filter_{name}"], "choices": choices, "chosen": ask.filters.get(name, "")}
                for name, choices in listing.filters.items()
            ],
            "sort": request.GET.get("sort", "") if ask.sort else "",
            "csv_address": _address(request.GET, format="csv", page=""),
            "pages": {
                "number": number,
                "of": pages,
                "before": _address(request.GET, page=str(number - 1)) if number > 1 else "",
                "after": _address(request.GET, page=str(number + 1)) if number < pages else "",
            },
            **(context or {}),
        },
        words=listing.words,
    )


def _head(given: QueryDict, label: str, column: Column[Any], ask: Ask) -> dict[str, Any]:
    sorted_now = bool(column.sort) and ask.sort == column.sort
    turned = f"-{column.sort}" if sorted_now and not ask.down else column.sort
    return {
        "label": label,
        "address": _address(given, sort=turned, page="") if column.sort else "",
        "direction": ("descending" if ask.down else "ascending") if sorted_now else "",
        "number": column.number,
    }


def _cell(column: Column[Any], row: object) -> Cell:
    found = column.cell(row)
    return found if isinstance(found, Cell) else Cell(found)


def _address(given: QueryDict, **changes: str) -> str:
    """Return the query string of the same question with some parts changed; an empty part is left out."""
    query = given.copy()
    for name, value in changes.items():
        if value:
            query[name] = value
        else:
            query.pop(name, None)
    return "?" + query.urlencode()


def _export(listing: Listing[Any], ask: Ask) -> HttpResponse:
    say = speaker(*listing.words)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([say[column.label] for column in listing.columns])
    for row in listing.fetch(ask).rows:
        writer.writerow([inert(_cell(column, row).text) for column in listing.columns])
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{listing.name}.csv"'
    return response


def inert(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, nor one that trims it or reads wide signs as narrow."""
    if text[:1].isascii() and text[:1].isalnum():  # most cells; the rest is looked at closely
        return text
    read = unicodedata.normalize("NFKC", text).lstrip(_TRIMMED)
    return f"'{text}" if _FORMULA.match(read) or text[:1] in _BREAKS else text
