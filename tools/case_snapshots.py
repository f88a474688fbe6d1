"""The snapshots that the questions of sdk/cases are asked of: the shipped registry as a file changes it, at its moment.

``python tools/case_snapshots.py DIR`` writes one ``DIR/<file>.json.gz`` for each ``sdk/cases/<file>.json``, for engines
in other languages. They are made when needed and never committed. Tests build the same documents with ``documents``.
"""

from __future__ import annotations

import argparse
import atexit
import json
import os
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import django
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "sdk" / "cases"
# The shipped tables tell when they were made, and a load refuses a row from the future.
SEED_MADE = datetime(2026, 11, 22, tzinfo=UTC)

if not settings.configured:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pop.server.settings")
    if __name__ == "__main__":
        data = tempfile.mkdtemp(prefix="pop-cases-")
        atexit.register(shutil.rmtree, data)
        os.environ["POP_DATA_DIR"] = data
        os.environ.pop("DATABASE_URL", None)
        sys.path.insert(0, str(ROOT))
    django.setup()

from pop.people.actions import create_staff  # noqa: E402 - Django stands first
from pop.registry.directory.actions.links import check_links  # noqa: E402
from pop.registry.directory.actions.load import load_seed  # noqa: E402
from pop.registry.directory.actions.review.deciding import approve  # noqa: E402
from pop.registry.directory.actions.review.notices import create_notice  # noqa: E402
from pop.registry.directory.actions.review.proposing import (  # noqa: E402
    Seen,
    propose_contact,
    propose_removal,
    propose_service,
    propose_state,
)
from pop.registry.directory.actions.review.safety import suspend  # noqa: E402
from pop.registry.directory.models import Contact, Evidence, Service  # noqa: E402
from pop.registry.directory.queries.publication import Window, publication  # noqa: E402
from pop.registry.directory.rules.links import Fetched  # noqa: E402
from pop.signposting.snapshots.rules import compose, window  # noqa: E402

Change = Mapping[str, Any]
_LEVEL, _GZIP = 6, 31
# What a form about a contact sends whole.
_CONTACT_FORM = (
    "channel",
    "as_stated",
    "message_body",
    "from_abroad",
    "alternative",
    "languages",
    "subdivisions",
    "age_min",
    "age_max",
    "free",
    "anonymous",
    "leaves_trace",
    "hours_source",
    "withheld",
)


class People:
    """Staff for the changes of one file: who proposes, and two who agree."""

    def __init__(self) -> None:
        self.editor = self._hired("editor@example.org", "editor")
        self.approvers = [self._hired(f"approver{number}@example.org", "approver") for number in (1, 2)]

    @staticmethod
    def _hired(email: str, role: str) -> UUID:
        return UUID(str(create_staff(email=email, name=role, roles=[role], by=None).pk))


def case_files() -> list[Path]:
    """Return the files of questions, by name."""
    return sorted(CASES.glob("*.json"))


def read(path: Path) -> dict[str, Any]:
    """Read one file of questions."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def moment(text: str) -> datetime:
    """Read an RFC 3339 moment."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return found.astimezone(UTC)


def documents(files: Mapping[str, Mapping[str, Any]]) -> dict[str, bytes]:
    """Return {name: the snapshot's document} of some files' contents. The database is left as it was."""
    built: dict[str, bytes] = {}
    with _undone():
        with _clock(SEED_MADE):
            refused = load_seed().refused
            if refused:
                raise ValueError(f"the shipped registry is refused: {refused[0]}")
            people = People()
        for version, (name, content) in enumerate(files.items(), 1):
            built[name] = _document(content, version, people)
    return built


def _document(content: Mapping[str, Any], version: int, people: People) -> bytes:
    now = moment(content["created"])
    created = int(now.timestamp())
    with _undone():
        with _clock(now):
            for change in content["changes"]:
                CHANGES[change["do"]](change, people, now)
        with publication(created=created, window=Window(*window(created))) as published:
            composed = compose(published, created=created, version=version)
    if composed.left_out:
        raise ValueError(f"a service cannot be published: {composed.left_out[0]}")
    return composed.document


@contextmanager
def _undone() -> Iterator[None]:
    """Take back whatever the block writes."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def _clock(now: datetime) -> Iterator[None]:
    """Let the registry's actions believe that it is `now`."""
    with patch("django.utils.timezone.now", return_value=now):
        yield


def _service(key: str) -> Service:
    return Service.objects.get(source_key=key)


