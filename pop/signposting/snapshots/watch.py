"""The public processes' view of the snapshot in force: looked at every two seconds, verified, swapped whole."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pop_sdk import Engine, SnapshotError, compile_snapshot

from pop.privacy.keys import KeysError
from pop.signposting.snapshots.queries import verified
from pop.signposting.snapshots.store import Mark, Stored, current_mark

PAUSE = 2.0

logger = logging.getLogger("pop.snapshots")


@dataclass(frozen=True, slots=True)
class _Held:
    """What answers now. One object, so that a request sees all of one snapshot or all of another."""

    stored: Stored
    engine: Engine
    etag: str
    created: int
    expires: int


class Watch:
    """Holds the newest good snapshot in memory. A bad one is refused, and the last good one stays until it expires."""

    def __init__(
        self,
        directory: Path,
        *,
        keys: Callable[[], Sequence[bytes]],
        now: Callable[[], float] = time.time,
        pause: float = PAUSE,
    ) -> None:
        """Take the snapshots' directory, where to read the public keys, a clock, and the seconds between two looks."""
        self._directory = directory
        self._keys = keys
        self._now = now
        self._pause = pause
        self._held: _Held | None = None
        self._seen: tuple[Mark | None, tuple[bytes, ...]] | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def engine(self) -> Engine | None:
        """The engine of the newest valid snapshot, None while there is none."""
        held = self._held
        return held.engine if held is not None and self._now() < held.expires else None

    def files(self) -> tuple[bytes, bytes, str] | None:
        """Return the newest valid snapshot's gzip bytes, signature and ETag, None while there is none."""
        held = self._held
        if held is None or self._now() >= held.expires:
            return None
        return held.stored.data, held.stored.signature, held.etag

    async def start(self) -> None:
        """Look once, so that the first request has an answer, then keep looking. Call inside a running loop."""
        await asyncio.to_thread(self.look)
        self._task = asyncio.create_task(self._keep_looking())

    async def stop(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def look(self) -> bool:
        """Take the snapshot in force into memory if it is new and good, and return whether it was.

        Never raises. What was refused is not read again until it, or the keys, have changed.
        """
        try:
            keys = tuple(self._keys())
            seen = (current_mark(self._directory), keys)
            if seen == self._seen:
                return False
            self._seen = seen
            self._held = self._newer(keys)
        except (SnapshotError, KeysError) as error:
            self._refuse(error)
            return False
        except Exception as error:
            logger.error("snapshot refused: %s", type(error).__name__)
            return False
        # An engine lives for hours and is made of very many objects: frozen, no full collection walks them again.
        gc.collect()
        gc.freeze()
        logger.info("snapshot %d in force", self._held.stored.version)
        return True

    def _newer(self, keys: Sequence[bytes]) -> _Held:
        stored, snapshot = verified(self._directory, keys=keys, now=int(self._now()))
        held = self._held
        # Both must have gone back: a lost directory begins again at version 1, a clock that was set right makes a later
        # version with an earlier time; an old snapshot that somebody put back has neither.
        if held is not None and stored.version <= held.stored.version and snapshot.created <= held.created:
            raise SnapshotError("it is older than the one in force")
        return _Held(
            stored=stored,
            engine=compile_snapshot(snapshot),
            etag=stored.etag,
            created=snapshot.created,
            expires=snapshot.expires,
        )

    def _refuse(self, error: SnapshotError | KeysError) -> None:
        # Sentences of ours that name a place in the file at most: they quote nothing that stands in it.
        logger.error("snapshot refused: %s", error)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(self._pause)
            await asyncio.to_thread(self.look)
