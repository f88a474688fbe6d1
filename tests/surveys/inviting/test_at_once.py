"""Several processes that send at the same moment: every mail leaves once."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from tests.served import environment, free_port
from tests.surveys.inviting.conftest import Inbox
from tests.surveys.openrosa.conftest import URL, a_database_of_its_own

pytestmark = [pytest.mark.storage]

MAILS, PROCESSES = 15, 3
BEGIN = "import django; django.setup(); "
KEEP = f"""
from django.utils import timezone
from pop.server.jobs.preparing import make_ready
from pop.surveys.collecting.actions.partners import make_partner
from pop.surveys.inviting.actions.asking import invite_by_mail
from tests.surveys.filled import photo_survey
list(make_ready())
photo_survey()
for n in range({MAILS}):
    partner = make_partner(name=f"Partner {{n}}", email=f"{{n}}@lantern.example", now=timezone.now())
    invite_by_mail(partner=partner, form_id="poster", now=timezone.now())
"""
SEND = """
from pop.surveys.inviting.actions.sending import send_due
print(send_due().sent)
"""


def test_processes_that_send_at_once_send_each_mail_once(tmp_path: Path) -> None:
    box = Inbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    env = environment(
        tmp_path,
        DJANGO_SETTINGS_MODULE="pop.server.settings",
        POP_SMTP_URL=f"smtp://127.0.0.1:{box.port}",
        POP_MAIL_FROM="survey@example.org",
        POP_MAILS_A_MINUTE="1000",
        **({"DATABASE_URL": a_database_of_its_own()} if URL else {}),
    )
    try:
        made = subprocess.run(
            [sys.executable, "-c", BEGIN + KEEP], env=env, capture_output=True, text=True, check=False
        )
        assert made.returncode == 0, made.stderr
        senders = [
            subprocess.Popen([sys.executable, "-c", BEGIN + SEND], env=env, stdout=subprocess.PIPE, text=True)
            for _ in range(PROCESSES)
        ]
        sent = [int(each.communicate(timeout=120)[0]) for each in senders]
    finally:
        controller.stop()
    assert sum(sent) == MAILS
    assert Counter(str(each["To"]) for each in box.mails) == Counter(f"{n}@lantern.example" for n in range(MAILS))
