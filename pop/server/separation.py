"""Demonstration data and real data never meet: each process and command looks where it is before it does anything.

A folder and a database of demonstration data are stamped with the same id. Whoever was not started for the one refuses
the other, both ways. Here the folder is looked at, before Django is set up; the database is pop.server.jobs.stamping's.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import Final

FILE: Final = "demonstration-data"
DEMONSTRATION: Final = "POP_DEMONSTRATION"
NEVER_MEET: Final = "Demonstration data and real records never meet."
# What a demonstration may do; everything else could bring real records in, or carry invented ones out.
ALLOWED: Final = frozenset({"demo", "serve"})
# What belongs to the real service, and stays with it.
_OWN: Final = (
    *("DATABASE_URL", "HELPLINE_DATABASE_URL", "POP_KEYS_DIR", "POP_ANCHOR_DIR", "POP_SECRET_KEY"),
    *("POP_PRODUCTION", "POP_BACKUP_RECIPIENTS", "POP_SMTP_URL"),
)
# Made before anything can be looked into; a run that was refused leaves no more than it.
_FIRST: Final = frozenset({"secret-key"})


def begin_demonstration(
    environment: MutableMapping[str, str], *, folder: str | None, database: str | None, ports: tuple[int, int] | None
) -> None:
    """Set a process up for demonstration data: a folder of its own, its own keys, and no setting of the real service.

    Without `folder` it is `demo` in the data directory; without `database` it is a file in the folder.
    """
    chosen = folder or str(Path(environment.get("POP_DATA_DIR", "var")) / "demo")
    for name in _OWN:
        environment.pop(name, None)
    environment.update({DEMONSTRATION: "1", "POP_DATA_DIR": chosen})
    if database:
        environment["DATABASE_URL"] = database
    if ports:
        environment.update({"POP_PUBLIC_PORT": str(ports[0]), "POP_CONSOLE_PORT": str(ports[1])})


def refusal_of_folder(environment: MutableMapping[str, str], command: str) -> str:
    """Return why a command does not begin in its data directory, or "". Asked before anything is made there."""
    folder = Path(environment.get("POP_DATA_DIR", "var"))
    stamped = (folder / FILE).exists()
    if environment.get(DEMONSTRATION) != "1":
        if not stamped:
            return ""
        return f"{folder} holds demonstration data. {NEVER_MEET} `pop demo serve` serves it."
    if command not in ALLOWED:
        return f"`pop {command}` is not done with demonstration data. {NEVER_MEET}"
    if stamped or not folder.exists() or not {each.name for each in folder.iterdir()} - _FIRST:
        return ""
    return f"{folder} is not empty and not of demonstration data. {NEVER_MEET} Name a new folder with --folder."
