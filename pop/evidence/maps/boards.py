"""The board in force: made again when what it is made of has changed, without letting anybody wait for it.

Making one takes seconds of a processor. Where a process asks for it, a new one is made aside and the old one answers
meanwhile, but for what may not be shown any more: that is gone from it at once. There is never more than one in the
making.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

B = TypeVar("B")
Edition = tuple[object, ...]

logger = logging.getLogger("pop.maps")


class _Kept(NamedTuple, Generic[B]):
    edition: Edition
    board: B


class Boards(Generic[B]):
    """`edition` is another one whenever the board may be; `make` makes one; `narrow` returns an old one without what
    may not be shown any more. `done` is called at the end of whatever made a board aside.
    """

    def __init__(
        self,
        *,
        edition: Callable[[], Edition],
        make: Callable[[], B],
        narrow: Callable[[B], B],
        done: Callable[[], object],
    ) -> None:
        self._edition, self._make, self._narrow, self._done = edition, make, narrow, done
        self._lock = threading.Lock()
        self._kept: _Kept[B] | None = None
        self._meanwhile: _Kept[B] | None = None
        self._aside = False
        self._maker: threading.Thread | None = None

    def make_aside(self) -> None:
        """From now on make boards in a thread of their own; for processes that answer many people."""
        self._aside = True

    def current(self) -> B:
        """Return the board of this moment, or one without what has come since. Two requests at once make it once."""
        edition = self._edition()
        kept = self._kept
        if kept is not None and kept.edition == edition:
            return kept.board
        if kept is not None and self._aside:
            return self._old(kept, edition)
        with self._lock:
            if self._kept is None or self._kept.edition != edition:
                self._kept = _Kept(edition, self._make())
            return self._kept.board

    def wait(self, seconds: float) -> None:
        """Wait until nobody makes a board any more, at most so long."""
        maker = self._maker
        if maker is not None:
            maker.join(seconds)

    def _old(self, kept: _Kept[B], edition: Edition) -> B:
        """Return the old board for this edition, and see to it that a new one is in the making."""
        with self._lock:
            # It may have come between the look and the lock.
            if self._kept is not None and self._kept.edition == edition:
                return self._kept.board
            kept = self._kept or kept
            if self._maker is None:
                self._maker = threading.Thread(target=self._make_one, name="map-board", daemon=True)
                self._maker.start()
            if self._meanwhile is None or self._meanwhile.edition != edition:
                self._meanwhile = _Kept(edition, self._narrow(kept.board))
            return self._meanwhile.board

    def _make_one(self) -> None:
        try:
            # Before anything is read: what changes from here on may be missing, and is another edition.
            edition = self._edition()
            made = _Kept(edition, self._make())
            with self._lock:
                self._kept, self._meanwhile = made, None
        except Exception as error:
            # The old one goes on, narrowed, and the next request tries again.
            logger.error("the map was not made anew: %s", type(error).__name__)
        finally:
            self._maker = None
            self._done()
