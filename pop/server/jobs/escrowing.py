"""`pop escrow`: which complaints wait for the escrow, and how two of its three people open and answer one.

The words are shown on a terminal and nowhere else. Private keys are read from files; none of them, and no word, ever
stands in an argument, in which every process of the machine could read it.
"""

from __future__ import annotations

import argparse
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final
from uuid import UUID

from pop.helpline.conversations.actions.complaining import OpenedComplaint
from pop.helpline.conversations.actions.escrow import answer_as_escrow, open_as_escrow
from pop.helpline.conversations.queries.escrow import waiting_for_escrow
from pop.helpline.lines.rules import RefusedError
from pop.privacy.keyring import keyring
from pop.privacy.keys import HOLDERS, KeysError, escrow_pair
from pop.server.jobs.preparing import make_ready

# Signs that turn the direction of a text round: what is shown must be what was written.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_WHY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "unknown": "there is no such complaint: `pop escrow list` shows those that wait for the escrow",
        "locked": "these two keys do not open it: it was sealed to other keys of the escrow",
        "answered": "it has an answer already, which stays",
        "empty": "the answer is empty: nothing was sent",
        "too_long": "the answer has more than 4,000 characters: nothing was sent",
        "unreadable": "something in the answer cannot be kept: nothing was sent",
    }
)


class _NotOpenedError(Exception):
    """Why nothing was opened; its text holds no key and no word."""


def list_(_: argparse.Namespace) -> int:
    """List the complaints that nobody but the escrow can open: ids and days, no words."""
    _prepare()
    rows = waiting_for_escrow()
    if not rows:
        print("No complaint waits for the escrow.")
        return 0
    today = datetime.now(UTC).date()
    for row in rows:
        late = "  OVERDUE" if row.due_on < today else ""
        print(f"{row.id}  made {row.made_at:%Y-%m-%d}  answer by {row.due_on:%Y-%m-%d}{late}  {_inert(row.line)}")
    print("Two of the three people open one: pop escrow open ID --key FILE --key FILE", file=sys.stderr)
    return 0


def open_(arguments: argparse.Namespace) -> int:
    """Show one complaint, and with `--answer` send the answer that is then typed."""
    try:
        complaint = _id(arguments.id)
        if not _on_a_terminal():
            raise _NotOpenedError("a complaint is shown on a terminal only, not in a file or to another program")
        _prepare()
        privates = _seats([Path(each) for each in arguments.key])
        opened = open_as_escrow(complaint=complaint, privates=privates)
        _show(opened)
        if arguments.answer:
            if opened.answer is not None:
                raise RefusedError("answered")
            answer_as_escrow(complaint=complaint, text=_typed(), privates=privates)
            print("The answer is sent. The child finds it where it complained, or with its six words.")
    except (_NotOpenedError, KeysError) as error:
        print(f"pop escrow open: {error}", file=sys.stderr)
        return 1
    except RefusedError as error:
        print(f"pop escrow open: {_WHY[error.code]}", file=sys.stderr)
        return 1
    return 0


def _prepare() -> None:
    for line in make_ready():
        print(line, file=sys.stderr)


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise _NotOpenedError("this is not the id of a complaint: `pop escrow list` shows them") from None


def _on_a_terminal() -> bool:
    return sys.stdout.isatty()


def _seats(files: Sequence[Path]) -> dict[str, bytes]:
    """Return two private keys by seat. Raises _NotOpenedError and KeysError, which name files and hold no key."""
    if len(files) != 2:
        raise _NotOpenedError("exactly two keys are needed, of two of the three people: --key FILE --key FILE")
    seats = dict(zip(keyring().escrow, HOLDERS, strict=True))
    found: dict[str, bytes] = {}
    for file in files:
        if not file.is_file():
            raise _NotOpenedError(f"there is no file {file}")
        pair = escrow_pair(file)
        seat = seats.get(pair.public)
        if seat is None:
            raise _NotOpenedError(f"{file} is none of the three escrow keys of this service")
        if seat in found:
            raise _NotOpenedError("both files hold the key of the same person: a second person is needed")
        found[seat] = pair.private
    return found


def _show(opened: OpenedComplaint) -> None:
    row = opened.row
    print(
        f"Complaint of {row.made_at:%Y-%m-%d}, to be answered by {row.due_on:%Y-%m-%d}. That you opened it is recorded."
    )
    print(f"\n{_inert(opened.text)}\n")
    if opened.answer is not None and row.answered_at is not None:
        print(f"The answer of {row.answered_at:%Y-%m-%d}:\n\n{_inert(opened.answer)}\n")


def _typed() -> str:
    print("Write the answer. It shows the date, and no name. End it with Ctrl-D on an empty line.", file=sys.stderr)
    try:
        return sys.stdin.read().strip("\r\n")
    except UnicodeDecodeError:
        raise RefusedError("unreadable") from None


def _inert(text: str) -> str:
    """Return a text that a terminal shows and never obeys: what steers it, or turns it round, is written out."""
    shown = "".join(
        f"\\u{ord(sign):04x}"
        if sign in _TURNING or (unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") and sign not in "\n\t")
        else sign
        for sign in text.replace("\r\n", "\n")
    )
    # A terminal of another encoding shows what it cannot as a number, rather than nothing at all.
    encoding = sys.stdout.encoding or "utf-8"
    return shown.encode(encoding, "backslashreplace").decode(encoding)
