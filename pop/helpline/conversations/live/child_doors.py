"""The child's plain doors: POST /talk/send, POST /talk/typing, GET /talk/stream.

| status | when |
|---|---|
| 200, 303 | sent: JSON {"sequence", "at"} for JSON, back to /talk for a form |
| 204 | typing was passed on |
| 400 | something cannot be read; `parameter` names it |
| 401 | no session, or one that ended |
| 403 | another site, a form of another session, a blocked conversation |
| 409 | the key was used for another message; the conversation is closed |
| 413 | over 64 kB (the wrapper around all doors) |
| 429 | too many messages, or paused: Retry-After |
| 503 | not sent, nothing acknowledged: Retry-After, and the same key again |
"""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import NamedTuple
from urllib.parse import parse_qs
from uuid import UUID

from django.utils import timezone

from pop.helpline import ringing
from pop.helpline.conversations.live import answers, forms
from pop.helpline.conversations.live.answers import (
    Answer,
    Door,
    DoorError,
    Header,
    Receive,
    Refusal,
    RefusedForm,
    Renderer,
    Scope,
    Send,
)
from pop.helpline.conversations.live.hub import Entry, Hub
from pop.helpline.conversations.live.sending import Batcher, NotSentError, Result, Sending
from pop.helpline.conversations.live.streams import CHILD, RETRY, Stream, child_cursor
from pop.helpline.conversations.live.typing_door import TypingDoor
from pop.helpline.conversations.queries.talks import conversation_of
from pop.helpline.conversations.queries.watching import watched_by_child
from pop.helpline.conversations.rules import messages
from pop.helpline.lines.rules import RefusedError

# The cookies of a browser of ours; what is longer would let one sender fill the memory with lines to remember.
MOST_REMEMBERED = 512
# Open streams of one session: a child's tabs. One more, and the oldest ends.
MOST_STREAMS = 8
# A form leads to what was just written, not to the top of the page.
_TALK = b"/talk#newest"


class Known(NamedTuple):
    """A session that was seen: its conversation, and what its forms carry."""

    conversation: UUID
    form: str


