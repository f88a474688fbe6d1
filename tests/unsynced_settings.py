"""The settings with `synchronous=NORMAL`: a negative control. With these, a power cut loses what was acknowledged."""

from __future__ import annotations

from pop.server.settings import *  # noqa: F403
from pop.server.settings import DATABASES

for _database in DATABASES.values():
    _command = _database["OPTIONS"]["init_command"]
    assert "synchronous=FULL" in _command, "the control would control nothing"
    _database["OPTIONS"]["init_command"] = _command.replace("synchronous=FULL", "synchronous=NORMAL")
