"""Pictures without what they tell besides: place, time, device, author, thumbnails, and whatever hangs on their end.

JPEG and PNG only, because their parts can be taken out without decoding them: nothing is lost, and a hostile picture
meets no decoder. Every other kind of file is refused: what cannot be cleaned is not kept. A JPEG keeps its orientation,
or photographs would lie on their side.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

MOST_PIXELS: Final = 64_000_000
"""Four times a usual telephone's photograph; what unpacks to more is meant for whoever opens it."""

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD"})
_SOI, _EOI, _SOS, _COMMENT, _EXIF, _ADOBE = 0xD8, 0xD9, 0xDA, 0xFE, 0xE1, 0xEE
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ORIENTATION: Final = 0x0112


class Picture(NamedTuple):
    """A picture that may be kept: its media type and its bytes."""

    media_type: str
    data: bytes


class UnfitError(Exception):
    """A file that is not kept: no JPEG and no PNG, a broken one, or one with too many pixels."""


def cleaned(data: bytes) -> Picture:
    """Return a picture without its metadata. Raises UnfitError."""
    try:
        if data.startswith(_PNG):
            return Picture("image/png", _png(data))
        if data.startswith(b"\xff\xd8\xff"):
            return Picture("image/jpeg", _jpeg(data))
    except (struct.error, IndexError):
        raise UnfitError from None
    raise UnfitError


def _png(data: bytes) -> bytes:
    kept = [_PNG]
    at, first, filled = len(_PNG), True, False
    while True:
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data) or (kind == b"IHDR") != first:
            raise UnfitError
        if struct.unpack_from(">I", data, end - 4)[0] != zlib.crc32(data[at + 4 : end - 4]):
            raise UnfitError
        if first:
            width, height = struct.unpack_from(">II", data, at + 8)
            _measure(width, height)
        filled = filled or kind == b"IDAT"
        if kind in _PNG_KEPT:
            kept.append(data[at:end])
        elif not kind[0] & 0x20:  # a part that a reader must understand, and that is none of PNG's
            raise UnfitError
        if kind == b"IEND":
            if not filled:
                raise UnfitError
            return b"".join(kept)
        at, first = end, False


def _measure(width: int, height: int) -> None:
    if not 0 < width * height <= MOST_PIXELS:
        raise UnfitError


def _jpeg(data: bytes) -> bytes:
    kept: list[bytes] = []
    orientation, framed, scanned = 1, False, False
    for marker, body, scan in _segments(data):
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", body, 1)
            _measure(width, height)
            framed = True
        if marker == _EXIF and body.startswith(b"Exif\0\0"):
            orientation = _orientation(body[6:])
        scanned = scanned or marker == _SOS
        adobe = marker == _ADOBE and body.startswith(b"Adobe")
        if marker == _COMMENT or (0xE0 <= marker <= 0xEF and not adobe):
            continue
        kept.append(struct.pack(">BBH", 0xFF, marker, len(body[:12] if adobe else body) + 2))
        kept += [body[:12] if adobe else body, scan]
    if not framed or not scanned:
        raise UnfitError
    return b"\xff\xd8" + _turned(orientation) + b"".join(kept) + b"\xff\xd9"


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield (marker, body, the scan behind it) of each segment up to the end of the picture; what follows is left."""
    at = 2
    while True:
        if data[at] != 0xFF:
            raise UnfitError
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        at += 1
        if marker == _EOI:
            return
        if marker == 0 or marker == _SOI or 0xD0 <= marker <= 0xD7:
            raise UnfitError
        length = struct.unpack_from(">H", data, at)[0]
        body = data[at + 2 : at + length]
        if length < 2 or len(body) != length - 2:
            raise UnfitError
        at += length
        end = _scan_end(data, at) if marker == _SOS else at
        yield marker, body, data[at:end]
        at = end


def _scan_end(data: bytes, at: int) -> int:
    """Return where the coded picture ends: at the first marker that is neither a stuffed byte nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            raise UnfitError
        following = data[at + 1]
        if following == 0xFF:
            at += 1
        elif following == 0 or 0xD0 <= following <= 0xD7:
            at += 2
        else:
            return at


def _orientation(tiff: bytes) -> int:
    """Return the orientation (1 to 8) that an Exif block gives; 1 where it gives none that can be read."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        start = struct.unpack_from(f"{order}I", tiff, 4)[0]
        for entry in range(min(struct.unpack_from(f"{order}H", tiff, start)[0], 200)):
            tag, kind, count, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * entry)
            if (tag, kind, count) == (_ORIENTATION, 3, 1):
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _turned(orientation: int) -> bytes:
    """Return an Exif segment that holds an orientation and nothing else; none where the picture stands upright."""
    if orientation == 1:
        return b""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)
    return struct.pack(">BBH", 0xFF, _EXIF, len(tiff) + 8) + b"Exif\0\0" + tiff
