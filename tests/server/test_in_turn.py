"""Django serves so many at once, and whoever comes later is served after them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pop.server.asgi import MOST_AT_ONCE, MOST_SLOW, SLOW, InTurn

KEEP = "/talk/keep"


async def nothing(*_: Any) -> Any:
    return None


def test_no_more_than_so_many_are_inside_and_everybody_comes_in() -> None:
    inside: dict[str, int] = {"/": 0, KEEP: 0}
    most = dict(inside)
    served: list[str] = []

    async def page(scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        inside[path] += 1
        most[path] = max(most[path], inside[path])
        await asyncio.sleep(0.001)
        inside[path] -= 1
        served.append(path)

    async def all_at_once() -> None:
        door = InTurn(page)
        paths = ["/", KEEP] * 100
        await asyncio.gather(*(door({"path": path}, nothing, nothing) for path in paths))

    asyncio.run(all_at_once())
    assert most == {"/": MOST_AT_ONCE, KEEP: MOST_SLOW}
    assert len(served) == 200


def test_slow_pages_do_not_take_the_places_of_others() -> None:
    async def run() -> list[str]:
        released = asyncio.Event()
        served: list[str] = []

        async def page(scope: Any, receive: Any, send: Any) -> None:
            if scope["path"] == KEEP:
                await released.wait()
            served.append(scope["path"])

        door = InTurn(page)
        slow = [asyncio.create_task(door({"path": KEEP}, nothing, nothing)) for _ in range(50)]
        await asyncio.sleep(0)
        await asyncio.wait_for(door({"path": "/write"}, nothing, nothing), 5)
        released.set()
        await asyncio.gather(*slow)
        return served

    assert asyncio.run(run())[0] == "/write"


@pytest.mark.parametrize("path", ["/talk/keep", "/survey", "/survey/pop_helplines/later", "/survey/i/send"])
def test_whatever_derives_a_key_is_slow(path: str) -> None:
    assert SLOW.fullmatch(path)


@pytest.mark.parametrize("path", ["/survey/pop_helplines", "/survey/pop_helplines/3", "/survey/a/b/send", "/talk", "/"])
def test_other_pages_are_not(path: str) -> None:
    assert not SLOW.fullmatch(path)
