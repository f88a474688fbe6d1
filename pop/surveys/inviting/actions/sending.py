"""Sending the mails that are due: each is claimed before it leaves, and marked when it has left.

Whoever dies in between leaves a claim that another takes up ten minutes later: a mail may arrive twice then, under the
same Message-ID, and both of its links work. None is lost.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from pop.audit.actions import record
from pop.surveys.collecting.actions.partners import TOKEN_BYTES
from pop.surveys.collecting.models import Link, Partner
from pop.surveys.collecting.queries.surveys import offered
from pop.surveys.collecting.rules.tokens import lookup_of
from pop.surveys.inviting.actions.asking import remind
from pop.surveys.inviting.models import Mail
from pop.surveys.inviting.posting import NotSentError, Post, post
from pop.surveys.inviting.queries import claimed_since, is_wanted, next_to_send, waits_to_be_sent
from pop.surveys.inviting.rules import MOST_ATTEMPTS, wait_after
from pop.surveys.inviting.writing import Letter, written

MINUTE: Final = timedelta(minutes=1)
_EVERY_SECONDS: Final = 10.0
_PLAN_SECONDS: Final = 600.0
_AWAY_SECONDS: Final = 300.0

logger = logging.getLogger("pop.surveys")


@dataclass
class Sent:
    """What became of the mails that were due. `away`: the server could not be reached, and nothing more was tried."""

    sent: int = 0
    refused: int = 0
    later: int = 0
    dropped: int = 0
    away: bool = False


def send_due(*, clock: Callable[[], datetime] = timezone.now) -> Sent:
    """Send what is due, at most as many a minute as the settings allow. What one address does stops no other.

    Nothing is sent, and nothing is claimed, where no mail server is set up or it does not answer.
    """
    done = Sent()
    here = post()
    if here is None or not waits_to_be_sent(clock()) or not _room(clock()):
        return done
    try:
        with here:
            while _room(clock()) and not done.away:
                mail = next_to_send(clock())
                if mail is None:
                    break
                letter = _claim(mail, now=clock(), done=done)
                if letter is not None:
                    _send(here, letter, attempts=mail.attempts + 1, done=done, now=clock())
    except NotSentError:
        done.away = True
    return done


def _room(now: datetime) -> bool:
    return claimed_since(now - MINUTE) < settings.MAILS_A_MINUTE


def _claim(mail: Mail, *, now: datetime, done: Sent) -> Letter | None:
    """Take a mail up and make its link; None where another process was quicker, or where it is not wanted any more."""
    with transaction.atomic():
        same = Mail.objects.filter(id=mail.id, state=mail.state, claimed_at=mail.claimed_at)
        if not same.update(state="claimed", claimed_at=now, attempts=F("attempts") + 1):
            return None
        invitation = mail.invitation
        survey = next(iter(offered(invitation.form_id)), None)
        if survey is None or not is_wanted(invitation.id):
            _end(mail.id, "dropped", "not_wanted")
            done.dropped += 1
            return None
        token = secrets.token_hex(TOKEN_BYTES)
        Link.objects.create(invitation=invitation, lookup=lookup_of(token), made_at=now)
        partner = invitation.partner
    return Letter(mail.id, mail.number, partner.email, token, partner.name, partner.language, partner.country, survey)


def _send(here: Post, letter: Letter, *, attempts: int, done: Sent, now: datetime) -> None:
    try:
        here.send(written(letter))
    except NotSentError as error:
        _not_sent(letter, error.code, attempts, done, now)
        return
    with transaction.atomic():
        Mail.objects.filter(id=letter.mail).update(state="sent", sent_at=now, reason="")
        invitation = Mail.objects.values_list("invitation_id", flat=True).get(id=letter.mail)
        _note("send_mail", invitation, number=letter.number)
    done.sent += 1


def _not_sent(letter: Letter, code: str, attempts: int, done: Sent, now: datetime) -> None:
    """Put a mail back, or give it up; an address that is refused for good is written to no more."""
    wait = {"refused": None, "later": wait_after(attempts), "away": wait_after(min(attempts, MOST_ATTEMPTS - 1))}[code]
    if wait is not None:
        Mail.objects.filter(id=letter.mail).update(state="waiting", due_at=now + wait, reason=code)
    elif code == "refused":
        with transaction.atomic():
            _end(letter.mail, "failed", code)
            Partner.objects.filter(email=letter.to, mails_refused_at=None).update(mails_refused_at=now)
    else:
        _end(letter.mail, "failed", code)
    done.refused += code == "refused"
    done.later += code == "later"
    done.away = code == "away"


def _end(mail: UUID, state: str, reason: str) -> None:
    Mail.objects.filter(id=mail).update(state=state, reason=reason)


def _note(action: str, invitation: UUID, **detail: object) -> None:
    record(action=action, object_type="invitation", object_id=str(invitation), actor=None, detail=detail)


class MailingDuty:
    """The worker's duty: every ten minutes what is due becomes mails, and every ten seconds they are sent."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._planned: float | None = None
        self._next = 0.0

    def __call__(self) -> None:
        """Do what is due now; a failure is raised, and the next call tries again. No address is ever logged."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + _EVERY_SECONDS
        if post() is None:
            return
        if self._planned is None or now - self._planned >= _PLAN_SECONDS:
            remind(now=timezone.now())
            self._planned = now
        done = send_due()
        if done.away:
            self._next = now + _AWAY_SECONDS
            logger.warning("mails wait: the mail server does not take them")
        if done.refused:
            logger.warning("mails that were refused: %d", done.refused)
