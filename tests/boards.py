"""A supervisor's sign-in for browser tests of the board: `python -m tests.boards` prints JSON {"cookies", "line"}.

Works in the data directory of its environment only, which ends with the test; everything in it is invented.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import sys
import time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pop.server.settings")
os.environ.setdefault("POP_DOOR", "console")


def make() -> dict[str, Any]:
    """Let children write to the line for trying out, and sign its supervisor in."""
    # After django.setup(): these load models.
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415

    from pop.helpline.lines import actions as lines  # noqa: PLC0415
    from pop.helpline.lines import queries  # noqa: PLC0415
    from pop.people import key_actions, unlocking  # noqa: PLC0415
    from pop.people.models import Staff  # noqa: PLC0415
    from pop.people.proof import METHODS_KEY, METHODS_OF_KEY  # noqa: PLC0415
    from pop.people.sessions import SessionStore  # noqa: PLC0415
    from pop.people.stretching import stretch  # noqa: PLC0415
    from tests.desks import children  # noqa: PLC0415

    phrase = "a long enough passphrase"
    person = Staff.objects.create_user("lead@example.org", phrase, roles=["supervisor"], name="Lead")
    person.authenticator_set.create(type="totp", data={"secret": "not opened here"})
    key = key_actions.make_key(staff=person.pk, under=stretch(phrase))
    line = next(each for each in queries.lines() if each.sandbox and not each.practice)
    for each in queries.lines():
        team = queries.intake_team(each.id)
        assert team is not None
        lines.admit(team=team.id, staff=person.pk, role="supervisor", by=None, by_key=None)
    session, held = key_actions.open_session(key=key, lasts=dt.timedelta(hours=1))
    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store[METHODS_KEY] = [{"method": each, "at": time.time()} for each in ("password", "mfa")]
    store[METHODS_OF_KEY] = str(person.pk)
    store[unlocking.SESSION_NAME] = str(session)
    store.save()
    cookies = {"pop_console": store.session_key, unlocking.COOKIE: base64.urlsafe_b64encode(held).decode()}
    team = queries.intake_team(line.id)
    made = children()["children"]
    return {
        "cookies": cookies,
        "line": str(line.id),
        "team": str(team.id) if team else "",
        "talks": [each["id"] for each in made],
    }


if __name__ == "__main__":
    django.setup()
    json.dump(make(), sys.stdout)
