"""“Other, please say which”: the form compiler adds it in English only; here it speaks the languages of the form."""

from __future__ import annotations

from lxml import etree

from pop.surveys.forms.refusals import Reason, RefusedFormError
from pop.surveys.forms.sheets import Row, Sheets, cell, split_type, tag_of
from pop.surveys.forms.translations import XFORMS

OTHER = "other"


def translate_others(xml: bytes, sheets: Sheets) -> bytes:
    """Return an XForm whose questions for “other” carry the label of the choice `other`, in every language.

    A form that speaks anything but English must write that choice itself, so that it is translated; raises
    RefusedFormError where it does not.
    """
    languages = sheets.languages()
    only = tag_of(cell(sheets.settings[0], "default_language") or "") if sheets.settings else None
    if not languages and (only is None or only.lower().split("-")[0] == "en"):
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
            label.text = None if languages else _label(sheets, wanted)
            if languages:
                label.set("ref", f"jr:itext('{_text_id(document, wanted)}')")
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8")


def _text_id(document: etree._Element, name: str) -> str:
    for instance in document.iter(f"{XFORMS}instance"):
        if instance.get("id") == name:
            for item in instance.iter(f"{XFORMS}item"):
                if item.findtext(f"{XFORMS}name") == OTHER:
                    return item.findtext(f"{XFORMS}itextId") or ""
    return ""


def _label(sheets: Sheets, name: str) -> str:
    labels = [cell(row, "label") for row in sheets.choices if cell(row, "list_name") == name and _name(row) == OTHER]
    return labels[0] or OTHER


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
