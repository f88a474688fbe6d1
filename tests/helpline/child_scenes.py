"""Children's conversations in every state, for tests of the public door over a data directory of its own.

`python -m tests.helpline.child_scenes make 4` prints JSON {state: [{"id", "token", "form"}]}, four of each state;
`… look` prints {id: [state, messages, complaints, has a code, language]} of every conversation there is.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pop.server.settings")

# As a child meets them: the lifecycle's states, a blocked conversation, and sessions that open nothing.
INSIDE = ("waiting", "active", "sleeping", "promised", "message_left", "blocked", "closed")
OUTSIDE = ("none", "invented", "pending", "left", "forgotten")


def make(count: int) -> dict[str, list[dict[str, str]]]:
    """Make so many of each state."""
    return {state: [_one(state) for _ in range(count)] for state in (*INSIDE, *OUTSIDE)}


def look() -> dict[str, list[Any]]:
    """Return what there is of each conversation."""
    from pop.helpline.conversations.models import Complaint, Conversation, Message  # noqa: PLC0415

    return {
        str(row.pk): [
            row.state,
            Message.objects.filter(conversation=row, author="child").count(),
            Complaint.objects.filter(conversation=row).count(),
            row.code_public is not None,
            row.language,
        ]
        for row in Conversation.objects.all()
    }


def _one(state: str) -> dict[str, str]:
    # After django.setup(): these load models.
    from django.utils import timezone  # noqa: PLC0415

    from pop.helpline.conversations.actions.entering import begin_coming_back, end, leave, pause  # noqa: PLC0415
    from pop.helpline.conversations.actions.forgetting import forget  # noqa: PLC0415
    from pop.helpline.conversations.actions.moving import move  # noqa: PLC0415
    from pop.helpline.conversations.actions.opening import open_conversation  # noqa: PLC0415
    from pop.helpline.conversations.live.forms import form_token  # noqa: PLC0415
    from pop.helpline.conversations.models import Conversation  # noqa: PLC0415
    from pop.helpline.lines import queries  # noqa: PLC0415
    from pop.helpline.lines.models import Line  # noqa: PLC0415

    if state in ("none", "invented", "pending"):
        token = {"none": "", "invented": secrets.token_urlsafe(32)}.get(state) if state != "pending" else None
        token = begin_coming_back() if token is None else token
        return {"id": "", "token": token, "form": form_token(token)}
    line = next(each.id for each in queries.lines() if each.sandbox and not each.practice)
    Line.objects.filter(pk=line).update(hours="off" if state == "message_left" else "24/7")
    opened = open_conversation(line=line, text="Invented words", form_key=secrets.token_urlsafe(24), language="en")
    Line.objects.filter(pk=line).update(hours="24/7")
    now, nobody = timezone.now(), opened.conversation
    if state in ("active", "promised"):
        move(opened.conversation, to="active", action="take", by=nobody, assignee=nobody)
    if state == "promised":
        move(opened.conversation, to=state, action="promise", by=nobody, promised_for=now + timedelta(days=1))
    if state == "blocked":
        Conversation.objects.filter(pk=opened.conversation).update(blocked_at=now)
    act = {"sleeping": pause, "closed": end, "left": leave, "forgotten": forget}.get(state)
    if act is not None:
        act(opened.token)
    return {"id": str(opened.conversation), "token": opened.token, "form": form_token(opened.token)}


if __name__ == "__main__":
    django.setup()
    json.dump(make(int(sys.argv[2])) if sys.argv[1] == "make" else look(), sys.stdout)
