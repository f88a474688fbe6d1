"""The read for publication sees one moment of the registry, and nobody who writes has to wait for it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
from django.db import connection

from pop.registry.directory.models import Contact, Organisation, Service
from pop.registry.directory.queries.publication import Window, publication

CREATED = int(datetime(2026, 11, 22, 3, 30, tzinfo=UTC).timestamp())
WINDOW = Window(CREATED // 60 - 7 * 1440, CREATED // 60 + 35 * 1440)


def two_lines() -> list[Service]:
    body = Organisation.objects.create(name="A body", country="KE")
    for name in ("Line 1", "Line 2"):
        service = Service.objects.create(
            organisation=body, name=name, country="KE", kind="child_helpline", audience=["child"], state="published"
        )
        Contact.objects.create(service=service, channel="phone", number_kind="short", dial="116")
    return sorted(Service.objects.all(), key=lambda service: service.id)


def read_while_somebody_edits() -> None:
    """Edit every contact and suspend the second service after the read began, before it came to services."""
    first, second = two_lines()
    failed: list[Exception] = []

    def edit() -> None:
        try:
            Contact.objects.update(dial="119")
            Service.objects.filter(id=second.id).update(state="suspended")
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    connection.close()  # the read must not depend on what this process did before it
    with publication(created=CREATED, window=WINDOW) as read:
        writer = threading.Thread(target=edit)
        writer.start()
        writer.join(15)  # the writer's own wait for a lock is 20 s
        assert not writer.is_alive()
        seen = list(read.services)
    assert failed == []
    assert [service.id for service in seen] == [str(first.id), str(second.id)]
    assert {service.contacts[0].dial for service in seen} == {"116"}
    with publication(created=CREATED, window=WINDOW) as read:
        assert [service.contacts[0].dial for service in read.services] == ["119"]
    if connection.vendor == "sqlite":
        assert connection.transaction_mode == "IMMEDIATE"


ON_A_FILE = """
import django
django.setup()
from django.core.management import call_command
from test_one_moment import read_while_somebody_edits
call_command("migrate", verbosity=0)
read_while_somebody_edits()
"""


@pytest.mark.storage
@pytest.mark.django_db(transaction=True)
def test_an_edit_in_the_middle_of_the_read_is_wholly_left_out(tmp_path):
    if connection.vendor != "sqlite":
        read_while_somebody_edits()
        return
    # The tests' own SQLite lies in memory, where there is no write-ahead log and a reader does stop a writer.
    surroundings = {
        **os.environ,
        "POP_DATA_DIR": str(tmp_path),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "pop.server.settings",
        "PYTHONPATH": os.pathsep.join([os.path.dirname(__file__), *sys.path]),
    }
    ended = subprocess.run(
        [sys.executable, "-c", ON_A_FILE], env=surroundings, check=False, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
