"""When a mail about an invitation is due, in which language, and how a mail server is written down: pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import unquote, urlsplit

from babel.languages import get_official_languages

MOST_REMINDERS: Final = 2
MOST_DAYS: Final = 365
# Whoever is asked late is not asked twice in one week.
BETWEEN: Final = timedelta(days=7)
# After so many tries a mail is given up; between them the waits grow.
MOST_ATTEMPTS: Final = 5
_WAITS: Final = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
_PORTS: Final = {"smtps": 465, "smtp": 587, "smtp+plain": 25}


@dataclass(frozen=True)
class Server:
    """A mail server. `secured`: "tls" from the first byte, "starttls" before anything is said, or "" for neither."""

    host: str
    port: int
    secured: str
    user: str = ""
    password: str = field(default="", repr=False)


def server_of(url: str) -> Server:
    """Return the server in an address such as `smtps://user:password@mail.example.org`.

    `smtp://` asks for STARTTLS, but not on this machine; `smtp+plain://` does not, and takes no password. Raises
    ValueError, which says what is wrong and never quotes the password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("it is no address of a mail server, as smtps://user:password@mail.example.org") from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("it begins with smtps://, smtp:// or smtp+plain://, then a host, and maybe a port")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    near = _is_near(parts.hostname)
    if parts.scheme == "smtp+plain" and password and not near:
        raise ValueError("a password is not sent in the clear: use smtps:// or smtp://")
    secured = {"smtps": "tls", "smtp": "" if near else "starttls", "smtp+plain": ""}[parts.scheme]
    return Server(parts.hostname, port or _PORTS[parts.scheme], secured, user, password)


def _is_near(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def days_of(text: str) -> tuple[int, ...]:
    """Return the days after the invitation on which reminders are due, from text such as "14,28"; "" for none.

    Raises ValueError for more than two, and for days that are not in ascending order from 1 to 365.
    """
    try:
        days = tuple(int(each) for each in text.split(",")) if text.strip() else ()
    except ValueError:
        raise ValueError('it holds days with a comma between, as "14,28"') from None
    if len(days) > MOST_REMINDERS:
        raise ValueError("nobody is reminded more than twice")
    if list(days) != sorted(set(days)) or any(not 1 <= each <= MOST_DAYS for each in days):
        raise ValueError(f"each day is later than the one before, from 1 to {MOST_DAYS}")
    return days


def reminder_due(*, number: int, begun: datetime, last: datetime | None, days: Sequence[int]) -> datetime | None:
    """Return when reminder `number` (1 or 2) is due, None where there is no such reminder.

    `begun` is when the partner was invited, `last` when the mail before this one was sent.
    """
    if not 1 <= number <= len(days):
        return None
    due = begun + timedelta(days=days[number - 1])
    between = min(BETWEEN, timedelta(days=days[number - 1] - (days[number - 2] if number > 1 else 0)))
    return due if last is None else max(due, last + between)


def wait_after(attempts: int) -> timedelta | None:
    """Return how long a mail waits after so many tries (from 1); None where it is given up."""
    return _WAITS[min(attempts, len(_WAITS)) - 1] if attempts < MOST_ATTEMPTS else None


def language_for(chosen: str, country: str, offered: Sequence[str]) -> str:
    """Return the language of a partner's mails: the one chosen, else the country's first official one that is offered,
    else English.
    """
    if chosen in offered:
        return chosen
    official = get_official_languages(country, regional=False, de_facto=True) if country else ()
    return next((each for each in official if each in offered), "en")
