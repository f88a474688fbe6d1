"""Words of children and staff are in no file: not the database, its journal, a log, a temporary file or a backup.

Canaries are invented words with a mark that occurs nowhere else, in ten languages. The search looks for the mark in
every encoding in which a program might have let it slip.
"""

from __future__ import annotations

import base64
import http.client
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from tests.helpline.writers import Door, Talk, open_door, seeded, send
from tests.served import environment, free_port, pop, prepared

# What stands around the mark, so that the words are words of that language.
SAID = {
    "ar": "كلمة مخترعة {}",
    "en": "an invented word {}",
    "es": "una palabra inventada {}, ¿sí?",
    "fr": "un mot inventé {} à l'école",
    "hi": "एक गढ़ा हुआ शब्द {}",
    "pt": "uma palavra inventada {} não",
    "ru": "придуманное слово {}",
    "sw": "neno la kubuni {}",
    "th": "คำที่แต่งขึ้น {}",
    "zh": "编造的词 {}",
}
A_LANGUAGE = 50
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


def spellings(mark: str) -> Iterator[bytes]:
    """Yield the ways in which a mark could stand in a file."""
    plain = mark.encode()
    yield plain
    yield mark.upper().encode()
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le"):
        yield mark.encode(encoding)
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    yield "".join(f"\\u{ord(letter):04x}" for letter in mark).encode()
    # Base64 of a longer text holds the middle of the mark's, whichever of three places it began at.
    for shift in range(3):
        text = base64.b64encode(b"x" * shift + plain + b"xxx")
        yield text[4:-8]
        yield base64.urlsafe_b64encode(b"x" * shift + plain + b"xxx")[4:-8]
    yield plain[::-1]


def found(mark: str, content: bytes) -> bool:
    return any(spelling in content for spelling in spellings(mark))


class Canaries:
    """Fresh words to say, each with a mark of its own, and the marks of all that were said."""

    def __init__(self) -> None:
        # One stem for all, so that the search of a large file is one search; then each mark's own part.
        self.stem = "kv" + secrets.token_hex(9)
        self.words = [
            template.format(f"{self.stem}{language}{number:02}")
            for language, template in SAID.items()
            for number in range(A_LANGUAGE)
        ]


def everything_written(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("number", range(len(list(spellings("mark")))))
def test_the_search_finds_a_canary_in_every_spelling(number: int) -> None:
    mark = "kv" + secrets.token_hex(9)
    content = b"before " + list(spellings(mark))[number] + b" after"
    assert found(mark, content)
    assert not found("kv" + secrets.token_hex(9), content)


def say_everything(door: Door, talks: list[Talk], words: list[str]) -> None:
    """Say the words at every door that takes words, rightly and wrongly."""
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=30)

    def post(path: str, fields: dict[str, str], cookie: str = "") -> int:
        headers = FORM | ({"Cookie": f"pop_public={cookie}"} if cookie else {})
        connection.request("POST", path, urlencode(fields), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    kept = 0
    for number, word in enumerate(words):
        talk = talks[number % len(talks)]
        match number % 10:
            case 0:
                fields = {"text": word, "key": secrets.token_urlsafe(24), "language": "en", "country": "KE"}
                assert post("/write", fields) in {302, 303}
                kept += 1
            case 1:
                assert (
                    post("/talk/complain", {"text": word, "key": secrets.token_hex(8), "token": talk.form}, talk.token)
                    < 500
                )
            case 2:
                assert (
                    post("/talk/send", {"text": word, "key": secrets.token_hex(8), "token": "wrong"}, talk.token) < 500
                )
            case 3:
                assert post("/back", {"code": word, "words": word, "text": word}) < 500
            case 4:
                connection.request("GET", f"/write?language={quote(word)}&country={quote(word)}")
                answer = connection.getresponse()
                answer.read()
                assert answer.status < 500
            case 5:
                assert (
                    post(
                        "/talk/send", {"text": word * 200, "key": secrets.token_hex(8), "token": talk.form}, talk.token
                    )
                    < 500
                )
            case _:
                status, _body = send(connection, talk, key=secrets.token_hex(8), text=word)
                assert status == 200
                kept += 1
    connection.close()
    assert kept > len(words) // 3


def test_five_hundred_canaries_are_found_nowhere(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = prepared(tmp_path_factory.mktemp("canaries"))
    temporary = tmp_path_factory.mktemp("temporary")
    env = environment(folder, TMPDIR=str(temporary), PYTHONFAULTHANDLER="1")
    canaries = Canaries()
    assert len(canaries.words) == 500
    talks = seeded(env, 30)
    door = Door(env, free_port(), folder / "door.log")
    with open_door(door):
        say_everything(door, talks, canaries.words)
        written = subprocess.run(
            [sys.executable, "-m", "tests.helpline.staff_words"],
            input=json.dumps({"conversations": [talk.conversation for talk in talks], "words": canaries.words}),
            env=env,
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
        )
        assert written.returncode == 0, written.stderr[-2000:]
        (folder / "staff.log").write_text(written.stdout + written.stderr)
        backup = folder / "backup.age"
        done = pop("backup", "create", str(backup), env=env)
        assert done.returncode == 0, done.stdout + done.stderr
        # While it runs and has the journal open, and again when it has ended.
        during = [path for path in everything_written(folder, temporary) if found(canaries.stem, path.read_bytes())]
    after = [path for path in everything_written(folder, temporary) if found(canaries.stem, path.read_bytes())]
    assert backup.stat().st_size > 10_000
    assert (folder / "pop.sqlite3").stat().st_size > 200_000
    assert during == []
    assert after == []
