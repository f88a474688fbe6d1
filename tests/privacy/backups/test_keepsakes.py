"""Files go into a backup and come out byte for byte, or none of what is wrong does."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop.privacy.backups.errors import BackupError
from pop.privacy.backups.files import Facts, write_backup
from pop.privacy.backups.keepsakes import Unpacking, packed, read_files, write_files
from pop.privacy.backups.recipients import Identity

MADE = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


def named(data: bytes) -> tuple[str, bytes]:
    return hashlib.sha256(data).hexdigest(), data


def unpacked(content: bytes, piece: int) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    unpacking = Unpacking(lambda name, data: found.append((name, data)))
    for at in range(0, len(content), piece):
        unpacking.take(content[at : at + piece])
    unpacking.end()
    return found


@given(st.lists(st.binary(max_size=300), max_size=8), st.integers(1, 97))
def test_whatever_goes_in_comes_out_in_pieces_of_any_size(contents: list[bytes], piece: int) -> None:
    files = [named(each) for each in contents]
    assert unpacked(b"".join(packed(files)), piece) == files


@given(st.binary(min_size=1, max_size=50), st.data())
def test_any_changed_or_missing_byte_is_told_and_nothing_false_comes_out(content: bytes, data: st.DataObject) -> None:
    file = named(content)
    whole = b"".join(packed([file]))
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = data.draw(st.sampled_from([whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]]))
    kept: list[tuple[str, bytes]] = []
    try:
        kept += unpacked(changed, 16)
    except BackupError:
        return
    assert kept in ([], [file])
    assert changed in (b"", whole)


def test_a_backup_of_files_is_read_by_its_key_alone_and_counts_what_it_holds(tmp_path: Path, mine: Identity) -> None:
    path = tmp_path / "files.age"
    files = [named(b"kanarienvogel" * 1_000), named(b""), named(b"c")]
    made = write_files(path, iter(files), name="attachments", made=MADE, to=[mine.to_public()])
    assert made.facts.tables == {"attachments": 3}
    assert b"kanarienvogel" not in path.read_bytes()
    found: list[tuple[str, bytes]] = []
    assert read_files(path, identities=[mine], keep=lambda name, data: found.append((name, data))) == made
    assert found == files
    with pytest.raises(BackupError, match="none of the keys"):
        read_files(path, identities=[Identity.generate()])
    with pytest.raises(BackupError, match="nobody"):
        write_files(tmp_path / "other.age", [], name="attachments", made=MADE, to=[])


def test_a_backup_of_a_database_is_no_backup_of_files(tmp_path: Path, mine: Identity) -> None:
    path = tmp_path / "database.age"
    facts = Facts({"default": 0}, {})
    write_backup(path, made=MADE, name="default", engine="sqlite", content=iter(()), facts=facts, to=[mine.to_public()])
    with pytest.raises(BackupError, match="no backup of files"):
        read_files(path, identities=[mine])
