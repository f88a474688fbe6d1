"""What a right answer must hold: the small vocabulary of ``expect`` in sdk/cases, as sdk/cases/README.md says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Answer = Mapping[str, Any]
Problems = list[str]
# What chooses a contact; everything else that an expectation says of it is compared.
_CHOOSING = ("channel", "dial", "languages")


def problems(expect: Mapping[str, Any], answer: Answer) -> Problems:
    """Return what is wrong with an answer, in words; nothing where it is right. KeyError for a word not known."""
    found: Problems = []
    for key, wanted in expect.items():
        found += [f"{key}: {problem}" for problem in CHECKS[key](wanted, answer)]
    return found


def _named(matches: Sequence[Answer]) -> list[str]:
    return [match["service"]["name"] for match in matches]


def _match(name: str, answer: Answer) -> Answer | None:
    """Return the match of a service, among the nearest too: a name stands there only once."""
    every = [*answer["matches"], *((answer["gap"] or {}).get("nearest", ()))]
    return next((match for match in every if match["service"]["name"] == name), None)


def _first(wanted: str, answer: Answer) -> Problems:
    names = _named(answer["matches"])
    return [] if names[:1] == [wanted] else [f"{wanted!r} is not first of {names}"]


def _order(wanted: Sequence[str], answer: Answer) -> Problems:
    names = _named(answer["matches"])
    shown = [name for name in names if name in wanted]
    return [] if shown == list(wanted) else [f"{wanted} do not stand in this order in {names}"]


def _count(wanted: int, answer: Answer) -> Problems:
    return [] if len(answer["matches"]) == wanted else [f"{len(answer['matches'])} matches, not {wanted}"]


def _includes(wanted: Sequence[str], answer: Answer) -> Problems:
    names = _named(answer["matches"])
    return [f"{name!r} is not in {names}" for name in wanted if name not in names]


def _excludes(wanted: Sequence[str], answer: Answer) -> Problems:
    return [f"{name!r} is in the answer" for name in wanted if _match(name, answer) is not None]


def _open(wanted: Mapping[str, str], answer: Answer) -> Problems:
    return _each_match(wanted, answer, lambda state, match: _equal("open", match["open"], state))


def _verification(wanted: Mapping[str, Mapping[str, Any]], answer: Answer) -> Problems:
    return _each_match(wanted, answer, lambda facts, match: _all_equal(match["verification"], facts))


def _reasons(wanted: Mapping[str, Mapping[str, Sequence[str]]], answer: Answer) -> Problems:
    return _each_match(wanted, answer, lambda codes, match: _codes(match["reasons"], codes))


def _cautions(wanted: Mapping[str, Mapping[str, Sequence[str]]], answer: Answer) -> Problems:
    return _each_match(wanted, answer, lambda codes, match: _codes(match["cautions"], codes))


def _codes(said: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> Problems:
    missing = [f"{code!r} is not in {said}" for code in wanted.get("has", ()) if code not in said]
    return missing + [f"{code!r} is in {said}" for code in wanted.get("not", ()) if code in said]


def _contact(wanted: Mapping[str, Sequence[Mapping[str, Any]]], answer: Answer) -> Problems:
    return _each_match(wanted, answer, _contacts_of)


def _contacts_of(wanted: Sequence[Mapping[str, Any]], match: Answer) -> Problems:
    found: Problems = []
    for facts in wanted:
        chosen = _chosen(facts, match)
        if len(chosen) != 1:
            found.append(f"{len(chosen)} contacts are {facts}")
            continue
        found += _all_equal(chosen[0], facts)
    return found


def _no_contact(wanted: Mapping[str, Sequence[Mapping[str, Any]]], answer: Answer) -> Problems:
    def absent(selections: Sequence[Mapping[str, Any]], match: Answer) -> Problems:
        return [f"a contact is {facts}" for facts in selections if _chosen(facts, match)]

    return _each_match(wanted, answer, absent)


def _chosen(facts: Mapping[str, Any], match: Answer) -> list[Answer]:
    choosing = {name: facts[name] for name in _CHOOSING if name in facts}
    return [contact for contact in match["contacts"] if not _all_equal(contact, choosing)]


def _emergency(wanted: Sequence[str], answer: Answer) -> Problems:
    dials = [number["dial"] for number in answer["emergency"]]
    links = [number["uri"] for number in answer["emergency"]]
    return _equal("dials", dials, list(wanted)) + _equal("links", links, [f"tel:{dial}" for dial in dials])


def _gap(wanted: Mapping[str, Any] | None, answer: Answer) -> Problems:
    gap = answer["gap"]
    if wanted is None or gap is None:
        return _equal("gap", gap, wanted)
    names = _named(gap["nearest"])
    found = _equal("reason", gap["reason"], wanted["reason"])
    if "nearest" in wanted:
        found += _equal("nearest", names, list(wanted["nearest"]))
    return found


def _need(wanted: Mapping[str, Any], answer: Answer) -> Problems:
    return _all_equal(answer["need"], wanted)


def _each_match(wanted: Mapping[str, Any], answer: Answer, check: Callable[[Any, Answer], Problems]) -> Problems:
    found: Problems = []
    for name, facts in wanted.items():
        match = _match(name, answer)
        if match is None:
            found.append(f"{name!r} is not in the answer")
        else:
            found += [f"{name}: {problem}" for problem in check(facts, match)]
    return found


def _all_equal(said: Mapping[str, Any], wanted: Mapping[str, Any]) -> Problems:
    found: Problems = []
    for name, value in wanted.items():
        found += _equal(name, said.get(name, f"no {name}"), value)
    return found


def _equal(what: str, said: Any, wanted: Any) -> Problems:
    # True equals 1 in Python and in no other language.
    same = said == wanted and isinstance(said, bool) == isinstance(wanted, bool)
    return [] if same else [f"{what} is {said!r}, not {wanted!r}"]


CHECKS: Mapping[str, Callable[[Any, Answer], Problems]] = {
    "first": _first,
    "order": _order,
    "count": _count,
    "includes": _includes,
    "excludes": _excludes,
    "open": _open,
    "contact": _contact,
    "no_contact": _no_contact,
    "reasons": _reasons,
    "cautions": _cautions,
    "verification": _verification,
    "emergency": _emergency,
    "gap": _gap,
    "need": _need,
}
