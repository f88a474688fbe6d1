"""The sets of contacts of one country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Masks(NamedTuple):
    """Sets of contacts, one bit each."""

    everyone: int
    not_hotline: int
    not_lead: int
    not_lead_people: int  # all but leads that are no hotlines
    own: int  # of this country's own services
    serves: Mapping[str, int]  # by other country: those of this country's own that answer for it
    child_specific: int
    audience: Mapping[str, int]
    at_most: Sequence[int]  # by age: the lower bound is at most that, or not known
    at_least: Sequence[int]  # by age: the upper bound is at least that, or not known
    topics: Mapping[str, int]
    reach: Mapping[str, int]  # by topic: it is covered, or every topic is
    general: int  # counts for every topic
    channels: Mapping[str, int]
    allowed: Mapping[str, int]  # by need: the fact is true or not known
    known: Mapping[str, int]  # by need: the fact is true
    national: int
    subdivisions: Mapping[str, int]
    speaks: Mapping[str, int]  # by tag: a language is that tag or a narrower one
    speaks_exactly: Mapping[str, int]
    language_unknown: int
    always: int
    hours_unknown: int
    answered_later: int  # a letter box without hours: nobody answers at once
