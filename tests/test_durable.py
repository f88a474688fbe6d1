"""What is put on the disk is whole or not there, and only its owner reads it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pop.durable import put, sync_directory


def test_a_file_takes_the_place_of_another_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target, staged = tmp_path / "kept", tmp_path / "kept.new"
    for data in (b"first", b"second and longer"):
        put(target, data, staged=staged)
        assert target.read_bytes() == data
    assert [each.name for each in tmp_path.iterdir()] == ["kept"]
    assert target.stat().st_mode & 0o077 == 0


def test_what_cannot_be_written_whole_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, staged = tmp_path / "kept", tmp_path / "kept.new"
    put(target, b"first", staged=staged)

    def fail(_: int) -> None:
        raise OSError("no room")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no room"):
        put(target, b"second", staged=staged)
    assert target.read_bytes() == b"first"
    assert [each.name for each in tmp_path.iterdir()] == ["kept"]


def test_a_directory_that_is_not_there_cannot_be_synced(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sync_directory(tmp_path / "nowhere")
