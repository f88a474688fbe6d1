"""A conversation from the first message to its close."""

from __future__ import annotations

import pytest

from pop.helpline import database
from pop.helpline.conversations.actions.appending import Appended, Sending, append
from pop.helpline.conversations.actions.entering import child_enters, end
from pop.helpline.conversations.actions.moving import close, move
from pop.helpline.conversations.actions.opening import open_conversation
from pop.helpline.conversations.actions.reading import read, readers_of, staff_keys
from pop.helpline.conversations.models import CaseKey
from pop.helpline.conversations.queries.talks import messages_after, talk
from pop.helpline.lines.rules import RefusedError
from tests.helpline.conftest import House, client_key, form_key

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def test_a_child_writes_is_answered_reads_the_answer_and_it_is_closed(house: House) -> None:
    opened = open_conversation(line=house.line, text="I need help", form_key=form_key(), language="en")
    assert opened.state == "waiting"
    inside = child_enters(opened.token)
    assert inside is not None
    assert [each.text for each in messages_after(opened.conversation, 0, inside.keys)] == ["I need help"]
    keys = staff_keys(opened.conversation, house.counsellor.id, house.counsellor.private)
    move(
        opened.conversation,
        to="active",
        action="take",
        by=house.counsellor.id,
        assignee=house.counsellor.id,
        told="joined",
    )
    assert [
        each.text
        for each in read(
            opened.conversation, staff=house.counsellor.id, private_key=house.counsellor.private, how="answer"
        )
    ] == ["I need help", ""]
    with database.atomic():
        sent = append(Sending(opened.conversation, "counsellor", "I am here", client_key(), staff=house.counsellor.id))
    assert isinstance(sent, Appended)
    assert sent.sequence == 3
    inside = child_enters(opened.token)
    assert inside is not None
    assert [(each.author, each.text, each.notice) for each in messages_after(opened.conversation, 1, inside.keys)] == [
        ("system", "", {"code": "joined"}),
        ("counsellor", "I am here", {}),
    ]
    assert [(each.role, each.how) for each in readers_of(opened.token)] == [("counsellor", "answer")]
    end(opened.token)
    closed = talk(opened.conversation)
    assert closed is not None
    assert closed.state == "closed"
    assert closed.closed_at is not None
    assert closed.closed_at.minute % 15 == 0
    assert not CaseKey.objects.filter(lease__isnull=False).exists()
    assert (
        len(read(opened.conversation, staff=house.colleague.id, private_key=house.colleague.private, how="closed")) == 4
    )
    assert keys == staff_keys(opened.conversation, house.colleague.id, house.colleague.private)
    close(conversation=opened.conversation, by=None, ended_by="system")
    with database.atomic(), pytest.raises(RefusedError, match="closed"):
        append(Sending(opened.conversation, "child", "again", client_key(), token=opened.token))
