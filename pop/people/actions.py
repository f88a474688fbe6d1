"""What can happen to staff. Every act asks for permission, leaves its trace in the audit, and is one transaction.

Nobody changes their own roles, and the last administrator stays one: who wants more than they have needs somebody else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from pop.audit import actions as audit
from pop.events.actions import publish
from pop.people import key_actions, queries
from pop.people.key_actions import OpenKey
from pop.people.models import FOCAL_POINT, ROLES, Invitation, SignInMemory, Staff
from pop.people.second_secret import seal_secret
from pop.people.stretching import BusyError, Stretched, stretch
from pop.places.countries import codes
from pop.places.words import CONSOLE_LANGUAGES

LINK_LASTS = dt.timedelta(hours=48)


class RefusedError(Exception):
    """An act that may not happen. `code` is a key of the people's words: ``refused_<code>``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class WeakPasswordError(Exception):
    """A password that the rules turn down; `messages` say why, in words for the person who chose it."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__("weak password")
        self.messages = messages


class Entered(NamedTuple):
    """Who used a link up, and the key that their password opens now."""

    person: Staff
    key: OpenKey


@transaction.atomic
def create_staff(
    *, email: str, name: str, roles: Iterable[str], countries: Iterable[str] = (), by: UUID | None
) -> Staff:
    """Make a member of staff without a password; `by` None is the command line.

    `countries` (ISO 3166-1 alpha-2) are those that a ministry's focal point speaks for. Refused: email_wrong,
    email_taken, roles_wrong, focal_point_alone, countries_missing, countries_wrong, countries_unwanted.
    """
    _allow(by)
    chosen = _roles(roles)
    spoken_for = _countries(chosen, countries)
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise RefusedError("email_wrong") from error
    if Staff.objects.filter(email=address).exists():
        raise RefusedError("email_taken")
    person = Staff.objects.create_user(address, None, name=name.strip()[:120], roles=chosen, countries=spoken_for)
    _record("create_staff", person.pk, by, _standing(chosen, spoken_for))
    return person


@transaction.atomic
def invite(*, staff_id: UUID, by: UUID | None) -> str:
    """Return the path of a fresh one-time link (``/enter/…``), good for 48 hours; links given before it are void.

    Only the SHA-256 of the token in it is stored: the path is nowhere else, and must never be logged.
    Refused: unknown, ended.
    """
    _allow(by)
    person = _locked(staff_id)
    if not person.is_active:
        raise RefusedError("ended")
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    Invitation.objects.filter(staff=person, used_at=None).delete()
    Invitation.objects.create(staff=person, token_hash=_hashed(token), expires_at=now + LINK_LASTS)
    _record("invite", person.pk, by)
    return f"/enter/{token}"


def invited(token: str) -> UUID | None:
    """Return whose link this is if it still opens, or None. Looking does not use it up: link previewers look."""
    found = Invitation.objects.filter(
        token_hash=_hashed(token), used_at=None, expires_at__gt=timezone.now(), staff__is_active=True
    ).first()
    return found.staff_id if found else None


def accept_invitation(*, token: str, password: str) -> Entered:
    """Use a link up: set the password, which ends every session the person had, and make the key that it opens.

    Somebody who types the password that they have already keeps their key; another password cannot open it, so it
    ends. WeakPasswordError leaves the link unused. Refused: link_void, busy.
    """
    staff = invited(token)
    person = Staff.objects.filter(pk=staff).first() if staff else None
    if person is None:
        raise RefusedError("link_void")
    _check_password(password, person)
    # All that is slow on purpose comes first: a transaction must not hold SQLite's one writer for half a second.
    try:
        kept = key_actions.open_key(staff=person.pk, password=password)
        under = stretch(password)
    except BusyError as busy:
        raise RefusedError("busy") from busy
    hashed = make_password(password)
    with transaction.atomic():
        now = timezone.now()
        link = (
            Invitation.objects.select_for_update()
            .filter(token_hash=_hashed(token), used_at=None, expires_at__gt=now, staff__is_active=True)
            .first()
        )
        if link is None:
            raise RefusedError("link_void")
        person = _locked(link.staff_id)
        link.used_at = now
        link.save(update_fields=["used_at"])
        key = _set_password(person, hashed, kept=kept, under=under)
        _record("accept_invitation", person.pk, person.pk)
    return Entered(person, key)


def change_password(*, staff: UUID, before: str, after: str, session: UUID | None) -> Staff:
    """Change somebody's own password and put the same private key under it; every other open key of theirs ends.

    `session` is the open key that goes on (`unlocking.current_session`). WeakPasswordError. Refused: password_wrong,
    key_stuck (the key does not open with the present root key), busy.
    """
    person = Staff.objects.filter(pk=staff, is_active=True).first()
    if person is None or not person.check_password(before):
        raise RefusedError("password_wrong")
    _check_password(after, person)
    try:
        key = key_actions.open_key(staff=staff, password=before)
        under = stretch(after)
    except BusyError as busy:
        raise RefusedError("busy") from busy
    hashed, known = make_password(after), person.password
    with transaction.atomic():
        person = _locked(staff)
        if not person.is_active or person.password != known:
            raise RefusedError("password_wrong")
        if key is None and queries.key_in_force(staff) is not None:
            raise RefusedError("key_stuck")
        _set_password(person, hashed, kept=key, under=under, session=session)
        _record("change_password", staff, staff)
    return person


def create_ready_staff(
    *, email: str, name: str, roles: Iterable[str], password: str, totp_secret: str, by: UUID | None = None
) -> Staff:
    """Make a complete member of staff with password, authenticator app (base32 secret) and key, without a link.

    Only for trying out and for simulated people. WeakPasswordError. Refused: production, busy, and as `create_staff`.
    """
    if settings.PRODUCTION:
        raise RefusedError("production")
    _check_password(password, Staff(email=email, name=name))
    try:
        under = stretch(password)
    except BusyError as busy:
        raise RefusedError("busy") from busy
    hashed = make_password(password)
    with transaction.atomic():
        person = create_staff(email=email, name=name, roles=roles, by=by)
        _set_password(person, hashed, kept=None, under=under)
        person.authenticator_set.create(type="totp", data={"secret": seal_secret(totp_secret)})  # type: ignore[attr-defined]
        _record("create_ready_staff", person.pk, by)
    return person


@transaction.atomic
def change_roles(*, staff: UUID, roles: Iterable[str], countries: Iterable[str] = (), by: UUID | None) -> None:
    """Give somebody exactly these roles and countries, which locks their key until they sign in again.

    Event: staff_roles_changed, because whoever lost a role leaves what they were in by it. Refused: own_roles,
    last_administrator, roles_wrong, focal_point_alone, countries_missing, countries_wrong, countries_unwanted, unknown.
    """
    _allow(by)
    if staff == by:
        raise RefusedError("own_roles")
    chosen = _roles(roles)
    spoken_for = _countries(chosen, countries)
    everybody = _everybody(by)
    person = everybody.get(staff)
    if person is None:
        raise RefusedError("unknown")
    if "administrator" not in chosen:
        _keep_an_administrator(everybody, person)
    before = (list(person.roles), list(person.countries))
    if before != (chosen, spoken_for):
        person.roles, person.countries = chosen, spoken_for
        person.save(update_fields=["roles", "countries"])
        key_actions.lock_everywhere(staff=staff)
        detail: dict[str, object] = {"before": before[0], "after": chosen}
        if before[1] or spoken_for:
            detail |= {"countries_before": before[1], "countries_after": spoken_for}
        _record("change_roles", staff, by, detail)
        publish(name="staff_roles_changed", payload={"staff": str(staff), "roles": chosen})


@transaction.atomic
def deactivate(*, staff: UUID, by: UUID | None) -> None:
    """End somebody's access: sessions, password, second factor, key and open links, all at once. Event: staff_left.

    Refused: own_access, last_administrator, unknown.
    """
    _allow(by)
    if staff == by:
        raise RefusedError("own_access")
    everybody = _everybody(by)
    person = everybody.get(staff)
    if person is None:
        raise RefusedError("unknown")
    _keep_an_administrator(everybody, person)
    person.is_active = False
    _take_keys_away(person)
    _record("deactivate", staff, by)


@transaction.atomic
def reactivate(*, staff: UUID, by: UUID | None) -> None:
    """Let somebody come back, with the roles they had; they need a new link, a new password and a new second factor."""
    _allow(by)
    if staff == by:
        raise RefusedError("own_access")
    person = _locked(staff)
    person.is_active = True
    person.save(update_fields=["is_active"])
    _record("reactivate", staff, by)


@transaction.atomic
def reset_access(*, staff: UUID, by: UUID | None) -> str:
    """For a lost phone or password: take password, second factor, key and sessions away; return a fresh link's path.

    Event: staff_left, because nothing that was sealed to this person opens any more. Refused: own_access, unknown,
    ended.
    """
    _allow(by)
    if staff == by:
        raise RefusedError("own_access")
    person = _locked(staff)
    if not person.is_active:
        raise RefusedError("ended")
    _take_keys_away(person)
    _record("reset_access", staff, by)
    return invite(staff_id=staff, by=by)


@transaction.atomic
def choose_language(*, staff: UUID, language: str) -> None:
    """Keep somebody's own language of the console; "" is what the browser asks for. Refused: language_wrong."""
    if language and language not in CONSOLE_LANGUAGES:
        raise RefusedError("language_wrong")
    Staff.objects.filter(pk=staff).update(language=language)


