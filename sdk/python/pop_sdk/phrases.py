"""Why an answer holds a service, and what is doubtful about it: reasons and cautions as sets of bits.

A contact's facts say which reasons and cautions it would earn, its standing to a question which of them count. What is
left is a set, and few sets serve all services: each is worded once. Only a date and the codes of subdivisions are the
service's own; for them a text has gaps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from pop_sdk.vocabulary import NEEDS

# A standing: how a contact stands to a question, as bits of one number. First what was asked and how it is met.
TOPIC: Final = 3
TOPIC_COVERED: Final = 1
TOPIC_GENERAL: Final = 2
TOPIC_OTHER: Final = 3
LANGUAGE: Final = 3 << 2
SPEAKS: Final = 1 << 2
LANGUAGE_UNKNOWN: Final = 2 << 2
LANGUAGE_OTHER: Final = 3 << 2
SUBDIVISION_FITS: Final = 1 << 4
SUBDIVISION_OTHER: Final = 1 << 5
CHANNEL_FITS: Final = 1 << 6
CHANNEL_OTHER: Final = 1 << 7
AGE_OF_A_CHILD: Final = 1 << 8
AGE_OF_AN_ADULT: Final = 1 << 9
WIDENED: Final = 3 << 10
WIDER: Final = 1 << 10  # another service for children of the same country
PUBLIC: Final = 2 << 10  # a service for everybody
NEAREST: Final = 3 << 10  # a neighbour country's
ASKED: Final = {need: 1 << (12 + number) for number, need in enumerate(NEEDS)}

# Then the tier of openness and of trust in it, best first; a confirmed unknown beats a directory's old "24/7".
TIER: Final = 7 << 18
OPEN_CONFIRMED: Final = 0 << 18
UNKNOWN_CONFIRMED: Final = 1 << 18
OPEN_UNCONFIRMED: Final = 2 << 18
UNKNOWN_UNCONFIRMED: Final = 3 << 18
CLOSED_CONFIRMED: Final = 4 << 18
CLOSED_UNCONFIRMED: Final = 5 << 18
ANSWERED_LATER: Final = 6 << 18
OUTSIDE: Final = 1 << 21  # of the snapshot's window, so that no openness is known

# Then the age of the service's evidence; nothing where it is recent.
CHECKED_LONG_AGO: Final = 1 << 22
NEVER_CHECKED: Final = 1 << 23

# The reasons, in the order of an answer, the first for bit 0. Two bits may have one word: which one counts depends on
# what was asked.
REASONS: Final = (
    "covers_topic",
    "general_child_service",
    "speaks_language",
    "open_now",
    "fits_age",  # of a child
    "fits_age",  # of an adult
    "serves_subdivision",
    *NEEDS,
    "from_abroad",  # without being asked: who answers for another country is there because of it
    "channel",
    "confirmed_recently",
    "wider_service",
    "general_public_service",
)
COVERS_TOPIC, GENERAL_CHILD, SPEAKS_LANGUAGE, OPEN_NOW, FITS_CHILD, FITS_ADULT, SERVES_SUBDIVISION = (
    1 << number for number in range(7)
)
MEETS: Final = {need: 1 << (7 + number) for number, need in enumerate(NEEDS)}
FOREIGN, ON_CHANNEL, CONFIRMED, WIDER_SERVICE, PUBLIC_SERVICE = (1 << number for number in range(13, 18))

# The cautions, likewise, from bit 20 on. Two are gaps.
_DATE: Final = "not_checked_since"
_PLACES: Final = "only_in"
_NOTICES: Final = "notice"
CAUTIONS: Final = (
    "hours_unconfirmed",
    "hours_unknown",
    "holiday",  # stated hours are unknown on one occasion only: a holiday for which nobody knows the policy
    "not_checked",
    _DATE,
    "lead_only",
    "conflicting_facts",
    "language_not_known",
    "other_language",
    "age_not_known",  # nothing says for which ages
    "age_not_known",  # nothing says up to which age
    _PLACES,
    *(f"{need}_not_known" for need in NEEDS),
    "outside_snapshot",
    _NOTICES,
    "other_topic",
    "other_channel",
    "other_subdivision",
)
_FIRST_CAUTION: Final = 20
HOURS_UNCONFIRMED, HOURS_UNKNOWN, HOLIDAY, NOT_CHECKED, NOT_CHECKED_SINCE, LEAD_ONLY, CONFLICTING = (
    1 << number for number in range(20, 27)
)
LANGUAGE_NOT_KNOWN, OTHER_LANGUAGE, CHILD_AGE_UNKNOWN, ADULT_AGE_UNKNOWN, ONLY_IN = (
    1 << number for number in range(27, 32)
)
NOT_KNOWN: Final = {need: 1 << (32 + number) for number, need in enumerate(NEEDS)}
OUTSIDE_SNAPSHOT, NOTICE, OTHER_TOPIC, OTHER_CHANNEL, OTHER_SUBDIVISION = (1 << number for number in range(38, 43))


class View(NamedTuple):
    """What a standing makes of a contact's facts: bits that hold whatever the facts, and the facts that count."""

    reasons: int
    reason_facts: int
    cautions: int
    caution_facts: int


