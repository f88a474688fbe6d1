"""Make invented conversations in the data directory of this process's environment, and tell how to write in them.

Run as a program: `python -m tests.helpline.seeding 40` prints JSON, one object a conversation.
"""

from __future__ import annotations

import json
import os
import secrets
import sys

import django


def main(count: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pop.server.settings")
    django.setup()
    # Only after Django is set up can the product be asked; this is a program of its own.
    from pop.helpline.conversations.actions.opening import open_conversation  # noqa: PLC0415
    from pop.helpline.conversations.live.forms import form_token  # noqa: PLC0415
    from pop.helpline.lines.queries import lines  # noqa: PLC0415

    line = next(each.id for each in lines() if not each.practice)
    for number in range(count):
        opened = open_conversation(
            line=line, text=f"Invented first message {number}.", form_key=secrets.token_urlsafe(24), language="en"
        )
        told = {"conversation": opened.conversation.hex, "token": opened.token, "form": form_token(opened.token)}
        print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
