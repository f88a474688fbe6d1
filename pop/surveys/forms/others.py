"""“Other, please say which”: the form compiler adds it in English only; here it speaks the languages of the form."""

from __future__ import annotations

from lxml import etree

from pop.surveys.forms.refusals import Reason, RefusedFormError
from pop.surveys.forms.sheets import Row, Sheets, cell, split_type
from pop.surveys.forms.translations import XFORMS

OTHER = "other"


def translate_others(xml: bytes, sheets: Sheets) -> bytes:
    """Return an XForm whose questions for “other” carry the label of the choice `other` in every language.

    A form with languages must write that choice itself, so that it is translated; raises RefusedFormError where it
    does not. A form without languages stays as it is.
    """
    if not sheets.languages():
        return xml
    asking = _lists_with_other(sheets)
    missing = []
    for number, name in asking:
        if not any(cell(row, "list_name") == name and _name(row) == OTHER for row in sheets.choices):
            said = f"or_other needs a translated choice named “{OTHER}” in the list “{name}”"
            missing.append(Reason("untranslated", "survey", number, "type", said))
    if missing:
        raise RefusedFormError(tuple(missing))
    lists = {
        f"{path}_{OTHER}": name
        for path, row in sheets.rows_of_paths("data").items()
        for number, name in asking
        if number == row
    }
    if not lists:
        return xml
    document = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    for control in document.iter(f"{XFORMS}input"):
        wanted = lists.get(control.get("ref", ""))
        label = control.find(f"{XFORMS}label")
        if wanted is not None and label is not None and label.get("ref") is None:
            label.text = None
            label.set("ref", f"jr:itext('{_text_id(document, wanted)}')")
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8")


def _text_id(document: etree._Element, name: str) -> str:
    for instance in document.iter(f"{XFORMS}instance"):
        if instance.get("id") == name:
            for item in instance.iter(f"{XFORMS}item"):
                if item.findtext(f"{XFORMS}name") == OTHER:
                    return item.findtext(f"{XFORMS}itextId") or ""
    return ""


def _lists_with_other(sheets: Sheets) -> list[tuple[int, str]]:
    """Return the rows that ask for “other”, each with its list."""
    found = []
    for number, row in enumerate(sheets.survey, 2):
        kind, rest = split_type(cell(row, "type") or "")
        if kind.startswith("select_") and len(rest) > 1 and rest[1] == "or_other":
            found.append((number, rest[0]))
    return found


def _name(row: Row) -> str | None:
    return cell(row, "name") or cell(row, "value")
