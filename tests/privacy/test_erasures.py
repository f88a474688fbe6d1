"""What was erased is written down first, outlives every crash, and is erased again in a restored backup."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from pathlib import Path

import pytest

from pop.privacy.erasures import erased_since, journal_exists, note_erased, replay


@pytest.fixture
def journal(settings, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    """The directory of the journal."""
    settings.DATA_DIR = tmp_path
    return tmp_path / "erasures"


def test_what_is_noted_can_be_read_again(journal: Path) -> None:
    assert not journal_exists()
    ids = [uuid.uuid4() for _ in range(3)]
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    note_erased(ids[:2])
    note_erased(ids[2:], kind="staff")
    note_erased([])
    found = list(erased_since())
    assert [(each.kind, each.id) for each in found] == [
        ("conversation", ids[0]),
        ("conversation", ids[1]),
        ("staff", ids[2]),
    ]
    assert journal_exists()
    assert list(erased_since(before)) == found
    assert list(erased_since(before + dt.timedelta(hours=1))) == []
    assert [path.stat().st_mode & 0o777 for path in (journal, *journal.iterdir())] == [0o700, 0o600]


def test_a_note_is_on_the_disk_when_it_returns(journal: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    synced: list[bytes] = []
    fsync = os.fsync

    def spy(handle: int) -> None:
        fsync(handle)
        synced.extend(path.read_bytes() for path in journal.iterdir())

    monkeypatch.setattr(os, "fsync", spy)
    for erased in (uuid.uuid4(), uuid.uuid4()):  # in a new file, and in one that is there
        synced.clear()
        note_erased([erased])
        assert str(erased).encode() in synced[0]


def test_a_disk_that_refuses_is_not_kept_secret(journal: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        note_erased([uuid.uuid4()])


def test_a_line_left_unfinished_spoils_no_other(journal: Path) -> None:
    first, second = uuid.uuid4(), uuid.uuid4()
    note_erased([first])
    (path,) = journal.iterdir()
    with path.open("a") as file:
        file.write("2026-11-22T07:00:00Z conversation 0f0f")
    note_erased([second])
    assert [each.id for each in erased_since()] == [first, second]
    assert replay({"conversation": lambda _: None}).unreadable == 1


def test_everything_noted_is_erased_again_in_batches(journal: Path) -> None:
    ids = [uuid.uuid4() for _ in range(1_200)]
    note_erased(ids)
    note_erased([ids[0]], kind="staff")
    batches: list[list[uuid.UUID]] = []
    done = replay({"conversation": lambda some: batches.append(list(some))})
    assert [each for batch in batches for each in batch] == ids
    assert max(map(len, batches)) <= 500
    assert (done.erased, done.left, done.unreadable) == ({"conversation": 1_200}, {"staff": 1}, 0)


def test_without_a_journal_nothing_is_erased(journal: Path) -> None:
    assert replay({}).erased == {}
