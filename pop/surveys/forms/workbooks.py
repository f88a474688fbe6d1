"""A file is looked at before anything that trusts it does: what it is, how large, what it hides."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Final

from pop.surveys.forms.refusals import RefusedFormError, refused

LARGEST_FILE = 10 * 1024 * 1024
LARGEST_UNPACKED = 64 * 1024 * 1024
LARGEST_MARKDOWN = 2 * 1024 * 1024
_MOST_PARTS = 500
_LONGEST_SEARCH = 2_000_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_ACTIVE = re.compile(r"vbaproject|vbadata|macrosheets/|activex/|ctrlprops/|embeddings/|customui/", re.IGNORECASE)
_OUTSIDE = re.compile(r"externallinks/|xl/connections\.xml|querytables/", re.IGNORECASE)
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_XML = re.compile(r"\.(xml|rels|vml)\Z", re.IGNORECASE)


def check_size(size: int) -> None:
    """Raise RefusedFormError for a file of more bytes than a form ever has; ask before it is read."""
    if size > LARGEST_FILE:
        said = f"the file has {size / 1_048_576:.1f} MB; a form may have {LARGEST_FILE // 1_048_576} MB"
        raise refused("file_too_large", said)


# What zipfile raises for an archive that is damaged, or packed in a way that it does not know.
UNREADABLE: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)


def check_workbook(data: bytes, *, largest_unpacked: int = LARGEST_UNPACKED) -> None:
    """Raise RefusedFormError unless the bytes are a plain .xlsx workbook; `check_size` is asked before."""
    if data.startswith(_OLE):
        if _PROTECTED in data:
            raise refused("file_encrypted", "the workbook is protected by a password; save it without one")
        raise refused("file_type", "this is a workbook of the old kind (.xls); save it as .xlsx")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as workbook:
            _check_parts(workbook, largest_unpacked)
    except UNREADABLE as error:
        raise refused("file_corrupt", "the workbook cannot be read: it is damaged, or no .xlsx workbook") from error
    except RuntimeError as error:  # what zipfile raises for a part under a password
        raise refused("file_encrypted", "a part of the workbook is protected by a password") from error


def _check_parts(workbook: zipfile.ZipFile, left: int) -> None:
    parts = workbook.infolist()
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
        raise refused("file_type", "this is an archive, but no .xlsx workbook")
    if len(parts) > _MOST_PARTS or len(names) != len(parts):
        raise refused("file_too_large", f"the workbook has {len(parts)} parts; {_MOST_PARTS} are allowed, each once")
    for part in parts:
        if _ACTIVE.search(part.filename):
            raise refused("file_macros", f"the workbook holds macros or active content ({_shown(part.filename)})")
        if _OUTSIDE.search(part.filename):
            raise refused("file_hostile", f"the workbook draws on other files ({_shown(part.filename)})")
    most = left
    for part in parts:
        # What the archive says of its sizes is the archive's own word: only what comes out is counted.
        with workbook.open(part) as opened:
            text = opened.read(left + 1)
        left -= len(text)
        if left < 0:
            raise refused("file_too_large", f"the workbook unpacks to more than {most // 1_048_576} MB")
        if _XML.search(part.filename):
            _check_xml(part.filename, text)


def _check_xml(name: str, text: bytes) -> None:
    plain = text.replace(b"\x00", b"")  # UTF-16 and UTF-32 hide a declaration between zeroes
    if _DECLARATION.search(plain):
        raise refused("file_hostile", f"the workbook declares a document type in {_shown(name)}")
    if b"macroEnabled" in plain and name == "[Content_Types].xml":
        raise refused("file_macros", "the workbook is of a kind that runs macros (.xlsm); save it as .xlsx")


def markdown_of(data: bytes) -> str:
    """Return the text of a Markdown form. Raises RefusedFormError."""
    if len(data) > LARGEST_MARKDOWN:
        raise refused("file_too_large", f"the file is larger than {LARGEST_MARKDOWN // 1_048_576} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused("file_corrupt", f"the file is not UTF-8 text (byte {error.start})") from error
    for number, line in enumerate(text.split("\n"), 1):
        # The form compiler looks for a comment at every “#” of a line, each time to the end.
        if line.count("#") * len(line) > _LONGEST_SEARCH:
            raise refused("file_too_large", f"line {number} is too long")
    bad = next((sign for sign in text if sign < " " and sign not in "\t\r\n"), None)
    if bad is not None:
        raise refused("file_corrupt", f"the file holds the control character U+{ord(bad):04X}")
    return text


def _shown(name: str) -> str:
    return "".join(sign if sign.isprintable() else "·" for sign in name)[:80]


__all__ = ["RefusedFormError", "check_workbook", "markdown_of"]
