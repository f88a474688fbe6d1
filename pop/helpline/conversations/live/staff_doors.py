"""The counsellor's plain doors: POST /desk/send, POST /desk/typing, GET /desk/stream (one stream for all they have).

Another site is kept out by what the browser says itself: each of our pages' requests carries `Sec-Fetch-Site:
same-origin` or an `Origin` of this host, a POST without either is refused, and both cookies are SameSite=Strict. So no
form token has to be fetched or kept, and a page that lives for hours needs none anew. The sign-in is remembered for
seconds; each send's own transaction asks again whether it is still open, and whether the conversation is the sender's.

Statuses are those of the child's doors; 404 for a conversation that is not the sender's to know of.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Protocol, cast
from urllib.parse import parse_qs
from uuid import UUID

from pop.helpline import ringing
from pop.helpline.conversations.actions.watching import open_live
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
from pop.helpline.conversations.live.hub import Entry, Hub, Keys
from pop.helpline.conversations.live.sending import Batcher, NotSentError, Sending, StillOpen
from pop.helpline.conversations.live.streams import FROM_NOW, RETRY, STAFF, Stream, short, staff_cursor
from pop.helpline.conversations.live.typing_door import TypingDoor
from pop.helpline.conversations.queries.watching import conversations_of_staff, may_follow, staff_may_watch
from pop.helpline.conversations.rules import messages
from pop.helpline.lines.rules import RefusedError

SEAT_SECONDS = 10.0
# Open streams of one sign-in: the tabs of a counsellor's browser. One more, and the oldest ends.
MOST_STREAMS = 8
_MOST_ASKED = 20


class Seat(Protocol):
    """Somebody signed in (pop.people.seats): who, by which sign-in, and their private key."""

    @property
    def staff(self) -> UUID:
        """Who it is."""

    @property
    def session(self) -> UUID:
        """The sign-in's open key."""

    @property
    def private_key(self) -> bytes:
        """X25519, 32 bytes."""


SeatOf = Callable[[Mapping[str, str]], Seat | None]
Joined = Callable[[UUID, UUID], bool]


