"""`pop survey …`: forms, partners, and the addresses through which answers come."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from pop.registry.mapping.actions.shipping import load_instrument
from pop.registry.mapping.instruments import NAMES
from pop.server.jobs.registering import tell_ready
from pop.surveys.collecting.actions.inviting import revoke_invitation
from pop.surveys.collecting.actions.partners import PartnerError, make_partner, make_token, revoke_token
from pop.surveys.collecting.actions.surveys import SurveyError, close_survey, load_form, open_survey
from pop.surveys.collecting.queries.invitations import invitations
from pop.surveys.collecting.queries.partners import find_partner, id_of, tokens
from pop.surveys.collecting.queries.surveys import surveys
from pop.surveys.forms.refusals import RefusedFormError
from pop.surveys.inviting.writing import public_address

# Larger than any form that is loaded; what is larger is not read into memory to be refused.
MOST_BYTES = 60_000_000
_REFUSALS = {
    "bad_name": "a name has 1 to 200 visible characters",
    "unknown_country": "no such country: --country is an ISO 3166-1 code of two letters, as KE",
    "bad_email": "this is no e-mail address",
    "name_taken": "there is a partner of this name already",
    "unknown_partner": "there is no such partner",
    "unknown_token": "there is no such address: `pop survey tokens` and `pop survey invitations` list their ids",
    "unknown_language": "mails are written in ar, en, es, fr, pt, ru, sw or zh",
    "no_mail": "no mail can be written about this: the partner has no e-mail address, wants no mails or has answered, "
    "or the form is not open",
    "unknown_form": "no such form was loaded: `pop survey list` shows them",
}


def load(arguments: argparse.Namespace) -> int:
    """Load a form as a draft; each reason to refuse it is a line of its own."""
    if arguments.shipped:
        return _load_shipped()
    path = Path(arguments.file)
    try:
        if path.stat().st_size > MOST_BYTES:
            print(f"{path}: refused: the file is larger than a form ever is", file=sys.stderr)
            return 1
        data = path.read_bytes()
    except OSError as error:
        print(f"{path}: refused: {error.strerror}", file=sys.stderr)
        return 1
    tell_ready()
    try:
        loaded = load_form(name=path.name, data=data, now=timezone.now())
    except RefusedFormError as error:
        for reason in error.reasons:
            print(f"{path}: refused: {reason}", file=sys.stderr)
        return 1
    except SurveyError as error:
        print(f"{path}: refused: {error}", file=sys.stderr)
        return 1
    done = "loaded as a draft" if loaded.new else f"was loaded before, is {loaded.state}"
    print(f"{loaded.form_id} {loaded.version}: {done}")
    return 0


def _load_shipped() -> int:
    """Load the instruments as drafts: who keeps the surveys opens them."""
    tell_ready()
    code = 0
    for name in NAMES:
        try:
            loaded = load_instrument(name, now=timezone.now())
        except SurveyError as error:
            print(f"{name}: refused: {error}", file=sys.stderr)
            code = 1
            continue
        print(f"{loaded.form_id} {loaded.version}: loaded as a draft" if loaded else f"{name}: was loaded before")
    return code


def open_(arguments: argparse.Namespace) -> int:
    """Let a form take answers."""
    tell_ready()
    try:
        for each in open_survey(form_id=arguments.form, version=arguments.version, now=timezone.now()):
            print(f"{each.form_id} {each.version}: open")
    except SurveyError as error:
        print(f"pop survey open: {error}", file=sys.stderr)
        return 1
    return 0


def close_(arguments: argparse.Namespace) -> int:
    """Let a form take no more answers."""
    tell_ready()
    try:
        closed = close_survey(form_id=arguments.form, version=arguments.version, now=timezone.now())
    except SurveyError as error:
        print(f"pop survey close: {error}", file=sys.stderr)
        return 1
    for each in closed:
        print(f"{each.form_id} {each.version}: closed")
    if not closed:
        print("nothing of this form was open", file=sys.stderr)
    return 0


def list_(_: argparse.Namespace) -> int:
    """List every version of every form, tab between the columns."""
    tell_ready()
    for each in surveys():
        print(f"{each.form_id}\t{each.version}\t{each.state}\t{each.submissions}\t{each.title}")
    return 0


def partner(arguments: argparse.Namespace) -> int:
    """Add a partner and print the id."""
    tell_ready()
    try:
        facts = {name: getattr(arguments, name) for name in ("name", "country", "email", "language")}
        print(make_partner(**facts, now=timezone.now()))
    except PartnerError as error:
        return refuse("partner", error)
    return 0


def found_or_made(name: str, now: datetime) -> UUID:
    """Return the partner of a name or an id. Raises PartnerError where it is neither and no name either."""
    found = find_partner(name)
    if found is None:
        found = make_partner(name=name, now=now)
        print("There was no such partner: added.", file=sys.stderr)
    return found


def token(arguments: argparse.Namespace) -> int:
    """Print a new token, this once; what a client wants is said beside it, where nobody parses it."""
    tell_ready()
    now = timezone.now()
    try:
        made = make_token(partner=found_or_made(arguments.partner, now), now=now)
    except PartnerError as error:
        return refuse("token", error)
    print(made.token)
    elsewhere = "" if settings.PUBLIC_URL else "(in production your https address in its place). "
    print(f"Server address for the app: {public_address(f'/openrosa/{made.token}')}", file=sys.stderr)
    print(
        f"{elsewhere}It is shown this once; whoever has it can send in the partner's name. "
        f"To end it: pop survey revoke {made.id}",
        file=sys.stderr,
    )
    return 0


def tokens_(_: argparse.Namespace) -> int:
    """List the addresses, tab between the columns: id, partner, since when, ended when or "in force"."""
    tell_ready()
    for each in tokens():
        ended = f"revoked {each.revoked_at:%Y-%m-%d}" if each.revoked_at else "in force"
        print(f"{each.id}\t{each.partner_name}\t{each.made_at:%Y-%m-%d}\t{ended}")
    return 0


def revoke(arguments: argparse.Namespace) -> int:
    """End an address or a link at once."""
    tell_ready()
    wanted: UUID | None = id_of(arguments.token)
    try:
        if wanted is None:
            raise PartnerError("unknown_token")
        linked = wanted in {each.id for each in invitations()}
        now = timezone.now()
        ended = revoke_invitation(invitation=wanted, now=now) if linked else revoke_token(token=wanted, now=now)
    except PartnerError as error:
        return refuse("revoke", error)
    print("revoked" if ended else "was revoked before")
    return 0


def refuse(verb: str, error: PartnerError) -> int:
    """Say why something was not done, and return the exit code."""
    print(f"pop survey {verb}: {_REFUSALS[error.code]}", file=sys.stderr)
    return 1
