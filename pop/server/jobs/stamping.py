"""The stamps of demonstration data: looked for at every start, and put on what is empty."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DatabaseError

from pop.server.separation import FILE, NEVER_MEET
from pop.simulation.queries import first_filled_table, stamp_of_database

_NOTHING_YET: Final = "There is no demonstration data yet. `pop demo mapping` makes it."


def refusal_of_database(*, making: bool = False) -> str:
    """Return why a command does not go on with its database, or "". `making`: it is the one that stamps a new one.

    A database that does not answer is nobody's yet: what needs it says so by itself.
    """
    nothing = "" if making or not settings.DEMONSTRATION else _NOTHING_YET
    if not _is_there():
        return nothing
    try:
        found = stamp_of_database()
    except DatabaseError:
        if settings.DEMONSTRATION:
            raise
        return ""
    if not settings.DEMONSTRATION:
        return f"The database holds demonstration data. {NEVER_MEET} `pop demo serve` serves it." if found else ""
    own = id_of_folder()
    if found is None:
        filled = first_filled_table()
        if filled:
            return (
                f"The database is not empty (something stands in {filled}) and not of demonstration data. {NEVER_MEET}"
            )
        return nothing
    if own != found.id:
        return f"The database's stamp is not that of the folder {settings.DATA_DIR}. Remove both, and begin anew."
    if not found.finished and not making:
        return "The demonstration data is not all in. Start `pop demo mapping` again: it goes on where it stopped."
    return ""


def id_of_folder() -> UUID | None:
    """Return the id of the data directory's stamp, None where it has none or one that nobody can read."""
    try:
        return UUID((Path(settings.DATA_DIR) / FILE).read_text(encoding="utf-8").split()[0])
    except (OSError, ValueError, IndexError):
        return None


def stamp_folder() -> UUID:
    """Stamp the data directory, on the disk before the database is touched, and return the id of the stamp."""
    known = id_of_folder()
    if known is not None:
        return known
    made = uuid4()
    path = Path(settings.DATA_DIR) / FILE
    with path.open("w", encoding="utf-8") as file:
        file.write(
            f"{made}\nEverything in this folder is invented. It shows no real service and leads nobody to help.\n"
        )
        file.flush()
        os.fsync(file.fileno())
    return made


def _is_there() -> bool:
    """Say whether there is a database to look into: to look must not make a file."""
    database = settings.DATABASES["default"]
    return not str(database["ENGINE"]).endswith("sqlite3") or Path(str(database["NAME"])).exists()
