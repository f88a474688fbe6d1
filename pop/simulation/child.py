"""Invented children at the public door: they write, wait, talk, lose the network, come back, end or forget."""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import random
import re
from typing import Final

from pop.simulation import script
from pop.simulation.tally import CHILD
from pop.simulation.wire import Answer, Browser, LostError, TurnedAwayError
from pop.simulation.world import GaveUpError, World, settled

COOKIE: Final = "pop_public"
_TOKEN = re.compile(r'name="token" value="([^"]+)"')
_KEY = re.compile(r'name="key" value="([^"]+)"')
_STATE = re.compile(r'data-state="([a-z_]+)"')
_SIX = re.compile(r"<li><bdi[^>]*>([^<]+)</bdi></li>")
_COUNTRIES = ("KE", "FR", "ES", "JO", "IE", "SN")
_AGES = ("8-12", "13-17", "18-24", "")
_TILES = ("just_talk", "feel_bad", "at_school", "at_home", "online", "")
# A page that a waiting child without a script looks at again.
_LOOK_SECONDS = 4.0
_WORDS_SECONDS = 4.0
# How many of a hundred children do what.
_HABITS = {"plain": 15, "pauses": 10, "loses_network": 25, "keeps": 4, "leaves_waiting": 20, "ends": 45, "forgets": 4}


