"""What an engine shows of a form at one moment, in one shape for ours and for ODK's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

UNIQUE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Node:
    """One question, calculation, group or repeat; `kind` is ODK's name of it (input, select, group, …)."""

    kind: str
    relevant: bool
    label: str | None = None
    readonly: bool = False
    required: bool = False
    value: str | None = None  # None: it holds other nodes
    fault: str | None = None  # constraint or required
    choices: tuple[tuple[str, str | None], ...] | None = None  # value, label
    count: int | None = None  # instances of a repeat
    type: str | None = None
    many: bool = False
    message: str | None = None
    bounds: tuple[float, float, float] | None = None  # of a range: start, end, step


@dataclass
class Seen:
    """All nodes by reference (`/data/site[2]/name`; a repeat as a whole: `/data/site[]`)."""

    language: str = ""
    languages: tuple[str, ...] = ()
    nodes: dict[str, Node] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One thing that a person does: set, add, remove (index from 0), language; reopen: save ours and go on with it."""

    do: str
    ref: str = ""
    value: str = ""
    index: int = 0

    def __str__(self) -> str:
        what = {"set": f"= {self.value!r}", "remove": f"#{self.index}", "language": self.value}.get(self.do, "")
        return f"{self.do} {self.ref} {what}".strip()


@dataclass(frozen=True)
class Difference:
    """Where the two engines disagree; `steps` is how it came to that."""

    ref: str
    what: str
    ours: object
    theirs: object
    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        way = "".join(f"\n    {each}" for each in self.steps)
        return f"{self.ref} {self.what}: ours {self.ours!r}, ODK's {self.theirs!r} after{way}"


def masked(value: str) -> str:
    """Return the text with every unique id replaced: those are never equal."""
    return UNIQUE.sub("UNIQUE", value)


def shape(xml: bytes) -> str:
    """Return a submission one element a line: names with namespace, attributes in order, no prefixes, ids masked."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True)
    lines: list[str] = []

    def visit(element: etree._Element, depth: int) -> None:
        attributes = "".join(f" {key!s}={masked(str(value))!r}" for key, value in sorted(element.attrib.items()))
        text = "" if len(element) else masked(element.text or "")
        name = str(element.tag)
        lines.append(f"{'  ' * depth}{name}{attributes} {text!r}")
        for child in element:
            if isinstance(child.tag, str):
                visit(child, depth + 1)

    visit(etree.fromstring(xml, parser), 0)
    return "\n".join(lines)
