"""A database or a disk without room: said, with what was written still on the page before; nothing is half-kept."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from pop.surveys.collecting.actions import drafts
from pop.surveys.collecting.models import Draft, Submission
from pop.surveys.pages import sitting
from tests.surveys.pages.filling import Filler

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

FULL, LOCKED = OperationalError("database or disk is full"), OperationalError("database is locked")


def refusing(error: Exception):  # type: ignore[no-untyped-def]
    def refuse(**_: object) -> None:
        raise error

    return refuse


@pytest.mark.parametrize(("error", "status"), [(FULL, 507), (LOCKED, 503)])
def test_a_page_that_cannot_be_kept_says_so_and_goes_on_afterwards(
    error: Exception, status: int, filler: Filler, monkeypatch: pytest.MonkeyPatch
) -> None:
    filler.get("/survey/short").post("/survey/short", {"language": "en"})
    said = filler.fields() | {"/data/name": "Line of Invention"}
    with monkeypatch.context() as patched:
        patched.setattr(drafts, "save_draft", refusing(error))
        assert filler.post("/survey/short/1", said).status == status
        assert "could not be kept" in filler.text
    filler.post("/survey/short/1", said)
    assert filler.path == "/survey/short/review"
    assert "Line of Invention" in filler.text


def test_a_beginning_that_cannot_be_kept_says_so(filler: Filler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "begin_draft", refusing(FULL))
    assert filler.get("/survey/short").post("/survey/short", {"language": "en"}).status == 507
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("error", "status"), [(FULL, 507), (LOCKED, 503), (OSError(28, "No space left on device"), 507)]
)
def test_answers_that_cannot_be_sent_say_so_and_are_sent_once_afterwards(
    error: Exception, status: int, filler: Filler, monkeypatch: pytest.MonkeyPatch
) -> None:
    filler.get("/survey/short").post("/survey/short", {"language": "en"}).fill(name="Line of Invention")
    said = filler.fields()
    with monkeypatch.context() as patched:
        patched.setattr(sitting, "receive", refusing(error))
        assert filler.post("/survey/short/send", said).status == status
    assert not Submission.objects.exists()
    filler.post("/survey/short/send", said)
    assert filler.status == 200
    assert Submission.objects.count() == 1
