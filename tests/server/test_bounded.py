"""A head that never ends, or never comes, costs its sender the connection and nobody else anything."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from pop.server.bounded import MAX_HEAD, MAX_QUICK_BODY, BoundedProtocol, Write
from pop.server.jobs import serving

ASK = b"GET / HTTP/1.1\r\nhost: localhost\r\n"


async def hello(scope: Any, receive: Any, send: Any) -> None:
    headers = [(b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hello"})


def sent(*parts: bytes, seconds: float = 30.0, between: float = 0.0, app: Any = hello) -> bytes:
    """Return what a server answers to these parts until it closes the connection; b"timeout" if it never does."""

    class Protocol(BoundedProtocol):
        head_seconds = seconds

    async def talk() -> bytes:
        config = uvicorn.Config(app, http=Protocol, lifespan="off", log_level="critical")
        config.load()
        state = ServerState()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Protocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
        )
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            try:
                for part in parts:
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(between)
                return await asyncio.wait_for(reader.read(), 3)
            except TimeoutError:
                return b"timeout"
            except ConnectionError:
                return b"cut"
            finally:
                writer.close()

    return asyncio.run(talk())


def test_a_request_in_pieces_and_one_after_another_is_answered():
    last = ASK + b"connection: close\r\n\r\n"
    assert sent(ASK + b"\r\n", last).count(b"hello") == 2
    assert sent(last[:20], last[20:40], last[40:], between=0.02).count(b"hello") == 1
    assert sent(ASK + b"x: " + b"a" * (MAX_HEAD // 2) + b"\r\nconnection: close\r\n\r\n").count(b"hello") == 1


def test_a_head_that_never_ends_is_cut_off():
    answer = sent(ASK, *[b"x: " + b"a" * 40_000 + b"\r\n"] * 10, between=0.01)
    assert answer == b"cut" or answer.startswith(b"HTTP/1.1 400")


def test_a_head_that_never_comes_is_not_waited_for():
    assert sent(seconds=0.1) in (b"", b"cut")
    assert sent(ASK, seconds=0.1) in (b"", b"cut")
    assert sent(ASK, *[b"x: y\r\n"] * 20, seconds=0.1, between=0.02) in (b"", b"cut")


def test_both_doors_are_served_with_these_bounds(monkeypatch):
    given: list[Any] = []
    monkeypatch.setattr(serving.Serving, "run", lambda server: given.append(server.config.http))
    monkeypatch.setattr(serving.asgi, "public", lambda: hello)
    monkeypatch.setattr(serving.asgi, "console", lambda: hello)
    for door in ("public", "console"):
        serving.serve_door(door)
    assert given == [BoundedProtocol] * 2


class Echo:
    """An application with a short way: what it takes there is answered "quick" and what was sent, later in the loop."""

    def __init__(self) -> None:
        self.posts = {b"/quick": self.quick}

    def quick(self, headers: list[tuple[bytes, bytes]], body: bytes, write: Write) -> bool:
        if (b"x-unusual", b"1") in headers:
            return False
        asyncio.get_running_loop().call_later(0.02, write, b"HTTP/1.1 200 OK\r\n", b"quick " + body)
        return True

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        body = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        said = b"long %d " % len(body) + body[:9]
        headers = [(b"content-length", b"%d" % len(said))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": said})


def post(body: bytes, *headers: bytes, path: bytes = b"/quick") -> bytes:
    lines = [b"POST %b HTTP/1.1" % path, b"host: localhost", b"content-length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


CLOSE = b"connection: close"


def test_a_whole_request_goes_the_short_way_and_one_in_pieces_the_long_one():
    asked = post(b"one", CLOSE)
    assert sent(asked, app=Echo()).endswith(b"connection: close\r\ncontent-length: 9\r\n\r\nquick one")
    assert sent(asked[:-1], asked[-1:], between=0.02, app=Echo()).endswith(b"long 3 one")
    assert sent(asked[:30], asked[30:], between=0.02, app=Echo()).endswith(b"quick one")


def test_what_is_not_as_usual_goes_the_long_way():
    for unusual in (
        post(b"one", CLOSE, b"x-unusual: 1"),
        post(b"one", CLOSE, path=b"/other"),
        post(b"one", CLOSE, path=b"/quick?a=b"),
        post(b"one", CLOSE).replace(b"POST", b"PUT"),
        post(b"one", CLOSE).replace(b"HTTP/1.1", b"HTTP/1.0"),
        post(b"one", CLOSE, b"expect: 100-continue"),
    ):
        assert sent(unusual, app=Echo()).endswith(b"long 3 one")
    large = sent(post(b"x" * (MAX_QUICK_BODY + 1), CLOSE), app=Echo())
    assert large.endswith(b"long %d xxxxxxxxx" % (MAX_QUICK_BODY + 1))


def test_requests_that_do_not_wait_for_their_answers_are_answered_in_their_order():
    several = [post(b"one"), post(b"two"), post(b"three", path=b"/other"), post(b"four", CLOSE)]
    for parts in (several, [b"".join(several)]):
        answer = sent(*parts, app=Echo())
        places = [answer.index(each) for each in (b"one", b"two", b"three", b"four")]
        assert places == sorted(places)
        assert answer.count(b"HTTP/1.1 200 OK") == 4


def test_who_leaves_before_the_answer_disturbs_nobody():
    async def leave() -> bytes:
        config = uvicorn.Config(Echo(), http=BoundedProtocol, lifespan="off", log_level="critical")
        config.load()
        loop = asyncio.get_running_loop()
        raised: list[object] = []
        loop.set_exception_handler(lambda _, context: raised.append(context))
        state = ServerState()
        server = await loop.create_server(
            lambda: BoundedProtocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
        )
        async with server:
            _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(post(b"one"))
            await writer.drain()
            writer.transport.abort()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            await asyncio.sleep(0.1)
            assert not raised
            assert not state.connections
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(post(b"two", CLOSE))
            answer = await asyncio.wait_for(reader.read(), 3)
            writer.close()
            await writer.wait_closed()
            return answer

    assert asyncio.run(leave()).endswith(b"quick two")
