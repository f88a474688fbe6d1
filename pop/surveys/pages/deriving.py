"""Words to keys, slowly and in turn with everybody else's (pop.privacy.derivations)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from django.http import HttpRequest

from pop.privacy.codes import CodeKey, fold
from pop.privacy.derivations import pool
from pop.privacy.sources import mark_of


def keys_of(request: HttpRequest, words: str, language: str) -> Sequence[CodeKey]:
    """Return the keys of six words under every live pepper, the newest first; empty where no word was written.

    Takes a tenth of a second and more. Raises BusyError, KeysError, OSError.
    """
    folded = fold(words, language)
    if not folded:
        return ()
    return asyncio.run(pool.derive(folded, mark_of(request.META.get("REMOTE_ADDR", ""))))
