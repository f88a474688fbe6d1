"""`pop keys` and `pop staff`: what keeps a deployment."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from django.conf import settings

from pop.people.actions import RefusedError, create_staff, invite
from pop.people.queries import find_staff
from pop.people.words import WORDS as PEOPLE
from pop.privacy.keys import KeysError, add_pepper, init_keys, make_escrow, rotate_signing
from pop.server.jobs.preparing import make_ready


def _refuse(act: str, error: KeysError) -> int:
    print(f"pop keys {act}: {error}", file=sys.stderr)
    return 1


def _say_where() -> int:
    print(f"Keys are in {settings.KEYS_DIR}. Keep a copy apart from the data and its backups.")
    return 0


def init_keys_(arguments: argparse.Namespace) -> int:
    """Make production keys, with the public escrow keys of three people."""
    try:
        init_keys(settings.KEYS_DIR, [Path(file) for file in arguments.escrow])
    except KeysError as error:
        return _refuse("init", error)
    return _say_where()


def rotate_keys(_: argparse.Namespace) -> int:
    """Make a new signing key; the former public key stays valid."""
    try:
        rotate_signing(settings.KEYS_DIR)
    except KeysError as error:
        return _refuse("rotate", error)
    return _say_where()


def add_pepper_(_: argparse.Namespace) -> int:
    """Make a new edition of the pepper; codes made with the old ones still open."""
    try:
        edition = add_pepper(settings.KEYS_DIR)
    except KeysError as error:
        return _refuse("pepper", error)
    print(f"Edition {edition} is for codes made from now on. Restart every process: each reads its keys once.")
    return _say_where()


def make_escrow_(arguments: argparse.Namespace) -> int:
    """Make the escrow pair of the person at this machine."""
    try:
        public = make_escrow(Path(arguments.file))
    except KeysError as error:
        return _refuse("escrow", error)
    print(f"{arguments.file} is yours alone: keep it away from the server, and a copy of it in a safe place.")
    print(f"Send {public} to whoever runs `pop keys init --escrow`.")
    return 0


def _print_link(path: str) -> None:
    print(f"http://localhost:{settings.CONSOLE_PORT}{path}")
    print("The link works once, within 48 hours. Give it to nobody but its owner.", file=sys.stderr)


def create_staff_(arguments: argparse.Namespace) -> int:
    """Make a member of staff and print the one-time link."""
    for line in make_ready():
        print(line, file=sys.stderr)
    try:
        person = create_staff(
            email=arguments.email, name=arguments.name, roles=arguments.role, countries=arguments.country, by=None
        )
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
