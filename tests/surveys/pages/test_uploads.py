"""Pictures at the real public door: in pieces, too large, cut off, from nobody."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pop.surveys.collecting.actions.draft_pictures import MOST_BYTES
from pop.surveys.pages.fields import anchor
from tests.served import Served, environment, pop, serving
from tests.surveys.filled import png, text_chunk
from tests.surveys.openrosa.conftest import URL, a_database_of_its_own

pytestmark = [pytest.mark.storage]

POSTER = f"/survey-pictures/pictures/{anchor('/data/place/poster')}"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("uploads")
    more = {"DATABASE_URL": a_database_of_its_own()} if URL else {}
    env = environment(folder, **more)
    for words in (("load", str(Path(__file__).with_name("pictures.md"))), ("open", "pictures")):
        done = pop("survey", *words, env=env)
        assert done.returncode == 0, done.stderr
    with serving(folder, **more) as served:
        yield served


@pytest.fixture
def browser(door: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=door.url, timeout=60) as made:
        assert made.post("/survey/pictures", data={"language": "en"}).status_code == 303
        yield made


def send(browser: httpx.Client, data: bytes) -> httpx.Response:
    return browser.post(POSTER, files={"picture": ("IMG_0001.JPG", data, "image/jpeg")})


def left_over(door: Served) -> list[str]:
    return [each.name for each in (door.data / "attachments" / "incoming").iterdir() if each.name != "lock"]


def test_a_picture_of_any_allowed_size_is_taken_and_shown(browser: httpx.Client, door: Served) -> None:
    large = png(1, extra=text_chunk(os.urandom(MOST_BYTES - 200)))
    assert send(browser, large).status_code == 303
    shown = browser.get(f"{POSTER}/file")
    assert shown.content == png(1)
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert left_over(door) == []


def test_what_is_too_large_is_said_on_the_page_that_takes_it(browser: httpx.Client, door: Served) -> None:
    for data in (b"x" * (MOST_BYTES + 1), b"x" * (2 * MOST_BYTES)):
        answer = send(browser, data)
        assert answer.status_code == 413
        assert "at most 8 MB" in answer.text
        assert 'type="file"' in answer.text
    assert browser.get("/survey/pictures/1").status_code == 200
    assert left_over(door) == []


def test_a_body_without_a_length_is_bounded_too(browser: httpx.Client) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\n'
        for _ in range(2 * MOST_BYTES // 65_536):
            yield b"x" * 65_536
        yield b"\r\n--b--\r\n"

    answer = browser.post(POSTER, content=pieces(), headers={"content-type": "multipart/form-data; boundary=b"})
    assert answer.status_code == 413


def test_a_sender_who_leaves_in_the_middle_leaves_nothing(browser: httpx.Client, door: Served) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    head = f"POST {POSTER} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nContent-Length: 5000000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", door.port)) as line:
        line.sendall(head.encode() + b"x" * 1_000_000)
    assert browser.get(f"{POSTER}/file").status_code == 404
    assert left_over(door) == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data; boundary=b"),
        (b"--b\r\n", "multipart/form-data; boundary=b"),
        (b"--b--", "multipart/form-data"),
        (b"picture=x", "application/x-www-form-urlencoded"),
        (b"\xff" * 1000, "image/png"),
        (
            b'--b\r\nContent-Disposition: form-data; name="picture"\r\n\r\nx\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
    ],
)
def test_what_is_no_upload_is_told_to_choose_a_picture(body: bytes, kind: str, browser: httpx.Client) -> None:
    answer = browser.post(POSTER, content=body, headers={"content-type": kind})
    assert answer.status_code == 400, answer.text
    assert "choose" in answer.text


def test_nobody_without_answers_leaves_a_picture(door: Served) -> None:
    answer = httpx.post(f"{door.url}{POSTER}", files={"picture": ("a.png", png(1), "image/png")})
    assert answer.status_code == 409
    assert left_over(door) == []


def test_the_log_says_nothing_of_it(browser: httpx.Client, door: Served) -> None:
    send(browser, b"kanarienvogel")
    assert "kanarienvogel" not in door.log.read_text()
    assert "Traceback" not in door.log.read_text()
    assert "unexpected" not in door.log.read_text()
