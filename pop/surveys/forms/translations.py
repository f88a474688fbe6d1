"""The texts of an XForm: its itext in every language, and the words and ${…} that each is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from pop.surveys.forms.definition import Text
from pop.surveys.forms.sheets import tag_of
from pop.surveys.forms.xpath import Compiled, XPathError, compile_xpath

XFORMS = "{http://www.w3.org/2002/xforms}"
_BY_ID = re.compile(r"\s*jr:itext\(\s*'([^']*)'\s*\)\s*\Z")
# The language of a form that declares none.
UNDETERMINED = "und"

Parts = tuple[str | Compiled, ...]


@dataclass(frozen=True)
class Translations:
    """All texts of a form by their ids: the plain ones, and the guidance of the same id."""

    languages: tuple[str, ...]
    default: str
    plain: Mapping[str, Text]
    guidance: Mapping[str, Text]

    def of_reference(self, reference: str | None) -> Text | None:
        """Return the text of an attribute: jr:itext('id'), or the words themselves in every language."""
        if reference is None:
            return None
        match = _BY_ID.match(reference)
        return self.plain.get(match.group(1)) if match else self._everywhere((reference.strip(),))

    def guidance_of(self, reference: str | None) -> Text | None:
        """Return the guidance of a hint's reference."""
        match = _BY_ID.match(reference or "")
        return self.guidance.get(match.group(1)) if match else None

    def of_element(self, element: etree._Element | None) -> Text | None:
        """Return the text of a label or hint. Raises XPathError for an expression in it that cannot be used."""
        if element is None:
            return None
        reference = element.get("ref")
        if reference is not None:
            return self.of_reference(reference)
        parts = parts_of(element)
        return self._everywhere(parts) if parts else None

    def _everywhere(self, parts: Parts) -> Text:
        return Text(dict.fromkeys(self.languages, parts))


def read_translations(model: etree._Element, *, fallback: str | None) -> Translations:
    """Return the texts of a model; `fallback` is the language of a form that declares none.

    Raises XPathError for an expression in a text that cannot be used.
    """
    found = model.findall(f"{XFORMS}itext/{XFORMS}translation")
    only = tag_of(fallback or "") or UNDETERMINED
    tags = {element.get("lang", ""): tag_of(element.get("lang", "")) or only for element in found}
    languages = tuple(dict.fromkeys(tags.values())) or (only,)
    default = next((tags[each.get("lang", "")] for each in found if each.get("default") == "true()"), languages[0])
    plain: dict[str, dict[str, Parts]] = {}
    guidance: dict[str, dict[str, Parts]] = {}
    for translation in found:
        tag = tags[translation.get("lang", "")]
        for text in translation.findall(f"{XFORMS}text"):
            for value in text.findall(f"{XFORMS}value"):
                kept = {None: plain, "guidance": guidance}.get(value.get("form"))
                if kept is None:
                    raise XPathError("media_unsupported", "pictures, sound and films are not supported")
                kept.setdefault(text.get("id", ""), {})[tag] = parts_of(value)
    return Translations(languages, default, _texts(plain), _texts(guidance))


def parts_of(element: etree._Element) -> Parts:
    """Return the words and expressions in an element, without the blanks at its ends. Raises XPathError."""
    parts: list[str | Compiled] = [element.text or ""]
    for child in element:
        if child.tag != f"{XFORMS}output":
            raise XPathError("form_invalid", f"a text holds the element {etree.QName(child).localname}")
        parts += [compile_xpath(child.get("value", "")), child.tail or ""]
    if isinstance(parts[0], str):
        parts[0] = parts[0].lstrip()
    if isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip()
    return tuple(part for part in parts if part != "")


def _texts(found: Mapping[str, Mapping[str, Parts]]) -> dict[str, Text]:
    return {name: Text(dict(by_language)) for name, by_language in found.items()}
