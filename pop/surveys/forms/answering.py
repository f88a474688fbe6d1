"""One person's answers to a form, kept true while they are given: what is relevant, required, allowed, worked out.

Paths of answers carry the places of repeats: /form/contact[2]/number; a place that is left out is 1. Values are texts
in the lexical forms of XForms: 2026-11-22, 14:30:00.000Z, 3.5, “a b” for two choices, “lat lon [alt [accuracy]]”.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pop.surveys.forms.definition import Choice, Form, Item


class NoSuchPathError(LookupError):
    """A path that the form does not have, or a place that a repeat does not have."""


class ReadOnlyError(ValueError):
    """An answer to what nobody may answer: a calculation, a note, a question that is read-only at the moment."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with an answer.

    `code` is required, constraint, integer, decimal, date, time, datetime, geopoint, range or choice; `message` is the
    form's own in the language of the answering, or None.
    """

    path: str
    code: str
    message: str | None


@dataclass(frozen=True)
class Place:
    """One relevant item of a page: its path with places, what it is, and how many groups of the page it stands in."""

    path: str
    item: Item
    depth: int


@dataclass(frozen=True)
class Page:
    """One page: the path of its group, or of its first question; `places` are what is shown, in order."""

    path: str
    places: tuple[Place, ...]


class Answering:
    """The answers to one form. Not safe for two threads at once."""

    form: Form
    language: str

    @classmethod
    def begin(
        cls,
        form: Form,
        *,
        now: datetime,
        chance: random.Random,
        language: str | None = None,
        properties: Mapping[str, str] | None = None,
    ) -> Answering:
        """Begin a new one. `now` has a zone; `properties` are deviceid, username, email and phonenumber."""

    @classmethod
    def resume(
        cls, form: Form, xml: bytes, *, now: datetime, chance: random.Random, language: str | None = None
    ) -> Answering:
        """Go on with what `draft_xml` or `submission_xml` wrote. Raises UnreadableAnswersError."""

    def set(self, path: str, value: str) -> None:
        """Give one answer; what depends on it follows. A value that is no lexical form of its kind is kept and faulted."""

    def set_all(self, values: Mapping[str, str]) -> None:
        """Give several answers, then let everything follow once."""

    def value(self, path: str) -> str:
        """Return an answer as it was given, also while it is not relevant or not valid."""

    def add_repeat(self, path: str) -> str:
        """Add an instance at the end of a repeat (a path without its last place); return the new instance's path."""

    def remove_repeat(self, path: str, index: int) -> None:
        """Remove the instance at a 1-based place."""

    def count(self, path: str) -> int:
        """Return how many instances a repeat has."""

    def relevant(self, path: str) -> bool:
        """Whether an item is relevant, all that it stands in included."""

    def required(self, path: str) -> bool:
        """Whether an answer is needed here, now."""

    def readonly(self, path: str) -> bool:
        """Whether nobody may answer here, now; inherited."""

    def valid(self, path: str) -> Fault | None:
        """Return what is wrong with an answer, or None; what is not relevant is never wrong."""

    def choices(self, path: str, language: str | None = None) -> Sequence[tuple[Choice, str]]:
        """Return the choices that are offered now, each with its label."""

    def label(self, path: str, language: str | None = None) -> str:
        """Return the label with the ${…} of the moment; "" where there is none."""

    def hint(self, path: str, language: str | None = None) -> str:
        """Return the hint likewise."""

    def guidance(self, path: str, language: str | None = None) -> str:
        """Return the longer hint likewise."""

    def pages(self) -> tuple[Page, ...]:
        """Return the relevant pages: each group at the top and each field-list, and the questions between them."""

    def faults(self, page: Page | None = None) -> tuple[Fault, ...]:
        """Return all that is wrong on one page, or anywhere."""

    def draft_xml(self) -> bytes:
        """Return all answers, also those that are not relevant at the moment, to go on with later."""

    def submission_xml(self, *, instance_id: str | None = None, deprecated_id: str | None = None) -> bytes:
        """Return what an ODK client would send: only what is relevant, with the time of the end if the form asks for it."""