class Child:
    """One invented child with one conversation. `number` names the conversation in the books."""

    def __init__(self, number: int, world: World, chance: random.Random) -> None:
        self.number = number
        self.state = ""
        self.over = False
        self._world = world
        self._chance = chance
        self._language = chance.choices(script.LANGUAGES, (70, 12, 10, 8))[0]
        self._lines = script.lines(self._language)
        habits = {habit for habit, share in _HABITS.items() if chance.random() * 100 < share}
        self._habits = frozenset() if world.plan.steady else frozenset(habits)
        self._browser = self._new_browser()
        self._browsers = 1
        self._form = ""
        self._last = 0
        self._heard = asyncio.Event()  # an answer, since the last own message
        self._news = asyncio.Event()
        self._stream: asyncio.Task[None] | None = None

    async def live(self) -> None:
        """Do everything from the first message until there is nothing more to say, or the time is over."""
        world = self._world
        await world.rest(self._chance.random() * world.plan.arrive_within)
        if not world.goes_on:
            return
        try:
            if not await self._write_first():
                return
            await self._talk()
            await self._part()
        except GaveUpError:
            world.standing["gave up"] += 1
        finally:
            await self._stop_stream()

    async def read_out(self) -> None:
        """Read the whole conversation as it lies there, for the books. Raises GaveUpError."""
        if not self._form or self.over:
            return
        reader = self._new_browser()
        reader.cookies = dict(self._browser.cookies)
        for _ in range(60):
            try:
                await self._read_all(reader)
            except (LostError, TurnedAwayError) as error:
                self._world.trouble[f"reading out: {error}"] += 1
                await asyncio.sleep(0.5)
            else:
                self._world.tally.read_out(self.number)
                return
        raise GaveUpError("reading out")

    async def finish(self) -> None:
        """End what is still open, so that nothing of the run stays in the queue."""
        if self._form and not self.over and self.state != "closed":
            with contextlib.suppress(LostError):
                await self._browser.form("/talk/end", {"token": self._form})
        self._browser.close()

    # ---- the conversation

    async def _write_first(self) -> bool:
        """Write the first message. False: there is no line to write to."""
        world, chance = self._world, self._chance
        country = chance.choice(_COUNTRIES)
        address = f"/write?language={self._language}&country={country}"
        page, _ = await world.until(lambda: self._browser.get(address), ends=lambda it: it.good, what="write")
        key = _KEY.search(page.text)
        if key is None:
            world.trouble["write: no box"] += 1
            return False
        mark, text, _ = world.begin(chance.choice(self._lines.first), talk=self.number, by=CHILD)
        fields = {
            "language": self._language,
            "country": country,
            "age": chance.choice(_AGES),
            "tile": chance.choice(_TILES),
            "key": key[1],
            "text": text,
        }
        _, seconds = await world.until(
            lambda: self._browser.form("/write", fields),
            ends=lambda answer: answer.status == 303 and COOKIE in self._browser.cookies,
            what="first message",
        )
        world.tally.acknowledged(mark, seconds=seconds)
        world.standing["children"] += 1
        await self._look()
        if "plain" not in self._habits:
            self._start_stream()
        return True

    async def _talk(self) -> None:
        """Wait for somebody, then talk in turns."""
        world, chance = self._world, self._chance
        turns = 10**9 if world.plan.steady else chance.randrange(4, 13)
        keeps_at = 1 if "keeps" in self._habits else -1
        if "leaves_waiting" not in self._habits and not world.plan.steady:
            await self._until_answered(most=20)
            await self._send()  # one more while nobody is there
        while world.goes_on and self.state not in {"active", "closed"} and not self.over:
            await self._hear(_LOOK_SECONDS)
        for turn in range(turns):
            if not world.goes_on or self.state == "closed" or self.over:
                return
            await self._send()
            if turn == keeps_at:
                await self._come_back_by_words()
            if turn == 2 and "pauses" in self._habits:
                await self._pause()
            if "loses_network" in self._habits and chance.random() < 0.25 and self._stream is not None:
                await self._lose_network()
            # Not faster than a child may write, and now and then an answer stays without one for a while.
            slow = 3.0 if chance.random() < 0.1 and not world.plan.steady else 1.0
            await world.rest(max(3.2, world.plan.every * (0.6 + 0.8 * chance.random()) * slow))
            if not world.plan.steady:
                await self._until_answered(most=15)

    async def _send(self) -> None:
        if self.state == "closed" or self.over:
            return
        world = self._world
        mark, text, key = world.begin(self._chance.choice(self._lines.child), talk=self.number, by=CHILD)
        self._heard.clear()
        fields = {"text": text, "key": key, "token": self._form}
        if "plain" in self._habits:
            answer, seconds = await world.until(
                lambda: self._browser.form("/talk/send", fields), ends=settled, what="send"
            )
            sequence = 0
        else:
            answer, seconds = await world.until(
                lambda: self._browser.json("/talk/send", fields), ends=settled, what="send"
            )
            sequence = int(json.loads(answer.body)["sequence"]) if answer.good else 0
        if answer.good or answer.status == 303:
            world.tally.acknowledged(mark, seconds=seconds, sequence=sequence)
            return
        # It ended meanwhile: 409 and 403 say so.
        world.standing[f"refused {answer.status}"] += 1
        await self._look()

    async def _until_answered(self, *, most: float) -> None:
        until = asyncio.get_running_loop().time() + most
        while self._world.goes_on and not self._heard.is_set() and not self.over:
            left = until - asyncio.get_running_loop().time()
            if left <= 0 or self.state == "closed":
                return
            await self._hear(min(left, _LOOK_SECONDS))

    async def _hear(self, seconds: float) -> None:
        """Wait for something new; without a stream, by looking at the page again."""
        if self._stream is None:
            await self._world.rest(seconds)
            await self._look()
            return
        self._news.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)

    async def _look(self) -> None:
        """Look at the page."""
        answer, _ = await self._world.until(lambda: self._browser.get("/talk"), ends=settled, what="page")
        page = answer.text
        token, state = _TOKEN.search(page), _STATE.search(page)
        if not answer.good or token is None:
            self.over = True
            return
        self._form = token[1]
        self._moved_to(state[1] if state else self.state)
        for sequence, mark in script.rows(page):
            if mark:
                self._world.tally.seen(mark, sequence=sequence, by=CHILD)
            if sequence > self._last:
                self._heard.set()
                if self._stream is None:
                    self._last = sequence

    # ---- what children do besides

    async def _pause(self) -> None:
        await self._act("/talk/pause")
        self._world.standing["pauses"] += 1
        await self._world.rest(4 + 8 * self._chance.random())

    async def _lose_network(self) -> None:
        await self._stop_stream()
        self._browser.close()
        self._world.standing["networks lost"] += 1
        await self._world.rest(1 + 5 * self._chance.random())
        self._start_stream()

    async def _come_back_by_words(self) -> None:
        """Make a way back, close the browser, and come back with six words in another."""
        world = self._world
        page = await self._act("/talk/keep")
        words = " ".join(html.unescape(word) for word in _SIX.findall(page.text))
        if not page.good or not words:
            world.trouble[f"keep: {page.status}"] += 1
            return
        await self._stop_stream()
        self._browser.close()
        self._browser = self._new_browser()
        self._browsers += 1
        self._last = 0
        fields = {"words": words, "language": self._language}
        await world.until(
            lambda: self._browser.form("/back", fields),
            ends=lambda it: it.status == 303 and COOKIE in self._browser.cookies,
            what="back",
        )

        async def waits() -> Answer:
            await asyncio.sleep(_WORDS_SECONDS / 4)
            page = await self._browser.get("/back")
            if COOKIE not in self._browser.cookies:  # too many at once: the words are typed again
                return await self._browser.form("/back", fields)
            return page

        await world.until(waits, ends=lambda it: it.leads_to == "/talk", what="back")
        world.standing["came back by words"] += 1
        await self._look()
        if "plain" not in self._habits:
            self._start_stream()

    async def _part(self) -> None:
        """End, forget, or just be gone, as children do."""
        world = self._world
        if not world.goes_on or self.over:
            return
        if "forgets" in self._habits:
            # Read once more what is about to be deleted, so that the books can tell it from what is lost.
            await self._stop_stream()
            await self.read_out()
            world.tally.forgotten(self.number)
            answer = await self._act("/talk/forget")
            self.over = answer.good
            world.standing["forgot"] += self.over
        elif "ends" in self._habits and self.state != "closed":
            answer = await self._act("/talk/end")
            self._moved_to("closed" if answer.status == 303 else self.state)
        else:
            while world.goes_on and self.state != "closed" and not self.over:
                await self._hear(_LOOK_SECONDS)

    async def _act(self, path: str) -> Answer:
        answer, _ = await self._world.until(
            lambda: self._browser.form(path, {"token": self._form}), ends=settled, what=path
        )
        return answer

    # ---- the stream

    def _start_stream(self) -> None:
        self._stream = asyncio.create_task(self._listen(f"{self.number}.{self._browsers}"))

    async def _stop_stream(self) -> None:
        task, self._stream = self._stream, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _listen(self, reader: str) -> None:
        """Follow the conversation; when the connection goes, begin again behind the last thing heard."""
        while True:
            try:
                async with self._browser.stream("/talk/stream", after=str(self._last)) as stream:
                    while event := await stream.next():
                        if event.name in {"", "message"}:
                            self._came(event.data, reader)
                        elif event.name == "state":
                            self._moved_to(str(json.loads(event.data)["state"]))
            except LostError as error:
                self._world.trouble[f"child's stream: {error}"] += 1
            except TurnedAwayError as refused:
                self._world.trouble[f"child's stream: {refused}"] += 1
                if refused.status in {401, 403}:
                    self.over = True
                    return
            await asyncio.sleep(0.5 + self._chance.random() * 1.5)

    def _came(self, data: str, reader: str) -> None:
        message = json.loads(data)
        self._last = int(message["n"])
        mark = script.mark_in(message["t"]) if message["k"] == "text" else ""
        if mark:
            self._world.tally.streamed(mark, reader=reader, talk=self.number, sequence=self._last, by=CHILD)
        self._news.set()
        if message["a"] != CHILD:
            self._heard.set()

    async def _read_all(self, browser: Browser) -> None:
        """Read the stream from the beginning until nothing more comes."""
        async with browser.stream("/talk/stream?after=0") as stream:
            last, told = 0, False
            with contextlib.suppress(TimeoutError):
                while True:
                    # Where it stands is said behind what there is; a long conversation comes in several pieces.
                    there = told and last >= self._world.tally.least(self.number)
                    event = await asyncio.wait_for(stream.next(), 0.4 if there else 10.0)
                    if event is None:
                        raise LostError("ended")
                    told = told or event.name == "state"
                    if event.name in {"", "message"}:
                        message = json.loads(event.data)
                        last = int(message["n"])
                        mark = script.mark_in(message["t"]) if message["k"] == "text" else ""
                        if mark:
                            self._world.tally.found(mark, talk=self.number, sequence=last)

    def _moved_to(self, state: str) -> None:
        if state in {"gone", ""}:
            self.over = self.over or state == "gone"
            return
        self._world.standing[self.state] -= 1
        self._world.standing[state] += 1
        self.state = state
        self._news.set()

    def _new_browser(self) -> Browser:
        host, port = self._world.public
        return Browser(host, port, language=self._language)
