"""Why an answer holds a service, and what is doubtful about it: reasons and cautions from the bits of question and contact.

Everything that decides a phrase is a small number, so that few phrases serve all services; only a date and the names of
subdivisions are the service's own, and have gaps in the phrase.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from pop_sdk.vocabulary import NEEDS

# Tiers of openness and trust in it, best first; a confirmed unknown beats a directory's old "24/7".
OPEN_CONFIRMED: Final = 0
UNKNOWN_CONFIRMED: Final = 1
OPEN_UNCONFIRMED: Final = 2
UNKNOWN_UNCONFIRMED: Final = 3
CLOSED_CONFIRMED: Final = 4
CLOSED_UNCONFIRMED: Final = 5
ANSWERED_LATER: Final = 6

# The state of a question towards a contact: which parts were asked, and how they are met.
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
STATE_BITS: Final = 18

# The facts of a contact.
MEETS: Final = {need: 1 << number for number, need in enumerate(NEEDS)}
CHILD_AGE_UNKNOWN: Final = 1 << 6  # nothing says for which ages
ADULT_AGE_UNKNOWN: Final = 1 << 7  # nothing says up to which age
GENERAL_CHILD: Final = 1 << 8  # a children's service that counts for every topic
FOREIGN: Final = 1 << 9
NATIONAL: Final = 1 << 10
LEAD_ONLY: Final = 1 << 11
CONFLICTING: Final = 1 << 12
CONFIRMING: Final = 1 << 13  # its stage is that of somebody who asked the provider or read its own page
NO_HOURS: Final = 1 << 14
# Which bits can change the reasons, and which the cautions, besides the needs and ages that were asked.
REASON_FACTS: Final = MEETS["from_abroad"] | GENERAL_CHILD | FOREIGN | NATIONAL | CONFIRMING
CAUTION_FACTS: Final = NATIONAL | LEAD_ONLY | CONFLICTING | NO_HOURS
CAUTION_STATE: Final = ((1 << STATE_BITS) - 1) ^ (TOPIC | CHANNEL_FITS)  # of an answer that was not widened
EVERY_STATE: Final = (1 << STATE_BITS) - 1

# The age of the service's evidence.
RECENTLY_CHECKED: Final = 0
CHECKED_LONG_AGO: Final = 1
NEVER_CHECKED: Final = 2

_DATE_GAP: Final = "date"
_PLACE_GAP: Final = "places"


class Cautions(NamedTuple):
    """JSON from the first caution to the beginning of "verification", with up to two gaps.

    After ``start`` comes, where ``after_date`` is not None, the service's not_checked_since and then ``after_date``; then,
    where ``after_places`` is not None, the contact's only_in and then ``after_places``.
    """

    start: bytes
    after_date: bytes | None
    after_places: bytes | None


def reasons_bytes(state: int, tier: int, facts: int, checked: int) -> bytes:
    """Return JSON from the end of "contacts" to the beginning of "cautions"."""
    quoted = ",".join(f'"{reason}"' for reason in _reasons(state, tier, facts, checked))
    return f'],"reasons":[{quoted}],"cautions":['.encode()


def cautions_bytes(
    state: int, tier: int, facts: int, checked: int, *, outside: bool, notices: tuple[str, ...]
) -> Cautions:
    """Word the cautions; ``outside`` of the snapshot's window, ``notices`` the kinds in force."""
    pieces, gaps = [""], []
    for position, caution in enumerate(_cautions(state, tier, facts, checked, outside, notices)):
        comma = "," if position else ""
        if caution in (_DATE_GAP, _PLACE_GAP):
            pieces[-1] += comma
            pieces.append("")
            gaps.append(caution)
        else:
            pieces[-1] += f'{comma}"{caution}"'
    pieces[-1] += '],"verification":'
    after = dict(zip(gaps, (piece.encode() for piece in pieces[1:]), strict=True))
    return Cautions(pieces[0].encode(), after.get(_DATE_GAP), after.get(_PLACE_GAP))


def _reasons(state: int, tier: int, facts: int, checked: int) -> list[str]:
    widened = state & WIDENED
    reasons = []
    if state & TOPIC == TOPIC_COVERED:
        reasons.append("covers_topic")
    elif state & TOPIC != TOPIC_OTHER and facts & GENERAL_CHILD:
        reasons.append("general_child_service")
    if state & LANGUAGE == SPEAKS:
        reasons.append("speaks_language")
    if tier in (OPEN_CONFIRMED, OPEN_UNCONFIRMED):
        reasons.append("open_now")
    if state & (AGE_OF_A_CHILD | AGE_OF_AN_ADULT) and not _is_age_unknown(state, facts):
        reasons.append("fits_age")
    if state & SUBDIVISION_FITS and not facts & NATIONAL:
        reasons.append("serves_subdivision")
    for need in NEEDS:
        # Who answers for another country is there because it takes calls from abroad, asked for or not.
        asked = state & ASKED[need] or (need == "from_abroad" and (widened == NEAREST or facts & FOREIGN))
        if asked and facts & MEETS[need]:
            reasons.append(need)
    if state & CHANNEL_FITS:
        reasons.append("channel")
    if facts & CONFIRMING and checked == RECENTLY_CHECKED:
        reasons.append("confirmed_recently")
    if widened == WIDER:
        reasons.append("wider_service")
    if widened == PUBLIC:
        reasons.append("general_public_service")
    # Where nothing was asked, what is left to say is that the service is there for this country.
    return reasons or ["serves_country"]


def _cautions(state: int, tier: int, facts: int, checked: int, outside: bool, notices: tuple[str, ...]) -> list[str]:
    language = state & LANGUAGE
    flags = {
        "hours_unconfirmed": tier in (OPEN_UNCONFIRMED, CLOSED_UNCONFIRMED),
        "hours_unknown": tier in (UNKNOWN_CONFIRMED, UNKNOWN_UNCONFIRMED, ANSWERED_LATER) and facts & NO_HOURS,
        # Stated hours are unknown on one occasion only: a holiday for which nobody knows the policy.
        "holiday": tier in (UNKNOWN_CONFIRMED, UNKNOWN_UNCONFIRMED) and not facts & NO_HOURS and not outside,
        "not_checked": checked == NEVER_CHECKED,
        _DATE_GAP: checked == CHECKED_LONG_AGO,
        "lead_only": facts & LEAD_ONLY,
        "conflicting_facts": facts & CONFLICTING,
        "language_not_known": language == LANGUAGE_UNKNOWN,
        "other_language": language == LANGUAGE_OTHER,
        "age_not_known": _is_age_unknown(state, facts),
        _PLACE_GAP: not facts & NATIONAL and not state & SUBDIVISION_FITS,
        **{f"{need}_not_known": state & ASKED[need] and not facts & MEETS[need] for need in NEEDS},
        "outside_snapshot": outside,
        **{f"notice:{kind}": True for kind in notices},
        "other_topic": state & TOPIC == TOPIC_OTHER,
        "other_channel": state & CHANNEL_OTHER,
        "other_subdivision": state & SUBDIVISION_OTHER,
    }
    return [caution for caution, holds in flags.items() if holds]


def _is_age_unknown(state: int, facts: int) -> bool:
    asked_and_unknown = state & AGE_OF_A_CHILD and facts & CHILD_AGE_UNKNOWN
    return bool(asked_and_unknown or (state & AGE_OF_AN_ADULT and facts & ADULT_AGE_UNKNOWN))