def forget_expired(*, now: dt.datetime) -> int:
    """Delete open keys and remembered attempts that are over, and return how many went."""
    attempts, _ = SignInMemory.objects.filter(expires__lt=now).delete()
    return attempts + key_actions.forget_expired(now=now)


def _allow(by: UUID | None) -> None:
    """Only an active administrator manages staff; the command line (None) is whoever owns the machine."""
    if by is None:
        return
    _be_administrator(Staff.objects.filter(pk=by).first())


def _be_administrator(person: Staff | None) -> None:
    if person is None or not person.is_active or "administrator" not in person.roles:
        raise RefusedError("not_allowed")


def _roles(roles: Iterable[str]) -> list[str]:
    chosen = set(roles)
    if not chosen or chosen - set(ROLES):
        raise RefusedError("roles_wrong")
    return [role for role in ROLES if role in chosen]


def _countries(roles: Collection[str], countries: Iterable[str]) -> list[str]:
    """Return for whom somebody with these roles speaks. A focal point is a guest and nothing else here.

    Somebody who proposed for a ministry and agreed for the house would be two of the people whom a change needs.
    """
    chosen = sorted({each.strip().upper() for each in countries if each.strip()})
    if FOCAL_POINT not in roles:
        if chosen:
            raise RefusedError("countries_unwanted")
        return []
    if len(roles) > 1:
        raise RefusedError("focal_point_alone")
    if not chosen:
        raise RefusedError("countries_missing")
    if set(chosen) - codes():
        raise RefusedError("countries_wrong")
    return chosen


