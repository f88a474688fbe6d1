"""Sending and seeing over the real doors: each message once, for everybody, in the same order."""

from __future__ import annotations

import secrets
import threading
import urllib.parse
from typing import Any

import pytest

from tests.helpline.conversations.live.browsing import Answer, Watching, ask, texts
from tests.served import Served, serving

FORM = "application/x-www-form-urlencoded"


def say(port: int, talk: dict[str, Any], text: str, key: str = "", **headers: str) -> Answer:
    fields = {"text": text, "key": key or secrets.token_urlsafe(12), "token": talk["form"]}
    return ask(port, "/talk/send", cookie=talk["cookie"], fields=fields, **headers)


def answer(port: int, world: dict[str, Any], talk: dict[str, Any], text: str, key: str = "") -> Answer:
    fields = {"text": text, "key": key or secrets.token_urlsafe(12), "c": talk["id"]}
    return ask(port, "/desk/send", cookie=world["staff"][talk["staff"]]["cookie"], fields=fields)


def test_what_a_child_writes_reaches_the_counsellor_and_back(
    talking_world: dict[str, Any], public_door: Served, console_door: Served
) -> None:
    talk = talking_world["talks"][0]
    child = Watching(public_door.port, "/talk/stream", cookie=talk["cookie"])
    desk = Watching(console_door.port, "/desk/stream", cookie=talking_world["staff"][talk["staff"]]["cookie"])
    assert (child.status, desk.status) == (200, 200)
    desk.until(lambda event: event.name == "state" and event.data["c"] == talk["id"])
    assert say(public_door.port, talk, "From the child").status == 200
    seen = desk.until(lambda event: event.name == "message")[-1].data
    assert (seen["c"], seen["a"], seen["t"]) == (talk["id"], "child", "From the child")
    assert answer(console_door.port, talking_world, talk, "From the counsellor").status == 200
    said = texts(child.until(lambda event: event.data.get("t") == "From the counsellor"))
    assert said[-2:] == ["From the child", "From the counsellor"]
    child.close()
    desk.close()


