"""`pop keys` and `pop staff`: what keeps a deployment."""

from __future__ import annotations

import argparse
import sys

from django.conf import settings

from pop.people.actions import RefusedError, create_staff, invite
from pop.people.queries import find_staff
from pop.people.words import WORDS as PEOPLE
from pop.privacy.keys import KeysError, init_keys, rotate_signing
from pop.server.jobs.preparing import make_ready


def _keys(act: str) -> int:
    try:
        (init_keys if act == "init" else rotate_signing)(settings.KEYS_DIR)
    except KeysError as error:
        print(f"pop keys {act}: {error}", file=sys.stderr)
        return 1
    print(f"Keys are in {settings.KEYS_DIR}. Keep a copy apart from the data and its backups.")
    return 0


def init_keys_(_: argparse.Namespace) -> int:
    """Make production keys."""
    return _keys("init")


def rotate_keys(_: argparse.Namespace) -> int:
    """Make a new signing key; the former public key stays valid."""
    return _keys("rotate")


def _print_link(path: str) -> None:
    print(f"http://localhost:{settings.CONSOLE_PORT}{path}")
    print("The link works once, within 48 hours. Give it to nobody but its owner.", file=sys.stderr)


def create_staff_(arguments: argparse.Namespace) -> int:
    """Make a member of staff and print the one-time link."""
    for line in make_ready():
        print(line, file=sys.stderr)
    try:
        person = create_staff(email=arguments.email, name=arguments.name, roles=arguments.role, by=None)
        _print_link(invite(staff_id=person.id, by=None))
    except RefusedError as error:
        print(f"pop staff create: {PEOPLE.say(f'refused_{error.code}', 'en')}", file=sys.stderr)
        return 1
    return 0


def staff_link(arguments: argparse.Namespace) -> int:
    """Print a new one-time link for somebody."""
    for line in make_ready():
        print(line, file=sys.stderr)
    person = find_staff(arguments.email)
    if person is None:
        print("pop staff link: nobody has this address. `pop staff create` makes them.", file=sys.stderr)
        return 1
    try:
        _print_link(invite(staff_id=person.id, by=None))
    except RefusedError as error:
        print(f"pop staff link: {PEOPLE.say(f'refused_{error.code}', 'en')}", file=sys.stderr)
        return 1
    return 0
