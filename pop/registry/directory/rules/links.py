"""When a web address may be a link for a child.

Addresses lapse and are bought by anyone. So one is a link only for a while after somebody looked, and only if what
answered was still in the same hands.
"""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from pop.registry.directory.rules.domains import registrable

# A web address is a link for so long after a good check; then it may belong to anyone.
LINK_HOLDS = timedelta(days=90)
# An address that was looked at more recently is not looked at again: a check that was stopped goes on where it was.
CHECK_AGAIN = timedelta(days=30)
MAX_REDIRECTS = 3
_GOOD = range(200, 300)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Local translation (RFC 8215), IPv4-compatible, IPv4-translated and site-local addresses: old or local, none is global.
_NEVER_PUBLIC = [ipaddress.IPv6Network(each) for each in ("64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96", "fec0::/10")]


class Fetched(NamedTuple):
    """What came of asking for an address: an HTTP status, or why there is none (a code), and where it ended."""

    status: int
    failure: str
    final_url: str


class Verdict(NamedTuple):
    """Whether an address may be a link, and why not, as a code or an HTTP status."""

    ok: bool
    status: str


# What may as well be the fault of the network on our side.
UNREACHED = frozenset({"no_such_host", "unreachable", "timeout"})


def judge(url: str, fetched: Fetched) -> Verdict:
    """Return what a check says of an address."""
    if fetched.failure:
        return Verdict(False, fetched.failure)
    if not same_hands(url, fetched.final_url):
        return Verdict(False, "moved")
    return Verdict(fetched.status in _GOOD, str(fetched.status))


def same_hands(url: str, final_url: str) -> bool:
    """Return whether two addresses lie in the same rented name: "www." and "help." may come and go."""
    here, there = (urlsplit(address).hostname or "" for address in (url, final_url))
    return bool(here) and registrable(here) == registrable(there)


def secure_first(url: str) -> list[str]:
    """Return the addresses to ask for, in order: the encrypted one before the plain one."""
    if url.startswith("http://"):
        return ["https://" + url.removeprefix("http://"), url]
    return [url]


def is_public_address(address: str) -> bool:
    """Return whether an IP address is one of the open internet, not of a machine or network of our own.

    An IPv6 address that a gateway turns into an IPv4 address is one only if that is.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if any(parsed in network for network in _NEVER_PUBLIC):
            return False
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if inner is None and parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public_address(str(inner))
    return parsed.is_global and not parsed.is_multicast
