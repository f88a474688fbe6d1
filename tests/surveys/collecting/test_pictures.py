"""Pictures lose what they tell besides, keep what they show, and nothing else passes for one."""

from __future__ import annotations

import struct
import zlib

import pytest

from pop.surveys.collecting.rules.pictures import MOST_PIXELS, UnfitError, cleaned
from tests.surveys.filled import exif, jpeg, png, text_chunk

CANARY = b"51.5074 N 0.1278 W"


def test_a_png_keeps_its_pixels_and_loses_its_texts() -> None:
    done = cleaned(png(7, extra=text_chunk(CANARY)) + CANARY)
    assert done.media_type == "image/png"
    assert done.data == png(7)


def test_a_jpeg_loses_place_comment_thumbnail_and_what_hangs_on_its_end() -> None:
    jfif = (0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + CANARY)
    dirty = jpeg(jfif, exif(1, CANARY), (0xED, b"Photoshop" + CANARY), (0xFE, CANARY), tail=CANARY)
    done = cleaned(dirty)
    assert done.media_type == "image/jpeg"
    assert CANARY not in done.data
    assert done.data == jpeg()


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_photograph_keeps_its_orientation_and_nothing_else_of_its_exif(orientation: int) -> None:
    done = cleaned(jpeg(exif(orientation, CANARY))).data
    assert CANARY not in done
    assert cleaned(done).data == done
    tiff = done[done.index(b"Exif\0\0") + 6 :]
    assert struct.unpack_from(">HHIH", tiff, 10) == (0x0112, 3, 1, orientation)


def test_an_exif_that_cannot_be_read_is_no_reason_to_refuse_the_picture() -> None:
    for block in (b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"):
        assert cleaned(jpeg((0xE1, block))).data == jpeg()


def test_colours_that_a_marker_tells_of_stay_right() -> None:
    adobe = (0xEE, b"Adobe\0\x64\0\0\0\0\x02")
    assert cleaned(jpeg((adobe[0], adobe[1] + CANARY))).data == jpeg(adobe)


def test_several_scans_are_kept_whole() -> None:
    tables = struct.pack(">BBH", 0xFF, 0xC4, 5) + b"\0\x01\x02"
    again = struct.pack(">BBH", 0xFF, 0xDA, 8) + b"\x01\x01\x00\x00\x3f\x00" + b"\x99"
    whole = jpeg(scan=b"\x11" + tables + again)
    assert cleaned(whole).data == whole


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"<svg onload='alert(1)'/>",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        jpeg()[:-2],
        jpeg()[:20],
        png()[:-4],
        png()[:20],
        png().replace(b"IDAT", b"IDAX"),
        png(extra=struct.pack(">I", 0) + b"WILD" + struct.pack(">I", zlib.crc32(b"WILD"))),
        png(width=MOST_PIXELS, height=2),
        png(width=0),
        b"\xff\xd8\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x01\xff\xd9",
    ],
)
def test_what_is_no_whole_picture_is_unfit(data: bytes) -> None:
    with pytest.raises(UnfitError):
        cleaned(data)


def test_any_cut_of_a_picture_is_unfit_or_clean_and_never_a_crash() -> None:
    for whole in (jpeg(exif(6), tail=b"x"), png(1, extra=text_chunk(CANARY))):
        for end in range(len(whole)):
            try:
                done = cleaned(whole[:end])
            except UnfitError:
                continue
            assert CANARY not in done.data
