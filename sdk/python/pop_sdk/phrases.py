"""Why an answer holds a service, and what is doubtful about it: reasons and cautions as sets of bits.

A contact's facts say which reasons and cautions it would earn. How it stands to a question says which of these count,
and which hold whatever the facts. What comes out is a set, and few sets serve all services: each is worded once. Only a
date and the codes of subdivisions are the service's own; for them a text has gaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from pop_sdk.vocabulary import NEEDS

# The reasons, in the order of an answer, the first for bit 0. Two bits may have one word: which one counts depends on
# what was asked.
_REASONS: Final = (
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
_COVERS_TOPIC, GENERAL_CHILD, _SPEAKS_LANGUAGE, _OPEN_NOW, FITS_CHILD, FITS_ADULT, SERVES_SUBDIVISION = (
    1 << number for number in range(7)
)
MEETS: Final = {need: 1 << (7 + number) for number, need in enumerate(NEEDS)}
FOREIGN, _ON_CHANNEL, CONFIRMED, _WIDER_SERVICE, _PUBLIC_SERVICE = (1 << number for number in range(13, 18))

# The cautions, likewise. Two are gaps, and one stands for the notices in force.
FIRST_CAUTION: Final = 20
_DATE: Final = "not_checked_since"
_PLACES: Final = "only_in"
_NOTICES: Final = "notice"
_CAUTIONS: Final = (
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
_HOURS_UNCONFIRMED, HOURS_UNKNOWN, HOLIDAY, NOT_CHECKED, NOT_CHECKED_SINCE, LEAD_ONLY, CONFLICTING = (
    1 << number for number in range(20, 27)
)
_LANGUAGE_NOT_KNOWN, _OTHER_LANGUAGE, CHILD_AGE_UNKNOWN, ADULT_AGE_UNKNOWN, ONLY_IN = (
    1 << number for number in range(27, 32)
)
NOT_KNOWN: Final = {need: 1 << (32 + number) for number, need in enumerate(NEEDS)}
_OUTSIDE_SNAPSHOT, NOTICE, _OTHER_TOPIC, _OTHER_CHANNEL, _OTHER_SUBDIVISION = (1 << number for number in range(38, 43))

# A standing: in its lower half the bits that hold, in its upper half the facts that count. They are joined by "or".
HALF: Final = 48
HOLDS: Final = (1 << HALF) - 1
EVERY_REASON: Final = (1 << FIRST_CAUTION) - 1
EVERY_CAUTION: Final = HOLDS ^ EVERY_REASON
# The cautions that hang on the question; the others stay the same during a moment.
CHANGING_CAUTIONS: Final = (
    _LANGUAGE_NOT_KNOWN
    | _OTHER_LANGUAGE
    | CHILD_AGE_UNKNOWN
    | ADULT_AGE_UNKNOWN
    | ONLY_IN
    | sum(NOT_KNOWN.values())
    | _OTHER_TOPIC
    | _OTHER_CHANNEL
    | _OTHER_SUBDIVISION
)


def _counts(*facts: int) -> int:
    return sum(facts) << HALF


ASKED_NOTHING: Final = _counts(FOREIGN, LEAD_ONLY, CONFLICTING, CONFIRMED)
AGE_OF_A_CHILD: Final = _counts(FITS_CHILD, CHILD_AGE_UNKNOWN)
AGE_OF_AN_ADULT: Final = _counts(FITS_ADULT, ADULT_AGE_UNKNOWN)
ASKED_NEED: Final = {need: _counts(MEETS[need], NOT_KNOWN[need]) for need in NEEDS}

NO_TOPIC: Final = _counts(GENERAL_CHILD)
TOPIC_COVERED: Final = _COVERS_TOPIC
TOPIC_GENERAL: Final = _counts(GENERAL_CHILD)
TOPIC_OTHER: Final = _OTHER_TOPIC
LANGUAGE_SPOKEN: Final = _SPEAKS_LANGUAGE
LANGUAGE_UNKNOWN: Final = _LANGUAGE_NOT_KNOWN
LANGUAGE_OTHER: Final = _OTHER_LANGUAGE
NO_SUBDIVISION: Final = _counts(ONLY_IN)
SUBDIVISION_FITS: Final = _counts(SERVES_SUBDIVISION)
SUBDIVISION_OTHER: Final = _counts(ONLY_IN) | _OTHER_SUBDIVISION
CHANNEL_FITS: Final = _ON_CHANNEL
CHANNEL_OTHER: Final = _OTHER_CHANNEL

WIDER: Final = _WIDER_SERVICE  # another service for children of the same country
PUBLIC: Final = _PUBLIC_SERVICE  # a service for everybody
NEAREST: Final = FOREIGN  # a neighbour country's

# Tiers of openness and of trust in it, best first; a confirmed unknown beats a directory's old "24/7".
OPEN_CONFIRMED: Final = _OPEN_NOW
UNKNOWN_CONFIRMED: Final = _counts(HOURS_UNKNOWN, HOLIDAY)
OPEN_UNCONFIRMED: Final = _OPEN_NOW | _HOURS_UNCONFIRMED
UNKNOWN_UNCONFIRMED: Final = _counts(HOURS_UNKNOWN, HOLIDAY)
CLOSED_CONFIRMED: Final = 0
CLOSED_UNCONFIRMED: Final = _HOURS_UNCONFIRMED
ANSWERED_LATER: Final = _counts(HOURS_UNKNOWN)
OUTSIDE: Final = _counts(HOURS_UNKNOWN) | _OUTSIDE_SNAPSHOT  # of the snapshot's window: no openness is known


class CautionText(NamedTuple):
    """JSON from the first caution to the beginning of "verification", with up to two gaps.

    After ``start`` comes, where ``after_date`` is not None, the service's not_checked_since and then ``after_date``;
    then, where ``after_places`` is not None, the contact's only_in and then ``after_places``.
    """

    start: bytes
    after_date: bytes | None
    after_places: bytes | None


def reason_text(bits: int) -> bytes:
    """Return JSON from the end of "contacts" to the beginning of "cautions"."""
    reasons = dict.fromkeys(reason for number, reason in enumerate(_REASONS) if bits >> number & 1)
    # Where nothing was asked, what is left to say is that the service is there for this country.
    quoted = ",".join(f'"{reason}"' for reason in reasons or ("serves_country",))
    return f'],"reasons":[{quoted}],"cautions":['.encode()


def caution_text(bits: int, notices: Sequence[str] = ()) -> CautionText:
    """Word a set of cautions, and the kinds of notices in force where ``bits`` hold NOTICE."""
    pieces, gaps, comma = [""], [], ""
    for number, caution in enumerate(_CAUTIONS, FIRST_CAUTION):
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
