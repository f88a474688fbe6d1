"""What is left in SQLite's files of a conversation that was forgotten, and of a lease that was taken back.

`python -m tests.erasing` in a prepared data directory prints JSON: how many of the sealed values stood in the files
before, which kinds still do afterwards, and whether somebody could write while another one read.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import sqlite3
import sys
import threading
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pop.server.settings")


def run() -> dict[str, Any]:
    """Play it and return what was found."""
    # After django.setup(): these load models.
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from pop.events.actions import drain  # noqa: PLC0415
    from pop.helpline.conversations.actions.entering import end, keep_way_back  # noqa: PLC0415
    from pop.helpline.conversations.actions.forgetting import forget  # noqa: PLC0415
    from pop.helpline.conversations.actions.opening import open_conversation  # noqa: PLC0415
    from pop.helpline.conversations.models import CaseKey, KeySeal, Message  # noqa: PLC0415
    from pop.helpline.lines import queries  # noqa: PLC0415
    from pop.server.forgetting import overwrite_journal  # noqa: PLC0415
    from pop.server.wiring import SUBSCRIBERS  # noqa: PLC0415

    line = next(each.id for each in queries.lines() if each.sandbox and not each.practice)
    file = Path(settings.DATABASES["default"]["NAME"])
    # A connection of another process keeps the journal from being emptied by the last one that closes.
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("SELECT count(*) FROM helpline_message").fetchall()

    def begin() -> Any:
        return open_conversation(
            line=line, text="An invented first message", form_key=secrets.token_urlsafe(24), language="en"
        )

    def standing(values: dict[str, list[bytes]]) -> list[str]:
        bytes_there = b"".join(each.read_bytes() for each in sorted(file.parent.glob(f"{file.name}*")))
        return sorted(kind for kind, several in values.items() if any(each in bytes_there for each in several))

    forgotten, closed = begin(), begin()
    keep_way_back(forgotten.token, "en")
    theirs = {
        "message": [
            bytes(b) for b in Message.objects.filter(conversation=forgotten.conversation).values_list("blob", flat=True)
        ],
        **{
            f"{kind} seal": [
                bytes(b)
                for b in KeySeal.objects.filter(
                    case_key__conversation=forgotten.conversation, recipient=kind
                ).values_list("blob", flat=True)
            ]
            for kind in ("team", "code", "escrow", "session")
        },
        "lease": [bytes(CaseKey.objects.get(conversation=forgotten.conversation).lease or b"")],
    }
    lent = {"lease of a closed one": [bytes(CaseKey.objects.get(conversation=closed.conversation).lease or b"")]}
    before = standing({**theirs, **lent})
    overwrite_journal()

    def hear() -> None:
        drain(dict(SUBSCRIBERS), now=timezone.now() + dt.timedelta(minutes=1), limit=1_000)

    end(closed.token)
    hear()
    overwrite_journal()
    after_closing = standing(lent)

    # Somebody reads for a long time while a child forgets: nobody who writes waits for them.
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM helpline_message").fetchall()
    forget(forgotten.token)
    hear()
    tried = threading.Event()

    def write() -> None:
        writer = sqlite3.connect(file, timeout=8, isolation_level=None)
        tried.wait(1)
        try:
            writer.execute("CREATE TABLE written (x)")
            written.append(True)
        except sqlite3.OperationalError:
            written.append(False)

    written: list[bool] = []
    thread = threading.Thread(target=write)
    thread.start()
    overwrite_journal()
    tried.set()
    thread.join()
    while_read = standing(theirs)
    reader.close()
    overwrite_journal()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        patience = cursor.fetchone()[0]
    return {
        "before": before,
        "after_closing": after_closing,
        "written": written,
        "while_read": while_read,
        "after_forgetting": standing(theirs),
        "nothing_to_do": not overwrite_journal(),
        "patience": patience,
    }


if __name__ == "__main__":
    django.setup()
    json.dump(run(), sys.stdout)
