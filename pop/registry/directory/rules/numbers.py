"""Telephone numbers: what a source wrote, what a person in the country dials, and what a link must hold.

The numbering plans are those of Google's libphonenumber (package ``phonenumbers``). A number is one of three kinds:

- ``full``: valid in its country's numbering plan. It has an E.164 form.
- ``short``: a code that works only as written and only inside its country, such as 116. It is never forced into E.164:
  "+254116" reaches nobody, and the same code is an ambulance next door.
- ``unparsed``: neither. Nobody may be shown it as a number to call.

What the links hold. A fixed or mobile number is ``tel:+254…``: right at home and abroad. A short code, a toll-free,
shared-cost or company number is ``tel:`` with the digits dialled inside the country: many networks do not connect the
``+`` form of such a number even at home, and the plans mark several (1800 in Australia, 0800 in Slovakia) as not
reachable from abroad. RFC 3966 asks for ``;phone-context`` after such local digits; phones ignore it or refuse the
link, so it is left out, and a number never travels without its country.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ShortNumberCost, shortnumberinfo

Kind = Literal["full", "short", "unparsed"]
Line = Literal["fixed_or_mobile", "toll_free", "shared_cost", "premium_rate", "company", "other", "short", ""]

# E.164 allows 15 digits; four times that leaves room for any blanks and brackets, and what is longer is a sentence.
LONGEST_TEXT = 60
LONGEST_SHORT_CODE = 6

_LINES: dict[int, Line] = {
    PhoneNumberType.FIXED_LINE: "fixed_or_mobile",
    PhoneNumberType.MOBILE: "fixed_or_mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.PREMIUM_RATE: "premium_rate",
    PhoneNumberType.UAN: "company",
}
# Dialled in the national form, also by a link: see the module's text.
_NATIONAL_LINKS = frozenset({"toll_free", "shared_cost", "premium_rate", "company"})
_FREE: dict[Line, bool] = {"toll_free": True, "shared_cost": False, "premium_rate": False}

_NUMBER = re.compile(r"\+?[0-9() .\-]+\Z")
_VANITY = re.compile(r"\+?[0-9][0-9() .\-]*[A-Z][A-Z0-9() .\-]*\Z")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_NORTH_AMERICA = 1


@dataclass(frozen=True)
class ReadNumber:
    """What the rules make of one number as stated.

    ``dial`` is for people's eyes (spaces and dashes as the country writes them), ``uri`` for a link; both are "" where
    the kind is ``unparsed``. ``e164`` is "" for everything but ``full``. ``from_abroad`` and ``free`` are None where
    the numbering plan does not say. ``calling_code`` is the country calling code of a ``full`` number.
    """

    kind: Kind
    as_stated: str
    dial: str = ""
    uri: str = ""
    e164: str = ""
    line: Line = ""
    from_abroad: bool | None = None
    free: bool | None = None
    vanity: bool = False
    calling_code: int | None = None


def plain(text: str) -> str:
    """Return `text` with the digits of any script, dashes and blanks of any kind, as ASCII; other signs stay."""
    signs: list[str] = []
    for sign in text.translate(_DASHES):
        digit = unicodedata.decimal(sign, None)
        if digit is not None:
            signs.append(str(digit))
        elif sign == "＋":
            signs.append("+")
        elif sign == " " or unicodedata.category(sign) in {"Zs", "Cf"}:
            signs.append(" ")
        else:
            signs.append(sign)
    return " ".join("".join(signs).split(" ")).strip()


def digits_of(text: str) -> str:
    """Return only the ASCII digits of `text`."""
    return re.sub(r"[^0-9]", "", text)


def read_number(text: str, country: str) -> ReadNumber:
    """Read one number as somebody in `country` (ISO 3166-1 alpha-2) wrote it. Never raises: nonsense is ``unparsed``.

    Several numbers in one text ("2755 1122 / 116 111") are ``unparsed``: which one is meant is a person's decision.
    """
    unparsed = ReadNumber("unparsed", text)
    if len(text) > LONGEST_TEXT:
        return unparsed
    stated = plain(text)
    # Letters are a vanity number only in capitals after digits, as on a poster: "call 116" is a sentence.
    vanity = bool(_VANITY.match(stated))
    if vanity:
        stated = _letters_to_digits(stated, country)
    if not _NUMBER.match(stated) or not digits_of(stated):
        return unparsed
    # No plan lists a code that is a full number too, so the order of these two asks nothing of luck.
    parsed = _parsed(stated, country)
    if parsed is not None:
        return _full(text, stated, parsed, country, vanity=vanity)
    if not vanity and _looks_like_short_code(stated, country):
        return _short(text, stated, country)
    return unparsed


def _letters_to_digits(stated: str, country: str) -> str:
    """Return a vanity number's digits by the letters of a telephone's keys.

    Where the calling code is 1 every number has ten digits and an exchange ignores what is dialled after them, so a
    longer word is cut: 888-SAFE-SPOT is 888-723-3776. Elsewhere lengths vary and nothing may be cut.
    """
    digits = str(phonenumbers.convert_alpha_characters_in_number(stated))
    if phonenumbers.country_code_for_region(country) != _NORTH_AMERICA:
        return digits
    # No area code begins with 1, so a first 1 is the prefix.
    only = digits_of(digits)
    return only[: 11 if only.startswith("1") else 10]


def _parsed(stated: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(stated, country)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _short_number(stated: str, country: str) -> phonenumbers.PhoneNumber:
    return phonenumbers.PhoneNumber(
        country_code=phonenumbers.country_code_for_region(country), national_number=int(digits_of(stated))
    )


def _looks_like_short_code(stated: str, country: str) -> bool:
    """Whether this can be a code, listed or not: new codes appear faster than lists (116 in Burkina Faso).

    Two to six digits without "+". A code that begins with the country's trunk prefix is a full number cut short, not a
    code; Vanuatu has no trunk prefix, so 087777 is dialled as it stands.
    """
    digits = digits_of(stated)
    if stated.startswith("+") or not 2 <= len(digits) <= LONGEST_SHORT_CODE:
        return False
    if not phonenumbers.country_code_for_region(country):
        return False  # no such country, or one without telephones of its own: nobody can say what the code would reach
    trunk = phonenumbers.ndd_prefix_for_region(country, True) or ""
    return not (trunk and digits.startswith("0") and trunk.startswith("0"))


def _short(text: str, stated: str, country: str) -> ReadNumber:
    digits = digits_of(stated)
    free: bool | None = None
    if not digits.startswith("0"):
        cost = shortnumberinfo.expected_cost_for_region(_short_number(stated, country), country)
        free = {ShortNumberCost.TOLL_FREE: True, ShortNumberCost.PREMIUM_RATE: False}.get(cost)
    return ReadNumber("short", text, dial=digits, uri=f"tel:{digits}", line="short", from_abroad=False, free=free)


def _full(text: str, stated: str, number: phonenumbers.PhoneNumber, country: str, *, vanity: bool) -> ReadNumber:
    line = _LINES.get(phonenumbers.number_type(number), "other")
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    dial = _national_form(stated, number, line)
    at_home = number.country_code == phonenumbers.country_code_for_region(country)
    if not at_home:
        dial = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    from_abroad: bool | None = None
    if not phonenumbers.can_be_internationally_dialled(number):
        from_abroad = False
    elif line == "fixed_or_mobile":
        from_abroad = True
    return ReadNumber(
        "full",
        text,
        dial=dial,
        uri=f"tel:{digits_of(dial)}" if at_home and line in _NATIONAL_LINKS else f"tel:{e164}",
        e164=e164,
        line=line,
        from_abroad=from_abroad,
        free=_FREE.get(line),
        vanity=vanity,
        calling_code=number.country_code,
    )


def _national_form(stated: str, number: phonenumbers.PhoneNumber, line: Line) -> str:
    form = str(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))
    if number.country_code != _NORTH_AMERICA:
        return form
    national = str(number.national_number)
    if line == "toll_free" and len(digits_of(stated)) == 7:
        # Trinidad's own 800-4321 is dialled with seven digits; what its source says is what people there dial.
        return f"{national[3:6]}-{national[6:]}"
    # A landline wants the leading 1 before an 800 number and a mobile takes it.
    return f"{'1-' if line == 'toll_free' else ''}{national[:3]}-{national[3:6]}-{national[6:]}"


def emergency_in(country: str, dial: str, table: Mapping[str, Collection[str]] | None = None) -> bool:
    """Whether `dial` is an emergency number in `country`: in the committed table {country: dials}, or in the plan.

    Either is enough: the question guards against a helpline's code that rings an ambulance, and the table lacks some
    countries while the library lacks others.
    """
    digits = digits_of(plain(dial))
    if not digits:
        return False
    if table is not None and digits in {digits_of(number) for number in table.get(country, ())}:
        return True
    return bool(shortnumberinfo.is_emergency_number(digits, country))
