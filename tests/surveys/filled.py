"""Small forms, and answers to them as clients write them: two forms, one of them with a photograph."""

from __future__ import annotations

import struct
import uuid
import zlib
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from pop.surveys.collecting.models import Survey

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

WORKBOOK = """
| survey |
| | type | name | label::English (en) | relevant | constraint | constraint_message::English (en) |
| | text | organisation | What is your organisation called? | | | |
| | integer | staff | How many people answer children? | | . >= 0 | A number from 0 on. |
| | begin_repeat | contact | A way to reach you | | | |
| | text | number | Number or address | | | |
| | end_repeat | | | | | |
| settings |
| | form_title | form_id | version | default_language |
| | What you offer | offer | {version} | English (en) |
"""

PHOTO_FORM = b"""<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
    xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms">
  <h:head><h:title>A poster</h:title><model>
    <instance><data id="poster" version="1"><place/><photo/><second/>
      <line jr:template=""><number/></line><line><number/></line>
      <meta><instanceID/></meta></data></instance>
    <instance id="other"><root><item/></root></instance>
    <bind nodeset="/data/photo" type="binary"/>
  </model></h:head>
  <h:body><input ref="/data/place"/><upload mediatype="image/*" ref="/data/photo"/>
    <upload mediatype="image/*" ref="/data/second"/>
    <group ref="/data/line"><repeat nodeset="/data/line"><input ref="/data/line/number"/></repeat></group></h:body>
</h:html>
"""


def workbook(version: str = "1") -> bytes:
    """The form `offer` as Markdown."""
    return WORKBOOK.format(version=version).encode()


def photo_survey(**changes: object) -> Survey:
    """Keep the form with photographs, open, past the engine."""
    facts: dict[str, object] = {
        "form_id": "poster",
        "version": "1",
        "title": "A poster",
        "source_name": "poster.xml",
        "source": PHOTO_FORM,
        "source_sha256": "0" * 64,
        "xform": PHOTO_FORM,
        "xform_md5": "0" * 32,
        "state": "open",
        "loaded_at": NOW,
        "opened_at": NOW,
    }
    return Survey.objects.create(**facts | changes)


def fresh_id() -> str:
    return f"uuid:{uuid.uuid4()}"


def poster(instance_id: str, *, place: str = "School gate", photo: str = "", second: str = "", more: str = "") -> bytes:
    """An answer to the form `poster`."""
    return (
        "<?xml version='1.0' ?>"
        f'<data id="poster" version="1"><place>{escape(place)}</place><photo>{escape(photo)}</photo>'
        f"<second>{escape(second)}</second>"
        f"<meta><instanceID>{instance_id}</instanceID>{more}</meta></data>"
    ).encode()


def correcting(original: str) -> str:
    return f"<deprecatedID>{original}</deprecatedID>"


def offer(instance_id: str, *, version: str = "1", organisation: str = "Line of Hope", more: str = "") -> bytes:
    """An answer to the form `offer`."""
    return (
        f'<data id="offer" version="{version}"><organisation>{escape(organisation)}</organisation><staff>3</staff>'
        f"<contact><number>116</number></contact><contact><number>chat</number></contact>"
        f"<meta><instanceID>{instance_id}</instanceID>{more}</meta></data>"
    ).encode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(shade: int = 0, *, extra: bytes = b"", width: int = 1, height: int = 1) -> bytes:
    """A picture of one pixel; `extra` are chunks put before its data."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = _chunk(b"IDAT", zlib.compress(bytes([0, shade])))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + extra + pixels + _chunk(b"IEND", b"")


def text_chunk(text: bytes) -> bytes:
    return _chunk(b"tEXt", b"Comment\0" + text)


def jpeg(*segments: tuple[int, bytes], scan: bytes = b"\x12\xff\x00\x34\xff\xd0\x56", tail: bytes = b"") -> bytes:
    """What is laid out as a JPEG of 1 by 1 pixels: these segments, a frame, a scan, its end, and what follows."""
    frame = (0xC0, b"\x08\x00\x01\x00\x01\x01\x01\x11\x00")
    start = (0xDA, b"\x01\x01\x00\x00\x3f\x00")
    laid = b"".join(
        struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body for marker, body in (*segments, frame, start)
    )
    return b"\xff\xd8" + laid + scan + b"\xff\xd9" + tail


def exif(orientation: int, place: bytes = b"GPS 51.5 N") -> tuple[int, bytes]:
    """An Exif segment with an orientation and a place."""
    tiff = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    return 0xE1, b"Exif\0\0" + tiff + place
