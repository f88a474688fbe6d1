"""Our form engine, shown in the same shape as ODK's."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Iterator

from pop.surveys.forms.answering import Answering
from pop.surveys.forms.definition import ASKED, Form, Group, Item, Question, Repeat
from tests.surveys.peer.seen import Node, Seen, Step

TRANSLATION = re.compile(r'<translation[^>]* lang="([^"]*)"')


class Ours:
    """One answering of a form; references are ODK's, with places of repeats."""

    def __init__(self, form: Form, now: dt.datetime) -> None:
        self._form = form
        self._now = now
        self._tags = dict(zip(declared(form), form.languages, strict=False))
        self._answering = Answering.begin(
            form, now=now, chance=random.Random(1), properties={"deviceid": "peer"}, language=form.default_language
        )

    def take(self, step: Step) -> None:
        """Do one step, as a person would."""
        match step.do:
            case "set":
                self._answering.set(step.ref, step.value)
            case "add":
                self._answering.add_repeat(step.ref)
            case "remove":
                self._answering.remove_repeat(step.ref, step.index + 1)
            case "reopen":
                self._answering = Answering.resume(
                    self._form,
                    self._answering.draft_xml(),
                    now=self._now,
                    chance=random.Random(1),
                    language=self._answering.language,
                )
            case "language":
                self._answering.language = self._tags[step.value]

    def seen(self) -> Seen:
        """Return what it shows now."""
        return Seen(self._answering.language, self._form.languages, dict(self._nodes()))

    def submission(self) -> bytes:
        """Return what it would send."""
        return self._answering.submission_xml()

    def _nodes(self) -> Iterator[tuple[str, Node]]:
        yield from self._below(self._form.root, self._form.root.path)

    def _below(self, holder: Group | Repeat, at: str) -> Iterator[tuple[str, Node]]:
        for item in holder.children:
            yield from self._item(item, f"{at}/{item.name}")

    def _item(self, item: Item, ref: str) -> Iterator[tuple[str, Node]]:
        answering = self._answering
        relevant = answering.relevant(ref)
        if isinstance(item, Repeat):
            count = answering.count(ref)
            yield f"{ref}[]", Node("repeat", relevant, count=count)
            for place in range(1, count + 1):
                yield f"{ref}[{place}]", Node("instance", answering.relevant(f"{ref}[{place}]"))
                yield from self._below(item, f"{ref}[{place}]")
        elif isinstance(item, Group):
            yield ref, Node("group", relevant)
            yield from self._below(item, ref)
        else:
            yield ref, self._question(item, ref, relevant)

    def _question(self, question: Question, ref: str, relevant: bool) -> Node:
        answering = self._answering
        if not relevant:
            return Node(question.kind, relevant)
        fault = answering.valid(ref)
        choices = None
        if question.choices is not None:
            choices = tuple((choice.name, label) for choice, label in answering.choices(ref))
        return Node(
            question.kind,
            relevant,
            label=answering.label(ref) if question.label is not None else None,
            readonly=answering.readonly(ref) if question.kind in ASKED else True,
            required=answering.required(ref),
            value=answering.seen(ref),
            fault=fault.code if fault is not None else None,
            message=fault.message if fault is not None else None,
            choices=choices,
        )


def declared(form: Form) -> tuple[str, ...]:
    """Return the form's languages as its XForm names them ("French (fr)"), in the order of the form."""
    return tuple(TRANSLATION.findall(form.xml.decode()))
