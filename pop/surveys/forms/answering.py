"""One person's answers to a form, kept true while they are given: what is relevant, required, allowed, worked out.

Paths of answers carry the places of repeats: /data/contact[2]/number; a place that is left out is 1. Values are texts
in the lexical forms of XForms: 2026-11-22, 14:30:00.000Z, 3.5, “a b” for two choices, “lat lon [alt [accuracy]]”,
OK for what was acknowledged.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Self

from pop.surveys.forms import lexical
from pop.surveys.forms.definition import ASKED, Choice, Form, Item, Question, Repeat, Text
from pop.surveys.forms.instance import (
    AnswerNode,
    NoSuchPathError,
    address,
    below,
    find,
    find_repeat,
    grow,
    plant,
    put_row,
    rows_of,
)
from pop.surveys.forms.paging import Page, Place, pages_of
from pop.surveys.forms.settling import MOST_ROWS, Settling
from pop.surveys.forms.submissions import UnreadableAnswersError, draft_of, replant, submission_of
from pop.surveys.forms.xpath import Compiled, Node, World, compile_xpath
from pop.surveys.forms.xpath.dates import stamp_text
from pop.surveys.forms.xpath.functions import FUNCTIONS

__all__ = [
    "Answering",
    "Fault",
    "NoSuchPathError",
    "Page",
    "Place",
    "ReadOnlyError",
    "TooManyRowsError",
    "UnreadableAnswersError",
]

_PROPERTIES = frozenset({"deviceid", "username", "email", "phonenumber"})
_SPOKEN = ("jr:choice-name(", "jr:itext(")


class ReadOnlyError(ValueError):
    """An answer to what nobody may answer: a calculation, a note, a question that is read-only at the moment."""


class TooManyRowsError(ValueError):
    """One more row than a repeat may have, or one added to or taken from a repeat that is counted."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with an answer.

    `code` is required, constraint, integer, decimal, date, time, datetime, geopoint, image, range or choice; `message`
    is the form's own in the language of the answering, or None.
    """

    path: str
    code: str
    message: str | None


class Answering:
    """The answers to one form. Not safe for two threads at once."""

    def __init__(
        self,
        form: Form,
        planted: tuple[Node, AnswerNode],
        *,
        now: datetime,
        chance: random.Random,
        language: str | None,
    ) -> None:
        """Use `begin` or `resume`."""
        document, self._root = planted
        self.form = form
        self._language = language if language in form.languages else form.default_language
        self._world = World(document, form.lists, now, chance, self._choice_name, self._itext, self._root)
        self._settling = Settling(form, self._world, self._root)

    @classmethod
    def begin(
        cls,
        form: Form,
        *,
        now: datetime,
        chance: random.Random,
        language: str | None = None,
        properties: Mapping[str, str] | None = None,
    ) -> Self:
        """Begin a new one. `now` has a zone; `properties` are deviceid, username, email and phonenumber."""
        answering = cls(form, plant(form), now=now, chance=chance, language=language)
        answering._settling.welcome(answering._root)
        for node in below(answering._root):
            answering._preload(node, properties or {})
        answering._settling.settle(creating=True)
        return answering

    @classmethod
    def resume(
        cls, form: Form, xml: bytes, *, now: datetime, chance: random.Random, language: str | None = None
    ) -> Self:
        """Go on with what `draft_xml` or `submission_xml` wrote. Raises UnreadableAnswersError."""
        answering = cls(form, replant(form, xml), now=now, chance=chance, language=language)
        answering._settling.welcome(answering._root)
        for node in below(answering._root):
            if isinstance(node.item, Question) and node.item.kind in lexical.CHECKED and node.wrong is None:
                held = lexical.given(node.item.kind, node.held)
                node.held, node.wrong = ("", node.held) if held is None else (held, None)
            if isinstance(node.item, Question) and node.item.kind == "uid" and not node.held:
                answering._preload(node, {})
            answering._settling.answered(node)
        answering._settling.settle(creating=False)
        return answering

    @property
    def language(self) -> str:
        """The language of the person who answers, one of the form's."""
        return self._language

    @language.setter
    def language(self, tag: str) -> None:
        if tag not in self.form.languages:
            raise ValueError(f"the form does not speak {tag}")
        self._language = tag
        for duty in self.form.duties:
            if any(word in duty.expression.source for word in _SPOKEN):
                self._settling.touch(duty.wakes)
        self._settling.settle(creating=True)

    def set(self, path: str, value: str) -> None:
        """Give one answer; what depends on it follows.

        A value that is not in the form of its kind, or no choice on offer, is kept, faulted, and blank to the form.
        Raises NoSuchPathError, ReadOnlyError.
        """
        self.set_all({path: value})

    def set_all(self, values: Mapping[str, str]) -> None:
        """Give several answers, then let everything follow once. Raises before any is taken."""
        nodes = [(self._question_node(path), value) for path, value in values.items()]
        for node, _ in nodes:
            if self._is_readonly(node):
                raise ReadOnlyError(node.item.path)
        for node, value in nodes:
            self._give(node, lexical.written(value))
        self._settling.settle(creating=True)

    def value(self, path: str) -> str:
        """Return an answer as it was given, also while it is not relevant or not valid."""
        node = self._question_node(path)
        return node.held if node.wrong is None else node.wrong

    def seen(self, path: str) -> str:
        """Return what the form's expressions see of an answer: blank while it is not relevant or not valid."""
        return self._question_node(path).text

    def all_seen(self) -> dict[str, str | None]:
        """Return what `seen` says of every question by its path, and None for one that is not relevant."""
        nodes = (node for node in below(self._root) if isinstance(node.item, Question))
        return {address(node): node.text if node.relevant else None for node in nodes}

    def add_repeat(self, path: str) -> str:
        """Add a row at the end of a repeat (a path without its last place); return the new row's path.

        Raises NoSuchPathError, TooManyRowsError.
        """
        parent, repeat = find_repeat(self._root, path)
        count = len(rows_of(parent, repeat))
        if repeat.count is not None or count >= MOST_ROWS or self._settling.full:
            raise TooManyRowsError(path)
        row = grow(repeat, parent, written=False)
        put_row(row)
        self._settling.welcome(row)
        self._settling.settle(creating=True)
        return f"{path}[{count + 1}]"

    def remove_repeat(self, path: str, index: int) -> None:
        """Remove the row at a 1-based place. Raises NoSuchPathError, TooManyRowsError."""
        parent, repeat = find_repeat(self._root, path)
        rows = rows_of(parent, repeat)
        if not 1 <= index <= len(rows):
            raise NoSuchPathError(f"{path}[{index}]")
        if repeat.count is not None:
            raise TooManyRowsError(path)
        parent.children.remove(rows[index - 1])
        self._settling.farewell(rows[index - 1])
        self._settling.settle(creating=True)

    def item(self, path: str) -> Item:
        """Return what stands at a path of the answers. Raises NoSuchPathError."""
        return self._node(path).item

    def count(self, path: str) -> int:
        """Return how many rows a repeat has. Raises NoSuchPathError."""
        return len(rows_of(*find_repeat(self._root, path)))

    def relevant(self, path: str) -> bool:
        """Whether an item is relevant, all that it stands in included; a repeat also without rows."""
        node = self._node(path)
        if isinstance(node.item, Repeat) and isinstance(node.parent, AnswerNode) and node not in node.parent.children:
            return self._is_repeat_relevant(node.parent, node.item)
        return node.relevant

    def required(self, path: str) -> bool:
        """Whether an answer is needed here, now."""
        node = self._question_node(path)
        item = node.item
        return isinstance(item, Question) and item.required is not None and item.required.truth(self._world, node)

    def readonly(self, path: str) -> bool:
        """Whether nobody may answer here, now."""
        return self._is_readonly(self._question_node(path))

    def valid(self, path: str) -> Fault | None:
        """Return what is wrong with an answer, or None; what is not relevant is never wrong."""
        return self._fault(self._question_node(path), path)

    def choices(self, path: str, language: str | None = None) -> Sequence[tuple[Choice, str]]:
        """Return the choices that are offered now, each with its label."""
        node = self._question_node(path)
        if not isinstance(node.item, Question) or node.item.choices is None:
            return ()
        by_name = {choice.name: choice for choice in node.item.choices.every}
        offered = [by_name[name] for name in node.offered or ()]
        return [(choice, self._say(choice.label, node, language)) for choice in offered]

    def label(self, path: str, language: str | None = None) -> str:
        """Return the label with the ${…} of the moment; "" where there is none."""
        node = self._node(path)
        return self._say(node.item.label, node, language)

    def hint(self, path: str, language: str | None = None) -> str:
        """Return the hint likewise."""
        node = find(self._root, path)
        return self._say(node.item.hint if isinstance(node.item, Question) else None, node, language)

    def guidance(self, path: str, language: str | None = None) -> str:
        """Return the longer hint likewise."""
        node = find(self._root, path)
        return self._say(node.item.guidance if isinstance(node.item, Question) else None, node, language)

    def pages(self) -> tuple[Page, ...]:
        """Return the relevant pages: each group and repeat at the top, each field-list, and the questions between."""
        return pages_of(self._root, self._is_repeat_relevant)

    def faults(self, page: Page | None = None) -> tuple[Fault, ...]:
        """Return all that is wrong on one page, or anywhere, in the order of the form."""
        if page is not None:
            paths = [place.path for place in page.places if isinstance(place.item, Question)]
            found = [self._fault(find(self._root, path), path) for path in paths]
        else:
            found = [self._fault(node, None) for node in below(self._root) if isinstance(node.item, Question)]
        return tuple(fault for fault in found if fault is not None)

    def paths(self) -> list[str]:
        """Return the paths of all questions with their places, relevant or not, in the order of the form."""
        return [address(node) for node in below(self._root) if isinstance(node.item, Question)]

    def draft_xml(self) -> bytes:
        """Return all answers, also those that are not relevant or not valid at the moment, to go on with later."""
        return draft_of(self.form, self._root)

    def submission_xml(
        self, *, instance_id: str | None = None, deprecated_id: str | None = None, now: datetime | None = None
    ) -> bytes:
        """Return what an ODK client would send: only what is relevant, UTF-8.

        `instance_id` takes the place of the one that the answering began with; `deprecated_id` is that of the
        submission that this one edits; `now` is the end, for forms that ask for it (default: the beginning).
        """
        for question in self.form.questions():
            for node in self._settling.nodes(question.path):
                if question.kind == "end":
                    node.held = stamp_text(now or self._world.now)
                elif question.kind == "uid" and instance_id is not None:
                    node.held = lexical.written(instance_id)
                else:
                    continue
                self._settling.answered(node)
        self._settling.settle(creating=True)
        return submission_of(self.form, self._root, deprecated_id=deprecated_id)

    def _node(self, path: str) -> AnswerNode:
        """Return the node at a path; for a repeat without rows one that is not among the answers."""
        try:
            return find(self._root, path)
        except NoSuchPathError:
            parent, repeat = find_repeat(self._root, path)
            if rows_of(parent, repeat):
                raise
            return AnswerNode(repeat, parent)

    def _is_repeat_relevant(self, parent: AnswerNode, repeat: Repeat) -> bool:
        """Whether a repeat is relevant under a node: if any of its rows is, or, without rows, by its own say."""
        rows = rows_of(parent, repeat)
        if rows:
            return any(row.relevant for row in rows)
        own = repeat.relevant
        return parent.relevant and (own is None or own.truth(self._world, AnswerNode(repeat, parent)))

    def _question_node(self, path: str) -> AnswerNode:
        node = find(self._root, path)
        if not isinstance(node.item, Question):
            raise NoSuchPathError(path)
        return node

    def _preload(self, node: AnswerNode, properties: Mapping[str, str]) -> None:
        if not isinstance(node.item, Question):
            return
        kind = node.item.kind
        if kind == "start":
            node.held = stamp_text(self._world.now)
        elif kind == "today":
            node.held = self._world.now.date().isoformat()
        elif kind in _PROPERTIES:
            node.held = lexical.written(properties.get(kind, ""))
        elif kind == "uid":
            node.held = f"uuid:{_new_id(self._world, node)}"
        else:
            return
        self._settling.answered(node)

    def _give(self, node: AnswerNode, value: str) -> None:
        item = node.item
        if not isinstance(item, Question):
            return
        kept: str | None
        if item.choices is not None:
            kept = _chosen(item, node.offered or (), value)
        elif item.kind == "acknowledge":
            kept = {"": "", "ok": "OK"}.get(value.strip().lower())
        elif item.kind == "range":
            kept = _on_range(item, value)
        else:
            kept = lexical.given(item.kind, value)
        node.held, node.wrong = ("", value) if kept is None else (kept, None)
        self._settling.answered(node)

    def _is_readonly(self, node: AnswerNode) -> bool:
        item = node.item
        if not isinstance(item, Question):
            return False
        return item.kind not in ASKED or (item.readonly is not None and item.readonly.truth(self._world, node))

    def _fault(self, node: AnswerNode, path: str | None) -> Fault | None:
        item = node.item
        if not isinstance(item, Question) or not node.relevant:
            return None
        code, message = None, None
        if node.wrong is not None:
            code = "choice" if item.choices is not None or item.kind == "acknowledge" else item.kind
        elif node.text == "":
            if item.required is not None and item.required.truth(self._world, node):
                code, message = "required", item.required_message
        elif item.constraint is not None and not item.constraint.truth(self._world, node):
            code, message = "constraint", item.constraint_message
        if code is None:
            return None
        return Fault(path or address(node), code, self._say(message, node, None) if message else None)

    def _say(self, text: Text | None, node: AnswerNode, language: str | None) -> str:
        if text is None:
            return ""
        parts = text.parts.get(language or self._language) or text.parts.get(self.form.default_language, ())
        said = (part.text(self._world, node) if isinstance(part, Compiled) else part for part in parts)
        return "".join(said).strip()

    def _itext(self, name: str) -> str:
        text = self.form.texts.get(name)
        return self._say(text, self._root, None)

    def _choice_name(self, value: str, path: str, node: Node) -> str:
        """Return the label of a choice of the question at a path, as jr:choice-name() asks for it."""
        current = self._world.current
        try:
            found = _path(path).value(self._world, node)
            target = found[0] if isinstance(found, list) and found else None
            if not isinstance(target, AnswerNode) or not isinstance(target.item, Question):
                return ""
            choices = target.item.choices
            named = [choice for choice in choices.every if choice.name == value] if choices else []
            return self._say(named[0].label, target, None) if named else ""
        finally:
            self._world.current = current


@functools.lru_cache(maxsize=1024)
def _path(source: str) -> Compiled:
    return compile_xpath(source)


def _new_id(world: World, node: Node) -> str:
    return str(FUNCTIONS["uuid"].make([])(world, node, 1, 1))


def _chosen(item: Question, offered: Sequence[str], value: str) -> str | None:
    """Return what was chosen, in the order of the choices; None if something is not on offer."""
    chosen = value.split() if item.kind == "select_multiple" else [value.strip()] if value.strip() else []
    if any(name not in offered for name in chosen):
        return None
    return " ".join(name for name in offered if name in chosen)


def _on_range(item: Question, value: str) -> str | None:
    """Return a number on the range's steps, or None."""
    value = value.strip()
    start, end, step = (Decimal(item.parameters.get(name, "1")) for name in ("start", "end", "step"))
    whole = all(number == number.to_integral_value() for number in (start, step))
    kept = lexical.given("integer" if whole else "decimal", value)
    if not kept:
        return kept
    number = Decimal(kept)
    low, high = min(start, end), max(start, end)
    on_step = step == 0 or (number - start) % abs(step) == 0
    return kept if low <= number <= high and on_step else None
