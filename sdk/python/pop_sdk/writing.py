"""Picks as JSON bytes, from pieces that are remembered while they are worth it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, TypeVar

from pop_sdk.phrases import (
    EVERY_REASON,
    NOT_CHECKED,
    NOT_CHECKED_SINCE,
    NOT_CONFIRMED,
    NOTICE,
    CautionText,
    caution_text,
    reason_text,
)
from pop_sdk.place import Moment, Place
from pop_sdk.ranking import COUNT, DAY, DAY_AT, POSITION_AT, RECENT, SERVICE_AT, Pick
from pop_sdk.rendering import since_bytes

_MOST_HEADS: Final = 40_000  # remembered first halves of matches, about 30 MB; then all are dropped
_MOST_TEXTS: Final = 20_000  # of each sort, at most some 5 MB

Remembered = TypeVar("Remembered")


class Writer:
    """Writes matches, and remembers the first half of each while its moment lasts, and the words of why."""

    def __init__(self, places: Collection[Place]) -> None:
        self._places = places
        self._heads = 0
        self._reasons: dict[int, bytes] = {}
        self._cautions: dict[int, CautionText] = {}

    def write(self, parts: list[bytes], place: Place, moment: Moment, picks: Sequence[Pick], fit: int) -> None:
        """Append the matches of one question: of each service the best contact first, then its others in ``fit``."""
        if not picks:
            return
        heads, partial_heads, day, notices = moment.heads, moment.partial_heads, moment.day, moment.notices
        reasons, cautions, numbers, closings = self._reasons, self._cautions, place.numbers, place.closings
        beginning = len(parts)
        for contact, line, holds, counts in picks:
            siblings = line & COUNT
            if siblings == 1:
                head = heads[contact] if heads else None
            else:
                every = (1 << siblings) - 1
                shown = fit >> contact - (line >> POSITION_AT & COUNT) & every
                head = heads[contact] if heads and shown == every else partial_heads.get((contact, shown))
            bits = holds | numbers[2 * contact] & counts
            on = line >> DAY_AT & DAY
            if day - on > RECENT:
                bits = bits & NOT_CONFIRMED | (NOT_CHECKED_SINCE if on else NOT_CHECKED)
            why = bits & EVERY_REASON
            doubts = bits ^ why
            kinds = moment.kinds(line >> SERVICE_AT) if notices else ()
            if kinds:
                start, after_date, after_places = caution_text(doubts | NOTICE, kinds)
            else:
                start, after_date, after_places = cautions.get(doubts) or self._caution_text(doubts)
            parts += (
                head or self._head(place, moment, contact, fit),
                reasons.get(why) or self._reason_text(why),
                start,
            )
            if after_date is not None:
                parts += (since_bytes(on), after_date)
            if after_places is not None:
                parts += (place.only_in[contact], after_places)
            parts.append(closings[contact])
        parts[beginning] = parts[beginning][1:]  # the comma that stands before every match but the first

    def _reason_text(self, bits: int) -> bytes:
        found = _bounded(self._reasons)[bits] = reason_text(bits)
        return found

    def _caution_text(self, bits: int) -> CautionText:
        found = _bounded(self._cautions)[bits] = caution_text(bits)
        return found

    def _head(self, place: Place, moment: Moment, contact: int, fit: int) -> bytes:
        head = place.head(moment, contact, fit)
        if moment is place.moment:  # another is of a question about another time: nobody will ask for it again
            if self._heads >= _MOST_HEADS:
                self._heads = 0
                for other in self._places:
                    other.moment = None
            self._heads += 1
            line = place.numbers[2 * contact + 1]
            every = (1 << (line & COUNT)) - 1
            shown = fit >> contact - (line >> POSITION_AT & COUNT) & every
            if shown == every:
                moment.heads[contact] = head
            else:
                moment.partial_heads[contact, shown] = head
        return head


def _bounded(remembered: dict[int, Remembered]) -> dict[int, Remembered]:
    if len(remembered) >= _MOST_TEXTS:
        remembered.clear()
    return remembered
