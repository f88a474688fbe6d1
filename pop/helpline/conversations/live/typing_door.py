"""The plain doors of typing marks, POST /talk/typing and /desk/typing: passed on to the other side, kept nowhere."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from uuid import UUID

from pop.helpline import ringing
from pop.helpline.conversations.live import answers, forms
from pop.helpline.conversations.live.answers import MOST_KNOWN, DoorError, Receive, Refusal, Scope, Send
from pop.helpline.conversations.live.sending import NotSentError

TYPING_SECONDS = 1.0

# When each conversation's last typing mark came, and which it was: a second of memory, nothing is stored.
Typed = OrderedDict[UUID, tuple[float, bool]]
# Where whoever asks may write. Raises MisreadError, DoorError, NotSentError.
Writes = Callable[[forms.Headers, forms.Asked], Awaitable[UUID]]


class TypingDoor:
    """One side's door (`ringing.CHILD` or `ringing.COUNSELLOR`); `writes` says in which conversation, or refuses."""

    def __init__(self, side: int, writes: Writes) -> None:
        self._side = side
        self._writes = writes
        self._typed: Typed = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a POST: `on` (1 or empty), and what `writes` reads."""
        if scope["method"] != "POST":
            await answers.other_method(send, b"POST")
            return
        try:
            headers = dict(scope["headers"])
            asked = forms.read(headers.get(b"content-type", b""), await answers.body_of(receive))
            conversation = await self._writes(headers, asked)
        except forms.MisreadError as error:
            await answers.problem(send, Refusal(400, "misread", error.detail, error.field))
            return
        except DoorError as error:
            await answers.problem(send, error.refusal)
            return
        except NotSentError:
            await answers.problem(send, answers.NOT_SENT)
            return
        on = asked.fields.get("on") == "1"
        if not too_soon(self._typed, conversation, on):
            ringing.ring_typing(conversation, self._side, on)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def too_soon(typed: Typed, conversation: UUID, on: bool) -> bool:
    """Say whether a typing mark only repeats one of the last second; it is then passed over."""
    now = time.monotonic()
    at, was = typed.get(conversation, (-TYPING_SECONDS, not on))
    if was == on and now - at < TYPING_SECONDS:
        return True
    typed[conversation] = (now, on)
    typed.move_to_end(conversation)
    if len(typed) > MOST_KNOWN:
        typed.popitem(last=False)
    return False
