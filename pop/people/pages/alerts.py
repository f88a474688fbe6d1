"""What other parts of the console want somebody to see on the first page: asked through a hook, as whole sentences.

The first page is the registry's, which knows no other part. Where the hook fails, the page is there without alerts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from django.db import DatabaseError

log = logging.getLogger("pop.people")

# The roles of whoever looks → sentences in the language of the request, without names and without anybody's words.
Alerting = Callable[[Collection[str]], Sequence[str]]


def _none(_: Collection[str]) -> Sequence[str]:
    return ()


@dataclass(slots=True)
class _Joined:
    alerting: Alerting


_joined = _Joined(_none)


def use_alerts(alerting: Alerting | None) -> None:
    """Join the first page to whoever has something to say there; None for nobody."""
    _joined.alerting = alerting or _none


def alerts_for(roles: Collection[str]) -> Sequence[str]:
    """Return what somebody with these roles should see first, the most urgent first; nothing where nobody can say."""
    try:
        return tuple(_joined.alerting(roles))
    except DatabaseError as error:
        log.error("no alerts on the first page: %s", type(error).__name__)
        return ()
