"""Mails of demonstration data: written into a folder, saying what they are, and handed to no server."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pop.pages.words import DEMONSTRATION
from pop.surveys.inviting.actions.asking import invite_by_mail
from pop.surveys.inviting.actions.sending import send_due
from pop.surveys.inviting.posting import ByServer, IntoFolder, post
from tests.surveys.filled import NOW
from tests.surveys.inviting.conftest import Clock

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


@pytest.mark.parametrize("demonstration", [True, False])
def test_a_mail_says_it_first_and_only_of_a_demonstration(
    partner: UUID, clock: Clock, settings: Any, tmp_path: Path, demonstration: bool
) -> None:
    settings.SMTP_URL, settings.DEMONSTRATION, settings.DATA_DIR = "", demonstration, tmp_path
    invite_by_mail(partner=partner, form_id="poster", now=NOW)
    assert send_due(clock=clock).sent == 1
    [mail] = (tmp_path / "mail").glob("*.eml")
    body = mail.read_text(encoding="utf-8").partition("\n\n")[2]
    assert body.startswith(DEMONSTRATION.say("mail", "en")) == demonstration


def test_no_server_is_handed_an_invented_mail_even_where_one_is_named(settings: Any) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    settings.DEMONSTRATION = True
    assert isinstance(post(), IntoFolder)
    settings.DEMONSTRATION = False
    assert isinstance(post(), ByServer)
