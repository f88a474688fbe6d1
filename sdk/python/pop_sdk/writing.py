"""Picks as JSON bytes, from pieces that are remembered while they are worth it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final, TypeVar

from pop_sdk.phrases import (
    CHANGING_CAUTIONS,
    CONFIRMED,
    EVERY_CAUTION,
    EVERY_REASON,
    NOT_CHECKED,
    NOT_CHECKED_SINCE,
    NOTICE,
    ONLY_IN,
    CautionText,
    caution_text,
    reason_text,
)
from pop_sdk.place import Moment, Piece, Place
from pop_sdk.ranking import COUNT, DAY, DAY_AT, POSITION_AT, RECENT, SERVICE_AT, Pick
from pop_sdk.rendering import since_bytes

_ROOM: Final = 64 * 2**20  # bytes of remembered parts of matches; then all are dropped
_OVERHEAD: Final = 200  # bytes around each, by measurement
_MOST_TEXTS: Final = 20_000  # of each sort, at most some 5 MB

Remembered = TypeVar("Remembered")


class Writer:
    """Writes matches, and remembers what it can while it holds: parts of matches during a moment, and the words."""

    def __init__(self, places: Collection[Place]) -> None:
        self._places = places
        self._kept = 0  # bytes
        self._reasons: dict[int, bytes] = {}
        self._cautions: dict[int, CautionText] = {}

    def write(self, parts: list[bytes], place: Place, moment: Moment, picks: Sequence[Pick], fit: int) -> None:
        """Append the matches of one question: of each service the best contact first, then its others in ``fit``."""
        if not picks:
            return
        beginning = len(parts)
        if moment is place.moment:
            self._write_now(parts, place, moment, picks, fit)
        else:
            self._write_once(parts, place, moment, picks, fit)
        parts[beginning] = parts[beginning][1:]  # the comma that stands before every match but the first

    def _write_once(self, parts: list[bytes], place: Place, moment: Moment, picks: Iterable[Pick], fit: int) -> None:
        """Append the matches of a question about another time: nobody will ask for the same time again."""
        for contact, line, holds, counts in picks:
            facts = place.numbers[2 * contact]
            if not _is_recent(line, moment):
                facts &= ~CONFIRMED
            bits = holds | facts & counts
            shown = fit >> contact - (line >> POSITION_AT & COUNT)
            head, why = place.head(moment, contact, shown), bits & EVERY_REASON
            end = self._worded(place, moment, contact, line, bits)
            parts += (head, self._reasons.get(why) or self._reason_text(why), end)

    def _write_now(self, parts: list[bytes], place: Place, moment: Moment, picks: Iterable[Pick], fit: int) -> None:
        pieces, reasons = moment.pieces, self._reasons
        for contact, line, holds, counts in picks:
            head, end, facts, expected = pieces[contact] or self._piece(place, moment, contact, line, holds, counts)
            if line & COUNT > 1:
                every = (1 << (line & COUNT)) - 1
                shown = fit >> contact - (line >> POSITION_AT & COUNT) & every
                if shown != every:
                    head = moment.heads.get(shown << 32 | contact) or self._head(place, moment, contact, shown)
            bits = holds | facts & counts
            if bits & CHANGING_CAUTIONS != expected:
                key = (bits & CHANGING_CAUTIONS) << 32 | contact
                end = moment.ends.get(key) or self._end(key, place, moment, contact, line, bits)
            parts += (head, reasons.get(bits & EVERY_REASON) or self._reason_text(bits & EVERY_REASON), end)

    def _reason_text(self, bits: int) -> bytes:
        return _remember(self._reasons, bits, reason_text(bits))

    def _piece(self, place: Place, moment: Moment, contact: int, line: int, holds: int, counts: int) -> Piece:
        """Lay out what most questions need of a contact during a moment."""
        facts = place.numbers[2 * contact]
        if not _is_recent(line, moment):
            facts &= ~CONFIRMED
        # The service's name for a part of the country is said to nearly everybody: few ask for a part.
        expected = facts & ONLY_IN
        bits = (holds | facts & counts) & ~CHANGING_CAUTIONS | expected
        head = place.head(moment, contact, (1 << (line & COUNT)) - 1)
        piece = head, self._worded(place, moment, contact, line, bits), facts, expected
        self._make_room(len(piece[0]) + len(piece[1]))
        moment.pieces[contact] = piece
        return piece

    def _head(self, place: Place, moment: Moment, contact: int, shown: int) -> bytes:
        head = place.head(moment, contact, shown)
        self._make_room(len(head))
        moment.heads[shown << 32 | contact] = head
        return head

    def _end(self, key: int, place: Place, moment: Moment, contact: int, line: int, bits: int) -> bytes:
        end = self._worded(place, moment, contact, line, bits)
        self._make_room(len(end))
        moment.ends[key] = end
        return end

    def _worded(self, place: Place, moment: Moment, contact: int, line: int, bits: int) -> bytes:
        """Return a match's JSON from its first caution on."""
        if not _is_recent(line, moment):
            bits |= NOT_CHECKED_SINCE if line >> DAY_AT & DAY else NOT_CHECKED
        doubts = bits & EVERY_CAUTION
        kinds = moment.kinds(line >> SERVICE_AT) if moment.notices else ()
        if kinds:
            said = caution_text(doubts | NOTICE, kinds)
        else:
            said = self._cautions.get(doubts) or _remember(self._cautions, doubts, caution_text(doubts))
        parts = [said.start]
        if said.after_date is not None:
            parts += (since_bytes(line >> DAY_AT & DAY), said.after_date)
        if said.after_places is not None:
            parts += (place.only_in[contact], said.after_places)
        parts.append(place.closings[line >> SERVICE_AT])
        return b"".join(parts)

    def _make_room(self, size: int) -> None:
        """Count what is remembered, and drop all of it when it grows too large."""
        self._kept += size + _OVERHEAD
        if self._kept > _ROOM:
            self._kept = 0
            for place in self._places:
                place.moment = None


def _is_recent(line: int, moment: Moment) -> bool:
    return moment.day - (line >> DAY_AT & DAY) <= RECENT


def _remember(remembered: dict[int, Remembered], bits: int, text: Remembered) -> Remembered:
    if len(remembered) >= _MOST_TEXTS:
        remembered.clear()
    remembered[bits] = text
    return text
