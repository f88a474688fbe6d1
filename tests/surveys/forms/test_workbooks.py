"""Files that were not made to be forms, or were made to hurt: each a clear reason, before anything trusts them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop.surveys.forms import refusals, workbooks
from tests.surveys.forms.writing import markdown, reasons, workbook

SURVEY = [{"type": "text", "name": "a", "label": "A"}]
PLAIN = workbook({"survey": SURVEY, "settings": [{"form_id": "x"}]})


def changed(change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Return the plain workbook with its parts changed."""
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    change(parts)
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(name, text)
    return kept.getvalue()


def added(name: str, text: bytes = b"x") -> bytes:
    return changed(lambda parts: parts.update({name: text}))


def declared(text: bytes) -> bytes:
    """Return the plain workbook with something before the root of its first sheet."""

    def change(parts: dict[str, bytes]) -> None:
        parts["xl/worksheets/sheet1.xml"] = text + parts["xl/worksheets/sheet1.xml"]

    return changed(change)


def macro_enabled(parts: dict[str, bytes]) -> None:
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        kind, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    )


def without_a_sheet(parts: dict[str, bytes]) -> None:
    del parts["xl/worksheets/sheet1.xml"]


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HOSTILE = {
    "an old workbook": (OLE, "file_type"),
    "a workbook under a password": (OLE + "EncryptedPackage".encode("utf-16-le") + bytes(99), "file_encrypted"),
    "macros": (added("xl/vbaProject.bin"), "file_macros"),
    "macros of the old kind": (added("xl/macrosheets/sheet1.xml", b"<x/>"), "file_macros"),
    "a control that runs": (added("xl/activeX/activeX1.xml", b"<x/>"), "file_macros"),
    "an embedded file": (added("xl/embeddings/oleObject1.bin"), "file_macros"),
    "a workbook named for macros": (changed(macro_enabled), "file_macros"),
    "a link to another workbook": (added("xl/externalLinks/externalLink1.xml", b"<x/>"), "file_hostile"),
    "a connection": (added("xl/connections.xml", b"<x/>"), "file_hostile"),
    "entities that grow": (declared(BOMB), "file_hostile"),
    "an entity from outside": (declared(b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), "file_hostile"),
    "a declaration in UTF-16": (declared("<!DOCTYPE a>".encode("utf-16")), "file_hostile"),
    "what unpacks to too much": (added("xl/media/zeroes.bin", bytes(workbooks.LARGEST_UNPACKED)), "file_too_large"),
    "too many parts": (
        changed(lambda parts: parts.update({f"x/{number}": b"" for number in range(600)})),
        "file_too_large",
    ),
    "an archive of something else": (changed(lambda parts: parts.pop("xl/workbook.xml") and None), "file_type"),
    "a sheet that is missing": (changed(without_a_sheet), "sheet_missing"),
    "half a workbook": (PLAIN[: len(PLAIN) // 2], "file_corrupt"),
    "nothing": (b"", "file_corrupt"),
    "a page of HTML": (b"<html><body>Sign in</body></html>", "file_corrupt"),
    "a file of 50 MB": (bytes(50 * 1024 * 1024), "file_too_large"),
}


def test_a_plain_workbook_is_taken() -> None:
    assert reasons("form.xlsx", PLAIN) == ()
    assert reasons("FORM.XLSX", PLAIN) == ()


@pytest.mark.parametrize("case", HOSTILE)
def test_a_file_that_is_no_plain_workbook_is_refused(case: str) -> None:
    data, code = HOSTILE[case]
    assert [reason.code for reason in reasons("form.xlsx", data)] == [code]


@pytest.mark.parametrize("name", ["form.xls", "form.xlsm", "form.csv", "form", "form.xml", ".md.exe"])
def test_another_kind_of_file_is_refused_by_its_ending(name: str) -> None:
    assert [reason.code for reason in reasons(name, PLAIN)] == ["file_type"]


def test_a_size_that_lies_does_not_help() -> None:
    data = bytearray(added("xl/media/zeroes.bin", bytes(workbooks.LARGEST_UNPACKED)))
    real = workbooks.LARGEST_UNPACKED.to_bytes(4, "little")
    for at in (data.find(real), data.rfind(real)):
        data[at : at + 4] = (10).to_bytes(4, "little")
    assert {reason.code for reason in reasons("form.xlsx", bytes(data))} <= {"file_too_large", "file_corrupt"}
    assert reasons("form.xlsx", bytes(data))


def test_a_column_that_is_there_twice_is_refused() -> None:
    def twice(parts: dict[str, bytes]) -> None:
        sheet = "xl/worksheets/sheet1.xml"
        parts[sheet] = parts[sheet].replace(b">name<", b">type<")

    assert [reason.code for reason in reasons("form.xlsx", changed(twice))] == ["column_duplicate"]


def test_a_workbook_without_a_survey_is_refused() -> None:
    data = workbook({"choices": [{"list_name": "a", "name": "b", "label": "c"}], "settings": [{"form_id": "x"}]})
    assert [reason.code for reason in reasons("form.xlsx", data)] == ["sheet_missing"]


def test_a_sheet_that_nobody_reads_is_refused_by_name() -> None:
    data = workbook({"survey": SURVEY, "Survey 2": SURVEY, "settings": [{"form_id": "x"}]})
    (reason,) = reasons("form.xlsx", data)
    assert (reason.code, reason.sheet) == ("sheet_unknown", "Survey 2")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xfe\x00", "file_corrupt"),
        (b"no table at all", "file_corrupt"),
        (b"| survey |\n| | type |\n| | te\x07xt |\n", "file_corrupt"),
        (b"x" * (workbooks.LARGEST_MARKDOWN + 1), "file_too_large"),
        (b"| survey |\n" + b"#" * 1_000_000 + b"|\n", "file_too_large"),
    ],
)
def test_markdown_that_is_no_form_is_refused(data: bytes, code: str) -> None:
    assert [reason.code for reason in reasons("form.md", data)] == [code]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damage_to_a_workbook_makes_a_traceback(data: st.DataObject) -> None:
    broken = bytearray(PLAIN)
    for _ in range(data.draw(st.integers(1, 8))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    assert {reason.code for reason in reasons("form.xlsx", bytes(broken))} <= set(refusals.CODES)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.integers(0, 400))
def test_no_damage_to_markdown_makes_a_traceback(text: str, at: int) -> None:
    whole = markdown(SURVEY).decode()
    broken = whole[: at % len(whole)] + text + whole[at % len(whole) :]
    found = reasons("form.md", broken.encode("utf-8", "surrogatepass"))
    assert {reason.code for reason in found} <= set(refusals.CODES)
