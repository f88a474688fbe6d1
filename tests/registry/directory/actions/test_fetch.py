"""Asking real servers on this machine for addresses."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pop.registry.directory.actions.fetch import fetch


class Pages(BaseHTTPRequestHandler):
    """One page for each way a server can answer."""

    asked: list[str]

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def answer(self) -> None:
        self.server.asked.append(f"{self.command} {self.path}")  # type: ignore[attr-defined]
        page = self.path.partition("?")[0]
        if page.startswith("/hop/"):
            left = int(page.rsplit("/", 1)[1])
            self.send_response(302)
            self.send_header("Location", f"/hop/{left - 1}" if left else "/good")
        elif page == "/away":
            self.send_response(301)
            self.send_header("Location", "file:///etc/passwd")
        elif page == "/long":
            self.send_response(302)
            self.send_header("Location", "/" + "a" * 500)
        elif page in ("/bracket", "/nul"):
            self.send_response(302)
            self.send_header("Location", "http://[" if page == "/bracket" else "/a\0b")
        elif page == "/no-head" and self.command == "HEAD":
            self.send_response(405)
        elif page in ("/good", "/no-head"):
            self.send_response(200)
        else:
            self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """A web server on loopback; `asked` holds what it was asked for."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as serving:
        serving.asked = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


@pytest.fixture
def at(server: ThreadingHTTPServer) -> str:
    """The server's address."""
    return f"http://127.0.0.1:{server.server_port}"


def test_a_page_that_is_there_is_asked_for_its_head_only(server, at):
    assert fetch(f"{at}/good?a=b", allow_private=True) == (200, "", f"{at}/good?a=b")
    assert server.asked == ["HEAD /good?a=b"]


def test_a_server_that_knows_no_head_is_asked_again(server, at):
    assert fetch(f"{at}/no-head", allow_private=True).status == 200
    assert server.asked == ["HEAD /no-head", "GET /no-head"]


def test_a_page_that_is_gone_says_so(at):
    assert fetch(f"{at}/gone", allow_private=True) == (404, "", f"{at}/gone")


def test_three_redirects_are_followed_and_a_fourth_is_not(at):
    assert fetch(f"{at}/hop/2", allow_private=True) == (200, "", f"{at}/good")
    assert fetch(f"{at}/hop/3", allow_private=True).failure == "too_many_redirects"


def test_a_redirect_to_what_is_no_address_ends_there_and_is_not_kept(at):
    for page in ("/bracket", "/nul"):
        assert fetch(f"{at}{page}", allow_private=True) == (0, "bad_redirect", f"{at}{page}")


def test_a_redirect_out_of_the_web_or_past_all_length_is_refused(at):
    assert fetch(f"{at}/away", allow_private=True).failure == "bad_redirect"
    assert fetch(f"{at}/long", allow_private=True).failure == "bad_redirect"


def test_our_own_network_is_never_asked(server, at):
    assert fetch(f"{at}/good").failure == "private_address"
    assert fetch("http://localhost/good").failure == "private_address"
    assert server.asked == []


def test_a_server_that_speaks_no_http_or_no_tls_is_told_apart(at):
    assert fetch(at.replace("http://", "https://"), allow_private=True, seconds=5).failure in ("tls", "unreachable")
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"220 mail.example ESMTP\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        port = listener.getsockname()[1]
        assert fetch(f"http://127.0.0.1:{port}/", allow_private=True).failure == "not_http"
        thread.join()


def test_nobody_listening_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert fetch(f"http://127.0.0.1:{port}/", allow_private=True).failure == "unreachable"


def test_a_server_that_drips_is_left_at_the_deadline():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = threading.Event()

        def drip() -> None:
            while not done.is_set():
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(1000)
                    try:
                        while not done.wait(0.05):
                            connection.sendall(b"H")
                    except OSError:
                        continue

        thread = threading.Thread(target=drip)
        thread.start()
        port = listener.getsockname()[1]
        got = fetch(f"http://127.0.0.1:{port}/", allow_private=True, seconds=0.4)
        done.set()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert got.status == 0
    assert got.failure in ("timeout", "unreachable", "not_http")


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://x.example/", "http://", "http://a@b.example/", "http://[x"])
def test_what_is_no_web_address_is_not_asked_for(url):
    assert fetch(url).failure == "bad_redirect"
