"""Simulated staff: complete people of the console, made for one run and ended with it."""

from __future__ import annotations

import base64
import secrets
from typing import Final
from uuid import UUID

from django.db import close_old_connections

from pop.people import actions, queries
from pop.simulation.counsellor import Login

# An address at which nobody can ever be.
PLACE: Final = "@simulation.invalid"
_MOST_TRIES = 50


def make_counsellor(number: int) -> tuple[UUID, Login]:
    """Make a counsellor who can sign in at once; about half a second of work. Blocks; for a thread of its own."""
    email = f"simulated-{secrets.token_hex(6)}{PLACE}"
    login = Login(email, secrets.token_urlsafe(24), base64.b32encode(secrets.token_bytes(20)).decode())
    try:
        for _ in range(_MOST_TRIES):
            try:
                made = actions.create_ready_staff(
                    email=email,
                    name=f"Simulated counsellor {number}",
                    roles=["counsellor"],
                    password=login.password,
                    totp_secret=login.totp,
                )
            except actions.RefusedError as refused:
                if refused.code != "busy":
                    raise
            else:
                return made.pk, login
        raise actions.RefusedError("busy")
    finally:
        close_old_connections()


def end_simulated() -> int:
    """End every simulated person's access, those of an earlier run that was cut off too; return how many."""
    known = queries.ids_called(PLACE)
    still = queries.holding(known, "counsellor")
    for staff in still:
        actions.deactivate(staff=staff, by=None)
    close_old_connections()
    return len(still)
