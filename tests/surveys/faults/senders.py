"""People who send answers with pictures without pause, and send again until they are told that all of it is kept."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
from lxml import html

from pop.surveys.pages.fields import anchor
from tests.at_work import AtWork
from tests.surveys.filled import png, poster
from tests.surveys.openrosa.sending import form

POSTER = f"/survey-pictures/pictures/{anchor('/data/place/poster')}"
_NAME = re.compile(rb"<name>([^<]+)</name>")


@dataclass
class Sent:
    """What was sent, and when (Unix seconds) it was acknowledged.

    Programs are known by their instance ids, browsers by an invented name that stands in the answers; each with the
    shades of its pictures.
    """

    programs: dict[str, tuple[float, tuple[int, ...]]] = field(default_factory=dict)
    browsers: dict[str, tuple[float, tuple[int, ...]]] = field(default_factory=dict)
    begun: int = 0

    def __len__(self) -> int:
        return len(self.programs) + len(self.browsers)


class Senders(AtWork):
    """So many threads of each kind against one door, until the block ends."""

    def __init__(self, port: int, token: str, *, programs: int, browsers: int) -> None:
        self.sent = Sent()
        self._url = f"http://127.0.0.1:{port}"
        self._token = token
        works = [self._collect] * programs + [self._fill] * browsers
        super().__init__([partial(self._repeat, work) for work in works], lambda: len(self.sent))

    @property
    def busy(self) -> bool:
        return all(thread.is_alive() for thread in self._threads)

    def _repeat(self, work: Callable[[httpx.Client, int], None]) -> None:
        with httpx.Client(base_url=self._url, timeout=20) as client:
            while not self._stop.is_set():
                with self._lock:
                    self.sent.begun += 1
                    number = self.sent.begun
                work(client, number)

    def _until(self, post: Callable[[], httpx.Response], good: set[int]) -> httpx.Response | None:
        """Send until the answer is one of these; None where the block ended first."""
        while not self._stop.is_set():
            try:
                answer = post()
            except httpx.HTTPError:
                time.sleep(0.03)
                continue
            if answer.status_code in good:
                return answer
            assert answer.status_code in {408, 503}, (answer.status_code, answer.text[:300])
            time.sleep(0.03)
        return None

    def _collect(self, client: httpx.Client, number: int) -> None:
        """Send as ODK Collect does: one post with both pictures, or two posts with one each."""
        instance = f"uuid:{uuid.uuid4()}"
        shades = (number % 200, (number * 7 + 1) % 200)
        xml = poster(instance, place=f"Gate {number}", photo="a.png", second="b.png")
        files = {"a.png": png(shades[0]), "b.png": png(shades[1])}
        address = f"/openrosa/{self._token}/submission"
        posts: list[tuple[dict[str, bytes], dict[str, str]]] = [(files, {})]
        if number % 2:
            posts = [({"a.png": files["a.png"]}, {"*isIncomplete*": "yes"}), ({"b.png": files["b.png"]}, {})]
        for some, more in posts:

            def post(some: dict[str, bytes] = some, more: dict[str, str] = more) -> httpx.Response:
                return client.post(address, files=form(xml, some), data=more)

            if self._until(post, {201, 202}) is None:
                return
        with self._lock:
            self.sent.programs[instance] = (time.time(), shades)

    def _fill(self, client: httpx.Client, number: int) -> None:
        """Fill the form in a browser without JavaScript, with one picture, and send it."""
        client.cookies.clear()
        name, shade = f"Invented Gate {number} {uuid.uuid4().hex[:8]}", number % 200
        steps: list[Callable[[], httpx.Response]] = [
            lambda: client.post("/survey/pictures", data={"language": "en", "anew": "yes"}),
            lambda: client.post(
                "/survey/pictures/1",
                data={"page": "/data/place", "/data/place/name": name, "do": "picture:/data/place/poster"},
            ),
            lambda: client.post(POSTER, files={"picture": ("IMG.PNG", png(shade), "image/png")}),
            lambda: client.get("/survey/pictures/review"),
        ]
        for step in steps:
            if self._until(step, {200, 303}) is None:
                return
        sent = self._until(lambda: client.post("/survey/pictures/send", data={"spoken": "en"}), {200})
        if sent is not None and _has_words(sent):
            with self._lock:
                self.sent.browsers[name] = (time.time(), (shade,))


def _has_words(answer: httpx.Response) -> bool:
    return bool(html.fromstring(answer.text).xpath("//p[@class='code']/bdi"))


def name_in(xml: Any) -> str:
    """Return the invented name that stands in the answers of a browser, "" where there is none."""
    found = _NAME.search(bytes(xml))
    return found[1].decode() if found else ""
