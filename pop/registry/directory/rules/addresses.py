"""The link of a stored contact: what a page puts behind "call", "text" or "open".

A contact keeps what a person dials; its link is made anew from that, so that the two can never tell different numbers.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

from pop.registry.directory.rules.channels import read_channel
from pop.registry.directory.rules.numbers import read_number

_CALLED = frozenset({"phone", "relay_text"})
# Channels whose address is a page or an app's page on somebody's own domain, which may lapse and be bought.
_PAGES = frozenset(
    {"webchat", "forum", "form", "app", "in_game", "video_sign", "messenger", "instagram", "line", "telegram"}
)
_LONGEST_ADDRESS = 300


class Address(NamedTuple):
    """A contact's link, or ""; `page` is the web address whose check it hangs on, "" where it hangs on none."""

    uri: str
    page: str


_NONE = Address("", "")


@functools.lru_cache(maxsize=65_536)
def address_of(channel: str, country: str, dial: str, e164: str, message_body: str) -> Address:
    """Return the link of a contact of a service in `country`. A number that the rules cannot read gives none.

    The number to dial speaks first: a toll-free number is linked as people in the country dial it, not as E.164. If it
    reads as another number than the one stored beside it, then one of the two is wrong and there is no link.
    """
    if channel in _PAGES and dial.startswith(("https://", "http://")):
        return Address(dial, dial) if _is_plain(dial) else _NONE
    if channel in _CALLED:
        number = read_number(dial or e164, country)
        return Address(number.uri, "") if number.uri and number.e164 == e164 else _NONE
    if channel == "sms":
        read = read_channel(f"sms {message_body} to {dial or e164}" if message_body else f"sms {dial or e164}", country)
        fits = read.number is not None and read.number.e164 == e164
        return Address(read.uri, "") if read.channel == channel and fits else _NONE
    if channel in {"whatsapp", "viber"}:
        return Address(read_channel(f"{channel} {e164}", country).uri, "") if e164 else _NONE
    if channel in {"telegram", "email"}:
        return Address(read_channel(f"{channel} {dial}", country).uri, "")
    return _NONE


def _is_plain(address: str) -> bool:
    """Whether a web address is one unbroken run of visible ASCII, without a user name before its host."""
    rest = address.split("://", 1)[1]
    host = rest.split("/", 1)[0].split("?", 1)[0].split("#", 1)[0]
    return (
        len(address) <= _LONGEST_ADDRESS
        and all("!" <= sign <= "~" and sign not in "\"'<>\\^`{|}" for sign in address)
        and "." in host
        and "@" not in host
    )
