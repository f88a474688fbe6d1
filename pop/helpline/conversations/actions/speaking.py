"""The language that a child chooses for its conversation."""

from __future__ import annotations

from pop.helpline import database
from pop.helpline.conversations.actions.moving import locked, tell
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.queries.talks import conversation_of
from pop.helpline.lines.rules import RefusedError


def speak(token: str, language: str) -> None:
    """Set the language of the child's pages, and in which it would like an answer: one of the interface's languages.

    Raises RefusedError("unknown") for a session that is not open.
    """
    conversation = conversation_of(token)
    if conversation is None:
        raise RefusedError("unknown")
    with database.atomic():
        row = locked(conversation)
        if row.language == language:
            return
        Conversation.objects.filter(pk=row.pk).update(language=language)
        tell(row, row.state, action="choose_language", by=None, detail={"language": language})
