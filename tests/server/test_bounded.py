"""A head that never ends, or never comes, costs its sender the connection and nobody else anything."""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from pop.server.bounded import MAX_HEAD, BoundedProtocol
from pop.server.jobs import serving

ASK = b"GET / HTTP/1.1\r\nhost: localhost\r\n"


async def hello(scope: Any, receive: Any, send: Any) -> None:
    headers = [(b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hello"})


def sent(*parts: bytes, seconds: float = 30.0, between: float = 0.0) -> bytes:
    """Return what a server answers to these parts until it closes the connection; b"timeout" if it never does."""

    class Protocol(BoundedProtocol):
        head_seconds = seconds

    async def talk() -> bytes:
        config = uvicorn.Config(hello, http=Protocol, lifespan="off", log_level="critical")
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
    given: list[dict[str, Any]] = []
    monkeypatch.setattr(serving.uvicorn, "run", lambda application, **options: given.append(options))
    monkeypatch.setattr(serving.asgi, "public", lambda: hello)
    monkeypatch.setattr(serving.asgi, "console", lambda: hello)
    for door in ("public", "console"):
        serving.serve_door(door)
    assert [options["http"] for options in given] == [BoundedProtocol] * 2
