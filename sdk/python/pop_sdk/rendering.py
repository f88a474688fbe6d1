"""Answers as JSON bytes: every piece that does not depend on the question is laid out when a snapshot is compiled."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from pop_sdk.need import Need
from pop_sdk.opening import rfc3339
from pop_sdk.ranking import DAY_ZERO

_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def packed(value: object) -> bytes:
    """Return a value as JSON without spaces, in UTF-8."""
    return _encoder.encode(value).encode()


@lru_cache(maxsize=8192)
def _listed(values: tuple[str, ...]) -> str:
    return _encoder.encode(values)


@lru_cache(maxsize=8192)
def _asked(subdivision: str | None, topics: tuple[str, ...], languages: tuple[str, ...]) -> str:
    shown = "null" if subdivision is None else f'"{subdivision}"'
    return f'"subdivision":{shown},"topics":{_listed(topics)},"languages":{_listed(languages)},"channels":'


def need_bytes(need: Need, at: int) -> bytes:
    """Return the member "need": the question as understood, ``at`` being the moment that is answered for."""
    country, subdivision, topics, languages, channels, age_min, age_max, audience, _, needs, limit = need
    ages = "null" if age_max is None else f'{{"min":{age_min},"max":{age_max}}}'
    # What is not listed as JSON here is of the closed syntax that the parser of needs lets through.
    return (
        f'"need":{{"country":"{country}",{_asked(subdivision, topics, languages)}{_listed(channels)},"age":{ages},'
        f'"audience":"{audience}","at":"{rfc3339(at)}","needs":{_listed(needs)},"limit":{limit}}},'
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
    """Return the beginning of a match that follows another one, up to the value of "open"."""
    shown = {key: service[key] for key in ("id", "name", "kind", "country", "topics", "languages")}
    shown["ages"] = {"min": service["ages"]["min"], "max": service["ages"]["max"]}
    return b',{"service":' + packed(shown) + b',"open":'


def contact_bytes(contact: Mapping[str, Any], languages: Sequence[str]) -> tuple[bytes, bytes]:
    """Return a contact's JSON before and after its state."""
    before = packed({key: contact[key] for key in ("channel", "dial", "uri")})
    facts = {"languages": languages}
    facts |= {key: contact[key] for key in ("free", "anonymous", "leaves_trace", "from_abroad")}
    if contact["alternative"] is not None:
        facts["alternative"] = contact["alternative"]
    return before[:-1] + b',"open":', b"," + packed(facts)[1:]


def verification_bytes(service: Mapping[str, Any]) -> bytes:
    """Return the end of a match, from the value of "verification" on."""
    return packed({"stage": service["stage"], "on": service["on"], "source": service["source"]}) + b"}"


@lru_cache(maxsize=8192)
def since_bytes(on: int) -> bytes:
    """Return the caution for evidence of the day ``on`` (days since 1970-01-01)."""
    return f'"not_checked_since:{date.fromordinal(on + DAY_ZERO)}"'.encode()


@lru_cache(maxsize=8192)
def only_in_bytes(subdivisions: tuple[str, ...]) -> bytes:
    """Return the cautions for a contact that serves some subdivisions only."""
    return ",".join(f'"only_in:{code}"' for code in subdivisions).encode()
