"""Trying codes beside the requests: the page waits, the words stay in memory until they are tried, then they are gone.

One thread of a process carries the waiting; the deriving itself is `pop.privacy.derivations`, two at a time a machine.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any, Final

from django.http import HttpRequest

from pop.helpline import database
from pop.helpline.conversations.actions.entering import come_back
from pop.helpline.lines.rules import RefusedError
from pop.privacy.codes import CodeKey, fold
from pop.privacy.derivations import BusyError, pool
from pop.privacy.keyring import keyring
from pop.privacy.sources import mark_of

MOST_BUSY: Final = 1_000

log = logging.getLogger("pop.helpline")


_busy: OrderedDict[str, None] = OrderedDict()


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return the event loop in which this process's attempts wait, in a thread of its own."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="trying-codes", daemon=True).start()
    return loop


def _run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run_coroutine_threadsafe(work, _loop())


def bucket_of(request: HttpRequest) -> str:
    """Return the mark of where a request comes from."""
    return mark_of(request.META.get("REMOTE_ADDR", ""))


def begin(token: str, words: str, *, language: str, bucket: str) -> None:
    """Begin to try a code for a session that waits for one; the session's state tells how it went."""
    _busy.pop(token, None)
    _run(_try(token, fold(words, language), bucket))


def is_full(bucket: str) -> bool:
    """Say whether an attempt of this source would find no place to wait; nothing is to be kept of it then."""
    return pool.is_full(bucket)


def is_busy(token: str) -> bool:
    """Say whether a session's attempt was refused because too many wait; it is forgotten by saying so."""
    return bool(token) and _busy.pop(token, token) is None


def newest_key(bucket: str) -> Callable[[str, bytes], CodeKey]:
    """Return a way to derive a new code's key in turn with everybody else's. Raises BusyError when it is called."""

    def derive(folded: str, pepper: bytes) -> CodeKey:
        ring = keyring()
        keys = asyncio.run_coroutine_threadsafe(pool.derive(folded, bucket), _loop()).result()
        return dict(zip([ring.peppers[each] for each in sorted(ring.peppers, reverse=True)], keys, strict=True))[pepper]

    return derive


async def _try(token: str, folded: str, bucket: str) -> None:
    try:
        keys = await pool.derive(folded, bucket)
    except BusyError:
        _busy[token] = None
        if len(_busy) > MOST_BUSY:
            _busy.popitem(last=False)
        return
    except Exception as error:
        log.error("a code was not tried: %s", type(error).__name__)
        _busy[token] = None
        return
    editions = sorted(keyring().peppers, reverse=True)
    await asyncio.to_thread(_come_back, token, list(zip(editions, keys, strict=True)))


def _come_back(token: str, keys: list[tuple[int, CodeKey]]) -> None:
    try:
        come_back(token, keys)
    except RefusedError:
        # The browser left meanwhile, or the words were sent twice and the first time opened it.
        return
    except Exception as error:
        log.error("a code was not tried: %s", type(error).__name__)
        _busy[token] = None
    finally:
        # The thread may not be needed again for hours.
        database.connection().close()
