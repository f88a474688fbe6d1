"""A process may hold as many connections as its system grants, whatever it began with."""

from __future__ import annotations

import subprocess
import sys

_ASK = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (256, {hard}))
from pop.server.jobs.limits import allow_many_connections
allow_many_connections()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_the_limit_of_open_files_is_raised_as_far_as_it_is_granted() -> None:
    command = [sys.executable, "-c", _ASK.replace("{hard}", "2048")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2048", "2048"]