@pytest.mark.parametrize("times", [1, 2, 10])
def test_the_same_send_many_times_at_once_is_one_message(
    talking_world: dict[str, Any], public_door: Served, times: int
) -> None:
    talk = talking_world["talks"][1]
    key, text = secrets.token_urlsafe(12), f"Once of {times}"
    answers: list[Answer] = []
    threads = [
        threading.Thread(target=lambda: answers.append(say(public_door.port, talk, text, key))) for _ in range(times)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {each.status for each in answers} == {200}
    assert len({each.json()["sequence"] for each in answers}) == 1
    child = Watching(public_door.port, "/talk/stream", cookie=talk["cookie"])
    say(public_door.port, talk, f"The end of {times}")
    said = texts(child.until(lambda event: event.data.get("t") == f"The end of {times}"))
    assert said.count(text) == 1
    child.close()


def test_the_same_send_after_a_restart_is_the_same_message(talking_world: dict[str, Any]) -> None:
    talk, key = talking_world["talks"][2], secrets.token_urlsafe(12)
    found = []
    for _ in range(2):
        with serving(talking_world["folder"], "public") as served:
            found.append(say(served.port, talk, "Across a restart", key).json())
    assert found[0] == found[1]


def test_another_message_under_a_used_key_is_a_conflict(talking_world: dict[str, Any], public_door: Served) -> None:
    talk, key = talking_world["talks"][3], secrets.token_urlsafe(12)
    assert say(public_door.port, talk, "The first", key).status == 200
    conflict = say(public_door.port, talk, "Something else", key)
    assert (conflict.status, conflict.json()["code"]) == (409, "key_reused")
    assert b"Something else" not in conflict.body


def test_resuming_loses_nothing_and_doubles_nothing(talking_world: dict[str, Any], public_door: Served) -> None:
    talk = talking_world["talks"][4]
    seen: list[str] = []
    last = ""
    for round_ in range(4):
        child = Watching(public_door.port, "/talk/stream", cookie=talk["cookie"], last=last)
        say(public_door.port, talk, f"during {round_}")
        events = child.until(lambda event, wanted=f"during {round_}": event.data.get("t") == wanted)  # type: ignore[misc]
        seen += texts(events)
        last = [event.cursor for event in events if event.name == "message"][-1]
        child.close()
        say(public_door.port, talk, f"between {round_}")
    child = Watching(public_door.port, "/talk/stream", cookie=talk["cookie"], last=last)
    seen += texts(child.until(lambda event: event.data.get("t") == "between 3"))
    child.close()
    expected = [f"{when} {round_}" for round_ in range(4) for when in ("during", "between")]
    assert seen[-len(expected) :] == expected
    assert len(seen) == len(set(seen))


def test_a_counsellor_resumes_each_conversation_where_it_was(
    talking_world: dict[str, Any], public_door: Served, console_door: Served
) -> None:
    one, other = (each for each in talking_world["talks"][6:9] if each["staff"] == 0)
    cookie = talking_world["staff"][0]["cookie"]
    desk = Watching(console_door.port, "/desk/stream", cookie=cookie)
    desk.until(lambda event: event.name == "state" and event.data["c"] == other["id"])
    say(public_door.port, one, "Seen before")
    last = desk.until(lambda event: event.data.get("t") == "Seen before")[-1].cursor
    desk.close()
    say(public_door.port, one, "Missed in one")
    say(public_door.port, other, "Missed in another")
    again = Watching(console_door.port, "/desk/stream", cookie=cookie, last=last)
    said: list[str] = []
    while len(said) < 2:
        said += texts(again.until(lambda event: event.name == "message"))
    assert sorted(said) == ["Missed in another", "Missed in one"]
    again.close()


def test_one_refused_send_hurts_no_other(talking_world: dict[str, Any], public_door: Served) -> None:
    talk = talking_world["talks"][5]
    sends = [("good one", 200), ("", 400), ("good two", 200), ("x" * 4001, 400), ("good three", 200)]
    found: dict[str, int] = {}

    def send(text: str) -> None:
        found[text] = say(public_door.port, talk, text).status

    threads = [threading.Thread(target=send, args=[text]) for text, _ in sends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == dict(sends)


def test_each_refusal_has_its_status_and_names_the_field(talking_world: dict[str, Any], public_door: Served) -> None:
    talk = talking_world["talks"][9]
    port, cookie = public_door.port, talk["cookie"]
    fields = {"text": "words", "key": "a-key-of-its-own", "token": talk["form"]}

    def refused(given: dict[str, Any], used: str = cookie, **headers: str) -> tuple[int, str, str]:
        found = ask(port, "/talk/send", cookie=used, fields=given, **headers)
        assert found.headers["content-type"] == "application/problem+json"
        assert b"words" not in found.body
        return found.status, found.json()["code"], found.json().get("parameter", "")

    assert refused({**fields, "key": ""}) == (400, "misread", "key")
    assert refused({key: fields[key] for key in ("key", "token")}) == (400, "misread", "text")
    assert refused({**fields, "text": 7}) == (400, "misread", "text")
    assert refused(fields, used="") == (401, "no_session", "")
    assert refused({**fields, "token": "of another session"}) == (403, "wrong_form", "token")
    assert refused(fields, Sec_Fetch_Site="cross-site") == (403, "other_site", "")
    assert refused(fields, Origin="https://example.org") == (403, "other_site", "")
    assert ask(port, "/talk/send", cookie=cookie, body=b"x" * 70_000).status == 413
    assert ask(port, "/talk/send", cookie=cookie, fields=fields, Origin="null", Sec_Fetch_Site="").status == 200


def test_a_form_is_led_back_and_a_refused_one_keeps_its_words(
    talking_world: dict[str, Any], public_door: Served
) -> None:
    talk = talking_world["talks"][10]
    form = {"text": "Words <b>of a form</b>", "key": "a-key-of-a-form", "token": talk["form"]}
    body = urllib.parse.urlencode(form).encode()
    sent = ask(public_door.port, "/talk/send", cookie=talk["cookie"], body=body, Content_Type=FORM)
    assert (sent.status, sent.headers["location"]) == (303, "/talk#newest")
    body = urllib.parse.urlencode({**form, "text": "Other <b>words</b>"}).encode()
    refused = ask(public_door.port, "/talk/send", cookie=talk["cookie"], body=body, Content_Type=FORM)
    assert refused.status == 409
    assert b"Other &lt;b&gt;words&lt;/b&gt;</textarea>" in refused.body
    assert b"a-key-of-a-form" not in refused.body  # it is used up: the page carries a fresh one


def test_who_writes_too_much_is_asked_to_wait(talking_world: dict[str, Any], public_door: Served) -> None:
    talk = talking_world["talks"][11]
    statuses = [say(public_door.port, talk, f"number {number}") for number in range(21)]
    assert [each.status for each in statuses[:18]] == [200] * 18
    assert statuses[-1].status == 429
    assert int(statuses[-1].headers["retry-after"]) > 0


def test_staff_send_only_from_their_own_page_and_only_their_own(
    talking_world: dict[str, Any], console_door: Served
) -> None:
    talk = talking_world["talks"][0]
    mine, other = (talking_world["staff"][number]["cookie"] for number in (talk["staff"], 1 - talk["staff"]))
    fields = {"text": "words", "key": "a-key-of-the-desk", "c": talk["id"]}
    port = console_door.port
    assert ask(port, "/desk/send", cookie="", fields=fields).status == 401
    assert ask(port, "/desk/send", cookie=mine, fields=fields, Sec_Fetch_Site="").status == 403
    assert ask(port, "/desk/send", cookie=mine, fields=fields, Sec_Fetch_Site="same-site").status == 403
    assert ask(port, "/desk/send", cookie=other, fields=fields).status == 409
    assert ask(port, "/desk/send", cookie=mine, fields={**fields, "c": "no id"}).json()["parameter"] == "c"
    assert ask(port, "/desk/send", cookie=mine, fields=fields).status == 200


def test_a_supervisor_writes_only_beside_somebody_whom_they_have_joined(
    talking_world: dict[str, Any], console_door: Served
) -> None:
    cookie = talking_world["staff"][-1]["cookie"]
    before, joined = (talking_world["talks"][number]["id"] for number in (-2, -1))
    for _ in range(2):  # a sign-in just seen is asked no less than a new one
        fields = {"text": "words", "key": secrets.token_urlsafe(12), "as": "supervisor"}
        assert ask(console_door.port, "/desk/send", cookie=cookie, fields={**fields, "c": before}).status == 404
        assert ask(console_door.port, "/desk/send", cookie=cookie, fields={**fields, "c": joined}).status == 200


def test_typing_is_told_to_the_other_side_only(
    talking_world: dict[str, Any], public_door: Served, console_door: Served
) -> None:
    talk = talking_world["talks"][0]
    cookie = talking_world["staff"][talk["staff"]]["cookie"]
    child = Watching(public_door.port, "/talk/stream", cookie=talk["cookie"])
    desk = Watching(console_door.port, "/desk/stream", cookie=cookie)
    child.until(lambda event: event.name == "state")
    desk.until(lambda event: event.name == "state" and event.data["c"] == talk["id"])
    told = ask(public_door.port, "/talk/typing", cookie=talk["cookie"], fields={"on": True, "token": talk["form"]})
    assert told.status == 204
    assert desk.until(lambda event: event.name == "typing")[-1].data == {"c": talk["id"], "on": True}
    assert ask(console_door.port, "/desk/typing", cookie=cookie, fields={"on": True, "c": talk["id"]}).status == 204
    heard = child.until(lambda event: event.name == "typing")
    assert [event.data for event in heard if event.name == "typing"] == [{"on": True}]
    child.close()
    desk.close()


def test_a_stream_without_a_session_is_refused(public_door: Served, console_door: Served) -> None:
    for port, path, cookie in (
        (public_door.port, "/talk/stream", "pop_public=invented"),
        (console_door.port, "/desk/stream", "pop_console=invented"),
    ):
        refused = Watching(port, path, cookie=cookie)
        assert refused.status == 401
        refused.close()
