"""Which chain a thread writes to: one that no other thread of any process writes to at the same time.

A thread keeps its chain while it lives; then another thread of the process goes on with it, because a server may start
a thread per request. A forked process begins with new ones, as does every process.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections import deque

_free: deque[uuid.UUID] = deque()


class _Lease:
    """A chain in one thread's hands; it goes back when the thread ends and its local values with it."""

    def __init__(self) -> None:
        self._home = _free
        try:
            self.chain = _free.pop()
        except IndexError:
            self.chain = uuid.uuid4()

    def __del__(self) -> None:
        self._home.append(self.chain)


class _Local(threading.local):
    lease: _Lease | None = None


_local = _Local()


def own_chain() -> uuid.UUID:
    """Return the calling thread's chain."""
    lease = _local.lease
    if lease is None:
        lease = _local.lease = _Lease()
    return lease.chain


def _begin_anew() -> None:
    """After a fork both processes would hold the same chains; the child drops them all, the lease in hand too."""
    global _free, _local
    _free = deque()
    _local = _Local()


os.register_at_fork(after_in_child=_begin_anew)
