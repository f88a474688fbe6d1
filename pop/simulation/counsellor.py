"""Invented counsellors at the console.

They sign in, come on duty, hold several children at once, answer, hand over, let conversations sleep, and close each
with a record in codes.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import json
import random
import re
import struct
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final

from pop.simulation import script
from pop.simulation.tally import STAFF
from pop.simulation.wire import Answer, Browser, LostError, TurnedAwayError
from pop.simulation.world import GaveUpError, World, settled

BEAT_SECONDS: Final = 12.0
TICK_SECONDS: Final = 0.5
# How often somebody with room asks for the next child, and looks for what colleagues offer.
NEXT_SECONDS, OFFERS_SECONDS = 2.5, 6.0
CAPACITY: Final = 8
_STEP = 30
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_LINE = re.compile(r'id="duty-line".*?<option value="([0-9a-f-]{36})"', re.DOTALL)
_COLLEAGUES = re.compile(r'value="(staff:[0-9a-f-]{36})"')
_OFFERS = re.compile(r'action="/desk/offers/([0-9a-f-]{36})/accept"')
_HEAD_STATE = re.compile(r'id="head-[^"]*" data-state="([a-z_]+)"')
_CATEGORIES = re.compile(r'name="categories" value="([a-z_.]+)"')


@dataclass(frozen=True, slots=True)
class Login:
    """With what somebody signs in; `totp` is the authenticator's base32 secret."""

    email: str
    password: str
    totp: str


@dataclass(slots=True)
class Held:
    """A conversation on the desk: up to where it was read without a gap, and what is to be done when."""

    conversation: str
    child: int = -1
    last: int = 0
    state: str = "active"
    answer_at: float = 0.0
    act_at: float = 0.0
    act: str = "close"
    heard: int = 0
    enough: int = 5
    busy: bool = False

    @property
    def cursor(self) -> str:
        """This conversation's part of the id that a stream begins after."""
        return f"{self.conversation.replace('-', '')[:12]}.{self.last}"


