"""Answers as JSON bytes, and the words for why: reasons and cautions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from pop_sdk.need import Need
from pop_sdk.opening import HOURS_UNKNOWN, rfc3339
from pop_sdk.place import (
    CLOSED_CONFIRMED,
    OPEN_CONFIRMED,
    OPEN_UNCONFIRMED,
    UNKNOWN_CONFIRMED,
    UNKNOWN_UNCONFIRMED,
    Moment,
    Place,
)
from pop_sdk.ranking import (
    LANGUAGE_OTHER,
    LANGUAGE_UNKNOWN,
    SPEAKS,
    TOPIC_COVERED,
    TOPIC_OTHER,
    Pick,
    is_recent,
)
from pop_sdk.vocabulary import NEEDS

# More bits of a pick's state, above those of ranking: how the question was widened, and which parts were asked at all.
SUBDIVISION_FITS: Final = 1 << 4
SUBDIVISION_OTHER: Final = 2 << 4
CHANNEL_FITS: Final = 1 << 6
CHANNEL_OTHER: Final = 2 << 6
AGE_OF_A_CHILD: Final = 1 << 8
AGE_OF_AN_ADULT: Final = 2 << 8
WIDER: Final = 1 << 10
PUBLIC: Final = 2 << 10
NEAREST: Final = 3 << 10
NEED_BITS: Final = {name: 1 << (12 + number) for number, name in enumerate(NEEDS)}
_TWO_BITS: Final = 3

_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def packed(value: object) -> bytes:
    """Return a value as JSON without spaces, in UTF-8."""
    return _encoder.encode(value).encode()


@lru_cache(maxsize=8192)
def _listed(values: tuple[str, ...]) -> str:
    return _encoder.encode(values)


def need_bytes(need: Need, at: int) -> bytes:
    """Return the member "need": the question as understood, ``at`` being the moment that is answered for."""
    subdivision = "null" if need.subdivision is None else f'"{need.subdivision}"'
    ages = "null" if need.age_max is None else f'{{"min":{need.age_min},"max":{need.age_max}}}'
    # Every value that is not listed by _listed is of the closed syntax that Need's parser lets through.
    return (
        f'"need":{{"country":"{need.country}","subdivision":{subdivision},"topics":{_listed(need.topics)},'
        f'"languages":{_listed(need.languages)},"channels":{_listed(need.channels)},"age":{ages},'
        f'"audience":"{need.audience}","at":"{rfc3339(at)}","needs":{_listed(need.needs)},"limit":{need.limit}}},'
    ).encode()


def snapshot_bytes(version: int, created: int, expires: int) -> bytes:
    """Return the beginning of every answer: the member "snapshot"."""
    return (
        f'{{"snapshot":{{"version":{version},"created":"{rfc3339(created)}","expires":"{rfc3339(expires)}"}},'.encode()
    )


def emergency_bytes(numbers: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the member "emergency", at most two numbers, and the beginning of "matches"."""
    shown = [{key: number[key] for key in ("dial", "uri", "kind")} for number in numbers[:2]]
    return b'"emergency":' + packed(shown) + b',"matches":['


def service_bytes(service: Mapping[str, Any]) -> bytes:
    """Return the member "service" of a match, without its key."""
    shown = {key: service[key] for key in ("id", "name", "kind", "country", "topics", "languages")}
    shown["ages"] = {"min": service["ages"]["min"], "max": service["ages"]["max"]}
    return packed(shown)


def contact_bytes(contact: Mapping[str, Any], languages: Sequence[str]) -> tuple[bytes, bytes]:
    """Return a contact's JSON before and after its state."""
    before = packed({key: contact[key] for key in ("channel", "dial", "uri")})
    facts = {"languages": languages}
    facts |= {key: contact[key] for key in ("free", "anonymous", "leaves_trace", "from_abroad")}
    if contact["alternative"] is not None:
        facts["alternative"] = contact["alternative"]
    return before[:-1] + b',"open":', b"," + packed(facts)[1:]


def verification_bytes(service: Mapping[str, Any]) -> bytes:
    """Return the member "verification" of a match, without its key."""
    return packed({"stage": service["stage"], "on": service["on"], "source": service["source"]})


def head_bytes(place: Place, moment: Moment, contact: int, service: int, shown: int) -> bytes:
    """Return the first half of a match: service, state and contacts, the best contact first.

    ``shown`` has a bit for each contact of the service that fits, from its first on.
    """
    words = place.words(contact, moment)
    parts = [b'{"service":', place.services[service], b',"open":', words[: words.index(b",")], b',"contacts":[']
    parts += (place.before[contact], words, place.after[contact])
    first = place.first[service]
    for other in range(first, first + place.widths[service]):
        if other != contact and shown >> (other - first) & 1:
            parts += (b",", place.before[other], place.words(other, moment), place.after[other])
    parts.append(b"],")
    return b"".join(parts)