class ChildDoors:
    """The doors by path; `render` makes the page that answers a refused form."""

    def __init__(self, *, batcher: Batcher, hub: Hub, render: Renderer) -> None:
        self._batcher = batcher
        self._hub = hub
        self._render = render
        # A session's conversation never changes, and each send's own transaction asks again whether it is still open.
        self._known: OrderedDict[str, Known] = OrderedDict()
        # The token of a whole Cookie header: most requests of a browser have the same one.
        self._tokens: OrderedDict[bytes, str] = OrderedDict()
        self._streams: dict[str, list[Stream]] = {}
        self.by_path: dict[str, Door] = {
            "/talk/send": self.send,
            "/talk/typing": TypingDoor(ringing.CHILD, self._writes),
            "/talk/stream": self.stream,
        }
        self.posts = {"/talk/send": self.post}

    def post(self, headers: list[Header], body: bytes, answer: Answer) -> bool:
        """Take a message as our page's script sends it, from a session that was seen; all else is left to `send`."""
        given = dict(headers)
        token = self._tokens.get(given.get(b"cookie", b""), "")
        known = self._known.get(token)
        if known is None or given.get(b"content-type") != answers.JSON[1] or forms.from_other_site(given):
            return False
        try:
            asked = forms.read(answers.JSON[1], body)
            if not forms.same(known.form, asked.fields.get("token", "")):
                return False
            sending = Sending(
                known.conversation, messages.CHILD, forms.text_of(asked), forms.key_of(asked), token=token
            )
            self._batcher.put(sending, partial(self._told, answer, token))
        except (forms.MisreadError, NotSentError):
            return False
        return True

    def _told(self, answer: Answer, token: str, result: Result) -> None:
        if isinstance(result, RefusedError) and result.code == "unknown":
            self._known.pop(token, None)
            answers.answer_refused(answer, answers.NO_SESSION)
        else:
            answers.answer_sent(answer, result)

    async def send(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer POST /talk/send: `text`, `key` (of this message), `token` (of the form)."""
        if scope["method"] != "POST":
            await answers.other_method(send, b"POST")
            return
        headers = dict(scope["headers"])
        asked: forms.Asked | None = None
        token = ""
        try:
            asked = forms.read(headers.get(b"content-type", b""), await answers.body_of(receive))
            token, conversation = await self._let_in(headers, asked)
            sending = Sending(conversation, messages.CHILD, forms.text_of(asked), forms.key_of(asked), token=token)
            appended = await self._batcher.send(sending)
        except forms.MisreadError as error:
            refusal = Refusal(400, "misread", error.detail, error.field)
        except RefusedError as error:
            refusal = answers.NO_SESSION if error.code == "unknown" else answers.refusal_of(error.code)
            if error.code == "unknown":
                self._known.pop(token, None)
        except NotSentError as error:
            refusal = Refusal(503, "not_sent", answers.NOT_SENT.detail, retry_after=error.retry_after)
        except DoorError as error:
            refusal = error.refusal
        else:
            if not asked.json:
                await answers.see_other(send, _TALK)
                return
            await answers.respond(send, 200, answers.sent(appended.sequence, appended.at), answers.JSON)
            return
        await self._refuse(scope, send, refusal, asked, token)

    async def _writes(self, headers: forms.Headers, asked: forms.Asked) -> UUID:
        """Return where a child writes."""
        _, conversation = await self._let_in(headers, asked)
        return conversation

    async def stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET /talk/stream: what comes after `Last-Event-ID`, or after `?after=`, or from the beginning."""
        if scope["method"] != "GET":
            await answers.other_method(send, b"GET")
            return
        headers = dict(scope["headers"])
        token = forms.cookies(headers).get(forms.CHILD_COOKIE, "")
        if forms.from_other_site(headers):
            await answers.problem(send, answers.OTHER_SITE)
            return
        position = child_cursor(headers.get(b"last-event-id", b"").decode("latin-1"))
        if position is None:
            asked = parse_qs(scope["query_string"].decode("latin-1")).get("after", ["0"])
            position = child_cursor(asked[0]) or 0
        watched = None
        if token:
            try:
                watched = await self._hub.in_thread(partial(watched_by_child, token, now=timezone.now()))
            except Exception:
                await answers.problem(send, Refusal(503, "not_now", "Try again in a moment.", retry_after=2))
                return
        if watched is None:
            await answers.problem(send, answers.NO_SESSION)
            return
        stream = Stream(side=CHILD, send=send, abort=scope.get("pop.abort"), piece=scope.get("pop.piece"), ticket=token)
        await send({"type": "http.response.start", "status": 200, "headers": answers.EVENTS})
        stream.push(RETRY)
        stream.follow(watched.conversation, position)
        self._hub.join(stream, Entry({watched.conversation: watched.keys}))
        mine = self._streams.setdefault(token, [])
        mine.append(stream)
        if len(mine) > MOST_STREAMS:
            oldest = mine.pop(0)
            oldest.end()
            self._hub.leave(oldest)
        del watched, headers, token
        try:
            await answers.until_left(receive)
        finally:
            self._hub.leave(stream)
            if stream in mine:
                mine.remove(stream)
            if not mine and self._streams.get(str(stream.ticket)) is mine:
                del self._streams[str(stream.ticket)]

    def admit(self, stream: Stream) -> Entry | None:
        """Say what a child's stream may follow now, None when its session is over. Runs in a thread."""
        watched = watched_by_child(str(stream.ticket), now=timezone.now())
        return None if watched is None else Entry({watched.conversation: watched.keys})

    async def _let_in(self, headers: forms.Headers, asked: forms.Asked) -> tuple[str, UUID]:
        """Return the session's token and conversation, or raise the refusal."""
        if forms.from_other_site(headers):
            raise DoorError(answers.OTHER_SITE)
        token = forms.cookies(headers).get(forms.CHILD_COOKIE, "")
        if not token:
            raise DoorError(answers.NO_SESSION)
        given = asked.fields.get("token", "")
        known = self._known.get(token)
        if not (forms.same(known.form, given) if known else forms.check(token, given)):
            raise DoorError(answers.WRONG_FORM)
        if known is None:
            try:
                conversation = await self._hub.in_thread(partial(conversation_of, token))
            except Exception:
                raise NotSentError(2) from None
            if conversation is None:
                raise DoorError(answers.NO_SESSION)
            known = self._known[token] = Known(conversation, forms.form_token(token))
            if len(self._known) > answers.MOST_KNOWN:
                self._known.popitem(last=False)
        if len(headers[b"cookie"]) <= MOST_REMEMBERED:
            self._tokens[headers[b"cookie"]] = token
        if len(self._tokens) > answers.MOST_KNOWN:
            self._tokens.popitem(last=False)
        return token, known.conversation

    async def _refuse(self, scope: Scope, send: Send, refusal: Refusal, asked: forms.Asked | None, token: str) -> None:
        if asked is None or asked.json:
            await answers.problem(send, refusal)
            return
        headers = dict(scope["headers"])
        form = RefusedForm(
            refusal=refusal,
            text=asked.fields.get("text", ""),
            key=asked.fields.get("key", ""),
            token=token or forms.cookies(headers).get(forms.CHILD_COOKIE, ""),
            conversation="",
            accept_language=headers.get(b"accept-language", b"").decode("latin-1"),
        )
        page = await self._hub.in_thread(partial(self._render, form))
        await answers.respond(send, refusal.status, page, answers.HTML, *answers.retry(refusal))