class StaffDoors:
    """The doors by path. `seat_of` looks cookies up; `names` are the cookies that make a sign-in; `joined` says whether
    a supervisor (second) is beside whoever has a conversation (first).
    """

    def __init__(
        self,
        *,
        batcher: Batcher,
        hub: Hub,
        render: Renderer,
        seat_of: SeatOf,
        still_open: StillOpen,
        names: tuple[str, ...],
        joined: Joined,
    ) -> None:
        self._batcher = batcher
        self._hub = hub
        self._render = render
        self._seat_of = seat_of
        self._still_open = still_open
        self._names = names
        self._joined = joined
        self._seats: OrderedDict[bytes, tuple[float, Seat]] = OrderedDict()
        self._streams: dict[UUID, list[Stream]] = {}
        self.by_path: dict[str, Door] = {
            "/desk/send": self.send,
            "/desk/typing": TypingDoor(ringing.COUNSELLOR, self._writes),
            "/desk/stream": self.stream,
        }
        self.posts = {"/desk/send": self.post}

    def post(self, headers: list[Header], body: bytes, answer: Answer) -> bool:
        """Take a message as the desk's script sends it, from a sign-in just seen; all else is left to `send`."""
        given = dict(headers)
        until, seat = self._seats.get(given.get(b"cookie", b""), (0.0, None))
        if seat is None or time.monotonic() >= until or given.get(b"content-type") != answers.JSON[1]:
            return False
        if forms.from_other_site(given) or not forms.says_own_site(given):
            return False
        try:
            sending = _sending(forms.read(answers.JSON[1], body), seat)
            if sending.author == messages.SUPERVISOR:
                return False
            self._batcher.put(sending, partial(answers.answer_sent, answer), session=seat.session)
        except (forms.MisreadError, NotSentError):
            return False
        return True

    async def send(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer POST /desk/send: `c` (conversation), `text`, `key`, and `as`: "counsellor" (usual) or "supervisor"."""
        if scope["method"] != "POST":
            await answers.other_method(send, b"POST")
            return
        asked: forms.Asked | None = None
        try:
            headers = dict(scope["headers"])
            asked = forms.read(headers.get(b"content-type", b""), await answers.body_of(receive))
            seat = await self._let_in(headers)
            sending = _sending(asked, seat)
            if sending.author == messages.SUPERVISOR:
                await self._is_beside(sending.conversation, seat)
            appended = await self._batcher.send(sending, session=seat.session)
        except forms.MisreadError as error:
            refusal = Refusal(400, "misread", error.detail, error.field)
        except RefusedError as error:
            refusal = answers.refusal_of(error.code)
        except NotSentError as error:
            refusal = Refusal(503, "not_sent", answers.NOT_SENT.detail, retry_after=error.retry_after)
        except DoorError as error:
            refusal = error.refusal
        else:
            if not asked.json:
                await answers.see_other(send, b"/desk/c/%s" % str(sending.conversation).encode())
                return
            await answers.respond(send, 200, answers.sent(appended.sequence, appended.at), answers.JSON)
            return
        await self._refuse(scope, send, refusal, asked)

    async def _writes(self, headers: forms.Headers, asked: forms.Asked) -> UUID:
        """Return where a counsellor writes: only a conversation that an open stream of theirs follows."""
        seat = await self._let_in(headers)
        conversation = _conversation(asked)
        if not self._hub.follows(seat.staff, conversation):
            raise DoorError(answers.refusal_of("unknown"))
        return conversation

    async def stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET /desk/stream: all that the sender has, and each `?c=` besides that their team may open.

        A conversation begins after its place in `Last-Event-ID` (or `?at=`, of the same form), else from now on.
        """
        if scope["method"] != "GET":
            await answers.other_method(send, b"GET")
            return
        headers = dict(scope["headers"])
        if forms.from_other_site(headers):
            await answers.problem(send, answers.OTHER_SITE)
            return
        query = parse_qs(scope["query_string"].decode("latin-1"))
        given = headers.get(b"last-event-id", b"").decode("latin-1") or query.get("at", [""])[0]
        cursor = staff_cursor(given)
        cookies = self._cookies(headers)
        stream = Stream(
            side=STAFF,
            send=send,
            abort=scope.get("pop.abort"),
            piece=scope.get("pop.piece"),
            ticket=cookies,
            asked=_asked(query.get("c", ())),
        )
        try:
            entry = await self._hub.in_thread(partial(self.admit, stream))
        except Exception:
            # Reading closes where the audit or the database fails.
            await answers.problem(send, Refusal(503, "not_now", "Try again in a moment.", retry_after=2))
            return
        if entry is None:
            await answers.problem(send, answers.SIGNED_OUT)
            return
        await send({"type": "http.response.start", "status": 200, "headers": answers.EVENTS})
        stream.push(RETRY)
        for conversation in entry.keys:
            stream.follow(conversation, cursor.get(short(conversation), FROM_NOW))
        self._hub.join(stream, entry)
        # Admitted, it has a sign-in.
        session = cast("UUID", stream.session)
        mine = self._streams.setdefault(session, [])
        mine.append(stream)
        if len(mine) > MOST_STREAMS:
            oldest = mine.pop(0)
            oldest.end()
            self._hub.leave(oldest)
        try:
            await answers.until_left(receive)
        finally:
            self._hub.leave(stream)
            if stream in mine:
                mine.remove(stream)
            if not mine and self._streams.get(session) is mine:
                del self._streams[session]

    def admit(self, stream: Stream) -> Entry | None:
        """Say what a stream may follow now, None when the sign-in is over. What is new is written to the audit first.

        Runs in a thread, at the beginning and every few seconds.
        """
        cookies = stream.ticket
        seat = self._seat_of(cookies) if isinstance(cookies, Mapping) else None
        if seat is None or (stream.who is not None and stream.who != seat.staff):
            return None
        stream.who = seat.staff
        stream.session = seat.session
        mine = conversations_of_staff(seat.staff)
        wanted = dict.fromkeys((*mine, *stream.asked))
        allowed = staff_may_watch(seat.staff, wanted)
        keys: dict[UUID, Keys] = {}
        for conversation in wanted:
            if conversation not in allowed:
                continue
            if self._hub.has_keys(stream, conversation):
                keys[conversation] = {}
                continue
            how = "answer" if conversation in mine else "live"
            try:
                keys[conversation] = open_live(conversation, staff=seat.staff, private_key=seat.private_key, how=how)
            except RefusedError:
                continue
        return Entry(keys)

    def stale(self, streams: Sequence[Stream]) -> set[Stream]:
        """Return the streams that must be admitted anew: the sign-in is over, or they may follow something else.

        A few queries for all of them, because this is asked of every stream every few seconds. Runs in a thread.
        """
        known = [stream for stream in streams if stream.who is not None and stream.session is not None]
        still = self._still_open({stream.session for stream in known if stream.session is not None})
        may = may_follow([(stream.who, stream.asked) for stream in known if stream.who is not None])
        return {
            stream
            for stream, now in zip(known, may, strict=True)
            if stream.session not in still or now != stream.positions.keys()
        }

    async def _let_in(self, headers: forms.Headers) -> Seat:
        if forms.from_other_site(headers) or not forms.says_own_site(headers):
            raise DoorError(answers.OTHER_SITE)
        line = headers.get(b"cookie", b"")
        now = time.monotonic()
        until, known = self._seats.get(line, (0.0, None))
        if known is not None and now < until:
            return known
        self._seats.pop(line, None)
        cookies = self._cookies(headers)
        if len(cookies) < len(self._names):
            raise DoorError(answers.SIGNED_OUT)
        try:
            seat = await self._hub.in_thread(partial(self._seat_of, cookies))
        except Exception:
            raise DoorError(answers.NOT_SENT) from None
        if seat is None:
            raise DoorError(answers.SIGNED_OUT)
        self._seats[line] = (now + SEAT_SECONDS, seat)
        # The oldest stand first: those that are over go, so that no key stays longer than it may.
        while self._seats and (next(iter(self._seats.values()))[0] < now or len(self._seats) > answers.MOST_KNOWN):
            self._seats.popitem(last=False)
        return seat

    def _cookies(self, headers: forms.Headers) -> dict[str, str]:
        found = forms.cookies(headers)
        return {name: found[name] for name in self._names if name in found}

    async def _is_beside(self, conversation: UUID, seat: Seat) -> None:
        """Keep out a supervisor who has not joined: the child is told who is there before anybody else writes."""
        try:
            beside = await self._hub.in_thread(partial(self._joined, conversation, seat.staff))
        except Exception:
            raise DoorError(answers.NOT_SENT) from None
        if not beside:
            raise DoorError(answers.refusal_of("unknown"))

    async def _refuse(self, scope: Scope, send: Send, refusal: Refusal, asked: forms.Asked | None) -> None:
        if asked is None or asked.json:
            await answers.problem(send, refusal)
            return
        form = RefusedForm(
            refusal=refusal,
            text=asked.fields.get("text", ""),
            key=asked.fields.get("key", ""),
            token="",
            conversation=asked.fields.get("c", ""),
            accept_language=dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1"),
        )
        page = await self._hub.in_thread(partial(self._render, form))
        await answers.respond(send, refusal.status, page, answers.HTML, *answers.retry(refusal))


def _sending(asked: forms.Asked, seat: Seat) -> Sending:
    return Sending(
        _conversation(asked),
        messages.SUPERVISOR if asked.fields.get("as") == messages.SUPERVISOR else messages.COUNSELLOR,
        forms.text_of(asked),
        forms.key_of(asked),
        staff=seat.staff,
        private_key=seat.private_key,
    )


_uuid = lru_cache(maxsize=4_096)(UUID)


def _conversation(asked: forms.Asked) -> UUID:
    try:
        return _uuid(asked.fields.get("c", ""))
    except ValueError:
        raise forms.MisreadError("c", "The conversation is named by its id in the field `c`.") from None


def _asked(named: Iterable[str]) -> frozenset[UUID]:
    found = set()
    for each in list(named)[:_MOST_ASKED]:
        try:
            found.add(UUID(each))
        except ValueError:
            continue
    return frozenset(found)
