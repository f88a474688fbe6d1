"""What can happen to a person's key pair. Others ask for it in their own transaction; nothing here is slow.

A private key is in the database in two ways only: under the password and the root key (`StaffKey`), and, for the length
of one sign-in, under a random key that the person's cookie holds (`StaffKeySession`).
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max

from pop.events.actions import publish
from pop.people.models import Staff, StaffKey, StaffKeySession
from pop.people.queries import key_in_force
from pop.people.stretching import Stretched, stretch
from pop.privacy.sealing import SealError, new_key, new_pair, open_under, seal_under

_GONE = b""


class OpenKey(NamedTuple):
    """An opened key pair's private half (32 bytes), its edition, and whose it is. Its text shows no key."""

    staff: UUID
    edition: int
    private: bytes

    def __repr__(self) -> str:
        return f"<OpenKey {self.edition} of {self.staff}>"


def open_key(*, staff: UUID, password: str) -> OpenKey | None:
    """Open somebody's key by password; None where there is none or it does not open. Slow: see `stretch`.

    It takes as long when there is nothing to open. Raises BusyError.
    """
    row = key_in_force(staff)
    stretched = stretch(password, bytes(row.salt) if row else None)
    if row is None:
        return None
    try:
        private = open_under(stretched.secret, bytes(row.sealed_private), purpose=_purpose(staff, row.edition))
    except SealError:
        return None
    return OpenKey(staff, row.edition, private)


@transaction.atomic
def make_key(*, staff: UUID, under: Stretched) -> OpenKey:
    """Give somebody a new pair, the next edition; the one before ends. Event: staff_key_made."""
    Staff.objects.select_for_update().get(pk=staff)
    end_key(staff=staff)
    edition = (StaffKey.objects.filter(staff=staff).aggregate(last=Max("edition"))["last"] or 0) + 1
    pair = new_pair()
    StaffKey.objects.create(
        staff_id=staff,
        edition=edition,
        public_key=pair.public,
        sealed_private=seal_under(under.secret, pair.private, purpose=_purpose(staff, edition)),
        salt=under.salt,
        made_at=dt.datetime.now(dt.UTC),
    )
    publish(name="staff_key_made", payload={"staff": str(staff), "edition": edition})
    return OpenKey(staff, edition, pair.private)


@transaction.atomic
def reseal_key(*, key: OpenKey, under: Stretched) -> None:
    """Put the same private key under another password; open sessions but the caller's own end with their sign-in."""
    sealed = seal_under(under.secret, key.private, purpose=_purpose(key.staff, key.edition))
    StaffKey.objects.filter(staff=key.staff, edition=key.edition, ended_at=None).update(
        sealed_private=sealed, salt=under.salt
    )


@transaction.atomic
def end_key(*, staff: UUID) -> None:
    """End the edition in force and destroy what could open it; the public half stays, so that old blobs have a name."""
    lock_everywhere(staff=staff)
    StaffKey.objects.filter(staff=staff, ended_at=None).update(
        ended_at=dt.datetime.now(dt.UTC), sealed_private=_GONE, salt=_GONE
    )


@transaction.atomic
def open_session(*, key: OpenKey, lasts: dt.timedelta) -> tuple[UUID, bytes]:
    """Seal an opened key for one sign-in: return the session's id and the 32-byte key for the cookie, stored nowhere.

    Raises StaffKey.DoesNotExist where this edition ended meanwhile.
    """
    row = StaffKey.objects.select_for_update().get(staff=key.staff, edition=key.edition, ended_at=None)
    session, held = uuid4(), new_key()
    StaffKeySession.objects.create(
        session=session,
        key=row,
        sealed_private=seal_under(held, key.private, purpose=session_purpose(session, key.staff, key.edition)),
        expires_at=dt.datetime.now(dt.UTC) + lasts,
    )
    return session, held


def keep_session(*, session: UUID, lasts: dt.timedelta) -> None:
    """Let an open key last so long from now."""
    StaffKeySession.objects.filter(pk=session).update(expires_at=dt.datetime.now(dt.UTC) + lasts)


def lock(*, session: UUID) -> None:
    """End one sign-in's open key."""
    StaffKeySession.objects.filter(pk=session).delete()


def lock_everywhere(*, staff: UUID, but: UUID | None = None) -> None:
    """End somebody's open keys in every session, or in every other one than `but`."""
    found = StaffKeySession.objects.filter(key__staff=staff)
    (found.exclude(pk=but) if but else found).delete()


def forget_expired(*, now: dt.datetime) -> int:
    """Delete the open keys of sign-ins that are over, and return how many went."""
    deleted, _ = StaffKeySession.objects.filter(expires_at__lte=now).delete()
    return deleted


def session_purpose(session: UUID, staff: UUID, edition: int) -> str:
    """Return what a session's blob is bound to: neither another session nor another person can be given it."""
    return f"staff key session:{session}:{staff}:{edition}"


def _purpose(staff: UUID, edition: int) -> str:
    return f"staff key:{staff}:{edition}"
