"""First pages without Django: rendered once for each language and country, kept gzipped in memory, sent as they are.

What is kept belongs to one engine and ends with it, or with the next notice that begins or ends. The memory is bounded:
8 pickers and 8 × 250 countries of about 5 kB.
"""

from __future__ import annotations

import functools
import gzip
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from pop_sdk.engine import Engine

from pop.pages.answers import accepts_gzip
from pop.places.countries import codes
from pop.places.languages import best_language, guessed_country
from pop.places.words import LANGUAGES
from pop.signposting.finder import pages, queries
from pop.signposting.finder.alphabet import LIKELY

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]

MOST_PAGES = 2048
# A page is rendered afresh at the latest after a day: languages and tables may be replaced beneath us.
LONGEST = 86_400
_PATH = re.compile(rf"/(?:({'|'.join(LANGUAGES)})(?:/([A-Z]{{2}}))?)?\Z")

_TYPE: Header = (b"content-type", b"text/html; charset=utf-8")
_GZIP: Header = (b"content-encoding", b"gzip")


@functools.lru_cache(maxsize=1024)
def language_and_country(header: str) -> tuple[str, str]:
    """Return (language, guessed country or "") for an Accept-Language header."""
    return best_language(header), guessed_country(header, codes())


@dataclass(frozen=True, slots=True)
class _Page:
    zipped: bytes
    headers: tuple[Header, ...]
    until: float


class PlainPages:
    """The plain door of first pages. Call it before Django; it returns False for whatever is not its own."""

    def __init__(self, source: queries.Source, *, now: Callable[[], float] = time.time) -> None:
        """Take the process's snapshots; their engine also tells when everything must be rendered again."""
        self.source = source
        self.now = now
        self._engine: Engine | None = None
        self._pages: dict[tuple[str, str], _Page] = {}

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> bool:
        """Answer GET and HEAD of `/`, `/<language>` and `/<language>/<country>`, and say whether it did."""
        if scope["method"] not in {"GET", "HEAD"}:
            return False
        matched = _PATH.match(scope["path"])
        if matched is None:
            return False
        preferred = encodings = ""
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                encodings = value.decode("latin-1")
            elif name == b"accept-language":
                preferred = value.decode("latin-1")
        if matched[1]:
            language, country = matched[1], matched[2] or ""
        else:
            language, country = language_and_country(preferred)
        if country and country not in codes():
            return False
        page = self.page(language, country)
        if accepts_gzip(encodings):
            body, headers = page.zipped, page.headers
        else:
            body = gzip.decompress(page.zipped)
            headers = _headers(len(body), zipped=False)
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
        return True

    def page(self, language: str, country: str) -> _Page:
        """Return a first page, rendered now if it is not kept. `country` may be "" for the picker."""
        engine = self.source.engine
        if engine is not self._engine:
            self._engine = engine
            self._pages = {}
        key = (language, country)
        kept = self._pages.get(key)
        now = self.now()
        if kept is not None and now < kept.until:
            return kept
        if len(self._pages) >= MOST_PAGES:
            self._pages = {}
        fresh = _rendered(language, country, int(now))
        self._pages[key] = fresh
        return fresh

    def warm(self) -> int:
        """Render the pickers and the likeliest countries of each language, and return how many pages are kept."""
        for language in LANGUAGES:
            for country in ("", *LIKELY[language]):
                self.page(language, country)
        return len(self._pages)


def _rendered(language: str, country: str, now: int) -> _Page:
    until = now + LONGEST
    if country:
        changes = queries.country(country, language=language, now=now).notices_change_at
        until = min(until, changes) if changes is not None else until
    zipped = gzip.compress(pages.first_page(language, country, now=now), 9, mtime=0)
    return _Page(zipped=zipped, headers=_headers(len(zipped), zipped=True), until=until)


def _headers(length: int, *, zipped: bool) -> tuple[Header, ...]:
    vary = (b"vary", b"accept-language, accept-encoding")
    size = (b"content-length", b"%d" % length)
    return (_TYPE, _GZIP, vary, size) if zipped else (_TYPE, vary, size)
