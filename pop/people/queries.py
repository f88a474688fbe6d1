"""What can be asked about staff."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connections, router
from django.db.models import Exists, OuterRef, Q, QuerySet

from pop.people.asking import Ask, Rows
from pop.people.models import FOCAL_POINT, Invitation, Staff, StaffKey, StaffKeySession
from pop.people.proof import SECOND_FACTORS

# What is published about keys (docs/look-up/events.md).
KEY_MADE = "staff_key_made"
LEFT = "staff_left"
ROLES_CHANGED = "staff_roles_changed"

SORTS: Mapping[str, Sequence[str]] = {
    "name": ("name", "email"),
    "email": ("email",),
    "added": ("created_at",),
    "last": ("last_login",),
}


@dataclass(frozen=True)
class Person:
    """A member of staff, as the console shows one. `invited_until` is set while an unused link is open."""

    id: UUID
    name: str
    email: str
    roles: tuple[str, ...]
    countries: tuple[str, ...]
    active: bool
    added: dt.datetime
    last_sign_in: dt.datetime | None
    second_factor: bool
    invited_until: dt.datetime | None

    @property
    def called(self) -> str:
        """What to call the person in a list."""
        return self.name or self.email


@dataclass(frozen=True)
class StaffPublicKey:
    """The public half of a person's key in force: 32 bytes (X25519), and which edition it is."""

    staff: UUID
    edition: int
    key: bytes


def people(ask: Ask, *, now: dt.datetime) -> Rows[Person]:
    """Return staff by name or e-mail; filters: `role` (a role's name), `state` ("active" or "ended")."""
    found = _with_second_factor()
    if ask.search:
        found = found.filter(Q(name__icontains=ask.search) | Q(email__icontains=ask.search))
    if ask.filters.get("state"):
        found = found.filter(is_active=ask.filters["state"] == "active")
    ordered = found.order_by(*ask.order(SORTS, ("name", "email", "id")))
    role = ask.filters.get("role")
    # `roles` is a list in one column; SQLite cannot ask whether it contains a value, and staff are tens, not thousands.
    rows = [row for row in ordered if not role or role in row.roles]
    return Rows(_persons(rows[ask.first : ask.first + ask.count], now=now), len(rows))


def person(staff_id: UUID, *, now: dt.datetime) -> Person | None:
    """Return one member of staff, or None."""
    found = _persons(_with_second_factor().filter(pk=staff_id), now=now)
    return found[0] if found else None


def find_staff(email: str) -> Staff | None:
    """Return the member of staff with this e-mail address, or None."""
    return Staff.objects.filter(email=email.strip().lower()).first()


def holds(staff_id: UUID, *roles: str) -> bool:
    """Say whether somebody is active staff with at least one of `roles`."""
    return bool(holding([staff_id], *roles))


def holding(staff_ids: Iterable[UUID], *roles: str) -> frozenset[UUID]:
    """Return which of these people are, at this moment, active staff with at least one of `roles`."""
    found = Staff.objects.filter(pk__in=list(staff_ids), is_active=True)
    return frozenset(each.pk for each in found if set(roles) & set(each.roles))


def spoken_for(staff_id: UUID) -> frozenset[str]:
    """Return the countries (ISO 3166-1 alpha-2) whose ministry somebody speaks for at this moment; mostly none."""
    person = Staff.objects.filter(pk=staff_id, is_active=True).first()
    return frozenset(person.countries) if person is not None and FOCAL_POINT in person.roles else frozenset()


def names(staff_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return what these people are called; ids that are nobody's are left out."""
    wanted = {each for each in staff_ids if each}
    return {each.pk: str(each) for each in Staff.objects.filter(pk__in=wanted)}


def ids_called(text: str) -> list[UUID]:
    """Return the ids of staff whose name or e-mail contains `text`."""
    return list(Staff.objects.filter(Q(name__icontains=text) | Q(email__icontains=text)).values_list("pk", flat=True))


def public_key_of(staff_id: UUID) -> StaffPublicKey | None:
    """Return the key to which things are sealed for somebody, or None: no password yet, access ended, or unknown."""
    return public_keys_of([staff_id]).get(staff_id)


def public_keys_of(staff_ids: Iterable[UUID]) -> dict[UUID, StaffPublicKey]:
    """Return the keys in force of active staff; who has none is left out."""
    rows = StaffKey.objects.filter(staff__in=list(staff_ids), staff__is_active=True, ended_at=None)
    return {row.staff_id: StaffPublicKey(row.staff_id, row.edition, bytes(row.public_key)) for row in rows}


def keyed_since(staff_ids: Iterable[UUID]) -> dict[UUID, dt.datetime]:
    """Return since when active staff have the key in force: what was sealed to them before does not open with it."""
    rows = StaffKey.objects.filter(staff__in=list(staff_ids), staff__is_active=True, ended_at=None)
    return dict(rows.values_list("staff", "made_at"))


def key_in_force(staff_id: UUID) -> StaffKey | None:
    """Return the row of the key in force, or None."""
    return StaffKey.objects.filter(staff=staff_id, ended_at=None).first()


def key_session(session: UUID, *, now: dt.datetime) -> StaffKeySession | None:
    """Return the open key of one sign-in with its key's row, or None if it is over."""
    return StaffKeySession.objects.select_related("key").filter(pk=session, expires_at__gt=now).first()


def open_key_sessions(sessions: Iterable[UUID], *, now: dt.datetime) -> frozenset[UUID]:
    """Return those sign-ins (by the ids of their open keys) that are not over."""
    # Plain SQL: every message of a counsellor waits for this.
    connection = connections[router.db_for_read(StaffKeySession)]
    lite = connection.vendor == "sqlite"
    asked: dict[str | UUID, UUID] = {each.hex if lite else each: each for each in sessions}
    if not asked:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.session FROM {StaffKeySession._meta.db_table} s "  # noqa: S608 - names of our own
            f"JOIN {StaffKey._meta.db_table} k ON k.{StaffKey._meta.pk.column} = s.key_id "
            f"WHERE s.session IN ({', '.join(['%s'] * len(asked))}) AND s.expires_at > %s AND k.ended_at IS NULL",
            [*asked, connection.ops.adapt_datetimefield_value(now)],
        )
        return frozenset([asked[session] for (session,) in cursor.fetchall()])


def _with_second_factor() -> QuerySet[Staff]:
    devices = Staff._meta.get_field("authenticator").related_model
    own = devices._default_manager.filter(user=OuterRef("pk"), type__in=SECOND_FACTORS)
    return Staff.objects.annotate(with_second_factor=Exists(own))


def _persons(rows: Iterable[Staff], *, now: dt.datetime) -> list[Person]:
    staff = list(rows)
    waiting = Invitation.objects.filter(staff__in=staff, used_at=None, expires_at__gt=now)
    until = {each.staff_id: each.expires_at for each in waiting}
    return [
        Person(
            id=each.pk,
            name=each.name,
            email=each.email,
            roles=tuple(each.roles),
            countries=tuple(each.countries),
            active=each.is_active,
            added=each.created_at,
            last_sign_in=each.last_login,
            second_factor=bool(getattr(each, "with_second_factor", False)),
            invited_until=until.get(each.pk),
        )
        for each in staff
    ]
