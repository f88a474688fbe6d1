"""People and children for a browser test of the desk: `python -m tests.desks people|children` prints JSON.

Works in the data directory of its environment only, which ends with the test; everything in it is invented.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pop.server.settings")
os.environ.setdefault("POP_DOOR", "console")

PASSWORD = "a grey heron on the quiet river"
CHILDREN = (
    ("13-17", "at_school", "en", "KE", False, "Hello. Somebody in my class has written things about me again."),
    ("8-12", "feel_bad", "en", "KE", False, "hi i cant sleep and my tummy hurts every day before school"),
    ("13-17", "danger_now", "en", "", True, "I do not know what to do. I am hiding in the bathroom."),
    ("", "", "fr", "FR", False, "Bonjour, je ne sais pas trop comment commencer."),
    ("18-24", "for_a_friend", "ar", "JO", False, "مرحبا، صديقتي حزينة جدا ولا أعرف كيف أساعدها"),
    ("13-17", "online", "es", "MX", False, "Hola, alguien me pide fotos y no quiero."),
    ("8-12", "just_talk", "en", "KE", False, "can i just talk"),
    ("13-17", "at_home", "en", "UG", False, "Things are loud at home again tonight."),
)


def people() -> dict[str, Any]:
    """Make a counsellor, a colleague and a supervisor, admitted to the lines for trying out."""
    from pop.people.actions import create_ready_staff  # noqa: PLC0415
    from pop.server.jobs.sandboxing import staff_key_made  # noqa: PLC0415

    made: dict[str, Any] = {}
    for name, role in (("Amina", "counsellor"), ("Bruno", "counsellor"), ("Salma", "supervisor")):
        secret = "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(32))
        person = create_ready_staff(
            email=f"{name.lower()}@example.org", name=name, roles=[role], password=PASSWORD, totp_secret=secret
        )
        staff_key_made({"staff": str(person.pk)})
        made[name] = {"id": str(person.pk), "email": person.email, "password": PASSWORD, "secret": secret}
    return made


def children() -> dict[str, Any]:
    """Let children write to the line for trying out, and return their cookies."""
    from datetime import timedelta  # noqa: PLC0415

    from django.utils import timezone  # noqa: PLC0415

    from pop.helpline.conversations.actions.opening import open_conversation  # noqa: PLC0415
    from pop.helpline.lines import queries  # noqa: PLC0415

    line = next(each for each in queries.lines() if each.sandbox and not each.practice)
    found = []
    for number, (age, tile, language, country, danger, text) in enumerate(CHILDREN):
        opened = open_conversation(
            line=line.id,
            text=text,
            form_key=secrets.token_urlsafe(24),
            language=language,
            age=age,
            country=country,
            tile=tile,
            danger=danger,
            now=timezone.now() - timedelta(minutes=3 * (len(CHILDREN) - number), seconds=7 * number),
        )
        found.append({"id": str(opened.conversation), "token": opened.token})
    return {"children": found}


if __name__ == "__main__":
    django.setup()
    json.dump({"people": people, "children": children}[sys.argv[1]](), sys.stdout)
