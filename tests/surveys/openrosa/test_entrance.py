"""Who may come in: a token that is in force, and nobody else; and it stands in no log and in no table."""

from __future__ import annotations

import secrets
import socket

import httpx
import pytest

from tests.surveys.filled import fresh_id, offer
from tests.surveys.openrosa.conftest import Door
from tests.surveys.openrosa.sending import post, said

pytestmark = [pytest.mark.storage]


def at(door: Door, token: str) -> httpx.Client:
    return httpx.Client(base_url=f"{door.served.url}/openrosa/{token}", timeout=30)


def new_token(door: Door) -> str:
    return door.command("survey", "token", "Ministry of Invention").stdout.strip()


def token_ids(door: Door) -> list[list[str]]:
    return [line.split("\t") for line in door.command("survey", "tokens").stdout.splitlines()]


def test_a_token_is_32_random_bytes_and_each_is_another() -> None:
    assert len(secrets.token_hex(32)) == 64


def test_a_revoked_token_and_one_that_never_was_get_the_same_answer(door: Door) -> None:
    token = new_token(door)
    assert len(bytes.fromhex(token)) == 32
    with at(door, token) as client:
        assert client.get("/formList").status_code == 200
        newest = next(line for line in token_ids(door) if line[3] == "in force")
        assert door.command("survey", "revoke", newest[0]).stdout == "revoked\n"
        revoked = [client.get("/formList"), client.head("/submission"), post(client, offer(fresh_id()))]
    with at(door, secrets.token_hex(32)) as client:
        unknown = [client.get("/formList"), client.head("/submission"), post(client, offer(fresh_id()))]
    for one, other in zip(revoked, unknown, strict=True):
        assert one.status_code == other.status_code == 401
        assert one.content == other.content
        assert {**one.headers, "date": ""} == {**other.headers, "date": ""}
    assert "new one" in said(revoked[0])
    assert "www-authenticate" in revoked[0].headers
    assert door.command("survey", "revoke", newest[0]).stdout == "was revoked before\n"


@pytest.mark.parametrize("token", ["x", "formList", "%00", "..", "%E2%82%AC" * 50, "a" * 5000, "%ff", "' OR 1=1 --"])
def test_what_is_no_token_opens_nothing(door: Door, token: str) -> None:
    answer = httpx.get(f"{door.served.url}/openrosa/{token}/formList", timeout=30)
    assert answer.status_code in {400, 401, 404}
    assert httpx.get(f"{door.served.url}/openrosa/").status_code == 401


def test_a_stranger_is_refused_before_the_body_is_read(door: Door) -> None:
    head = (
        f"POST /openrosa/{secrets.token_hex(32)}/submission HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", door.served.port), timeout=20) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 401")


def test_the_token_stands_in_no_log_and_in_no_table(door: Door, client: httpx.Client) -> None:
    post(client, offer(fresh_id(), organisation="kanarienvogel"))
    client.get("/formList")
    client.post("/submission", content=b"kanarienvogel", headers={"content-type": "multipart/form-data; boundary=x"})
    log = door.served.log.read_text()
    assert door.token not in log
    assert "kanarienvogel" not in log
    held = door.ask(
        "from django.apps import apps; "
        "print([list(m.objects.values_list()) for m in apps.get_app_config('surveys').get_models()],"
        "[list(m.objects.values_list()) for n in ('audit', 'events') for m in apps.get_app_config(n).get_models()])"
    )
    assert "Ministry of Invention" in held
    assert door.token not in held


def test_the_console_has_no_such_door(door: Door, client: httpx.Client) -> None:
    assert (
        door.ask(
            "from pop.server import console; from django.urls import get_resolver; "
            "print([str(p.pattern) for p in console.urlpatterns if 'openrosa' in str(p.pattern)])"
        )
        == "[]"
    )
