"""Sending together: what becomes of a batch when the database goes in the middle of it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError

from pop.helpline import database
from pop.helpline.conversations.actions.appending import Sending
from pop.helpline.conversations.live import sending
from pop.helpline.conversations.live.sending import Batcher, Result

TOGETHER = 40


class Transaction:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


def told_of(monkeypatch: pytest.MonkeyPatch, *, reached: int, bad: str = "") -> tuple[list[Result], list[int]]:
    """Send together to a database that can be reached so many times; return what each is told, and every try's size.

    The first batch of more than one fails; `bad` is the key of a message that the database never bears.
    """
    tries: list[int] = []
    prepared: list[None] = []

    def prepare(_: object) -> None:
        prepared.append(None)
        if len(prepared) > reached:
            raise OperationalError("nobody there")

    def append_many(batch: list[Sending], **_: object) -> list[Any]:
        tries.append(len(batch))
        if len(batch) > 1 or batch[0].client_key == bad:
            raise OperationalError("gone")
        return [f"kept {each.client_key}" for each in batch]

    monkeypatch.setattr(sending, "_prepare", prepare)
    monkeypatch.setattr(sending, "append_many", append_many)
    monkeypatch.setattr(database, "atomic", Transaction)
    monkeypatch.setattr(database, "connection", lambda: SimpleNamespace(close=lambda: None, connection=None))
    told: list[Result] = []

    async def work() -> None:
        batcher = Batcher()
        # All of them wait before the thread looks: they are one batch.
        batcher._loop, batcher._ending = asyncio.get_running_loop(), False
        for number in range(TOGETHER):
            one = Sending(conversation=uuid4(), author="child", text="Invented.", client_key=f"key-{number}")
            batcher.put(one, told.append)
        batcher.start()
        await batcher.stop()

    asyncio.run(work())
    return told, [len(prepared), *tries]


def test_a_database_that_is_gone_is_waited_for_once_and_all_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told, (asked, *tries) = told_of(monkeypatch, reached=1)
    assert told == [None] * TOGETHER
    assert tries == [TOGETHER]
    # The batch itself, and one more: whoever waits for each of forty lets children wait for minutes.
    assert asked == 2


def test_a_database_that_goes_in_the_middle_keeps_what_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    told, (asked, *_) = told_of(monkeypatch, reached=4)
    assert told == ["kept key-0", "kept key-1", "kept key-2", *[None] * (TOGETHER - 3)]
    assert asked == 5


def test_one_message_that_the_database_cannot_bear_spoils_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    told, (asked, *_) = told_of(monkeypatch, reached=TOGETHER + 1, bad="key-7")
    assert [number for number, result in enumerate(told) if result is None] == [7]
    assert asked == TOGETHER + 1
