"""Power cuts: what would lie on the disk if the power had gone at a moment, from a trace of what a process wrote.

`kill -9` proves little, because what a killed process wrote is still in the system's memory. Here every write and every
sync of a database's files is recorded with its bytes; at a moment of choice only what was synced before it counts, and
of what was written after the last sync a random part is there, torn at sectors.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

TRACED = "pwrite64,write,fsync,fdatasync,ftruncate"
SECTOR = 512
_LINE = re.compile(r"^(\d+) +(\d+\.\d+) (.*)$")  # a short process id is padded
_CALL = re.compile(r"^(\w+)\(\d+<([^>]*)>(?:, )?(.*)\) += (-?\d+).*<(\d+\.\d+)>$", re.DOTALL)
_RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$", re.DOTALL)


@dataclass(frozen=True)
class Step:
    """One call that changed or synced a file: when it began and ended (Unix seconds)."""

    began: float
    ended: float
    call: str
    path: str
    offset: int
    data: bytes


def tracer(output: Path, *, also: str = "") -> list[str]:
    """Return the command that runs another one and records what it writes; `also` are more calls to record."""
    return [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-ttt",
        "-T",
        "-y",
        "-xx",
        "-s",
        "70000",
        "-e",
        f"trace={TRACED}{also and ','}{also}",
        "-o",
        str(output),
    ]


def steps(trace: Path, files: Iterable[Path]) -> list[Step]:
    """Read a trace: the calls on these files, in the order in which they ended."""
    wanted = {str(path) for path in files}
    found: list[Step] = []
    unfinished: dict[str, tuple[float, str]] = {}
    with trace.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            match = _LINE.match(line.rstrip("\n"))
            if match is None:
                continue
            thread, stamp, call = match[1], float(match[2]), match[3]
            resumed = _RESUMED.match(call)
            if call.endswith("<unfinished ...>"):
                unfinished[thread] = (stamp, call.removesuffix("<unfinished ...>").rstrip())
                continue
            began = stamp
            if resumed is not None:
                began, start = unfinished.pop(thread, (stamp, ""))
                call = start + resumed[2]
            parsed = _CALL.match(call)
            if parsed is None:
                continue
            name, path, arguments, result, took = parsed.groups()
            path = plain(path)
            if path in wanted and int(result) >= 0:
                found.append(_step(name, path, arguments, int(result), began, began + float(took)))
    return sorted(found, key=lambda step: step.ended)


def plain(text: str) -> str:
    """Undo the hexadecimal writing of a string, where there is any."""
    return bytes.fromhex(text.replace("\\x", "")).decode() if "\\x" in text else text


def _step(name: str, path: str, arguments: str, result: int, began: float, ended: float) -> Step:
    offset, data = 0, b""
    if name in {"pwrite64", "write"}:
        # A database's files are written at places that are named; what has none we could not put back.
        assert name == "pwrite64", f"{path} is written without an offset"
        text, _, rest = arguments.partition('", ')
        data = bytes.fromhex(text.lstrip('"').replace("\\x", ""))[:result]
        assert len(data) == result, "the trace cut a write short"
        offset = int(rest.rsplit(", ", 1)[1])
    elif name == "ftruncate":
        offset = int(arguments)
    return Step(began, ended, name, path, offset, data)


def after_cut(
    before: dict[str, bytes], recorded: Sequence[Step], moment: float, chance: random.Random | None
) -> dict[str, bytes]:
    """Return the files' contents after a power cut at a moment.

    `before` is what they held when the trace began. Without `chance` nothing unsynced is there.
    """
    files = {path: bytearray(content) for path, content in before.items()}
    pending: dict[str, list[Step]] = {}
    for step in recorded:
        if step.began >= moment:
            continue
        if step.call in {"fsync", "fdatasync"}:
            if step.ended <= moment:
                # Only what had been written before the sync began is certain.
                waiting = pending.get(step.path, [])
                for each in waiting:
                    if each.ended <= step.began:
                        _apply(files.setdefault(step.path, bytearray()), each)
                pending[step.path] = [each for each in waiting if each.ended > step.began]
        else:
            pending.setdefault(step.path, []).append(step)
    if chance is not None:
        for path, waiting in pending.items():
            for each in waiting:
                if chance.random() < 0.5:
                    _apply(files.setdefault(path, bytearray()), _torn(each, chance))
    return {path: bytes(content) for path, content in files.items()}


def _apply(content: bytearray, step: Step) -> None:
    if step.call == "ftruncate":
        del content[step.offset :]
        content.extend(bytes(step.offset - len(content)))
        return
    if len(content) < step.offset:
        content.extend(bytes(step.offset - len(content)))
    content[step.offset : step.offset + len(step.data)] = step.data


def _torn(step: Step, chance: random.Random) -> Step:
    if step.call == "ftruncate" or len(step.data) <= SECTOR or chance.random() < 0.5:
        return step
    kept = SECTOR * chance.randrange(1, (len(step.data) + SECTOR - 1) // SECTOR)
    return Step(step.began, step.ended, step.call, step.path, step.offset, step.data[:kept])
