"""What can happen to staff. Every act asks for permission, leaves its trace in the audit, and is one transaction.

Nobody changes their own roles, and the last administrator stays one: who wants more than they have needs somebody else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from pop.audit import actions as audit
from pop.people.models import ROLES, Invitation, Staff

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


@transaction.atomic
def create_staff(*, email: str, name: str, roles: Iterable[str], by: UUID | None) -> Staff:
    """Make a member of staff without a password; `by` None is the command line.

    Refused: email_wrong, email_taken, roles_wrong.
    """
    _allow(by)
    chosen = _roles(roles)
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise RefusedError("email_wrong") from error
    if Staff.objects.filter(email=address).exists():
        raise RefusedError("email_taken")
    person = Staff.objects.create_user(address, None, name=name.strip()[:120], roles=chosen)
    _record("create_staff", person.pk, by, {"roles": chosen})
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


@transaction.atomic
def accept_invitation(*, token: str, password: str) -> Staff:
    """Use a link up: set the password, which ends every session the person had.

    WeakPasswordError leaves the link unused. Refused: link_void.
    """
    now = timezone.now()
    link = (
        Invitation.objects.select_for_update()
        .filter(token_hash=_hashed(token), used_at=None, expires_at__gt=now, staff__is_active=True)
        .first()
    )
    if link is None:
        raise RefusedError("link_void")
    person = _locked(link.staff_id)
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise WeakPasswordError(list(error.messages)) from error
    link.used_at = now
    link.save(update_fields=["used_at"])
    person.set_password(password)
    person.save(update_fields=["password"])
    _record("accept_invitation", person.pk, person.pk)
    return person


@transaction.atomic
def change_roles(*, staff: UUID, roles: Iterable[str], by: UUID | None) -> None:
    """Give somebody exactly these roles. Refused: own_roles, last_administrator, roles_wrong, unknown."""
    _allow(by)
    if staff == by:
        raise RefusedError("own_roles")
    chosen = _roles(roles)
    everybody = _everybody(by)
    person = everybody.get(staff)
    if person is None:
        raise RefusedError("unknown")
    if "administrator" not in chosen:
        _keep_an_administrator(everybody, person)
    before = list(person.roles)
    if before != chosen:
        person.roles = chosen
        person.save(update_fields=["roles"])
        _record("change_roles", staff, by, {"before": before, "after": chosen})


@transaction.atomic
def deactivate(*, staff: UUID, by: UUID | None) -> None:
    """End somebody's access: sessions, password, second factor and open links, all at once.

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
    """For a lost phone or password: take password, second factor and sessions away, and return a fresh link's path."""
    _allow(by)
    if staff == by:
        raise RefusedError("own_access")
    person = _locked(staff)
    if not person.is_active:
        raise RefusedError("ended")
    _take_keys_away(person)
    _record("reset_access", staff, by)
    return invite(staff_id=staff, by=by)


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


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _record(action: str, staff: UUID, by: UUID | None, detail: dict[str, object] | None = None) -> None:
    audit.record(action=action, object_type="staff", object_id=str(staff), actor=by, detail=detail)
