"""Writing "demonstration data" into what is sent, as each format allows: bytes in, bytes out.

What cannot be read as what it claims to be comes out as it went in: its file name and its header say it.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import html
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Final

import openpyxl

from pop.pages.words import DEMONSTRATION
from pop.places.words import LANGUAGES, RIGHT_TO_LEFT

SAID: Final = "Demonstration data: everything here is invented. It shows no real service and leads nobody to help."
SHORT: Final = SAID.partition(".")[0]
FIELD: Final = "demonstration"
COLUMN: Final = "demonstration_data"
TAG: Final = "#meta+demonstration"
CELL: Final = "invented"
STYLE: Final = (
    ".demonstration-data{margin:0;padding:.5rem 1rem;background:#4a2377;color:#fff;border-block-end:4px dashed #ffd54d;"
    "font:600 1rem/1.4 system-ui,sans-serif;text-align:start;grid-column:1/-1}"
    ".demonstration-data p{margin:0;max-width:none;color:inherit}"
)
STYLE_HASH: Final = "sha256-" + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

_HTML = re.compile(rb"<html\b[^>]*?\blang=[\"']?([A-Za-z-]+)", re.I)
_HEAD = re.compile(rb"</head>", re.I)
_BODY = re.compile(rb"<body\b[^>]*>", re.I)
_SVG = re.compile(rb"<svg\b[^>]*>")
_BOX = re.compile(rb"\bviewBox=\"([-\d. ]+)\"")
_SIDES: Final = {name: re.compile(rb"\s%b=\"([\d.]+)\"" % name.encode()) for name in ("width", "height")}
_DECLARATION = re.compile(rb"\s*<\?xml[^>]*\?>", re.I)
_XFORM: Final = b"http://www.w3.org/2002/xforms"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_HEAD: Final = 33  # the signature and the first chunk, which has to be IHDR
_SHEET: Final = "Demonstration data"
_BOM: Final = "\ufeff"


def page(body: bytes) -> bytes:
    """Return a page with a banner in its own language; a fragment, which goes into a page that has one, as it is."""
    opened = _BODY.search(body)
    if not opened:
        return body
    named = _HTML.search(body)
    tag = named[1].decode().split("-")[0].lower() if named else "en"
    language = tag if tag in LANGUAGES else "en"
    title, text = (html.escape(DEMONSTRATION.say(key, language)) for key in ("title", "text"))
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    banner = (
        f'<aside class="demonstration-data" aria-label="{title}" lang="{language}" dir="{direction}">'
        f"<p>{title}. {text}</p></aside>"
    )
    marked = body[: opened.end()] + banner.encode() + body[opened.end() :]
    return _HEAD.sub(f"<style>{STYLE}</style></head>".encode(), marked, count=1)


def table(body: bytes) -> bytes:
    """Return a CSV file with one more column; under a line of HXL tags it has a tag."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return body
    bom, text = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    first = text.partition("\n")[0]
    # What parts the header: a comma, whatever signs stand inside of its cells.
    parted = (sign for sign in ",;\t" if len(next(csv.reader([first], delimiter=sign), [])) > 1)
    delimiter = next(parted, ",")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:  # a cell longer than any reader takes
        return body
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n" if first.endswith("\r") else "\n")
    for place, row in enumerate(rows):
        tags = place == 1 and any(row) and all(cell.startswith("#") for cell in row if cell)
        if row:
            writer.writerow([*row, COLUMN if place == 0 else TAG if tags else CELL])
    return (bom + out.getvalue()).encode()


def document(body: bytes) -> bytes:
    """Return a JSON document whose first field says it; what is no object comes out as it went in."""
    start = body.find(b"{")
    if start < 0 or body[:start].strip():
        return body
    rest = body[start + 1 :]
    comma = b"" if rest.lstrip().startswith(b"}") else b","
    return body[: start + 1] + f"{json.dumps(FIELD)}:{json.dumps(SAID)}".encode() + comma + rest


