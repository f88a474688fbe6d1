"""What the counsellor of `staff_at_work` does, once Django is set up."""

from __future__ import annotations

import secrets
import sys

from pop.helpline import database
from pop.helpline.conversations.actions.appending import Sending, append
from pop.helpline.conversations.actions.moving import move
from pop.helpline.conversations.models import Conversation
from pop.helpline.lines import actions as line_actions
from pop.helpline.lines import queries as line_queries
from pop.helpline.ringing import ring
from pop.people.models import Staff
from tests.helpline.conftest import give_key

EMAIL = "counsellor@example.org"


def main() -> None:
    conversation = Conversation.objects.filter(practice=False).latest("opened_at")
    staff = Staff.objects.filter(email=EMAIL).first()
    if staff is None:
        staff = Staff.objects.create_user(EMAIL, "a long enough passphrase", roles=["counsellor"])
        give_key(staff)
    if not line_queries.is_member(staff.pk, conversation.team_id):
        line_actions.admit(team=conversation.team_id, staff=staff.pk, role="counsellor", by=None, by_key=None)
    if conversation.assignee != staff.pk:
        move(conversation.pk, to="active", action="take", by=staff.pk, assignee=staff.pk, told="joined")
    for text in sys.argv[1:]:
        with database.atomic():
            append(Sending(conversation.pk, "counsellor", text, secrets.token_urlsafe(12), staff=staff.pk))
            ring([conversation.pk])