class CautionText(NamedTuple):
    """JSON from the first caution to the beginning of "verification", with up to two gaps.

    After ``start`` comes, where ``after_date`` is not None, the service's not_checked_since and then ``after_date``;
    then, where ``after_places`` is not None, the contact's only_in and then ``after_places``.
    """

    start: bytes
    after_date: bytes | None
    after_places: bytes | None


def view(standing: int) -> View:
    """Say what counts for a standing."""
    reasons, reason_facts = _reasons(standing)
    cautions, caution_facts = _cautions(standing)
    for need, asked in ASKED.items():
        if standing & asked:
            reason_facts |= MEETS[need]
            caution_facts |= NOT_KNOWN[need]
    return View(reasons, reason_facts, cautions, caution_facts)


def _reasons(standing: int) -> tuple[int, int]:
    topic, tier, widened = standing & TOPIC, standing & TIER, standing & WIDENED
    certain = {
        COVERS_TOPIC: topic == TOPIC_COVERED,
        SPEAKS_LANGUAGE: standing & LANGUAGE == SPEAKS,
        OPEN_NOW: tier in (OPEN_CONFIRMED, OPEN_UNCONFIRMED),
        FOREIGN: widened == NEAREST,
        ON_CHANNEL: standing & CHANNEL_FITS,
        WIDER_SERVICE: widened == WIDER,
        PUBLIC_SERVICE: widened == PUBLIC,
    }
    by_fact = {
        FOREIGN: True,
        GENERAL_CHILD: topic not in (TOPIC_COVERED, TOPIC_OTHER),
        FITS_CHILD: standing & AGE_OF_A_CHILD,
        FITS_ADULT: standing & AGE_OF_AN_ADULT,
        SERVES_SUBDIVISION: standing & SUBDIVISION_FITS,
        CONFIRMED: not standing & (CHECKED_LONG_AGO | NEVER_CHECKED),
    }
    return _sum(certain), _sum(by_fact)


def _cautions(standing: int) -> tuple[int, int]:
    language, tier = standing & LANGUAGE, standing & TIER
    is_unknown = tier in (UNKNOWN_CONFIRMED, UNKNOWN_UNCONFIRMED, ANSWERED_LATER)
    certain = {
        HOURS_UNCONFIRMED: tier in (OPEN_UNCONFIRMED, CLOSED_UNCONFIRMED),
        NOT_CHECKED: standing & NEVER_CHECKED,
        NOT_CHECKED_SINCE: standing & CHECKED_LONG_AGO,
        LANGUAGE_NOT_KNOWN: language == LANGUAGE_UNKNOWN,
        OTHER_LANGUAGE: language == LANGUAGE_OTHER,
        OUTSIDE_SNAPSHOT: standing & OUTSIDE,
        OTHER_TOPIC: standing & TOPIC == TOPIC_OTHER,
        OTHER_CHANNEL: standing & CHANNEL_OTHER,
        OTHER_SUBDIVISION: standing & SUBDIVISION_OTHER,
    }
    by_fact = {
        LEAD_ONLY: True,
        CONFLICTING: True,
        HOURS_UNKNOWN: is_unknown,
        HOLIDAY: is_unknown and not standing & OUTSIDE,
        CHILD_AGE_UNKNOWN: standing & AGE_OF_A_CHILD,
        ADULT_AGE_UNKNOWN: standing & AGE_OF_AN_ADULT,
        ONLY_IN: not standing & SUBDIVISION_FITS,
    }
    return _sum(certain), _sum(by_fact)


def _sum(bits: Mapping[int, object]) -> int:
    return sum(bit for bit, holds in bits.items() if holds)


def reason_text(bits: int) -> bytes:
    """Return JSON from the end of "contacts" to the beginning of "cautions"."""
    reasons = dict.fromkeys(reason for number, reason in enumerate(REASONS) if bits >> number & 1)
    # Where nothing was asked, what is left to say is that the service is there for this country.
    quoted = ",".join(f'"{reason}"' for reason in reasons or ("serves_country",))
    return f'],"reasons":[{quoted}],"cautions":['.encode()


def caution_text(bits: int, notices: Sequence[str] = ()) -> CautionText:
    """Word a set of cautions, and the kinds of notices in force where ``bits`` hold NOTICE."""
    pieces, gaps, comma = [""], [], ""
    for number, caution in enumerate(CAUTIONS, _FIRST_CAUTION):
        if not bits >> number & 1:
            continue
        if caution in (_DATE, _PLACES):
            pieces[-1] += comma
            pieces.append("")
            gaps.append(caution)
        elif caution == _NOTICES:
            pieces[-1] += comma + ",".join(f'"notice:{kind}"' for kind in notices)
        else:
            pieces[-1] += f'{comma}"{caution}"'
        comma = ","
    pieces[-1] += '],"verification":'
    after = dict(zip(gaps, (piece.encode() for piece in pieces[1:]), strict=True))
    return CautionText(pieces[0].encode(), after.get(_DATE), after.get(_PLACES))
