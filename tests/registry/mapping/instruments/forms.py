"""The instruments as the tests read them: compiled once, with their rows and texts."""

from __future__ import annotations

import functools

from lxml import etree
from pyxform.xls2xform import ConvertResult, convert

from pop.registry.mapping.instruments import LANGUAGES, source
from pop.registry.mapping.instruments.sheets import Row, read

NOT_ASKED = ("begin ", "end ", "note", "calculate")
XFORM = {"x": "http://www.w3.org/2002/xforms", "h": "http://www.w3.org/1999/xhtml"}


@functools.cache
def compiled(name: str) -> ConvertResult:
    return convert(xlsform=source(name).decode(), file_type=".md", validate=False)


@functools.cache
def sheets(name: str) -> dict[str, list[Row]]:
    return read(source(name).decode())


def rows(name: str) -> list[Row]:
    return sheets(name)["survey"]


def asked(name: str) -> dict[str, Row]:
    """Return the questions by id."""
    return {row["name"]: row for row in rows(name) if not row["type"].startswith(NOT_ASKED)}


def choices(name: str, list_name: str) -> list[str]:
    return [row["name"] for row in sheets(name)["choices"] if row["list_name"] == list_name]


def texts(name: str) -> dict[str, dict[str, str]]:
    """Return {language: {id of a text: text}} of the compiled form."""
    tree = etree.fromstring(compiled(name).xform.encode())
    return {
        tag: {
            str(text.get("id")): "".join(map(str, value.itertext()))
            for text in tree.iterfind(f".//x:translation[@lang='{column}']/x:text", XFORM)
            for value in text.iterfind("x:value", XFORM)
        }
        for tag, column in LANGUAGES.items()
    }
