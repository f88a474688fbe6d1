"""The public door is killed while people send: what was told to be kept is there once, with every picture whole."""

from __future__ import annotations

import collections
import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.helpline.writers import Door, open_door
from tests.served import environment, free_port, pop
from tests.surveys.faults.senders import Senders, Sent, name_in
from tests.surveys.filled import png

KILLS = int(os.environ.get("POP_SOAK_SUBMISSION_KILLS", "5"))
KEEP_PHOTO_FORM = "import django; django.setup(); from tests.surveys.filled import photo_survey; photo_survey()"


def opened(folder: Path, **more: str) -> tuple[dict[str, str], str]:
    """Prepare a service with both forms open; return the environment of its processes and a partner's token."""
    env = environment(folder, DJANGO_SETTINGS_MODULE="pop.server.settings", **more)
    source = Path(__file__).parents[1] / "pages" / "pictures.md"
    for words in (("load", str(source)), ("open", "pictures")):
        done = pop("survey", *words, env=env)
        assert done.returncode == 0, done.stderr
    kept = subprocess.run([sys.executable, "-c", KEEP_PHOTO_FORM], env=env, capture_output=True, text=True, check=False)
    assert kept.returncode == 0, kept.stderr
    token = pop("survey", "token", "Ministry of Invention", env=env)
    assert token.returncode == 0, token.stderr
    return env, token.stdout.strip()


def settled(folder: Path, sent: Sent) -> None:
    """Fail unless what was acknowledged is there once, whole, and told of once; and nothing is there by half."""
    with closing(sqlite3.connect(folder / "pop.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute("SELECT id, instance_id, xml, state, files FROM surveys_submission").fetchall()
        attached = connection.execute("SELECT submission_id, name, sha256 FROM surveys_attachment").fetchall()
        told = connection.execute("SELECT payload FROM events_outboxrow WHERE name = 'submission_received'").fetchall()
    pictures: dict[str, dict[str, str]] = collections.defaultdict(dict)
    for submission, name, sha256 in attached:
        path = folder / "attachments" / sha256[:2] / sha256
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256, "a picture is there by half"
        pictures[submission][name] = sha256
    for submission, _, _, state, files in rows:
        assert state != "received" or set(pictures[submission]) == set(json.loads(files)), "a picture is missing"
    by_instance = {instance: (submission, state) for submission, instance, _, state, _ in rows}
    by_name = collections.Counter(filter(None, (name_in(xml) for _, _, xml, _, _ in rows)))
    assert not [name for name, count in by_name.items() if count != 1], "answers of a browser are there twice"
    for instance, (_, shades) in sent.programs.items():
        submission, state = by_instance[instance]
        assert state == "received"
        assert [pictures[submission][name] for name in ("a.png", "b.png")] == [sha_of(shade) for shade in shades]
    of_name = {name_in(xml): submission for submission, _, xml, _, _ in rows}
    for name, (_, shades) in sent.browsers.items():
        assert list(pictures[of_name[name]].values()) == [sha_of(shade) for shade in shades]
    news = collections.Counter(json.loads(payload)["submission"].replace("-", "") for (payload,) in told)
    assert news == {submission: 1 for submission, _, _, state, _ in rows if state == "received"}


def sha_of(shade: int) -> str:
    return hashlib.sha256(png(shade)).hexdigest()


def test_kills_under_load_lose_and_double_nothing_and_leave_no_half_of_a_picture(tmp_path: Path) -> None:
    env, token = opened(tmp_path)
    door = Door(env, free_port(), tmp_path / "door.log")
    chance = random.Random(20261122)
    with open_door(door), Senders(door.port, token, programs=3, browsers=3) as senders:
        for number in range(KILLS):
            senders.wait_for(len(senders.sent) + chance.randrange(1, 12), seconds=120)
            time.sleep(chance.random() * 0.05)
            door.kill()
            assert senders.busy, f"somebody sends no more at kill {number}"
            door.start()
        senders.wait_for(len(senders.sent) + 4, seconds=120)
    print(f"\nacknowledged {len(senders.sent.programs)} of programs and {len(senders.sent.browsers)} of browsers")
    assert len(senders.sent.programs) > KILLS
    assert senders.sent.browsers
    settled(tmp_path, senders.sent)


def test_the_count_finds_what_is_lost_doubled_or_half(tmp_path: Path) -> None:
    env, token = opened(tmp_path)
    door = Door(env, free_port(), tmp_path / "door.log")
    with open_door(door), Senders(door.port, token, programs=2, browsers=1) as senders:
        senders.wait_for(6, seconds=120)
    settled(tmp_path, senders.sent)
    path = next(path for path in (tmp_path / "attachments").glob("??/*"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(AssertionError, match="by half"):
        settled(tmp_path, senders.sent)
    path.write_bytes(whole)
    senders.sent.programs["uuid:never-kept"] = (time.time(), (1, 2))
    with pytest.raises(KeyError):
        settled(tmp_path, senders.sent)
