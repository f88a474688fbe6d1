"""How many streams one sign-in of staff may hold open."""

from __future__ import annotations

from typing import Any

from pop.helpline.conversations.live.staff_doors import MOST_STREAMS
from tests.helpline.conversations.live.browsing import Watching, ask
from tests.served import Served

WORDS = "Invented words for every stream"


def test_one_sign_in_holds_a_few_streams_open_and_the_oldest_gives_way(
    talking_world: dict[str, Any], console_door: Served
) -> None:
    talk = talking_world["talks"][0]
    cookie = talking_world["staff"][talk["staff"]]["cookie"]
    opened = []
    for _ in range(MOST_STREAMS + 2):
        opened.append(Watching(console_door.port, "/desk/stream", cookie=cookie))
        opened[-1].until(lambda event: event.name == "state" and event.data["c"] == talk["id"])
    assert [each.ended() for each in opened[:2]] == [True, True]
    fields = {"c": talk["id"], "text": WORDS, "key": "a-key-for-every-stream"}
    assert ask(console_door.port, "/desk/send", cookie=cookie, fields=fields).status == 200
    for each in opened[2:]:
        each.until(lambda event: event.data.get("t") == WORDS)
    for each in opened:
        each.close()


def test_a_colleagues_streams_are_not_counted(talking_world: dict[str, Any], console_door: Served) -> None:
    talk = talking_world["talks"][1]
    mine, other = (talking_world["staff"][number]["cookie"] for number in (talk["staff"], 1 - talk["staff"]))
    first = Watching(console_door.port, "/desk/stream", cookie=mine)
    first.until(lambda event: event.name == "state")
    many = [Watching(console_door.port, "/desk/stream", cookie=other) for _ in range(MOST_STREAMS)]
    for each in many:
        each.until(lambda event: event.name == "state")
    fields = {"c": talk["id"], "text": WORDS, "key": "a-key-beside-colleagues"}
    assert ask(console_door.port, "/desk/send", cookie=mine, fields=fields).status == 200
    first.until(lambda event: event.data.get("t") == WORDS)
    for each in (first, *many):
        each.close()
