"""The one place where a form's file becomes a form: whatever keeps forms asks here."""

from __future__ import annotations

from typing import Any, NamedTuple

from lxml import etree
from pyxform.xls2xform import convert

from pop.surveys.collecting.rules.structure import XFORMS, read_xform
from pop.surveys.forms.refusals import Reason, RefusedFormError


class Compiled(NamedTuple):
    """A form as it is kept."""

    id: str
    version: str
    title: str
    default_language: str
    languages: tuple[str, ...]
    xml: bytes


def compile_form(name: str, data: bytes) -> Compiled:
    """Return the form of an XLSForm file (`name` tells the kind by its ending). Raises RefusedFormError."""
    try:
        made: Any = convert(
            data.decode() if name.endswith(".md") else data,
            file_type=f".{name.rpartition('.')[2]}",
            warnings=[],
            form_name="data",
        )
    except Exception as error:
        raise RefusedFormError((Reason("form_invalid", None, None, None, str(error)),)) from None
    xml = made.xform.encode()
    root = read_xform(xml)
    instance = next(root.iter(f"{{{XFORMS}}}instance"))[0]
    title = root.findtext(".//{http://www.w3.org/1999/xhtml}title") or ""
    return Compiled(instance.get("id", ""), instance.get("version", ""), title, "en", ("en",), etree.tostring(root))
