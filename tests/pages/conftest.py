"""A real public door over the real registry, a neutral site to leave to, and Chromium."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.served import serving

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Site(NamedTuple):
    """Where the server listens, where leaving leads, and the file that everything it writes goes to."""

    url: str
    port: int
    neutral: str
    log: Path
    data: Path


class Wire(NamedTuple):
    """One answer as it came over the wire."""

    size: int
    status: int
    head: bytes
    body: bytes


class _Neutral(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"<!doctype html><html lang=en><title>Weather</title><h1>Weather</h1><p>Sunny.</p>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def site(world: Path) -> Iterator[Site]:
    """Serve the public door over the real registry, with a neutral site of our own to leave to."""
    neutral = ThreadingHTTPServer(("127.0.0.1", 0), _Neutral)
    threading.Thread(target=neutral.serve_forever, daemon=True).start()
    # Another name for the same machine: to a browser it is another site, as it is in life.
    away = f"http://localhost:{neutral.server_address[1]}/"
    with serving(world, POP_EXIT_URL=away) as served:
        yield Site(served.url, served.port, away, served.log, served.data)
    neutral.shutdown()
    neutral.server_close()


@pytest.fixture(scope="session")
def ask(site: Site) -> Callable[..., Wire]:
    """Ask with a bare socket, as a browser asks, and count every byte that comes back."""

    def request(path: str, form: str | None = None, language: str = "en", cookie: str = "") -> Wire:
        method = "GET" if form is None else "POST"
        body = (form or "").encode()
        kind = "content-type: application/x-www-form-urlencoded\r\n" if form is not None else ""
        session = f"cookie: {cookie}\r\n" if cookie else ""
        head = (
            f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{site.port}\r\naccept-encoding: gzip, deflate, br\r\n"
            f"accept-language: {language}\r\n{kind}{session}content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", site.port), timeout=20) as link:
            link.sendall(head.encode() + body)
            came = b""
            while part := link.recv(65_536):
                came += part
        top, _, rest = came.partition(b"\r\n\r\n")
        return Wire(len(came), int(top.split(b" ", 2)[1]), top, rest)

    return request


# One per module, not per session: while Playwright runs, no other test here can run an event loop of its own.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium, with the back-forward cache on: Playwright switches it off unless told."""
    started = playwright.chromium.launch(
        executable_path=CHROMIUM, args=ARGUMENTS, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield started
    started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 360, "height": 640}, locale="en-GB")
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def without_script(browser: Browser) -> Iterator[Page]:
    """A page in a browser with JavaScript off, the size of a small phone."""
    made = browser.new_context(viewport={"width": 240, "height": 320}, java_script_enabled=False)
    made.set_default_timeout(10_000)
    yield made.new_page()
    made.close()


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where screenshots go: into the documentation when POP_SCREENSHOTS=1, otherwise nowhere that lasts."""
    if os.environ.get("POP_SCREENSHOTS") != "1":
        return tmp_path
    kept = ROOT / "docs" / "learn" / "screenshots"
    kept.mkdir(parents=True, exist_ok=True)
    return kept
