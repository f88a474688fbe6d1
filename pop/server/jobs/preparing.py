"""What a machine needs before it serves: keys, tables, the real registry, a snapshot, and somebody who may sign in.

Where it is only tried out, a line and the instruments of the mapping stand ready too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from pop.people.actions import create_staff, invite
from pop.people.models import HOUSE_ROLES
from pop.people.queries import find_staff
from pop.privacy.keys import ensure_development_keys
from pop.registry.directory.actions.load import SEED, load_seed
from pop.registry.directory.queries.publication import count_services
from pop.registry.mapping.actions.shipping import load_instrument
from pop.registry.mapping.instruments import NAMES
from pop.server.jobs.sandboxing import SECOND_ADDRESS, make_lines
from pop.signposting.snapshots.actions import build_snapshot
from pop.signposting.snapshots.queries import snapshot_is_current
from pop.surveys.collecting.actions.surveys import SurveyError

FIRST_ADDRESS = "first@localhost.invalid"
_PEOPLE = {
    FIRST_ADDRESS: ("First person", HOUSE_ROLES),
    # Whoever looks after the house alone can still try what two people do.
    SECOND_ADDRESS: ("Second person", tuple(role for role in HOUSE_ROLES if role != "administrator")),
}


def make_ready() -> Iterator[str]:
    """Make the data directory, development keys and the tables where they are missing: what every command stands on."""
    Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
    if not settings.PRODUCTION and ensure_development_keys(settings.KEYS_DIR):
        yield f"Made development keys in {settings.KEYS_DIR}"
    for name in settings.DATABASES:
        executor = MigrationExecutor(connections[name])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0, interactive=False, database=name)
            yield "Brought the database up to date"


def prepare() -> Iterator[str]:
    """Bring the data directory, the database, the registry and the snapshot up to date, saying what had to be done."""
    yield from make_ready()
    if settings.DEMONSTRATION:  # no real record, no snapshot that could lead a child, no line
        return
    mark = Path(settings.DATA_DIR) / "seed-loaded"
    digest = seed_digest()
    changed = False
    if count_services() == 0 or not mark.exists() or mark.read_text() != digest:
        report = load_seed()
        mark.write_text(digest)
        changed = True
        yield from report.lines()
    if changed or not snapshot_is_current():
        version = build_snapshot()
        yield f"Published snapshot {version}"
    if not settings.PRODUCTION:
        yield from make_lines()
        yield from open_instruments()


def open_instruments() -> Iterator[str]:
    """Load each instrument of the mapping that was not loaded as it is now, and let it take answers."""
    for name in NAMES:
        try:
            loaded = load_instrument(name, now=timezone.now(), opened=True)
        except SurveyError as error:
            # Its words were changed under the same version, as happens while somebody works on them.
            yield f"The instrument {name} stays as it was loaded before: {error}"
            continue
        if loaded is not None:
            yield f"Loaded the form {loaded.form_id} {loaded.version}, which is {loaded.state}"


def seed_digest() -> str:
    """Return the SHA-256 of the shipped seed, so that a second start loads nothing again."""
    digest = hashlib.sha256()
    for path in sorted(SEED.glob("*.csv")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def sign_in_link(address: str = FIRST_ADDRESS) -> str | None:
    """Return a fresh one-time link for the first or the second person of a deployment that is only tried out.

    None in production, and for somebody who chose a password already: another one set by a link would end their key.
    """
    if settings.PRODUCTION:
        return None
    name, roles = _PEOPLE[address]
    person = find_staff(address) or create_staff(email=address, name=name, roles=roles, by=None)
    if person.has_usable_password():
        return None
    if not person.is_active:  # somebody ended this access at the console, and that is not undone by a restart
        return None
    return f"http://localhost:{settings.CONSOLE_PORT}{invite(staff_id=person.id, by=None)}"
