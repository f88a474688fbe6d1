"""Other channels as a directory writes them: "SMS VOICE to 20121", "WhatsApp +573148210435", "text offered"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from pop.registry.directory.rules.numbers import ReadNumber, digits_of, plain, read_number

# The words a source uses, and the ids of our channels.
_WORDS = {
    "sms": "sms",
    "text": "sms",
    "texting": "sms",
    "whatsapp": "whatsapp",
    "telegram": "telegram",
    "viber": "viber",
    "messenger": "messenger",
    "facebook messenger": "messenger",
    "instagram": "instagram",
    "line": "line",
    "chat": "webchat",
    "webchat": "webchat",
    "web chat": "webchat",
    "email": "email",
    "e-mail": "email",
    "tty": "relay_text",
    "relay": "relay_text",
}
_LONGEST_FIRST = "|".join(sorted(_WORDS, key=len, reverse=True))
_WORD = re.compile(rf"(?P<word>{_LONGEST_FIRST})\b:?\s*(?P<rest>.*)\Z", re.I | re.S)
_KEY_WORD = re.compile(r"(?P<body>[A-Za-z][A-Za-z0-9]{0,19})\s+to\s+(?P<number>.+)\Z", re.I | re.S)
_HANDLE = re.compile(r"@?(?P<handle>[A-Za-z][A-Za-z0-9_]{4,31})\Z")
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+\Z")
_NO_ADDRESS = frozenset({"", "offered", "available", "yes"})


@dataclass(frozen=True)
class ReadChannel:
    """One way to write to a service.

    ``channel`` is one of our ids, or "" where the item names none. ``dial`` is what a person types (number, handle or
    address), ``body`` the key word a message must hold, ``uri`` the link; all "" where the source gives no usable
    address. ``app_link`` marks a link that opens an app of another company by its published scheme (``https://wa.me/``,
    ``https://t.me/``): the address is built here from a number or a handle, so no link check stands behind it.
    """

    channel: str
    as_stated: str
    dial: str = ""
    uri: str = ""
    body: str = ""
    app_link: bool = False
    number: ReadNumber | None = None


def read_channels(cell: str, country: str) -> list[ReadChannel]:
    """Read a whole cell: items separated by ";", and "text+TTY" as two channels."""
    found: list[ReadChannel] = []
    for item in cell.split(";"):
        parts = re.split(r"\+(?=[A-Za-z])", item)
        found.extend(read_channel(part, country) for part in parts if part.strip())
    return found


def read_channel(text: str, country: str) -> ReadChannel:
    """Read one item. Never raises: an item that names no known channel has channel ""."""
    stated = plain(text)
    matched = _WORD.match(stated)
    if not matched:
        return ReadChannel("", text.strip())
    channel, rest = _WORDS[matched["word"].lower()], matched["rest"].strip()
    if rest.lower() in _NO_ADDRESS:
        return ReadChannel(channel, text.strip())
    if channel == "sms":
        return _sms(text.strip(), rest, country)
    if channel in {"whatsapp", "viber"}:
        return _number_app(channel, text.strip(), rest, country)
    if channel == "telegram" and (handle := _HANDLE.match(rest)):
        name = handle["handle"]
        return ReadChannel(channel, text.strip(), dial=name, uri=f"https://t.me/{name}", app_link=True)
    if channel == "email" and len(rest) <= 120 and _EMAIL.match(rest):
        return ReadChannel(channel, text.strip(), dial=rest, uri=f"mailto:{quote(rest, safe='@')}")
    return ReadChannel(channel, text.strip())


def _sms(as_stated: str, rest: str, country: str) -> ReadChannel:
    body = ""
    if keyed := _KEY_WORD.match(rest):
        body, rest = keyed["body"], keyed["number"]
    number = read_number(rest, country)
    if number.kind == "unparsed":
        return ReadChannel("sms", as_stated, body=body, number=number)
    # RFC 5724; the key word is filled in by the phone, so that a child need not type it.
    uri = number.uri.replace("tel:", "sms:", 1) + (f"?body={quote(body)}" if body else "")
    return ReadChannel("sms", as_stated, dial=number.dial, uri=uri, body=body, number=number)


def _number_app(channel: str, as_stated: str, rest: str, country: str) -> ReadChannel:
    number = read_number(rest, country)
    if number.kind != "full":
        # These apps know accounts by E.164 numbers only.
        return ReadChannel(channel, as_stated, number=number)
    if channel == "viber":
        uri = f"viber://chat?number=%2B{digits_of(number.e164)}"
    else:
        uri = f"https://wa.me/{digits_of(number.e164)}"
    return ReadChannel(channel, as_stated, dial=number.e164, uri=uri, app_link=True, number=number)
