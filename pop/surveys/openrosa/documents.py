"""The XML documents of the OpenRosa 1.0 standards: the list of forms, a form's manifest, the answer to a submission."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from lxml import etree

_LIST = "http://openrosa.org/xforms/xformsList"
_MANIFEST = "http://openrosa.org/xforms/xformsManifest"
_RESPONSE = "http://openrosa.org/http/response"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


class Listed(NamedTuple):
    """One form of the list; addresses are absolute."""

    form_id: str
    title: str
    version: str
    md5: str
    download: str
    manifest: str


def form_list(forms: Iterable[Listed]) -> bytes:
    """Return the list of forms (Form List API)."""
    root = etree.Element(f"{{{_LIST}}}xforms", nsmap=_default(_LIST))
    for form in forms:
        entry = etree.SubElement(root, f"{{{_LIST}}}xform")
        for name, text in (
            ("formID", form.form_id),
            ("name", form.title),
            ("version", form.version),
            ("hash", f"md5:{form.md5}"),
            ("downloadUrl", form.download),
            ("manifestUrl", form.manifest),
        ):
            etree.SubElement(entry, f"{{{_LIST}}}{name}").text = text
    return _written(root)


def manifest() -> bytes:
    """Return the manifest of a form (Form Manifest API): our forms bring no files along."""
    return _written(etree.Element(f"{{{_MANIFEST}}}manifest", nsmap=_default(_MANIFEST)))


def response(message: str, *, refused: bool, language: str) -> bytes:
    """Return what a submission is answered with (Form Submission API); clients show the message to a person."""
    root = etree.Element(f"{{{_RESPONSE}}}OpenRosaResponse", nsmap=_default(_RESPONSE))
    said = etree.SubElement(root, f"{{{_RESPONSE}}}message")
    said.set("nature", "submit_error" if refused else "submit_success")
    said.set(_LANGUAGE, language)
    said.text = message
    return _written(root)


def _default(namespace: str) -> Any:
    """Return the map of prefixes in which a namespace has none; lxml's types know of prefixes alone."""
    return {None: namespace}


def _written(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
