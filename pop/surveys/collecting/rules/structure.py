"""What a form's instance looks like, and whether a submission is one of it.

A submission is held against the form's nodes, not against its constraints: a telephone may have filled an older version
in a place without a network, and what somebody answered must arrive. What is no node of the form is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from pop.surveys.collecting.rules.reading import MalformedError, local_name, namespace
from pop.surveys.forms.lexical import is_file_name

XFORMS: Final = "http://www.w3.org/2002/xforms"
JAVAROSA: Final = "http://openrosa.org/javarosa"
_OPENROSA: Final = frozenset({"http://openrosa.org/xforms", "http://openrosa.org/xforms/"})
_ELEMENTS: Final = frozenset({"", XFORMS}) | _OPENROSA
# What clients write on nodes for themselves: it is kept with the document and means nothing here.
_OF_CLIENTS: Final = _OPENROSA | {JAVAROSA, "http://www.opendatakit.org/xforms", "http://enketo.org/xforms"}
_SCHEMA: Final = "http://www.w3.org/2001/XMLSchema-instance"
# Of the OpenRosa metadata only what names the submission and its time; a telephone's number or id is never asked for.
_META: Final = ("instanceID", "deprecatedID", "instanceName", "timeStart", "timeEnd")
_INSTANCE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.\-]{3,127}")


@dataclass(frozen=True)
class Node:
    """One node of a form: its children by name (none: it holds an answer), and whether it may stand there again."""

    children: Mapping[str, Node] = field(default_factory=dict)
    repeats: bool = False
    file: bool = False
    attributes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Shape:
    """The instance of one form: the name of its root, the form's id and version, and its nodes."""

    root: str
    form_id: str
    version: str
    node: Node


@dataclass(frozen=True)
class Named:
    """What a submission says of itself: the form it fills, its own id, and the id of the one it corrects, or ""."""

    form_id: str
    version: str
    instance_id: str
    deprecated_id: str


def shape_of(xform: bytes) -> Shape:
    """Return the shape of a form's primary instance. Raises MalformedError for what is no XForm."""
    document = read_xform(xform)
    model = next(document.iter(f"{{{XFORMS}}}model"), None)
    instance = None if model is None else next(model.iterchildren(f"{{{XFORMS}}}instance"), None)
    root = None if instance is None else next(_elements(instance), None)
    if root is None:
        raise MalformedError("no_form")
    repeats = {each.get("nodeset", "") for each in document.iter(f"{{{XFORMS}}}repeat")}
    files = {each.get("ref", "") for each in document.iter(f"{{{XFORMS}}}upload")}
    name = local_name(root)
    return Shape(name, root.get("id", ""), root.get("version", ""), _node([root], f"/{name}", repeats, files))


def read_xform(xform: bytes) -> etree._Element:
    """Return the root of a form that `pyxform` made: our own document, larger than any submission may be."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        return etree.fromstring(xform, parser)
    except etree.XMLSyntaxError:
        raise MalformedError("no_form") from None


def _elements(parent: etree._Element) -> Iterator[etree._Element]:
    return (each for each in parent if isinstance(each.tag, str))


def _node(same: list[etree._Element], path: str, repeats: set[str], files: set[str]) -> Node:
    """Return the node of all elements of one path: a repeat stands twice in an instance, as template and as first."""
    by_name: dict[str, list[etree._Element]] = {}
    for element in same:
        for child in _elements(element):
            by_name.setdefault(local_name(child), []).append(child)
    children = {name: _node(found, f"{path}/{name}", repeats, files) for name, found in by_name.items()}
    attributes = frozenset(str(name) for element in same for name in element.attrib)
    return Node(children, path in repeats, path in files, attributes)


def named(root: etree._Element) -> Named:
    """Return what a submission says of itself.

    Raises MalformedError: `no_form_id`, `no_instance_id`, `bad_instance_id`, `corrects_itself`.
    """
    form_id = root.get("id", "")
    if not form_id:
        raise MalformedError("no_form_id")
    meta = next((each for each in root if local_name(each) == "meta"), None)
    said = {local_name(each): (each.text or "").strip() for each in ([] if meta is None else meta)}
    instance_id, deprecated_id = said.get("instanceID", ""), said.get("deprecatedID", "")
    if not instance_id:
        raise MalformedError("no_instance_id")
    for each in filter(None, (instance_id, deprecated_id)):
        if not _INSTANCE_ID.fullmatch(each):
            raise MalformedError("bad_instance_id")
    if instance_id == deprecated_id:
        raise MalformedError("corrects_itself")
    return Named(form_id, root.get("version", ""), instance_id, deprecated_id)


def files_of(root: etree._Element, shape: Shape) -> tuple[str, ...]:
    """Compare a submission with its form and return the names of the files that its answers name, in order.

    Raises MalformedError: `unknown_node`, `twice`, `no_answer_here` (text or nodes where the form has none),
    `unknown_attribute`, `other_namespace`, `bad_file_name`; `name` is the path of the node.
    """
    if local_name(root) != shape.root:
        raise MalformedError("unknown_node", f"/{local_name(root)}")
    files: list[str] = []
    _compare(root, shape.node, f"/{shape.root}", files, top=True)
    if len(set(files)) != len(files):
        raise MalformedError("bad_file_name")
    return tuple(files)


def _compare(element: etree._Element, node: Node, path: str, files: list[str], *, top: bool = False) -> None:
    if namespace(element) not in _ELEMENTS:
        raise MalformedError("other_namespace", path)
    _compare_attributes(element, node, path, top)
    known = dict(node.children)
    if top:
        meta = known.get("meta", Node())
        known["meta"] = Node({**{name: Node() for name in _META}, **meta.children}, attributes=meta.attributes)
    if not known:
        if len(element):
            raise MalformedError("unknown_node", f"{path}/{local_name(element[0])}")
        if node.file and (element.text or "").strip():
            files.append(_file_name((element.text or "").strip(), path))
        return
    if (element.text or "").strip():
        raise MalformedError("no_answer_here", path)
    seen: set[str] = set()
    for child in element:
        name = local_name(child)
        below = known.get(name)
        if below is None:
            raise MalformedError("unknown_node", f"{path}/{name}")
        if name in seen and not below.repeats:
            raise MalformedError("twice", f"{path}/{name}")
        if (child.tail or "").strip():
            raise MalformedError("no_answer_here", path)
        seen.add(name)
        _compare(child, below, f"{path}/{name}", files)


def _compare_attributes(element: etree._Element, node: Node, path: str, top: bool) -> None:
    for each in element.attrib:
        name = str(each)
        if name in node.attributes or (top and name in {"id", "version"}):
            continue
        if etree.QName(name).namespace in _OF_CLIENTS | {_SCHEMA}:
            continue
        raise MalformedError("unknown_attribute", f"{path}/@{etree.QName(name).localname}")


def _file_name(name: str, path: str) -> str:
    if not is_file_name(name):
        raise MalformedError("bad_file_name", path)
    return name
