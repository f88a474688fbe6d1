"""`pop survey invite`, `remind`, `assign` and their lists: who is asked, by which link, what telephones offer."""

from __future__ import annotations

import argparse
import sys

from django.conf import settings
from django.utils import timezone

from pop.places.words import LANGUAGES
from pop.server.jobs.registering import tell_ready
from pop.server.jobs.surveying import found_or_made, refuse
from pop.surveys.collecting.actions.assigning import assign, unassign
from pop.surveys.collecting.actions.inviting import invite
from pop.surveys.collecting.actions.partners import PartnerError
from pop.surveys.collecting.queries.invitations import invitations
from pop.surveys.collecting.queries.partners import assignments, find_partner
from pop.surveys.inviting.actions.asking import invite_by_mail, remind
from pop.surveys.inviting.actions.sending import send_due
from pop.surveys.inviting.posting import post
from pop.surveys.inviting.queries import Due, reminders_due, waits_to_be_sent
from pop.surveys.inviting.rules import language_for
from pop.surveys.inviting.writing import public_address

_NO_MAIL = "no mail is set up, so nothing is sent: set POP_SMTP_URL, POP_MAIL_FROM and POP_PUBLIC_URL"


def invite_(arguments: argparse.Namespace) -> int:
    """Print a new link, this once, or leave a mail with one to the worker."""
    if arguments.mail and post() is None:
        print(f"pop survey invite: {_NO_MAIL}", file=sys.stderr)
        return 1
    tell_ready()
    now = timezone.now()
    try:
        partner = found_or_made(arguments.partner, now)
        if arguments.mail:
            print(invite_by_mail(partner=partner, form_id=arguments.form, now=now))
            print("The worker sends the mail; `pop survey invitations` shows how far it led.", file=sys.stderr)
            return 0
        made = invite(partner=partner, form_id=arguments.form, now=now)
    except PartnerError as error:
        return refuse("invite", error)
    print(public_address(f"/survey/i/{made.token}"))
    elsewhere = "" if settings.PUBLIC_URL else "(in production your https address in its place). "
    print(
        f"{elsewhere}It is shown this once; whoever has it can answer in the partner's name. "
        f"To end it: pop survey revoke {made.id}",
        file=sys.stderr,
    )
    return 0


def invitations_(arguments: argparse.Namespace) -> int:
    """List the links, tab between the columns: id, partner, form, made, how far it led and since when."""
    tell_ready()
    for each in invitations(arguments.form):
        steps = (
            ("revoked", each.revoked_at),
            ("answered", each.answered_at),
            ("started", each.started_at),
            ("opened", each.opened_at),
        )
        led = next((f"{step} {at:%Y-%m-%d}" for step, at in steps if at), "not opened")
        print(f"{each.id}\t{each.partner_name}\t{each.form_id}\t{each.made_at:%Y-%m-%d}\t{led}")
    return 0


def remind_(arguments: argparse.Namespace) -> int:
    """Write to the partners whose link has not led to an answer and whose day has come; `--dry-run` says whom."""
    tell_ready()
    now = timezone.now()
    if arguments.dry_run:
        due = list(reminders_due(now=now, days=settings.REMINDER_DAYS, form_id=arguments.form, everybody=True))
        _tell(due)
        print(f"{len(due)} due; {waits_to_be_sent(now)} mails wait; nothing was sent", file=sys.stderr)
        if post() is None:
            print(f"pop survey remind: {_NO_MAIL}", file=sys.stderr)
        return 0
    if post() is None:
        print(f"pop survey remind: {_NO_MAIL}", file=sys.stderr)
        return 1
    _tell(remind(now=now, form_id=arguments.form, everybody=True))
    done = send_due()
    wait = waits_to_be_sent(timezone.now())
    print(f"{done.sent} sent, {done.refused} refused, {done.later + wait} wait for the worker", file=sys.stderr)
    if done.away:
        print("pop survey remind: the mail server does not take them now; the worker tries again", file=sys.stderr)
    return 1 if done.away else 0


def _tell(reminders: list[Due]) -> None:
    """Print reminders, tab between the columns: partner, form, which one, language, since when it is due."""
    for each in reminders:
        language = language_for(each.language, each.country, LANGUAGES)
        print(f"{each.partner_name}\t{each.form_id}\t{each.number}\t{language}\t{each.due_at:%Y-%m-%d}")


def assign_(arguments: argparse.Namespace) -> int:
    """Offer a form to a partner's telephones."""
    tell_ready()
    now = timezone.now()
    try:
        done = assign(partner=found_or_made(arguments.partner, now), form_id=arguments.form, now=now)
    except PartnerError as error:
        return refuse("assign", error)
    print("assigned" if done else "was assigned before")
    return 0


def unassign_(arguments: argparse.Namespace) -> int:
    """Offer a form to a partner no longer."""
    tell_ready()
    partner = find_partner(arguments.partner)
    if partner is None:
        return refuse("unassign", PartnerError("unknown_partner"))
    done = unassign(partner=partner, form_id=arguments.form, now=timezone.now())
    print("taken back" if done else "was not assigned")
    return 0


def assignments_(_: argparse.Namespace) -> int:
    """List which forms are assigned to whom, tab between the columns; who is not listed is offered every open form."""
    tell_ready()
    for _partner, name, form_id in assignments():
        print(f"{name}\t{form_id}")
    return 0
