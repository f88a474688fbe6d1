"""The processes of a running server: `pop serve` writes them down in the data directory, and others look them up.

A process is the one that was written down only if it also began at that moment: numbers of processes are used again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

FILE: Final = "processes.json"
DOORS: Final = ("public", "console", "worker")


@dataclass(frozen=True, slots=True)
class Known:
    """A process: its number, and when it began as its system counts (0 where the system does not say)."""

    pid: int
    began: int


@dataclass(frozen=True, slots=True)
class Running:
    """A server that runs: the process that keeps the others, the others by door, and where they listen."""

    keeper: Known
    doors: Mapping[str, Known]
    public: tuple[str, int]
    console: tuple[str, int]


def known(pid: int) -> Known:
    """Return a running process as it is written down."""
    return Known(pid, began(pid))


def began(pid: int) -> int:
    """Return when a process began, in ticks since the machine did; 0 for one that is not there."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] in {"Z", "X"} else int(fields[19])


def is_ours(process: Known, *words: str) -> bool:
    """Say whether a process is still the one that was written down, of this user, and called with these words."""
    if process.began == 0 or began(process.pid) != process.began:
        return False
    try:
        folder = Path(f"/proc/{process.pid}")
        called = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        return folder.stat().st_uid == os.geteuid() and all(word in called for word in words)
    except OSError:
        return False


def write_down(data: Path, running: Running) -> None:
    """Write a running server down, in one step, for its own user only."""
    path = data / FILE
    beside = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        json.dump(asdict(running), file)
    os.replace(beside, path)


def forget(data: Path) -> None:
    """Say that no server runs any more."""
    (data / FILE).unlink(missing_ok=True)


def running(data: Path) -> Running | None:
    """Return the server that runs on a data directory, or None."""
    try:
        found = json.loads((data / FILE).read_text(encoding="ascii"))
        server = Running(
            keeper=Known(**found["keeper"]),
            doors={name: Known(**each) for name, each in found["doors"].items()},
            public=(str(found["public"][0]), int(found["public"][1])),
            console=(str(found["console"][0]), int(found["console"][1])),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    keeper = server.keeper
    return server if keeper.began == 0 or began(keeper.pid) == keeper.began else None
