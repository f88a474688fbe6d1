"""Demonstration data as `pop demo mapping` makes it, in a folder of its own; stopped once on the way by kill -9."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.served import environment, pop

# Enough to have begun, far from enough to be whole.
BEGUN = "50 of 151"


def half_made(data: Path) -> Path:
    """Begin to make it, kill the process on the way, and return the folder."""
    command = [sys.executable, "-m", "pop.server", "demo", "mapping"]
    with subprocess.Popen(command, env=environment(data), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(BEGUN):
                os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    return data / "demo"


def made(data: Path) -> Path:
    """Go on to the end, and return the folder."""
    done = pop("demo", "mapping", env=environment(data))
    assert done.returncode == 0, done.stdout + done.stderr
    return data / "demo"
