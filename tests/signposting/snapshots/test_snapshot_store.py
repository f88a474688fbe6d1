"""The files: whatever step a builder is killed at, readers find one whole snapshot, the former or the new one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pop.signposting.snapshots.store import Stored, building, current_mark, put_in_force, read_current

# Builds one more version and dies, as if by a power cut to the process, before its Nth step that touches the disk.
KILLED = """
import os, sys
from pathlib import Path
from pop.signposting.snapshots import store

steps = int(sys.argv[2])

def counted(call):
    def run(*arguments, **named):
        global steps
        if steps == 0:
            os._exit(9)
        steps -= 1
        return call(*arguments, **named)
    return run

for name in ("fsync", "replace", "open"):
    setattr(os, name, counted(getattr(os, name)))
Path.open = counted(Path.open)
Path.unlink = counted(Path.unlink)
with store.building(Path(sys.argv[1])) as version:
    store.put_in_force(Path(sys.argv[1]), store.Stored(version, b"data %d" % version, b"signature %d" % version))
"""


def build(directory: Path) -> int:
    with building(directory) as version:
        put_in_force(directory, Stored(version, b"data %d" % version, b"signature %d" % version))
    return version


def whole(directory: Path) -> int:
    """The version in force; its two files belong together."""
    stored = read_current(directory)
    assert stored is not None
    assert stored.data == b"data %d" % stored.version
    assert stored.signature == b"signature %d" % stored.version
    return stored.version


def killed_at(directory: Path, step: int) -> bool:
    """Whether the builder was killed; False if it had fewer steps than that."""
    ended = subprocess.run([sys.executable, "-c", KILLED, str(directory), str(step)], check=False)
    assert ended.returncode in (0, 9)
    return ended.returncode == 9


def test_a_builder_killed_at_any_step_leaves_a_whole_snapshot_in_force(tmp_path):
    step, seen = 0, set()
    while True:
        directory = tmp_path / str(step)
        for _ in range(6):
            build(directory)
        killed = killed_at(directory, step)
        seen.add(whole(directory))
        # Nothing of the killed build is taken for the next one, and no version is given out twice for other bytes.
        assert build(directory) in (7, 8)
        assert whole(directory) in (7, 8)
        assert len([name for name in os.listdir(directory) if name.endswith(".sig")]) == 5
        if not killed:
            break
        step += 1
    assert seen == {6, 7}
    assert step >= 10


def test_a_first_build_killed_at_any_step_leaves_nothing_or_a_whole_snapshot(tmp_path):
    step = 0
    while killed_at(tmp_path / str(step), step):
        directory = tmp_path / str(step)
        assert read_current(directory) is None or whole(directory) == 1
        build(directory)
        assert whole(directory) in (1, 2)
        step += 1
    assert step >= 8


def test_both_files_and_the_directory_are_on_the_disk_before_the_new_version_is_named(tmp_path, monkeypatch):
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace

    def sync(handle):
        steps.append("sync " + Path(os.readlink(f"/proc/self/fd/{handle}")).name)
        fsync(handle)

    def rename(source, target):
        steps.append(f"rename {Path(source).name} {Path(target).name}")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", rename)
    build(tmp_path)
    assert steps == [
        "sync 1.json.gz",
        "sync 1.sig",
        f"sync {tmp_path.name}",
        "sync current.new",
        "rename current.new current",
        f"sync {tmp_path.name}",
    ]


def test_the_last_five_versions_are_kept(tmp_path):
    for _ in range(8):
        build(tmp_path)
    kept = sorted(int(name.split(".")[0]) for name in os.listdir(tmp_path) if name.endswith(".json.gz"))
    assert kept == [4, 5, 6, 7, 8]
    assert whole(tmp_path) == 8


def test_a_version_is_never_given_out_again_even_when_it_was_never_named(tmp_path):
    build(tmp_path)
    (tmp_path / "7.json.gz").write_bytes(b"half")
    assert build(tmp_path) == 8
    assert not (tmp_path / "7.json.gz").exists()


def test_two_builders_at_once_come_one_after_the_other(tmp_path):
    inside, versions, most = threading.Semaphore(1), [], []

    def run():
        with building(tmp_path) as version:
            most.append(inside.acquire(blocking=False))
            put_in_force(tmp_path, Stored(version, b"data %d" % version, b"signature %d" % version))
            inside.release()
            versions.append(version)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert versions == [1, 2, 3, 4, 5, 6, 7, 8]
    assert all(most)


@pytest.mark.parametrize("content", ["", "0", "-1", "seven", "1/../2", "9" * 40, "7", "\u0661"])
def test_a_damaged_current_is_no_snapshot(tmp_path, content):
    build(tmp_path)
    (tmp_path / "current").write_text(content, encoding="utf-8")
    assert read_current(tmp_path) is None


def test_where_nothing_was_built_there_is_none(tmp_path):
    assert read_current(tmp_path / "missing") is None
    assert current_mark(tmp_path / "missing") is None


def test_the_mark_changes_with_every_version_and_only_then(tmp_path):
    build(tmp_path)
    first = current_mark(tmp_path)
    assert current_mark(tmp_path) == first
    build(tmp_path)
    assert current_mark(tmp_path) != first


def test_the_entity_tag_tells_versions_and_contents_apart():
    tags = {Stored(1, b"a", b"").etag, Stored(2, b"a", b"").etag, Stored(1, b"b", b"").etag}
    assert len(tags) == 3
    assert all(tag.startswith('"') and tag.endswith('"') for tag in tags)
