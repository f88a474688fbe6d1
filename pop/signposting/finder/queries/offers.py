"""Whether a child can write to somebody from here: asked of whoever keeps lines, through a hook.

Signposting knows no helpline. Where the hook fails, the services still answer: an offer is left out, never a page.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

log = logging.getLogger("pop.signposting")


class ChatOffer(Protocol):
    """A line of ours that serves a country."""

    @property
    def name(self) -> str:
        """What the line is called."""

    @property
    def sandbox(self) -> bool:
        """Whether it is for trying out only: then the page says so."""

    @property
    def open(self) -> bool:
        """Whether somebody answers now; otherwise a message can be left."""

    @property
    def read_within_hours(self) -> int:
        """Within how many hours a message that was left is read."""


# (country, language, age band or "", now in UTC) → an offer, or None where no line serves the country, or the age.
Offering = Callable[[str, str, str, datetime], ChatOffer | None]


def _none(country: str, language: str, age: str, now: datetime) -> ChatOffer | None:
    """Offer nothing: no part of this process keeps lines."""


@dataclass(slots=True)
class _Joined:
    offer: Offering


_joined = _Joined(offer=_none)


def use_chat(offer: Offering | None) -> None:
    """Join the pages to the lines that children can write to; None for none."""
    _joined.offer = offer or _none


def chats() -> bool:
    """Say whether children can write to somebody from this process at all."""
    return _joined.offer is not _none


def chat_offer(country: str, language: str, now: datetime, *, age: str = "") -> ChatOffer | None:
    """Return the line that a child in a country can write to, None where there is none or where nobody can say.

    `age` is the band that the child chose, "" for none.
    """
    try:
        return _joined.offer(country, language, age, now)
    except Exception as error:
        log.error("no offer to write: %s", type(error).__name__)
        return None