def tail_bytes(place: Place, moment: Moment, pick: Pick) -> bytes:
    """Return the second half of a match: reasons, cautions and verification."""
    reasons = _listed(tuple(_reasons(place, moment, pick)))
    cautions = _listed(tuple(_cautions(place, moment, pick)))
    closing = place.closings[pick.service]
    return f'"reasons":{reasons},"cautions":{cautions},"verification":'.encode() + closing + b"}"


def _reasons(place: Place, moment: Moment, pick: Pick) -> list[str]:
    masks = place.masks
    contact, state = pick.contact, pick.state
    topic = state & _TWO_BITS
    widened = state & NEAREST
    reasons = []
    if topic == TOPIC_COVERED:
        reasons.append("covers_topic")
    elif topic != TOPIC_OTHER and masks.general_child >> contact & 1:
        reasons.append("general_child_service")
    if state & LANGUAGE_OTHER == SPEAKS:
        reasons.append("speaks_language")
    if pick.tier in (OPEN_CONFIRMED, OPEN_UNCONFIRMED):
        reasons.append("open_now")
    if state & (AGE_OF_A_CHILD | AGE_OF_AN_ADULT) and not _is_age_unknown(place, pick):
        reasons.append("fits_age")
    if state & SUBDIVISION_FITS and not masks.national >> contact & 1:
        reasons.append("serves_subdivision")
    for need, bit in NEED_BITS.items():
        asked = state & bit or (need == "from_abroad" and (widened == NEAREST or not masks.own >> contact & 1))
        if asked and masks.known[need] >> contact & 1:
            reasons.append(need)
    if state & CHANNEL_FITS:
        reasons.append("channel")
    if _is_confirmed(place, moment, pick):
        reasons.append("confirmed_recently")
    if widened == WIDER:
        reasons.append("wider_service")
    if widened == PUBLIC:
        reasons.append("general_public_service")
    # Where nothing was asked, what is left to say is that the service is there for this country.
    return reasons or ["serves_country"]


def _cautions(place: Place, moment: Moment, pick: Pick) -> list[str]:
    masks = place.masks
    contact, state = pick.contact, pick.state
    cautions = []
    if pick.tier in (UNKNOWN_CONFIRMED, UNKNOWN_UNCONFIRMED):
        if place.pattern_of[contact] == HOURS_UNKNOWN:
            cautions.append("hours_unknown")
        elif not moment.outside:
            # Stated hours are unknown on one occasion only: a holiday for which nobody knows the policy.
            cautions.append("holiday")
    elif pick.tier not in (OPEN_CONFIRMED, CLOSED_CONFIRMED):
        cautions.append("hours_unconfirmed")
    on = place.evidence[pick.service]
    if on is None:
        cautions.append("not_checked")
    elif not is_recent(on, moment.day):
        cautions.append(f"not_checked_since:{rfc3339(on * 86_400)[:10]}")
    if masks.lead >> contact & 1:
        cautions.append("lead_only")
    if masks.conflicting >> contact & 1:
        cautions.append("conflicting_facts")
    language = state & LANGUAGE_OTHER
    if language == LANGUAGE_UNKNOWN:
        cautions.append("language_not_known")
    elif language == LANGUAGE_OTHER:
        cautions.append("other_language")
    if state & (AGE_OF_A_CHILD | AGE_OF_AN_ADULT) and _is_age_unknown(place, pick):
        cautions.append("age_not_known")
    if not state & SUBDIVISION_FITS:
        cautions += [f"only_in:{code}" for code in place.only_in.get(contact, ())]
    cautions += [
        f"{need}_not_known" for need, bit in NEED_BITS.items() if state & bit and not _knows(place, need, pick)
    ]
    if moment.outside:
        cautions.append("outside_snapshot")
    cautions += [f"notice:{kind}" for kind in place.active_notices(pick.service, moment.start)]
    if state & _TWO_BITS == TOPIC_OTHER:
        cautions.append("other_topic")
    if state & CHANNEL_OTHER:
        cautions.append("other_channel")
    if state & SUBDIVISION_OTHER:
        cautions.append("other_subdivision")
    return cautions


def _is_age_unknown(place: Place, pick: Pick) -> bool:
    return bool(place.masks.age_unknown[bool(pick.state & AGE_OF_AN_ADULT)] >> pick.contact & 1)


def _knows(place: Place, need: str, pick: Pick) -> bool:
    return bool(place.masks.known[need] >> pick.contact & 1)


def _is_confirmed(place: Place, moment: Moment, pick: Pick) -> bool:
    return any(bits >> pick.contact & 1 and moment.day <= last for last, bits in place.confirmed_until)
