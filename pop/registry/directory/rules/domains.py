"""Whose country an internet name belongs to, as far as the name itself says it.

Two letters at the end of a name are a country, except where the whole world rents them. A foreign name is a
contradiction only where nothing else explains it: people write from mail companies abroad, and charities work from
another country.
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pop.places import countries

Foreign = Literal["", "mail_company", "same_body", "foreign"]

# Two-letter endings that are sold to everybody, so that they say nothing of a place (each registry's own policy).
_RENTED = frozenset(
    [
        "ac",
        "ag",
        "ai",
        "am",
        "bz",
        "cc",
        "cd",
        "co",
        "fm",
        "gg",
        "io",
        "la",
        "li",
        "ly",
        "me",
        "ms",
        "mu",
        "nu",
        "pw",
        "sc",
        "sh",
        "st",
        "to",
        "tv",
        "vc",
        "ws",
    ]
)
_ENDINGS = {"uk": "GB"}
# Endings that belong to the same state, or that a place without one of its own in use shares.
_SHARED = {
    "FR": "BL GF GP MF MQ NC PF PM RE TF WF YT",
    "GB": "AC FK GG GI IM JE MS SH TA TC VG",
    "NL": "AW BQ CW SX",
    "DK": "FO GL",
    "FI": "AX",
    "NO": "SJ",
    "US": "AS GU MP PR VI UM",
    "AU": "CC CX NF",
    "NZ": "CK NU TK",
    "CN": "HK MO",
    "ES": "EA IC",
}
_SAME_STATE = frozenset((place, state) for state, places in _SHARED.items() for place in places.split())
# Companies whose customers live everywhere (their names on any two-letter ending count too: yahoo.co.uk, hotmail.fr).
_MAIL_COMPANIES = frozenset(
    [
        "rambler",
        "mail",
        "yandex",
        "ya",
        "bk",
        "inbox",
        "list",
        "yahoo",
        "ymail",
        "hotmail",
        "outlook",
        "live",
        "msn",
        "gmail",
        "googlemail",
        "icloud",
        "gmx",
        "web",
        "freenet",
        "t-online",
        "orange",
        "wanadoo",
        "free",
        "laposte",
        "sfr",
        "libero",
        "virgilio",
        "tiscali",
        "bol",
        "uol",
        "terra",
        "seznam",
        "abv",
        "wp",
        "onet",
        "interia",
        "o2",
        "naver",
        "daum",
        "hanmail",
        "qq",
        "163",
        "126",
        "sina",
        "proton",
        "protonmail",
        "tutanota",
        "zoho",
        "ukr",
    ]
)
# What stands before the ending where a country sorts its names.
_SORTS = frozenset(
    [
        "ac",
        "co",
        "com",
        "edu",
        "gob",
        "gouv",
        "gov",
        "govt",
        "gub",
        "go",
        "gv",
        "mil",
        "ne",
        "net",
        "nom",
        "or",
        "org",
        "sch",
        "school",
        "info",
        "web",
        "id",
        "in",
        "my",
        "nhs",
        "police",
        "asso",
        "lg",
    ]
)
_GOVERNMENT = frozenset(["gob", "gouv", "gov", "govt", "gub", "go", "gv", "mil"])


def host_of(address: str) -> str:
    """Return the host of a web address or of an e-mail address, lower case; "" where there is none."""
    if "://" in address:
        try:
            return (urlsplit(address).hostname or "").rstrip(".")
        except ValueError:
            return ""
    return address.rpartition("@")[2].strip().rstrip(".").lower() if "@" in address else ""


def registrable(host: str) -> str:
    """Return the part of a host that somebody rents: "help.kind.org.uk" → "kind.org.uk". A rule of thumb."""
    labels = host.lower().removesuffix(".").split(".")
    sorted_name = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SORTS
    return ".".join(labels[-3 if sorted_name else -2 :])


def country_of(host: str) -> str:
    """Return the country that a host's ending stands for; "" for one that says nothing of a place."""
    labels = host.lower().split(".")
    ending = labels[-1]
    rented = ending in _RENTED and not (len(labels) > 1 and labels[-2] in _GOVERNMENT)  # nobody rents a government
    if len(ending) != 2 or rented:
        return ""
    code = _ENDINGS.get(ending, ending.upper())
    return code if code in countries.codes() else ""


def belongs_to(host: str, country: str) -> bool:
    """Return whether a host's ending fits a country, or says nothing."""
    owner = country_of(host)
    if owner in ("", country) or host.rpartition(".")[2].lower() == country.lower():
        return True
    return (country, owner) in _SAME_STATE


def foreign(address: str, country: str, website: str = "") -> Foreign:
    """Return how an address of a service in `country` is foreign; "" if it is not.

    "mail_company": a customer's address anywhere in the world. "same_body": the service's website lies in the same
    domain, which is then a body that works from abroad. "foreign": another country's address; so is always that of
    another country's government.
    """
    host = host_of(address)
    if not host or belongs_to(host, country):
        return ""
    name = registrable(host)
    labels = name.split(".")
    if len(labels) > 2 and labels[-2] in _GOVERNMENT:
        return "foreign"
    if labels[0] in _MAIL_COMPANIES:
        return "mail_company"
    if website and registrable(host_of(website)) == name:
        return "same_body"
    return "foreign"
