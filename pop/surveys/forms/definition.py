"""A form as it is once loaded: a tree of frozen values with every expression compiled, shared by all who answer it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pop.surveys.forms.xpath import Compiled, Node

# What a question is. The first row is asked, the second is shown, the third is only kept.
ASKED = (
    "text",
    "integer",
    "decimal",
    "date",
    "time",
    "datetime",
    "select_one",
    "select_multiple",
    "range",
    "geopoint",
    "image",
    "acknowledge",
)
SHOWN = ("note",)
KEPT = ("calculate", "hidden", "start", "end", "today", "deviceid", "username", "email", "phonenumber", "uid")
KINDS = ASKED + SHOWN + KEPT


@dataclass(frozen=True)
class Text:
    """A text in every language of the form: its parts by BCP 47 tag, words and expressions (the ${…} of a label)."""

    parts: Mapping[str, tuple[str | Compiled, ...]]

    def constant(self, language: str) -> str | None:
        """Return the text in a language if nothing in it depends on answers, else None."""
        parts = self.parts.get(language, ())
        return "".join(map(str, parts)) if all(isinstance(part, str) for part in parts) else None


@dataclass(frozen=True)
class Choice:
    """One choice; `extra` holds the other columns of its row, which filters read."""

    name: str
    label: Text
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Choices:
    """The choices of a question: all of a list, or those that `nodes` finds while it is answered.

    `every` are the choices of the list in its order; `nodes` is None when that is all there is to know.
    """

    list_name: str
    every: tuple[Choice, ...]
    nodes: Compiled | None
    by_node: Mapping[Node, Choice] = field(repr=False)


@dataclass(frozen=True)
class OnChange:
    """Write `value` when the answer at `trigger` (a path without places) has changed."""

    trigger: str
    value: Compiled


@dataclass(frozen=True)
class Question:
    """One question, note or kept value.

    `path` is written without places of repeats: /form/group/name. `kind` is one of KINDS. `appearance` are the words of
    that column. `required` and `readonly` are None where they are never true. `default` is the answer that the form
    comes with; `first` is worked out once, when an answering begins or the repeat is added. `parameters` of a range:
    start, end, step (as written). `other_of` names the question whose “other” this one spells out.
    """

    path: str
    name: str
    kind: str
    label: Text | None = None
    hint: Text | None = None
    guidance: Text | None = None
    appearance: tuple[str, ...] = ()
    relevant: Compiled | None = None
    constraint: Compiled | None = None
    constraint_message: Text | None = None
    required: Compiled | None = None
    required_message: Text | None = None
    readonly: Compiled | None = None
    calculate: Compiled | None = None
    default: str = ""
    first: Compiled | None = None
    on_change: tuple[OnChange, ...] = ()
    choices: Choices | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    or_other: bool = False
    other_of: str | None = None

    @property
    def asked(self) -> bool:
        """Whether a person answers it, or sees it."""
        return self.kind in ASKED or self.kind in SHOWN


@dataclass(frozen=True)
class Group:
    """Questions that belong together; one with the appearance `field-list` is a page of its own."""

    path: str
    name: str
    children: tuple[Item, ...]
    label: Text | None = None
    appearance: tuple[str, ...] = ()
    relevant: Compiled | None = None


@dataclass(frozen=True)
class Repeat:
    """Questions that are answered several times; `count` says how often, or None where the person adds and removes.

    `initial` is the number of rows that the form comes with. Rows that are added later come without rows of the repeats
    inside them, as ODK's clients have it.
    """

    path: str
    name: str
    children: tuple[Item, ...]
    label: Text | None = None
    appearance: tuple[str, ...] = ()
    relevant: Compiled | None = None
    count: Compiled | None = None
    initial: int = 1


Item = Question | Group | Repeat


@dataclass(frozen=True)
class Duty:
    """One thing to do again when what it reads has changed.

    `what` is relevant, calculate, choices, count, first (a default that is worked out) or change (a trigger).
    `reads` are the paths that its expression reads, `wakes` those whose change makes it run.
    """

    what: str
    path: str
    expression: Compiled
    reads: frozenset[str]
    wakes: frozenset[str]


@dataclass(frozen=True, eq=False)
class Form:
    """A form. `languages` are BCP 47 tags in the order declared; `xml` is the XForm as OpenRosa clients get it.

    `by_path` finds every item by its path without places; `duties` are in the order in which they may be done.
    """

    id: str
    version: str
    title: str
    default_language: str
    languages: tuple[str, ...]
    xml: bytes = field(repr=False)
    md5: str
    sha256: str
    root: Group = field(repr=False)
    by_path: Mapping[str, Item] = field(repr=False)
    duties: tuple[Duty, ...] = field(repr=False)
    lists: Mapping[str, Node] = field(repr=False)
    texts: Mapping[str, Text] = field(repr=False)
    namespaces: Mapping[str, str] = field(repr=False)

    def questions(self) -> Iterator[Question]:
        """Yield all questions in the order of the form."""
        return (item for item in self.by_path.values() if isinstance(item, Question))
