"""Answers as XML: what is sent, what is kept to go on with later, and reading both again."""

from __future__ import annotations

import unicodedata
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from pop.surveys.forms.definition import Form, Item, Question, Repeat
from pop.surveys.forms.instance import AnswerNode, grow
from pop.surveys.forms.reading import parse_xml
from pop.surveys.forms.settling import MOST_NODES
from pop.surveys.forms.xpath import Node

LARGEST_ANSWERS = 4 * 1024 * 1024
# What a draft also keeps: that an answer was not in the form of its kind, and what its calculation gave last.
_WRONG, _WORKED = "wrong", "worked"


class UnreadableAnswersError(ValueError):
    """Answers that are no XML, too large, or of another form."""


def submission_of(form: Form, root: AnswerNode, *, deprecated_id: str | None) -> bytes:
    """Return what an ODK client sends: what is relevant, blank answers as empty elements.

    `deprecated_id` names the submission that this one edits.
    """
    lines: list[str] = []

    def write(node: AnswerNode) -> None:
        if not node.relevant:
            return
        if isinstance(node.item, Question):
            text = _clean(node.text)
            lines.append(f"<{node.name}>{text}</{node.name}>" if text else f"<{node.name}/>")
            if node.item.kind == "uid" and deprecated_id is not None:
                lines.append(f"<deprecatedID>{_clean(deprecated_id)}</deprecatedID>")
            return
        attributes = _attributes(form) if node is root else ""
        if not node.children:
            lines.append(f"<{node.name}{attributes}/>")
            return
        lines.append(f"<{node.name}{attributes}>")
        for child in node.children:
            if isinstance(child, AnswerNode):
                write(child)
        lines.append(f"</{node.name}>")

    write(root)
    return "".join(lines).encode()


def draft_of(form: Form, root: AnswerNode) -> bytes:
    """Return all answers as they were given, also those that are not relevant or not valid at the moment."""
    lines: list[str] = []

    def write(node: AnswerNode) -> None:
        attributes = _attributes(form) if node is root else ""
        if isinstance(node.item, Question):
            worked = "" if node.calculated is None else f" {_WORKED}={quoteattr(node.calculated)}"
            wrong = "" if node.wrong is None else f' {_WRONG}="yes"'
            text = node.held if node.wrong is None else node.wrong
            lines.append(f"<{node.name}{worked}{wrong}>{escape(text)}</{node.name}>")
            return
        lines.append(f"<{node.name}{attributes}>")
        for child in node.children:
            if isinstance(child, AnswerNode):
                write(child)
        lines.append(f"</{node.name}>")

    write(root)
    return "".join(lines).encode()


def replant(form: Form, xml: bytes) -> tuple[Node, AnswerNode]:
    """Return the document and root of answers that were written before. Raises UnreadableAnswersError.

    What the form has and the answers lack gets its default; what only the answers have is left out.
    """
    if len(xml) > LARGEST_ANSWERS:
        raise UnreadableAnswersError("the answers are too large")
    if b"<!" in xml:
        raise UnreadableAnswersError("the answers declare a document type")
    try:
        element = parse_xml(xml)
    except etree.XMLSyntaxError:
        raise UnreadableAnswersError("the answers are no XML") from None
    if _name(element) != form.root.name or element.get("id", form.id) != form.id:
        raise UnreadableAnswersError("the answers are those of another form")
    if sum(1 for _ in element.iter()) > 2 * MOST_NODES:
        raise UnreadableAnswersError("the answers are too many")
    document = Node("")
    root = _regrow(form.root, document, element)
    document.children.append(root)
    return document, root


def _regrow(item: Item, parent: Node, element: etree._Element) -> AnswerNode:
    if isinstance(item, Question):
        node = AnswerNode(item, parent)
        node.held = element.text or ""
        node.calculated = element.get(_WORKED)
        if element.get(_WRONG) is not None:
            node.held, node.wrong = "", node.held
        return node
    node = AnswerNode(item, parent)
    by_name: dict[str, list[etree._Element]] = {}
    for child in element:
        by_name.setdefault(_name(child), []).append(child)
    for child_item in item.children:
        same = by_name.get(child_item.name, [])
        if isinstance(child_item, Repeat):
            node.children += [_regrow(child_item, node, one) for one in same]
        elif same:
            node.children.append(_regrow(child_item, node, same[0]))
        else:
            node.children.append(grow(child_item, node, written=True))
    return node


def _attributes(form: Form) -> str:
    version = f" version={quoteattr(form.version)}" if form.version else ""
    return f" id={quoteattr(form.id)}{version}"


def _clean(text: str) -> str:
    return escape(unicodedata.normalize("NFC", text))


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
