"""The settings with pictures whose directories are not synced: a negative control. A power cut loses such pictures."""

from __future__ import annotations

from pathlib import Path

from pop.server.settings import *  # noqa: F403
from pop.surveys.collecting import files

assert callable(vars(files)["sync_directory"]), "the control would control nothing"


def _unsynced(directory: Path) -> None:
    """Leave a directory to the system."""


vars(files)["sync_directory"] = _unsynced
