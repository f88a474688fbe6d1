"""Partners and the addresses that are theirs alone."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from pop.audit.actions import record
from pop.places.countries import codes
from pop.places.words import LANGUAGES
from pop.surveys.collecting.models import Invitation, Partner, Token
from pop.surveys.collecting.rules.tokens import lookup_of

TOKEN_BYTES = 32
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,185}")


class PartnerError(Exception):
    """Something that is not done with a partner. `code`: `bad_name`, `unknown_country`, `bad_email`, `name_taken`,
    `unknown_language`, `unknown_partner`, `unknown_token`, `unknown_form`, `no_mail`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, repr=False)
class Made:
    """A new token: its id, for lists and for revoking, and what stands in the address, which is told this once."""

    id: UUID
    token: str


def make_partner(
    *, name: str, now: datetime, country: str = "", email: str = "", language: str = "", by: UUID | None = None
) -> UUID:
    """Add a partner and return its id; mails to it are in `language`, "" for the country's. Raises PartnerError."""
    name = _checked(name, country, email, language)
    with transaction.atomic():
        made = Partner(name=name, country=country, email=email, language=language, made_at=now)
        Partner.objects.bulk_create([made], ignore_conflicts=True)
        if not Partner.objects.filter(id=made.id).exists():
            raise PartnerError("name_taken")
        record(action="make_partner", object_type="partner", object_id=str(made.id), actor=by)
    return made.id


def change_partner(
    *, partner: UUID, name: str, country: str, email: str, language: str, by: UUID | None = None
) -> None:
    """Change what is kept of a partner; their addresses, links and answers stay theirs. Raises PartnerError.

    Another e-mail address has another reader: that somebody wanted no mail, or that none got there, is forgotten.
    """
    name = _checked(name, country, email, language)
    with transaction.atomic():
        row = Partner.objects.select_for_update().filter(id=partner).first()
        if row is None:
            raise PartnerError("unknown_partner")
        given = {"name": name, "country": country, "email": email, "language": language}
        changed = [field for field, value in given.items() if getattr(row, field) != value]
        if not changed:
            return
        if "email" in changed:
            row.mails_stopped_at = row.mails_refused_at = None
        for field in changed:
            setattr(row, field, given[field])
        try:
            with transaction.atomic():
                row.save(update_fields=[*changed, "mails_stopped_at", "mails_refused_at"])
        except IntegrityError:
            raise PartnerError("name_taken") from None
        detail: dict[str, object] = {"fields": changed}
        record(action="change_partner", object_type="partner", object_id=str(partner), actor=by, detail=detail)


def _checked(name: str, country: str, email: str, language: str) -> str:
    """Return a partner's name as it is kept. Raises PartnerError for what none may have."""
    name = " ".join(name.split())
    if not 0 < len(name) <= 200 or not name.isprintable():
        raise PartnerError("bad_name")
    if country and country not in codes():
        raise PartnerError("unknown_country")
    if email and not (_EMAIL.fullmatch(email) and email.isprintable()):
        raise PartnerError("bad_email")
    if language and language not in LANGUAGES:
        raise PartnerError("unknown_language")
    return name


def make_token(*, partner: UUID, now: datetime, by: UUID | None = None) -> Made:
    """Make one more address for a partner. Raises PartnerError for an unknown one.

    The token is 32 random bytes in hexadecimal. Only its SHA-256 is kept.
    """
    token = secrets.token_hex(TOKEN_BYTES)
    with transaction.atomic():
        if not Partner.objects.filter(id=partner).exists():
            raise PartnerError("unknown_partner")
        made = Token.objects.create(partner_id=partner, lookup=lookup_of(token), made_at=now)
        record(
            action="make_token",
            object_type="token",
            object_id=str(made.id),
            actor=by,
            detail={"partner": str(partner)},
        )
    return Made(made.id, token)


def revoke_token(*, token: UUID, now: datetime, by: UUID | None = None) -> bool:
    """End an address at once; what came through it stays. Returns False where it was ended before.

    Raises PartnerError for an unknown one.
    """
    return end(Token, token, now=now, by=by)


def end(kind: type[Token] | type[Invitation], row_id: UUID, *, now: datetime, by: UUID | None) -> bool:
    """End an address or a link, once. Raises PartnerError (`unknown_token`)."""
    name = kind.__name__.lower()
    with transaction.atomic():
        row = kind.objects.select_for_update().filter(id=row_id).first()
        if row is None:
            raise PartnerError("unknown_token")
        if row.revoked_at is not None:
            return False
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        detail: dict[str, object] = {"partner": str(row.partner_id)}
        record(action=f"revoke_{name}", object_type=name, object_id=str(row.id), actor=by, detail=detail)
    return True
