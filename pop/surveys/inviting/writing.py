"""A mail as it leaves: plain text in the partner's language, with one link and one way to have no more of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage

from pop.pages.words import DEMONSTRATION
from pop.places.words import LANGUAGES
from pop.surveys.collecting.queries.surveys import Known
from pop.surveys.collecting.queries.titles import title_of
from pop.surveys.inviting.rules import language_for
from pop.surveys.inviting.words import INVITING

_BODY: Final = ("mail_greeting", "mail_about", "mail_link", "link", "mail_later", "mail_program", "mail_stop", "stop")


@dataclass(frozen=True)
class Letter:
    """What a mail is made of. The token stands in it and nowhere else."""

    mail: UUID
    number: int
    to: str = field(repr=False)
    token: str = field(repr=False)
    partner: str
    language: str  # chosen for the partner, or ""
    country: str
    survey: Known


def language_of(letter: Letter) -> str:
    """Return the language that a letter is written in."""
    return language_for(letter.language, letter.country, LANGUAGES)


def public_address(path: str) -> str:
    """Return an address of the public door as somebody elsewhere opens it."""
    return f"{settings.PUBLIC_URL or f'http://127.0.0.1:{settings.PUBLIC_PORT}'}{path}"


def written(letter: Letter) -> EmailMessage:
    """Return a letter as a message. Its Message-ID is the mail's own: a second try is the same message."""
    language = language_of(letter)
    link = public_address(f"/survey/i/{letter.token}")
    stop = f"{link}/stop?language={language}"
    # In one line, whatever its form's file says: a title of several ends no header, and adds none.
    values = {"partner": letter.partner, "survey": " ".join(title_of(letter.survey, language).text.split())}
    said = {"link": f"{link}?language={language}" if language in letter.survey.languages else link, "stop": stop}
    for key in _BODY:
        if key not in said:
            said[key] = INVITING.say(f"{key}_{letter.number}" if key == "mail_about" else key, language)
            said[key] = said[key].format(**values)
    mark = [DEMONSTRATION.say("mail", language)] if settings.DEMONSTRATION else []
    sender = settings.MAIL_FROM or f"pop@{urlsplit(link).hostname}"
    headers = {
        "Message-ID": f"<{letter.mail}@{parseaddr(sender)[1].rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": language,
        "List-Unsubscribe": f"<{stop}>",
    }
    if stop.startswith("https:"):
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return EmailMessage(
        subject=INVITING.say(f"mail_subject_{letter.number}", language).format(**values),
        body="\n\n".join([*mark, *(said[key] for key in _BODY)]) + "\n",
        from_email=sender,
        to=[letter.to],
        headers=headers,
    )
