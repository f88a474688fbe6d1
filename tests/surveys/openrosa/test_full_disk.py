"""A disk without room: said by a status of its own, nothing half-kept, nothing of the rest harmed."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import OperationalError

from pop.surveys.collecting import files
from pop.surveys.collecting.actions.receiving import File, Outcome, receive
from pop.surveys.collecting.models import Attachment, Submission
from tests.served import serving
from tests.surveys.filled import NOW, fresh_id, photo_survey, png, poster
from tests.surveys.openrosa.conftest import Door
from tests.surveys.openrosa.sending import post, said

pytestmark = [pytest.mark.storage]


def refusing(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.django_db
@pytest.mark.parametrize("call", ["fsync", "replace", "fdopen"])
def test_whatever_the_disk_refuses_nothing_of_the_post_is_kept(
    call: str,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.DATA_DIR = tmp_path
    photo_survey()
    xml, sent = poster(fresh_id(), photo="a.png"), [File("a.png", png(1))]
    with monkeypatch.context() as patched:
        patched.setattr(os, call, refusing)
        with pytest.raises(OSError, match="No space"):
            receive(xml=xml, source="openrosa", now=NOW, files=sent)
    assert not Submission.objects.exists()
    assert not Attachment.objects.exists()
    assert [each for each in (tmp_path / "attachments").rglob("*") if each.is_file() and each.name != "lock"] == []
    assert receive(xml=xml, source="openrosa", now=NOW, files=sent).outcome is Outcome.NEW


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, ""), True),
        (OSError(errno.EDQUOT, ""), True),
        (OSError(errno.EIO, ""), False),
        (OperationalError("database or disk is full"), True),
        (OperationalError("database is locked"), False),
    ],
)
def test_a_full_disk_is_told_from_other_trouble(error: Exception, full: bool) -> None:
    assert files.is_full(error) is full


def test_a_door_whose_disk_is_nearly_full_takes_no_answers_and_serves_everything_else(door: Door) -> None:
    more = {name: value for name, value in door.env.items() if name == "DATABASE_URL"}
    before = door.count("Submission")
    with serving(door.served.data, POP_DISK_RESERVE_MB="1000000000", **more) as served:
        address = f"{served.url}/openrosa/{door.token}"
        with httpx.Client(base_url=address, timeout=30) as client:
            answer = post(client, poster(fresh_id(), photo="a.png"), {"a.png": png(3)})
            assert answer.status_code == 507
            assert "no room" in said(answer)
            assert int(answer.headers["retry-after"]) >= 60
            assert client.get("/formList").status_code == 200
        assert httpx.get(f"{served.url}/en").status_code == 200
        assert "the disk is full" in served.log.read_text()
    assert door.count("Submission") == before
