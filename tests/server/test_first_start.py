"""What a first start leaves on the machine, and what a later one may still give away."""

from __future__ import annotations

import os
from pathlib import Path

from pop.people import actions
from pop.people.models import HOUSE_ROLES
from pop.server.jobs import preparing
from tests.served import environment, pop


def test_nothing_that_a_start_writes_can_be_read_by_others(tmp_path: Path):
    folder = tmp_path / "var"
    before = os.umask(0o022)
    try:
        done = pop("prepare", env=environment(folder))
    finally:
        os.umask(before)
    assert done.returncode == 0, done.stdout + done.stderr
    written = [folder, *folder.rglob("*")]
    assert any(path.name == "pop.sqlite3" for path in written)
    # The public keys may be read, but they lie in a directory that cannot be entered.
    assert [str(path) for path in written if path.stat().st_mode & 0o077 and path.suffix != ".pub"] == []


def test_a_first_person_whose_access_was_ended_gets_no_link_at_the_next_start(db, make_staff):
    assert preparing.sign_in_link()
    person = preparing.find_staff(preparing.FIRST_ADDRESS)
    assert person is not None
    make_staff("administrator")
    actions.deactivate(staff=person.pk, by=None)
    assert preparing.sign_in_link() is None


def test_the_first_person_may_do_everything_and_gets_no_link_that_would_end_their_key(db, quick_keys):
    link = preparing.sign_in_link()
    assert link
    person = preparing.find_staff(preparing.FIRST_ADDRESS)
    assert person is not None
    assert person.roles == list(HOUSE_ROLES)
    actions.accept_invitation(token=link.rpartition("/")[2], password="a grey heron on the quiet river")
    assert preparing.sign_in_link() is None