def _standing(roles: list[str], countries: list[str]) -> dict[str, object]:
    return {"roles": roles, "countries": countries} if countries else {"roles": roles}


def _locked(staff: UUID) -> Staff:
    person = Staff.objects.select_for_update().filter(pk=staff).first()
    if person is None:
        raise RefusedError("unknown")
    return person


def _everybody(by: UUID | None) -> dict[UUID, Staff]:
    """Lock all staff, always in the same order: of two administrators who remove each other only one can succeed."""
    everybody = {each.pk: each for each in Staff.objects.select_for_update().order_by("pk")}
    if by is not None:
        _be_administrator(everybody.get(by))
    return everybody


def _keep_an_administrator(everybody: dict[UUID, Staff], person: Staff) -> None:
    if "administrator" not in person.roles or not person.is_active:
        return
    if not any(
        each.is_active and "administrator" in each.roles and each.has_usable_password()
        for each in everybody.values()
        if each.pk != person.pk
    ):
        raise RefusedError("last_administrator")


def _take_keys_away(person: Staff) -> None:
    # A session holds a hash of the password's row: with another (unusable) one every session ends, and stays ended.
    person.set_unusable_password()
    person.save(update_fields=["password", "is_active"])
    person.authenticator_set.all().delete()  # type: ignore[attr-defined]
    Invitation.objects.filter(staff=person, used_at=None).delete()
    key_actions.end_key(staff=person.pk)
    publish(name="staff_left", payload={"staff": str(person.pk)})


def _check_password(password: str, person: Staff) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise WeakPasswordError(list(error.messages)) from error


def _set_password(
    person: Staff, hashed: str, *, kept: OpenKey | None, under: Stretched, session: UUID | None = None
) -> OpenKey:
    """Write a password, and the key under it: the one that was opened, if it is still in force, or a new one."""
    person.password = hashed
    person.save(update_fields=["password"])
    in_force = queries.key_in_force(person.pk)
    if kept is None or in_force is None or in_force.edition != kept.edition:
        return key_actions.make_key(staff=person.pk, under=under)
    key_actions.reseal_key(key=kept, under=under)
    key_actions.lock_everywhere(staff=person.pk, but=session)
    return kept


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _record(action: str, staff: UUID, by: UUID | None, detail: dict[str, object] | None = None) -> None:
    audit.record(action=action, object_type="staff", object_id=str(staff), actor=by, detail=detail)
