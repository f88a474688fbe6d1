"""Steps that tests of conversations take."""

from __future__ import annotations

from uuid import UUID

from pop.helpline import database
from pop.helpline.conversations.actions.appending import Appended, Sending, append
from pop.helpline.conversations.actions.entering import child_enters
from pop.helpline.conversations.actions.moving import move
from pop.helpline.conversations.actions.opening import Opened, open_conversation
from pop.helpline.conversations.actions.reading import staff_keys
from pop.helpline.conversations.queries.talks import Talk, messages_after, talk
from tests.helpline.conftest import House, Person, client_key, form_key


def begin(house: House, text: str = "a first message", **ticked: object) -> Opened:
    """Let a child open a conversation."""
    return open_conversation(line=house.line, text=text, form_key=form_key(), language="en", **ticked)  # type: ignore[arg-type]


def say(opened: Opened, text: str, key: str = "") -> Appended:
    """Let the child write."""
    with database.atomic():
        return append(Sending(opened.conversation, "child", text, key or client_key(), token=opened.token))


def answer(conversation: UUID, by: Person, text: str, key: str = "") -> Appended:
    """Let whoever has the conversation write."""
    with database.atomic():
        sending = Sending(conversation, "counsellor", text, key or client_key(), staff=by.id, private_key=by.private)
        return append(sending)


def take(conversation: UUID, by: Person) -> Talk:
    """Let somebody of the team take a conversation."""
    keys = staff_keys(conversation, by.id, by.private)
    return move(conversation, to="active", action="take", by=by.id, assignee=by.id, keys=keys, told="joined")


def seen_by_child(token: str) -> list[tuple[int, str, str]]:
    """Return what the child sees: (sequence, author, words or the notice's code)."""
    inside = child_enters(token)
    assert inside is not None
    said = messages_after(inside.conversation.id, 0, inside.keys)
    return [(each.sequence, each.author, each.text or str(each.notice["code"])) for each in said]


def state_of(conversation: UUID) -> str:
    """Return a conversation's state."""
    found = talk(conversation)
    assert found is not None
    return found.state