class Counsellor:
    """One invented counsellor with one browser."""

    def __init__(self, number: int, login: Login, world: World, chance: random.Random) -> None:
        self.number = number
        self.held: dict[str, Held] = {}
        self._streams = 0
        self._asked: dict[str, int] = {}
        self._login = login
        self._world = world
        self._chance = chance
        self._browser = Browser(*world.console, language="en")
        self._csrf = ""
        self._tasks: set[asyncio.Task[None]] = set()
        self._given = number % 2 == 0
        self._next_at = self._offers_at = 0.0

    async def live(self) -> None:
        """Work from signing in until the time is over."""
        world = self._world
        try:
            await self._sign_in()
            await self._come_on_duty()
            world.standing["on duty"] += 1
            self._start(self._listen())
            self._start(self._beats())
            while world.goes_on:
                self._tick()
                await world.rest(TICK_SECONDS)
        except GaveUpError:
            world.standing["gave up"] += 1

    async def finish(self) -> None:
        """Close what is still open with one tap, and go off duty."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(LostError, GaveUpError):
            if self._csrf:
                for held in list(self.held.values()):
                    await self._act(f"/desk/c/{held.conversation}/close", one_tap="test")
                await self._act("/desk/duty", do="off_anyway")
        self._browser.close()

    # ---- coming in

    async def _sign_in(self) -> None:
        """Sign in by password, then by a code of the authenticator app."""
        while True:
            page, _ = await self._world.until(
                lambda: self._browser.get("/account/login/"),
                ends=lambda it: it.good or it.status == 302,
                what="sign in",
            )
            if page.good:
                # A limit of sign-ins a minute from one address stands before the door; it is waited for.
                page = await self._form(
                    "/account/login/", page, {"login": self._login.email, "password": self._login.password}
                )
            # Whoever has given the password already is led on.
            if page.status == 302 and await self._second_step(page.leads_to):
                return
            self._world.trouble["sign in: once more"] += 1
            await self._wait(2.0)

    async def _second_step(self, address: str) -> bool:
        """Give the authenticator's code; say whether that let them in."""
        if "second-step" not in address:
            return True
        page = await self._page(address, "second step")
        answer = await self._form("/security/second-step/", page, {"code": code_now(self._login.totp)})
        if answer.status == 302 and "second-step" not in answer.leads_to and "login" not in answer.leads_to:
            return True
        # A code works once; the next one comes with the next half minute.
        await self._wait(_STEP - time.time() % _STEP + 0.5)
        return False

    async def _form(self, path: str, page: Answer, fields: dict[str, str]) -> Answer:
        """Send a form of a page before there is a sign-in."""
        given = {**fields, "csrfmiddlewaretoken": _token_of(page)}
        answer, _ = await self._world.until(lambda: self._browser.form(path, given), ends=settled, what=path)
        return answer

    async def _come_on_duty(self) -> None:
        while True:
            page = await self._page("/desk", "desk")
            self._csrf = _token_of(page)
            line = _LINE.search(page.text)
            if line is not None:
                break
            await self._wait(1.0)  # the worker admits who is new to the team for trying out
        capacity, given = str(CAPACITY), "yes" if self._given or self._world.plan.steady else ""
        fields = {"do": "on", "line": line[1], "capacity": capacity, "languages": list(script.LANGUAGES)}
        await self._act("/desk/duty", **fields, **({"given": given} if given else {}))

    async def _wait(self, seconds: float) -> None:
        await self._world.rest(seconds)
        if not self._world.goes_on:
            raise GaveUpError("coming in")

    # ---- the desk

    def _tick(self) -> None:
        now = time.monotonic()
        active = sum(each.state == "active" for each in self.held.values())
        if active < CAPACITY and now > self._next_at:
            self._next_at = now + NEXT_SECONDS * (0.7 + 0.6 * self._chance.random())
            self._start(self._take_next())
        if now > self._offers_at:
            self._offers_at = now + OFFERS_SECONDS
            self._start(self._take_offers())
        for held in self.held.values():
            if held.busy:
                continue
            if held.answer_at and now >= held.answer_at:
                held.answer_at = 0.0
                self._start(self._answer(held))
            elif held.act_at and now >= held.act_at and not held.answer_at:
                held.act_at = 0.0
                self._start(self._do(held))

    async def _take_next(self) -> None:
        answer = await self._act("/desk/next")
        opened = _opened_by(answer)
        if opened:
            self._world.standing["taken"] += 1
            await self._adopt(opened)

    async def _take_offers(self) -> None:
        page = await self._world.until(lambda: self._browser.get("/desk/queue", part=True), ends=settled, what="queue")
        for offer in _OFFERS.findall(page[0].text):
            opened = _opened_by(await self._act(f"/desk/offers/{offer}/accept"))
            if opened:
                self._world.standing["offers accepted"] += 1
                await self._adopt(opened)

    async def _adopt(self, conversation: str) -> None:
        """Open a conversation's column, and keep up with it from then on."""
        held = self.held.get(conversation)
        if held is None:
            steady = self._world.plan.steady
            held = self.held[conversation] = Held(
                conversation, enough=10**9 if steady else self._chance.randrange(3, 9)
            )
            if not steady:
                fate = self._chance.random()
                held.act = "hand over" if fate < 0.06 else "sleep" if fate < 0.12 else "close"
        answer, _ = await self._world.until(
            lambda: self._browser.get(f"/desk/c/{conversation}", part=True), ends=settled, what="column"
        )
        if not answer.good:
            self.held.pop(conversation, None)
            return
        state = _HEAD_STATE.search(answer.text)
        held.state = state[1] if state else held.state
        for sequence, mark in script.rows(answer.text):
            held.last = max(held.last, sequence)
            message = self._world.tally.messages.get(mark)
            if message is not None:
                held.child = self._world.child_of[conversation] = message.talk
                self._world.tally.seen(mark, sequence=sequence, by=STAFF)
        if not held.answer_at:
            held.answer_at = time.monotonic() + self._thinks()

    async def _answer(self, held: Held) -> None:
        if held.child < 0 or held.state == "closed":
            return
        words = script.lines("en").counsellor
        mark, text, key = self._world.begin(self._chance.choice(words), talk=held.child, by=STAFF)
        fields = {"c": held.conversation, "text": text, "key": key}
        held.busy = True
        try:
            answer, seconds = await self._world.until(
                lambda: self._browser.json("/desk/send", fields), ends=settled, what="answer"
            )
        finally:
            held.busy = False
        if answer.good:
            self._world.tally.acknowledged(mark, seconds=seconds, sequence=int(json.loads(answer.body)["sequence"]))
        else:
            self._world.standing[f"refused {answer.status}"] += 1
        if held.heard >= held.enough and not held.act_at:
            held.act_at = time.monotonic() + 2 + 6 * self._chance.random()

    async def _do(self, held: Held) -> None:
        act, held.act, c = held.act, "close", held.conversation
        held.busy = True
        try:
            if act == "close" or held.state == "closed":
                await self._close(held)
                return
            held.enough += 3
            if act == "sleep":
                answer = await self._act(f"/desk/c/{c}/sleep")
                self._world.standing["sleeps"] += answer.good
                held.state = "sleeping"
                # The child's next words wake it; where none come, it is closed after a while.
                held.act_at = time.monotonic() + 25
                return
            page, _ = await self._world.until(
                lambda: self._browser.get(f"/desk/c/{c}/hand-over", part=True), ends=settled, what="hand over"
            )
            to = _COLLEAGUES.findall(page.text)
            if not to:
                return
            how = self._chance.choice(("cold", "warm"))
            answer = await self._act(f"/desk/c/{c}/hand-over", to=self._chance.choice(to), how=how, note="")
            self._world.standing[f"handed over {how}"] += answer.good
        finally:
            held.busy = False

    async def _close(self, held: Held) -> None:
        path = f"/desk/c/{held.conversation}/close"
        if held.heard < 2:
            answer = await self._act(path, one_tap="silent")
        else:
            page, _ = await self._world.until(lambda: self._browser.get(path, part=True), ends=settled, what="close")
            listed = [each for each in _CATEGORIES.findall(page.text) if not each.startswith("non_counselling")]
            if not listed:
                return
            category = self._chance.choice(listed)
            answer = await self._act(path, contact_type="child_self", categories=category)
        if answer.good:
            self._world.standing["records"] += 1
            self.held.pop(held.conversation, None)
        elif answer.status == 404:
            self.held.pop(held.conversation, None)
        else:
            held.act_at = time.monotonic() + 3

    def _thinks(self) -> float:
        plan = self._world.plan
        return plan.every * (0.25 + 0.3 * self._chance.random())

    # ---- the stream

    async def _listen(self) -> None:
        while True:
            cursor = ",".join(held.cursor for held in self.held.values())
            self._streams += 1
            self._asked = {held.conversation: held.last for held in self.held.values()}
            try:
                async with self._browser.stream("/desk/stream", after=cursor) as stream:
                    while event := await stream.next():
                        if event.data != "{}":
                            self._came(event.name, json.loads(event.data))
            except LostError as error:
                self._world.trouble[f"desk's stream: {error}"] += 1
            except TurnedAwayError as refused:
                self._world.trouble[f"desk's stream: {refused}"] += 1
            await asyncio.sleep(0.5 + self._chance.random())
            # What came in between to a conversation that the stream did not follow yet, stands in its column.
            for conversation in list(self.held):
                self._start(self._adopt(conversation))

    def _came(self, name: str, said: dict[str, object]) -> None:
        conversation = str(said.get("c", ""))
        held = self.held.get(conversation)
        if name in {"", "message"}:
            self._message(conversation, held, said)
        elif name == "state":
            state = str(said["state"])
            if held is None:
                if state == "active":
                    self._start(self._adopt(conversation))
            elif state == "gone":
                # Closed by the child, it still wants its record; handed over, it is somebody else's.
                if held.state != "closed" and not held.busy:
                    self._start(self._look_after(held))
            else:
                held.state = state
                if state == "closed" and not held.act_at:
                    held.act, held.act_at = "close", time.monotonic() + 1.5

    def _message(self, conversation: str, held: Held | None, said: dict[str, object]) -> None:
        sequence, text = int(str(said["n"])), str(said["t"]) if said["k"] == "text" else ""
        mark = script.mark_in(text)
        message = self._world.tally.messages.get(mark)
        if message is not None:
            # Twice is what one stream brings twice, or what it brings from before the place that it was asked for.
            reader = f"desk {self.number}, stream {self._streams}"
            for _ in range(1 if sequence > self._asked.get(conversation, 0) else 2):
                self._world.tally.streamed(mark, reader=reader, talk=message.talk, sequence=sequence, by=STAFF)
        if held is None:
            self._start(self._adopt(conversation))
            return
        if sequence == held.last + 1:
            held.last = sequence
        if said["a"] == "child":
            held.heard += 1
            if not held.answer_at:
                held.answer_at = time.monotonic() + self._thinks()

    async def _look_after(self, held: Held) -> None:
        answer, _ = await self._world.until(
            lambda: self._browser.get(f"/desk/c/{held.conversation}/head", part=True), ends=settled, what="head"
        )
        state = _HEAD_STATE.search(answer.text)
        if not answer.good or state is None:
            self.held.pop(held.conversation, None)
            return
        held.state = state[1]
        if held.state == "closed":
            held.act, held.act_at = "close", time.monotonic() + 1.5

    # ---- asking

    async def _beats(self) -> None:
        """Say every few seconds that this browser lives; who was given up comes on duty again."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            answer = await self._act("/desk/beat")
            if not answer.good:
                continue
            said = json.loads(answer.body)
            self._csrf = str(said["token"])
            if not said["on"]:
                self._world.standing["came on duty again"] += 1
                await self._come_on_duty()

    async def _act(self, path: str, **fields: str | list[str]) -> Answer:
        answer, _ = await self._world.until(
            lambda: self._browser.form(path, {**fields, "csrfmiddlewaretoken": self._csrf}, part=True),
            ends=settled,
            what=path.rpartition("/")[2],
        )
        return answer

    async def _page(self, path: str, what: str) -> Answer:
        answer, _ = await self._world.until(lambda: self._browser.get(path), ends=lambda it: it.good, what=what)
        return answer

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        with contextlib.suppress(GaveUpError):
            await work


def code_now(secret: str, *, now: float | None = None) -> str:
    """Return the six digits that an authenticator app shows (RFC 6238: SHA-1, 30 seconds)."""
    counter = struct.pack(">Q", int(now if now is not None else time.time()) // _STEP)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def _token_of(page: Answer) -> str:
    found = _CSRF.search(page.text)
    return found[1] if found else ""


def _opened_by(answer: Answer) -> str:
    """Return the conversation that an act opened, as it tells the page's script, or ""."""
    told = json.loads(answer.headers.get("hx-trigger", "{}"))
    opened = told.get("desk:open", {})
    return str(opened.get("c", ""))
