"""The two programs: the public door with its hot doors ahead of Django, and the console.

Both are made after Django is set up for their door, which `pop serve` does.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import cast

from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.utils import timezone

from pop.evidence.maps.http.assets import SCRIPT_HASH as MAP_SCRIPT
from pop.evidence.maps.http.assets import STYLE_HASHES as MAP_STYLES
from pop.evidence.maps.queries import warm
from pop.helpline.queue.queries.places import places
from pop.helpline.talk.http.talking import render_refused
from pop.helpline.talk.http.too_large import page_of_too_large
from pop.helpline.talk.pages import LOOK as TALK_LOOK
from pop.people.sign_in import CONSOLE_CSP_HASHES
from pop.registry.directory.http.style import CSS_HASH
from pop.server.marking import Marked
from pop.server.security import (
    FORM_FILES,
    SURVEY_PAGES,
    Application,
    Policy,
    Receive,
    Scope,
    Secured,
    Send,
    content_security_policy,
)
from pop.server.talking import Talking
from pop.server.wiring import join_pages, plain_doors, snapshots
from pop.signposting.finder.pages import LOOK as FINDER_LOOK
from pop.signposting.finder.plain_pages import PlainPages
from pop.surveys.openrosa.http.doors import ROOT as OPENROSA
from pop.surveys.openrosa.http.doors import OpenRosa
from pop.surveys.pages.http.uploads import ROOT as PICTURES
from pop.surveys.pages.http.uploads import Uploads
from pop.surveys.pages.look import SCRIPT_HASH as SURVEY_SCRIPT
from pop.surveys.pages.look import STYLE_HASH as SURVEY_STYLE

Hook = Callable[[], Awaitable[None]]


def django() -> Application:
    """Return Django for the door of this process. Its handler is typed for plain dicts, which is what servers pass."""
    return InTurn(cast("Application", ASGIHandler()))


# Each of Django's requests takes a thread, and threads share one interpreter: beyond a few at once all of them get
# slower, the ones that hold the database's write lock too. Who comes later waits in turn.
MOST_AT_ONCE = 16
# These pages wait for a key to be derived, in turn with everybody's codes: they must not take the others' places.
SLOW = re.compile(r"/talk/keep|/survey|/survey/[^/]+/(?:later|send)")
MOST_SLOW = 4


def warm_map() -> None:
    """Put the map's board together before anybody asks for it. What goes wrong is met again, and told, by who asks."""
    with contextlib.suppress(Exception):
        warm(now=timezone.now())


class InTurn:
    """Django, with so many requests at once."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.usual = asyncio.Semaphore(MOST_AT_ONCE)
        self.slow = asyncio.Semaphore(MOST_SLOW)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request when its turn comes."""
        async with self.slow if SLOW.fullmatch(scope["path"]) else self.usual:
            await self.application(scope, receive, send)


class Program:
    """One process's application: plain doors by path or by what it begins with, plain pages, Django; start and end."""

    def __init__(
        self,
        *,
        doors: dict[str, Application],
        pages: PlainPages | None,
        django: Application,
        start: Hook | None = None,
        stop: Hook | None = None,
        closing: Callable[[], None] | None = None,
        trees: Mapping[str, Application] | None = None,
    ) -> None:
        self.closing = closing
        self.trees = dict(trees or {})
        self.doors = doors
        self.pages = pages
        self.django = django
        self.start = start
        self.stop = stop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or the process's life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        door = self.doors.get(scope["path"])
        if door is not None:
            await door(scope, receive, send)
            return
        for root, tree in self.trees.items():
            if scope["path"].startswith(root):
                await tree(scope, receive, send)
                return
        if scope["method"] == "OPTIONS":
            allow = (b"allow", b"GET, HEAD, POST, OPTIONS")
            await send({"type": "http.response.start", "status": 204, "headers": [allow]})
            await send({"type": "http.response.body", "body": b""})
            return
        if self.pages is not None and await self.pages(scope, receive, send):
            return
        await self.django(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                if self.start:
                    await self.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self.stop:
                    await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


def public(talking: Talking | None = None) -> Secured | Marked:
    """Make the public door's application."""
    talks = talking or Talking("public", render=render_refused, places=places)
    current = snapshots()
    join_pages()
    looks = (FINDER_LOOK, TALK_LOOK)
    policy = Policy(
        csp=content_security_policy(
            scripts=[*(look.script_hash for look in looks), MAP_SCRIPT, SURVEY_SCRIPT],
            styles=[*(look.style_hash for look in looks), CSS_HASH, *MAP_STYLES, SURVEY_STYLE],
        ),
        referrer=b"no-referrer",
        production=settings.PRODUCTION,
        open_to_other_sites=True,
    )
    doors = plain_doors(current)
    pages = PlainPages(current)
    openrosa = OpenRosa()
    served = django()

    async def start() -> None:
        await current.start()
        await talks.start()
        # Beside the first requests, not before them: a page that is not there yet is rendered when it is asked for.
        warming.append(asyncio.create_task(asyncio.to_thread(pages.warm)))
        warming.append(asyncio.create_task(asyncio.to_thread(warm_map)))

    async def stop() -> None:
        await talks.stop()
        await current.stop()
        openrosa.close()

    warming: list[asyncio.Task[int] | asyncio.Task[None]] = []
    program = Program(
        doors={**doors.by_path, **talks.by_path},
        pages=pages,
        django=served,
        start=start,
        stop=stop,
        closing=talks.close_streams,
        trees={OPENROSA: openrosa, PICTURES: Uploads(served)},
    )

    async def too_large(path: str, headers: Mapping[bytes, bytes], beginning: bytes) -> bytes | None:
        return await talks.hub.in_thread(partial(page_of_too_large, path, headers, beginning))

    secured = Secured(
        program,
        policy,
        hot={"/v1/match": doors.answer},
        posts=talks.posts,
        too_large=too_large,
        bounded=(OPENROSA, PICTURES),
        roomy=SURVEY_PAGES,
    )
    return Marked(secured) if settings.DEMONSTRATION else secured


def console(talking: Talking | None = None) -> Secured | Marked:
    """Make the console's application."""
    talks = talking or Talking("console")
    current = snapshots()  # the finder stands in conversations too
    policy = Policy(
        csp=content_security_policy(
            scripts=CONSOLE_CSP_HASHES.scripts, styles=CONSOLE_CSP_HASHES.styles, own_scripts=True
        ),
        referrer=b"same-origin",
        production=settings.PRODUCTION,
        open_to_other_sites=False,
    )

    async def start() -> None:
        await current.start()
        await talks.start()

    async def stop() -> None:
        await talks.stop()
        await current.stop()

    program = Program(
        doors={"/healthz": health, **talks.by_path},
        pages=None,
        django=django(),
        start=start,
        stop=stop,
        closing=talks.close_streams,
    )
    secured = Secured(program, policy, posts=talks.posts, roomy=FORM_FILES)
    return Marked(secured) if settings.DEMONSTRATION else secured


def close_streams(application: Application) -> None:
    """End the streams of one of the applications above: a server that stops waits for its connections first."""
    secured = application.application if isinstance(application, Marked) else application
    program = secured.application if isinstance(secured, Secured) else secured
    if isinstance(program, Program) and program.closing is not None:
        program.closing()


async def health(scope: Scope, receive: Receive, send: Send) -> None:
    """Say that the process serves."""
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})
