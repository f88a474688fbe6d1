"""What kind of file it is, by what it holds; then its tables."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

from pop.surveys.forms.workbooks import UNREADABLE
from pop.surveys.importing.reading.delimited import read_delimited
from pop.surveys.importing.reading.shaping import Shaping
from pop.surveys.importing.reading.workbooks import LARGEST_UNPACKED, read_workbook
from pop.surveys.importing.rules.problems import Problem, RefusedFileError
from pop.surveys.importing.rules.tables import MAIN, Book, Table

LARGEST_FILE: Final = 25 * 1024 * 1024
_MOST_PARTS: Final = 200
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ODS: Final = b"opendocument.spreadsheet"
_TEXTS: Final = ("csv", "tsv", "txt")
_FOR_ITSELF = re.compile(r"(__MACOSX/|\.DS_Store\Z|.*/\Z)")


def read_book(name: str, data: bytes, *, encoding: str = "", delimiter: str = "") -> Book:
    """Return the tables of an export: .xlsx, .csv (also .tsv, .txt), or a .zip of .csv.

    Raises RefusedFileError with every reason; nothing else is ever raised for what a file holds.
    """
    if len(data) > LARGEST_FILE:
        raise RefusedFileError(Problem("file_too_large", name=str(LARGEST_FILE // 1_048_576)))
    if not data.strip():
        raise RefusedFileError(Problem("file_empty"))
    ending = name.lower().rpartition(".")[2]
    shaping = Shaping()
    if data.startswith(_OLE):
        tables = read_workbook(data, shaping=shaping)
    elif data.startswith(b"PK"):
        tables = _packed(data, encoding, delimiter, shaping)
    elif ending in ("xls", "ods", "xlsx", "xlsm", "zip"):
        # Not what its name says: a web page saved as .xls, a half of a download.
        code = {"xls": "file_old_xls", "ods": "file_ods"}.get(ending, "file_corrupt")
        raise RefusedFileError(Problem(code))
    elif ending in _TEXTS:
        shown = _printable(name)
        tables = (
            read_delimited(data, name=MAIN, shown=shown, encoding=encoding, delimiter=delimiter, shaping=shaping),
        )
    else:
        raise RefusedFileError(Problem("file_type"))
    if not tables:
        raise RefusedFileError(Problem("header_missing"))
    if not any(table.rows for table in tables):
        raise RefusedFileError(Problem("file_empty", tables[0].shown))
    return Book(tables)


def _packed(data: bytes, encoding: str, delimiter: str, shaping: Shaping) -> tuple[Table, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [part.filename for part in archive.infolist()]
            if "[Content_Types].xml" in names:
                return read_workbook(data, shaping=shaping)
            if "mimetype" in names and _ODS in archive.open("mimetype").read(200):
                raise RefusedFileError(Problem("file_ods"))
            return _archive(archive, encoding, delimiter, shaping)
    except UNREADABLE:
        raise RefusedFileError(Problem("file_corrupt")) from None
    except RuntimeError:  # what zipfile raises for a part under a password
        raise RefusedFileError(Problem("file_encrypted")) from None


def _archive(archive: zipfile.ZipFile, encoding: str, delimiter: str, shaping: Shaping) -> tuple[Table, ...]:
    """Return the tables of an archive of text files; the one that is nobody's rows comes first."""
    parts = [part for part in archive.infolist() if not _FOR_ITSELF.match(part.filename)]
    if len(parts) > _MOST_PARTS or len({part.filename for part in parts}) != len(parts):
        raise RefusedFileError(Problem("file_too_large", name=str(LARGEST_FILE // 1_048_576)))
    others = [part.filename for part in parts if not part.filename.lower().endswith(".csv")]
    if others:
        raise RefusedFileError(Problem("files_in_archive", name=_printable(others[0])))
    left = LARGEST_UNPACKED
    texts: dict[str, bytes] = {}
    for part in parts:
        # What the archive says of its sizes is the archive's own word: only what comes out is counted.
        with archive.open(part) as opened:
            text = opened.read(left + 1)
        left -= len(text)
        if left < 0:
            raise RefusedFileError(Problem("file_too_large", name=str(LARGEST_FILE // 1_048_576)))
        if text.strip():
            texts[_printable(part.filename.rpartition("/")[2])] = text
    # The name of the first is how the names of the others begin: offer.csv, offer-contact.csv.
    shown = sorted(texts, key=lambda each: (len(each), each))
    stem = shown[0][: -len(".csv")] if shown else ""
    tables = []
    for each in shown:
        name = MAIN if each == shown[0] else each[: -len(".csv")].removeprefix(stem).lstrip("-_. ")
        tables.append(
            read_delimited(texts[each], name=name, shown=each, encoding=encoding, delimiter=delimiter, shaping=shaping)
        )
    return tuple(tables)


def _printable(name: str) -> str:
    return "".join(sign if sign.isprintable() else "·" for sign in name)[:80]
