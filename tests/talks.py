"""Conversations in a data directory of their own, as the doors meet them: `python -m tests.talks 20 2` prints JSON.

{"staff": [{"id", "cookie"}], "talks": [{"id", "cookie", "form", "staff": index}]}: children's and counsellors' cookies
are worth something in that directory only, which ends with the test. Every conversation is active. The last of "staff"
is a supervisor, who has joined the last conversation.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import secrets
import sys
import time
from typing import Any
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pop.server.settings")
os.environ.setdefault("POP_DOOR", "console")


def make(children: int, counsellors: int) -> dict[str, Any]:
    """Open `children` conversations and share them out among `counsellors` who are signed in."""
    # After django.setup(): these load models.
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from pop.helpline import database  # noqa: PLC0415
    from pop.helpline.conversations.actions.opening import open_conversation  # noqa: PLC0415
    from pop.helpline.conversations.live.forms import form_token  # noqa: PLC0415
    from pop.helpline.conversations.models import Conversation  # noqa: PLC0415
    from pop.helpline.lines import actions as lines  # noqa: PLC0415
    from pop.helpline.lines import queries  # noqa: PLC0415
    from pop.helpline.queue.actions.supervising import join  # noqa: PLC0415
    from pop.people import key_actions, unlocking  # noqa: PLC0415
    from pop.people.models import Staff  # noqa: PLC0415
    from pop.people.proof import METHODS_KEY, METHODS_OF_KEY  # noqa: PLC0415
    from pop.people.seats import seat_of  # noqa: PLC0415
    from pop.people.sessions import SessionStore  # noqa: PLC0415
    from pop.people.stretching import stretch  # noqa: PLC0415

    line = next(each for each in queries.lines() if each.sandbox and not each.practice)
    team = queries.intake_team(line.id)
    assert team is not None
    staff, ids = [], []
    for role in ["counsellor"] * counsellors + ["supervisor"]:
        name = f"{secrets.token_hex(6)}@example.org"
        person = Staff.objects.create_user(name, "a long enough passphrase", roles=[role])
        person.authenticator_set.create(type="totp", data={"secret": "not opened here"})
        key = key_actions.make_key(staff=person.pk, under=stretch("a long enough passphrase"))
        lines.admit(team=team.id, staff=person.pk, role=role, by=None, by_key=None)
        session, held = key_actions.open_session(key=key, lasts=dt.timedelta(hours=1))
        store = SessionStore()
        store[SESSION_KEY] = str(person.pk)
        store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        store[HASH_SESSION_KEY] = person.get_session_auth_hash()
        store[METHODS_KEY] = [{"method": each, "at": time.time()} for each in ("password", "mfa")]
        store[METHODS_OF_KEY] = str(person.pk)
        store[unlocking.SESSION_NAME] = str(session)
        store.save()
        cookie = f"pop_console={store.session_key}; {unlocking.COOKIE}={base64.urlsafe_b64encode(held).decode()}"
        staff.append({"id": str(person.pk), "cookie": cookie, "session": str(session)})
        ids.append(person.pk)
    talks = []
    for number in range(children):
        with database.atomic():
            opened = open_conversation(
                line=line.id, text="An invented first message", form_key=secrets.token_urlsafe(24), language="en"
            )
            mine = number % counsellors if counsellors else None
            if mine is not None:
                now = timezone.now()
                Conversation.objects.filter(pk=opened.conversation).update(
                    state="active", state_since=now, assignee=ids[mine], assigned_at=now
                )
        talks.append(
            {
                "id": str(opened.conversation),
                "cookie": f"pop_public={opened.token}",
                "form": form_token(opened.token),
                "staff": mine,
            }
        )
    seat = seat_of(dict(each.split("=", 1) for each in staff[-1]["cookie"].split("; ")))
    if talks and counsellors and seat is not None:
        joined = UUID(str(talks[-1]["id"]))
        join(conversation=joined, staff=seat.staff, private_key=seat.private_key, reason="safety")
    return {"staff": staff, "talks": talks}


if __name__ == "__main__":
    django.setup()
    json.dump(make(int(sys.argv[1]), int(sys.argv[2])), sys.stdout)
