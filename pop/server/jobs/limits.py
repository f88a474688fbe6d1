"""How many connections a process may hold: as many as the system grants, not the thousand it begins with."""

from __future__ import annotations

import contextlib
import resource
from typing import Final

# 10,000 open streams, as many that come and go, and files besides.
WANTED: Final = 40_000


def allow_many_connections() -> None:
    """Raise this process's own limit of open files, where its system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    granted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < granted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (granted, hard))
