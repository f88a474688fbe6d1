"""Reading XML that strangers send: one encoding, no document type, no entity, bounded in size, depth and number.

`lxml` is told to resolve nothing and to fetch nothing; what it would still let through is refused here, by a code.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Final

from lxml import etree

MOST_BYTES: Final = 1_048_576
"""Bytes of one submission's XML. Three instruments with every open question filled to the brim take 200 kB."""
MOST_DEPTH: Final = 64
MOST_NODES: Final = 20_000
MOST_NAME: Final = 80
_DECLARATION = re.compile(r"<\?xml\s[^>]{0,200}?\?>")
_ENCODING = re.compile(r"""encoding\s*=\s*["']([^"']*)["']""")
_ACCEPTED: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


class MalformedError(Exception):
    """A document that is not taken. `code` is a key of the words; `name` the node or file it is about, or "".

    The exception's text is the code alone: a name comes from a stranger and stands in no log.
    """

    def __init__(self, code: str, name: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.name = printable(name)


def printable(name: str) -> str:
    """Return a name that may be shown back to its sender: at most 80 characters, none of them invisible."""
    shown = "".join(each for each in name if each.isprintable())
    return shown[:MOST_NAME]


def read_xml(data: bytes) -> etree._Element:
    """Return the root of an XML document. Raises MalformedError.

    Codes: `too_large`, `other_encoding`, `dtd`, `not_xml`, `too_deep`, `too_many`.
    """
    if len(data) > MOST_BYTES:
        raise MalformedError("too_large")
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedError("other_encoding") from None
    declared = _DECLARATION.match(text)
    encoding = _ENCODING.search(declared[0]) if declared else None
    if encoding and encoding[1].lower() not in _ACCEPTED:
        raise MalformedError("other_encoding")
    _refuse_document_type(text)
    # The declaration is left out: what it says about the encoding has been dealt with.
    root = _parsed(text[declared.end() :] if declared else text)
    _refuse_too_much(root)
    return root


def _refuse_document_type(text: str) -> None:
    """Walk over what may stand before the root element: a document type can stand nowhere else."""
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        for begin, end in (("<?", "?>"), ("<!--", "-->")):
            if text.startswith(begin, at):
                found = text.find(end, at + len(begin))
                if found < 0:
                    raise MalformedError("not_xml")
                at = found + len(end)
                break
        else:
            if text.startswith("<!", at):
                raise MalformedError("dtd")
            return


def _parsed(text: str) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )
    try:
        return etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError:
        raise MalformedError("not_xml") from None


def _refuse_too_much(root: etree._Element) -> None:
    nodes = depth = 0
    for event, each in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        nodes += 1 + len(each.attrib)
        if depth > MOST_DEPTH:
            raise MalformedError("too_deep")
        if nodes > MOST_NODES:
            raise MalformedError("too_many")


def fingerprint(root: etree._Element) -> str:
    """Return the SHA-256 (hexadecimal) of what a document says, however it was laid out or its prefixes named.

    Local names, attributes in order of their names, and text; white space alone says nothing.
    """
    digest = hashlib.sha256()
    for event, each in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            digest.update(b"]")
            continue
        attributes = sorted((str(name), str(value)) for name, value in each.attrib.items())
        text = each.text or ""
        said = [local_name(each), attributes, text if text.strip() else ""]
        digest.update(b"[" + json.dumps(said, ensure_ascii=True).encode("ascii"))
    return digest.hexdigest()


def local_name(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return str(etree.QName(element).localname)


def namespace(element: etree._Element) -> str:
    """Return an element's namespace, "" for none."""
    return str(etree.QName(element).namespace or "")
