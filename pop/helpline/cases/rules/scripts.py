"""Scripted children for practice: invented, and driven by what the counsellor does and by time.

A script is one JSON file of ../practice: what the child ticks, a first message, then steps in order. A step waits for
its trigger and then says its text: ``"when": "answer"`` once the counsellor has written since the child last did,
``"when": "silence"`` if the counsellor has written nothing since; either way `after` seconds later. A step with
``"end": true`` ends the conversation as the child.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

SCRIPTS: Final = Path(__file__).resolve().parents[1] / "practice"

ANSWER: Final = "answer"
SILENCE: Final = "silence"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a scripted child does: writes `text` ("" : nothing), and ends if `end`."""

    when: str
    after: timedelta
    text: str = ""
    end: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """One invented child."""

    id: str
    title: str
    theme: str
    language: str
    country: str
    age: str
    tile: str
    danger: bool
    first: str
    steps: tuple[Step, ...]


@functools.cache
def scripts() -> dict[str, Script]:
    """Return all scripts by their id, in alphabetical order. Raises ValueError for a file that is none."""
    return {path.stem: _script(path) for path in sorted(SCRIPTS.glob("*.json"))}


def due(step: Step, *, child_at: datetime, staff_at: datetime | None, now: datetime) -> bool:
    """Say whether a step's trigger has come. `child_at` and `staff_at`: when each side last wrote."""
    answered = staff_at is not None and staff_at > child_at
    if step.when == ANSWER:
        return answered and staff_at is not None and now >= staff_at + step.after
    return not answered and now >= child_at + step.after


def next_due(
    steps: tuple[Step, ...], done: int, *, child_at: datetime, staff_at: datetime | None, now: datetime
) -> int | None:
    """Return the index of the step to do now, from `done` on, or None.

    A silence that was broken in time is passed over: the step behind it may be due at once.
    """
    for index in range(done, len(steps)):
        if due(steps[index], child_at=child_at, staff_at=staff_at, now=now):
            return index
        if steps[index].when == ANSWER or staff_at is None or staff_at <= child_at:
            return None
    return None


def _script(path: Path) -> Script:
    told = json.loads(path.read_text(encoding="utf-8"))
    steps = tuple(
        Step(
            when=step["when"],
            after=timedelta(seconds=step["after"]),
            text=step.get("text", ""),
            end=bool(step.get("end", False)),
        )
        for step in told["steps"]
    )
    if told.get("invented") is not True or any(step.when not in (ANSWER, SILENCE) for step in steps):
        raise ValueError(f"{path.name} is no script")
    return Script(
        id=path.stem,
        title=told["title"],
        theme=told["theme"],
        language=told["language"],
        country=told["country"],
        age=told["age"],
        tile=told["tile"],
        danger=bool(told["danger"]),
        first=told["first"],
        steps=steps,
    )