def _contact(change: Change) -> Contact:
    wanted = {name: change[name] for name in ("channel", "dial") if name in change}
    found = [
        contact
        for contact in _service(change["service"]).contacts.filter(**wanted)
        if contact.languages == change.get("languages", contact.languages)
    ]
    if len(found) != 1:
        raise ValueError(f"{change['service']}: {len(found)} contacts are {wanted}")
    return found[0]


def _seen(change: Change, *, whole: bool) -> Seen:
    on = date.fromisoformat(change["on"])
    return Seen(source=change["source"], observed_on=on, stage=change["stage"], whole=whole)


def _agree(proposal: UUID, people: People) -> None:
    for person in people.approvers:
        if approve(proposal_id=proposal, by=person) == "applied":
            return
    raise ValueError("a change was not agreed to by two people")


def _confirm(change: Change, people: People, now: datetime) -> None:
    """Somebody checked a whole record, and the values that they found other."""
    service = _service(change["service"])
    values = change.get("values", {})
    _agree(
        propose_service(service_id=service.pk, values=values, seen=_seen(change, whole=True), by=people.editor), people
    )


def _edit(change: Change, people: People, now: datetime) -> None:
    """Other values for a service, seen by themselves: its stage stays."""
    service = _service(change["service"])
    seen = _seen(change, whole=False)
    _agree(propose_service(service_id=service.pk, values=change["values"], seen=seen, by=people.editor), people)


def _edit_contact(change: Change, people: People, now: datetime) -> None:
    """Other values for one contact."""
    contact = _contact(change)
    values = {name: getattr(contact, name) for name in _CONTACT_FORM} | change["values"]
    proposal = propose_contact(
        service_id=contact.service_id,
        contact_id=contact.pk,
        values=values,
        seen=_seen(change, whole=False),
        by=people.editor,
    )
    _agree(proposal, people)


def _withhold(change: Change, people: People, now: datetime) -> None:
    """A contact is taken away from children."""
    contact = _contact(change)
    seen = _seen(change, whole=False)
    _agree(propose_removal(service_id=contact.service_id, contact_id=contact.pk, seen=seen, by=people.editor), people)


def _change_state(change: Change, people: People, now: datetime) -> None:
    """A record is closed for good ("defunct"), published, or let back ("unsuspend")."""
    service = _service(change["service"])
    seen = _seen(change, whole=False)
    _agree(propose_state(service_id=service.pk, kind=change["to"], seen=seen, by=people.editor), people)


def _suspend(change: Change, people: People, now: datetime) -> None:
    suspend(service_id=_service(change["service"]).pk, reason=change["reason"], by=people.approvers[0])


def _notice(change: Change, people: People, now: datetime) -> None:
    create_notice(
        service_id=_service(change["service"]).pk if "service" in change else None,
        country=change.get("country", ""),
        kind=change["kind"],
        starts=moment(change["starts"]),
        ends=moment(change["ends"]),
        source=change["source"],
        by=people.editor,
    )


def _check_links(change: Change, people: People, now: datetime) -> None:
    """A round of looks at all web addresses: those named answer, all others are gone."""
    good = {*change["good"]}
    looked = moment(change["on"])
    check_links(now=lambda: looked, fetch=lambda url: Fetched(200 if url in good else 404, "", url))


def _observe(change: Change, people: People, now: datetime) -> None:
    """A statement that stands beside a record and that no form writes, such as which countries it serves."""
    Evidence.objects.create(
        service=_service(change["service"]),
        field=change["field"],
        value=change["value"],
        source=change["source"],
        observed_on=date.fromisoformat(change["on"]),
        stage=change["stage"],
    )


CHANGES: Mapping[str, Callable[[Change, People, datetime], None]] = {
    "change_state": _change_state,
    "check_links": _check_links,
    "confirm": _confirm,
    "edit": _edit,
    "edit_contact": _edit_contact,
    "notice": _notice,
    "observe": _observe,
    "suspend": _suspend,
    "withhold": _withhold,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path, help="where the snapshots are written")
    directory: Path = parser.parse_args().directory
    call_command("migrate", verbosity=0)
    directory.mkdir(parents=True, exist_ok=True)
    for name, document in documents({path.stem: read(path) for path in case_files()}).items():
        stream = zlib.compressobj(_LEVEL, wbits=_GZIP)
        (directory / f"{name}.json.gz").write_bytes(stream.compress(document) + stream.flush())
        print(f"{name}.json.gz: {len(document)} bytes unpacked")
    return 0


if __name__ == "__main__":
    sys.exit(main())
