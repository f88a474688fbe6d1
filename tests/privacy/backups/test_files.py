"""A backup's file gives back what went in, or says in a sentence why it does not."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest

from pop.privacy.backups.errors import BackupError
from pop.privacy.backups.files import DAMAGED, FOREIGN, NO_BACKUP, Facts, Manifest, read_backup, write_backup
from pop.privacy.backups.recipients import Identity

MADE = dt.datetime(2026, 11, 22, 7, 0, tzinfo=dt.UTC)
FACTS = Facts({"cases": 3}, {"heads": "ab"})
CONTENT = [os.urandom(200_000), b"", b"The grey heron waits by the third bridge. " * 3_000, b"end"]


def _write(path: Path, *to: Identity, content: Iterator[bytes] | None = None) -> Manifest:
    return write_backup(
        path,
        made=MADE,
        name="default",
        engine="sqlite",
        content=iter(CONTENT) if content is None else content,
        facts=FACTS,
        to=[each.to_public() for each in to],
    )


def _refusal(path: Path, identity: Identity) -> str:
    taken: list[bytes] = []
    with pytest.raises(BackupError) as refused:
        read_backup(path, identities=[identity], content=taken.append)
    return str(refused.value)


@pytest.fixture
def backup(tmp_path: Path, mine: Identity) -> Path:
    """A whole backup."""
    path = tmp_path / "backup.age"
    _write(path, mine)
    return path


def test_what_went_in_comes_out(tmp_path: Path, mine: Identity) -> None:
    other = Identity.generate()
    manifest = _write(tmp_path / "backup.age", other, mine)
    for identity in (mine, other):
        pieces: list[bytes] = []
        assert read_backup(tmp_path / "backup.age", identities=[identity], content=pieces.append) == manifest
        assert b"".join(pieces) == b"".join(CONTENT)
    assert (manifest.size, manifest.facts, manifest.made) == (sum(map(len, CONTENT)), FACTS, MADE)
    assert (tmp_path / "backup.age").stat().st_mode & 0o777 == 0o600


def test_nothing_of_the_content_or_of_the_facts_stands_in_the_file(backup: Path) -> None:
    written = backup.read_bytes()
    assert written.startswith(b"age-encryption.org/v1\n")
    for text in (b"heron", b"cases", b"sqlite", b"2026-11", CONTENT[0][:16]):
        assert text not in written


def test_a_file_cut_short_anywhere_is_refused(backup: Path, mine: Identity) -> None:
    whole = backup.read_bytes()
    for length in (*range(30, 300, 30), *range(300, len(whole), 9_973), len(whole) - 1, len(whole) - 17):
        backup.write_bytes(whole[:length])
        assert _refusal(backup, mine) == DAMAGED
    for length in (0, 10):
        backup.write_bytes(whole[:length])
        assert _refusal(backup, mine) == NO_BACKUP


def test_a_flipped_bit_anywhere_is_refused(backup: Path, mine: Identity) -> None:
    whole = backup.read_bytes()
    for place in (*range(0, 240, 7), *range(240, len(whole), 7_919), len(whole) - 1):
        backup.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        assert _refusal(backup, mine) in {DAMAGED, FOREIGN, NO_BACKUP}


def test_bytes_after_the_end_are_refused(backup: Path, mine: Identity) -> None:
    backup.write_bytes(backup.read_bytes() + b"more")
    assert _refusal(backup, mine) == DAMAGED


def test_a_key_that_it_was_not_made_for_opens_nothing(backup: Path) -> None:
    assert _refusal(backup, Identity.generate()) == FOREIGN


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\0" * 100])
def test_a_file_that_is_no_backup_is_refused(tmp_path: Path, mine: Identity, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    assert _refusal(tmp_path / "other", mine) == NO_BACKUP


def test_a_file_that_is_not_there_is_named(tmp_path: Path, mine: Identity) -> None:
    assert str(tmp_path / "none") in _refusal(tmp_path / "none", mine)


def _plain(backup: Path, mine: Identity) -> bytes:
    return pyrage.decrypt(backup.read_bytes(), [mine])


@pytest.mark.parametrize(
    ("altered", "said"),
    [
        (lambda plain: b"something else entirely\n" + plain, NO_BACKUP),
        (lambda plain: plain.replace(b"pop backup 1", b"pop backup 2"), NO_BACKUP),
        (lambda plain: plain[: plain.rindex(b'{"size"')], DAMAGED),
        (lambda plain: plain[:-3], DAMAGED),
        (lambda plain: plain + b"{}\n", NO_BACKUP),
        (lambda plain: plain[:-2] + b"\n", NO_BACKUP),
        (lambda plain: plain.replace(b'"size": 3', b'"size": 4'), DAMAGED),
        (lambda plain: plain.replace(b'"sha256": "', b'"sha256": "0'), DAMAGED),
        (lambda plain: plain[:90_000] + bytes([plain[90_000] ^ 1]) + plain[90_001:], DAMAGED),
    ],
    ids=[
        "magic",
        "edition",
        "no_manifest",
        "torn_manifest",
        "more",
        "no_json",
        "other_size",
        "other_sum",
        "other_content",
    ],
)
def test_a_well_sealed_file_with_a_wrong_inside_is_refused(backup: Path, mine: Identity, altered, said: str) -> None:  # type: ignore[no-untyped-def]
    plain = altered(_plain(backup, mine))
    assert plain != _plain(backup, mine)
    backup.write_bytes(pyrage.encrypt(plain, [mine.to_public()]))
    assert _refusal(backup, mine) == said


def test_the_format_is_the_documented_one(backup: Path, mine: Identity) -> None:
    plain = io.BytesIO(_plain(backup, mine))
    assert plain.readline() == b"pop backup 1\n"
    assert json.loads(plain.readline()) == {"made": "2026-11-22T07:00:00+00:00", "name": "default", "engine": "sqlite"}
    while length := int.from_bytes(plain.read(4), "big"):
        assert length <= 65_536
        plain.read(length)
    assert json.loads(plain.readline()).keys() == {"size", "sha256", "facts"}
    assert plain.read() == b""


def test_no_backup_is_overwritten(backup: Path, mine: Identity) -> None:
    before = backup.read_bytes()
    with pytest.raises(BackupError, match="never overwritten"):
        _write(backup, mine)
    assert backup.read_bytes() == before


def test_a_copy_that_fails_leaves_no_file(tmp_path: Path, mine: Identity) -> None:
    def failing() -> Iterator[bytes]:
        yield os.urandom(100_000)
        raise BackupError("pg_dump refused: the server is away")

    with pytest.raises(BackupError, match="the server is away"):
        _write(tmp_path / "backup.age", mine, content=failing())
    assert list(tmp_path.iterdir()) == []
