"""A kept file is whole and on the disk; one that nothing names goes, and not a moment too early."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from pop.surveys.collecting import files
from pop.surveys.collecting.actions.receiving import File, receive
from pop.surveys.collecting.actions.sweeping import CollectingDuty, forget_files
from tests.surveys.filled import NOW, fresh_id, photo_survey, png, poster

OLD = files.LEFT_SECONDS + 60


def grow_old(path: Path) -> None:
    then = time.time() - OLD
    os.utime(path, (then, then))


def test_a_file_lies_under_the_hash_of_its_bytes_and_only_its_owner_reads_it(data_dir: Path) -> None:
    name = files.keep(b"abc")
    assert name == hashlib.sha256(b"abc").hexdigest()
    path = data_dir / "attachments" / name[:2] / name
    assert path.read_bytes() == files.read(name) == b"abc"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert files.keep(b"abc") == name
    assert list((data_dir / "attachments" / "incoming").glob("*.new")) == []


def test_everything_is_synced_before_keeping_is_over(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    sync, rename = os.fsync, os.replace

    def synced(handle: int) -> None:
        done.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")
        sync(handle)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", lambda *where: done.append("rename") or rename(*where))
    files.keep(b"abc")
    assert done == ["folder", "folder", "file", "rename", "folder"]
    done.clear()
    files.keep(b"abcd")
    assert done == ["file", "rename", "folder"]


def test_a_failing_sync_keeps_nothing_under_the_name(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(handle: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="Input/output"):
        files.keep(b"abc")
    assert not files.path_of(hashlib.sha256(b"abc").hexdigest()).exists()
    assert list((data_dir / "attachments" / "incoming").glob("*.new")) == []


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 65, "a" * 64 + "\n"])
def test_what_is_no_hash_names_no_file(data_dir: Path, name: str) -> None:
    with pytest.raises(ValueError, match="attachment"):
        files.path_of(name)


@pytest.mark.storage
@pytest.mark.django_db
def test_a_file_that_nothing_names_goes_after_a_day_and_the_others_stay(data_dir: Path) -> None:
    photo_survey()
    receive(xml=poster(fresh_id(), photo="a.png"), source="openrosa", files=[File("a.png", png(1))], now=NOW)
    named = files.path_of(hashlib.sha256(png(1)).hexdigest())
    left, young = files.path_of(files.keep(b"left")), files.path_of(files.keep(b"young"))
    half = files.incoming() / "x.new"
    half.write_bytes(b"half")
    for path in (named, left, half):
        grow_old(path)
    assert forget_files() == 2
    assert (named.exists(), young.exists(), left.exists(), half.exists()) == (True, True, False, False)
    CollectingDuty()()


def test_a_file_that_is_wanted_again_is_young_again(data_dir: Path) -> None:
    name = files.keep(b"again")
    grow_old(files.path_of(name))
    assert list(files.old_names()) == [name]
    files.keep(b"again")
    assert files.forget([name]) == 0
    assert files.read(name) == b"again"
