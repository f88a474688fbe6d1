"""What tests of mails stand on: partners, an open form, and a mail server on loopback that answers as it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller

from pop.surveys.collecting.actions.partners import make_partner
from pop.surveys.collecting.actions.surveys import load_form, open_survey
from pop.surveys.collecting.models import Survey
from tests.served import free_port
from tests.surveys.filled import NOW, photo_survey


@dataclass
class Inbox:
    """What a mail server took, and what it answers to an address or to a mail's words."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    after_data: Callable[[], str] = lambda: "250 taken"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 yes"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.after_data()
        if answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
        return answer

    def to(self, address: str) -> list[EmailMessage]:
        return [each for each in self.mails if each["To"] == address]

    def links(self) -> list[str]:
        """Return the tokens of all mails' links, in order."""
        bodies = [str(each.get_content()) for each in self.mails]
        return [body.split("/survey/i/")[1].split()[0].split("?")[0] for body in bodies]


@pytest.fixture
def inbox(settings: Any) -> Iterator[Inbox]:
    """A mail server that takes everything, named in the settings."""
    box = Inbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    settings.SMTP_URL = f"smtp://127.0.0.1:{box.port}"
    settings.MAIL_FROM = "The map <survey@example.org>"
    settings.PUBLIC_URL = "https://pop.example.org"
    yield box
    controller.stop()


@pytest.fixture
def survey(db: None, settings: Any, tmp_path: Path) -> Survey:
    """An open form, `poster`, and a data directory of the test's own."""
    settings.DATA_DIR = tmp_path
    settings.MAILS_A_MINUTE = 100
    settings.REMINDER_DAYS = (14, 28)
    return photo_survey()


@dataclass
class Clock:
    """A clock that is put forward by hand."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def on(self, **much: float) -> datetime:
        self.now += timedelta(**much)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def partner(survey: Survey) -> UUID:
    """A partner with an address."""
    return make_partner(name="Lantern Line", country="KE", email="office@lantern.example", language="en", now=NOW)


@pytest.fixture
def filler_form(survey: Survey) -> None:
    """The form `short`, open, which can be rendered."""
    data = (Path(__file__).parents[1] / "pages" / "short.md").read_bytes()
    open_survey(form_id=load_form(name="short.md", data=data, now=NOW).form_id, now=NOW)
