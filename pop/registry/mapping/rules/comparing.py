"""How a submission differs from the record that it is about: what it is to the registry, field by field."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from pop.registry.directory.rules.likeness import Likeness, folded, signs_of

Verdict = Literal["new", "update", "duplicate"]


def verdict_of(best: Likeness[Any] | None, differing: Collection[str]) -> Verdict:
    """Return what a submission is: `differing` are the fields in which it says something else than the record."""
    if best is None or not best.same:
        return "new"
    return "update" if differing else "duplicate"


def differing_fields(
    offered: Mapping[str, Any], known: Mapping[str, Any], new_contacts: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Return the fields in which an offer says something that the record does not. What nobody answered differs not."""
    found = [name for name, value in offered.items() if name in known and not _equal(name, value, known[name])]
    return [*found, "contacts"] if new_contacts else found


def contacts_to_add(
    country: str, offered: Sequence[Mapping[str, Any]], known: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Return those of the offered contacts whose number or address the record has on no contact of that channel."""
    there = {(each["channel"], sign) for each in known for sign in _signs(country, each)}
    return [each for each in offered if not {(each["channel"], sign) for sign in _signs(country, each)} & there]


def digest_of(parts: Sequence[object]) -> str:
    """Return a digest (16 hexadecimal digits) of what stands side by side; the same facts give the same one."""
    text = json.dumps(parts, default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _signs(country: str, contact: Mapping[str, Any]) -> frozenset[str]:
    numbers, addresses = signs_of(country, [contact])
    return numbers | addresses


def _equal(name: str, one: Any, other: Any) -> bool:
    if isinstance(one, list):
        return set(one) == set(other or [])
    if name == "website":
        return str(one).rstrip("/") == str(other or "").rstrip("/")
    if name in ("name", "organisation"):
        return folded(str(one)) == folded(str(other or ""))
    return bool(one == other)
