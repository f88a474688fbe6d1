"""What keeps the helpline going by itself: the worker's duties, and what each capability lets another one do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from pop.helpline.cases.actions.practice import advance_all_practice
from pop.helpline.cases.actions.private import pass_identity
from pop.helpline.conversations.actions.duty import use_duty
from pop.helpline.conversations.queries.escrow import waiting_for_escrow
from pop.helpline.lines.queries import lines
from pop.helpline.queue.actions.duty import return_lost
from pop.helpline.queue.actions.glass import sweep_glass
from pop.helpline.queue.actions.passing import use_passing
from pop.helpline.queue.actions.taking import give_out
from pop.helpline.queue.actions.waits import give_up_waits, warn_of_long_waits
from pop.helpline.queue.queries.rooms import has_room
from pop.server.forgetting import overwrite_journal

# A child whose counsellor vanished is back in the queue within 60 s: 40 s of silence, then this.
EVERY_SECONDS = 5
ESCROW_SECONDS = 60

logger = logging.getLogger("pop.server")


def join_capabilities() -> None:
    """Let conversations ask the queue who has room, and let an identity go along with a hand-over."""
    use_duty(has_room)
    use_passing(pass_identity)


class TendingDuty:
    """The worker's duty for the queue: children are given out each second, waits and lost staff looked after."""

    def __init__(self) -> None:
        self._looked: datetime | None = None

    def __call__(self) -> None:
        """Do what is due now; a failure is raised, and the next call tries again."""
        now = timezone.now()
        if self._looked is None or abs((now - self._looked).total_seconds()) >= EVERY_SECONDS:
            return_lost(now)
            give_up_waits(now)
            warn_of_long_waits(now)
            sweep_glass(now)
            overwrite_journal()
            self._looked = now
        for line in lines():
            give_out(line.id, now=now)
        advance_all_practice(now)


class EscrowDuty:
    """The worker's duty towards complaints that nobody but the escrow can open: their number, each time it changes."""

    def __init__(self, clock: Callable[[], datetime] = timezone.now) -> None:
        self._clock = clock
        self._looked: datetime | None = None
        self._said = 0

    def __call__(self) -> None:
        """Look once a minute; a failure is raised, and the next minute tries again."""
        now = self._clock()
        if self._looked is not None and abs((now - self._looked).total_seconds()) < ESCROW_SECONDS:
            return
        self._looked = now
        waiting = len(waiting_for_escrow())
        if waiting != self._said:
            logger.warning("complaints that wait for the escrow: %d", waiting)
            self._said = waiting
