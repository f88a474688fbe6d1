"""The files of sdk/cases with their snapshots, built once per process from the shipped registry."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pop_sdk.engine import Engine, compile_snapshot

from tools.case_snapshots import case_files, documents, moment, read

FILES: Mapping[str, Mapping[str, Any]] = {path.stem: read(path) for path in case_files()}


@dataclass(frozen=True)
class Case:
    """One question: of which file, as POST /v1/match takes it, at which unix second, and what a right answer holds."""

    file: str
    name: str
    question: Mapping[str, Any]
    now: int
    expect: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


CASES = [
    Case(
        file,
        each["name"],
        each["question"],
        int(moment(each.get("now", content["created"])).timestamp()),
        each["expect"],
    )
    for file, content in FILES.items()
    for each in content["cases"]
]


@functools.cache
def built() -> Mapping[str, bytes]:
    """Return {file: its snapshot's document}. Needs a database, which it leaves as it was."""
    return documents(FILES)


@functools.cache
def engine(file: str, *, turned: bool = False) -> Engine:
    """Return the engine of one file's snapshot; ``turned``: with its services in the opposite order."""
    document = json.loads(built()[file])
    if turned:
        document["services"].reverse()
    return compile_snapshot(document)