def drawing(body: bytes) -> bytes:
    """Return an SVG file with a line of text in a strip of its own below what is drawn."""
    opened = _SVG.search(body)
    end = body.rfind(b"</svg>")
    sides = _sides(opened[0]) if opened else None
    if opened is None or sides is None or end < 0:
        return body
    left, top, width, height = sides
    # A drawing's own style is about its texts and would paint over an attribute of this one: it knows no tspan.
    strip = max(height * 0.05, width * 0.03)
    line = (
        f'<rect x="{left:g}" y="{top + height:g}" width="{width:g}" height="{strip:g}" fill="#4a2377"/>'
        f'<text x="{left + width / 2:g}" y="{top + height + strip * 0.7:g}" font-size="{strip * 0.6:g}" '
        f'font-family="sans-serif" text-anchor="middle" textLength="{width * 0.7:g}" '
        f'lengthAdjust="spacingAndGlyphs"><tspan fill="#fff">{SHORT}</tspan></text>'
    )
    head = opened[0]
    if _BOX.search(head):
        head = _BOX.sub(f'viewBox="{left:g} {top:g} {width:g} {height + strip:g}"'.encode(), head)
    else:
        head = _SIDES["height"].sub(f' height="{height + strip:g}"'.encode(), head)
    return body[: opened.start()] + head + body[opened.end() : end] + line.encode() + body[end:]


def _sides(head: bytes) -> tuple[float, float, float, float] | None:
    """Return (left, top, width, height) of what a drawing's first tag says is shown, None where it does not say."""
    box = _BOX.search(head)
    if box:
        try:
            left, top, wide, high = map(float, box[1].split())
        except ValueError:
            return None
        return left, top, wide, high
    width, height = (_SIDES[name].search(head) for name in ("width", "height"))
    return (0.0, 0.0, float(width[1]), float(height[1])) if width and height else None


def picture(body: bytes) -> bytes:
    """Return a PNG file with a text chunk; its picture stays as it is."""
    if not body.startswith(_PNG) or len(body) < _PNG_HEAD:
        return body
    held = b"tEXtComment\0" + SAID.encode("latin-1")
    chunk = struct.pack(">I", len(held) - 4) + held + struct.pack(">I", zlib.crc32(held))
    return body[:_PNG_HEAD] + chunk + body[_PNG_HEAD:]


def workbook(body: bytes) -> bytes:
    """Return an XLSX workbook with one more sheet, the first."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(body))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return body
    book.create_sheet(_SHEET, 0).append([SAID])
    book.active = 0
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(body: bytes) -> bytes:
    """Return a ZIP archive with a text in it, and with each table in it marked."""
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
            after.writestr("DEMONSTRATION-DATA.txt", SAID + "\n")
            for each in before.infolist():
                data = before.read(each)
                after.writestr(each, table(data) if each.filename.lower().endswith(".csv") else data)
    except (zipfile.BadZipFile, zlib.error):
        return body
    return out.getvalue()


def plain(body: bytes) -> bytes:
    """Return a text with a line before it."""
    return f"{SAID}\n\n".encode() + body


def described(body: bytes) -> bytes:
    """Return YAML with a comment before it."""
    return f"# {SAID}\n".encode() + body


def xml(body: bytes) -> bytes:
    """Return XML with a comment in it. A form stays as it is: its clients know it again by its hash."""
    if _XFORM in body:
        return body
    begun = _DECLARATION.match(body)
    place = begun.end() if begun else 0
    return body[:place] + f"<!-- {SAID} -->".encode() + body[place:]


BY_MEDIA_TYPE: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "text/html": page,
    "text/csv": table,
    "application/json": document,
    "application/problem+json": document,
    "application/geo+json": document,
    "image/svg+xml": drawing,
    "image/png": picture,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": workbook,
    "application/zip": archive,
    "text/plain": plain,
    "application/yaml": described,
    "text/yaml": described,
    "text/xml": xml,
    "application/xml": xml,
}
