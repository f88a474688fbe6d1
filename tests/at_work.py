"""Threads that do something to a door without pause, until the block ends or they have done all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Self


class AtWork:
    """One thread for each work; `acknowledged` tells how much was acknowledged so far."""

    def __init__(self, works: Sequence[Callable[[], None]], acknowledged: Callable[[], int]) -> None:
        self._acknowledged = acknowledged
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=work, daemon=True) for work in works]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a thread does not end"

    def wait_for(self, acknowledged: int, *, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self._acknowledged() < acknowledged:
            assert time.monotonic() < until, f"only {self._acknowledged()} were acknowledged"
            time.sleep(0.02)
