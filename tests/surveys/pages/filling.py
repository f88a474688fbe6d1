"""Somebody without JavaScript: follows redirects, and posts the form of the page that is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import html

FORM = "application/x-www-form-urlencoded"
Said = Mapping[str, str | Sequence[str]]


class Filler:
    """One browser: the page that it shows, where that is, and with what status it came."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.page = ""
        self.path = ""
        self.status = 0

    def get(self, path: str, **headers: str) -> Filler:
        return self._arrive(path, self.client.get(path, headers=headers))

    def post(self, path: str, said: Said | bytes, **headers: str) -> Filler:
        body = said if isinstance(said, bytes) else urlencode(said, doseq=True, errors="surrogatepass").encode()
        return self._arrive(path, self.client.post(path, body, content_type=FORM, headers=headers))

    def fill(self, others: Said | None = None, *, do: str = "next", path: str = "", **answers: str) -> Filler:
        """Post the form that is shown with some answers changed, each by its short name."""
        said = self.fields()
        for name, value in {**(others or {}), **answers}.items():
            said[self.name_of(name)] = value
        return self.post(path or self.action, {**said, "do": do})

    def upload(self, data: bytes, name: str = "IMG_0001.JPG") -> Filler:
        """Send a file from the page that takes a picture."""
        file = SimpleUploadedFile(name, data)
        return self._arrive(self.action, self.client.post(self.action, {"picture": file, "do": "keep"}))

    def name_of(self, short: str) -> str:
        """Return the name of a field by the last step of its path; `number_2` is that of the second row."""
        names = dict.fromkeys(each.get("name") for each in self.dom.xpath("//*[@name]"))
        found = [each for each in names if each and each.rpartition("/")[2] == short]
        if not found and short[-1:].isdigit():
            step, _, row = short.rpartition("_")
            found = [each for each in names if each and each.rpartition("/")[2] == step and f"[{row}]" in each]
        assert len(found) == 1, (short, list(names))
        return str(found[0])

    def fields(self) -> dict[str, str | Sequence[str]]:
        """Return what a browser would post of the form that is shown, without any button."""
        said: dict[str, list[str]] = {}
        for each in self.dom.xpath("//form[@id='page']//*[@name]"):
            kind = each.get("type", "")
            if each.tag == "button" or (kind in ("radio", "checkbox") and each.get("checked") is None):
                continue
            if each.tag == "select":
                value = next(iter(each.xpath("./option[@selected]/@value")), "")
            elif each.tag == "textarea":
                value = (each.text or "").removeprefix("\n")
            else:
                value = each.get("value", "")
            said.setdefault(each.get("name"), []).append(value)
        return dict(said)

    @property
    def dom(self) -> html.HtmlElement:
        return html.fromstring(self.page)

    @property
    def action(self) -> str:
        return str(self.dom.xpath("//form[@id='page']/@action")[0])

    @property
    def title(self) -> str:
        return " ".join(self.dom.xpath("//h1")[0].text_content().split())

    @property
    def text(self) -> str:
        return " ".join(self.dom.xpath("//main")[0].text_content().split())

    @property
    def words(self) -> str:
        """The six words that are shown."""
        return str(self.dom.xpath("//p[@class='code']/bdi")[0].text)

    def told(self) -> list[str]:
        """Return the ids of the fields that the summary of errors leads to."""
        return [each.rpartition("#")[2] for each in self.dom.xpath("//section[@class='wrong']//a/@href")]

    def _arrive(self, path: str, answer: Any) -> Filler:
        while answer.status_code in (302, 303):
            path = answer.headers["Location"]
            answer = self.client.get(path.partition("#")[0])
        self.path, self.status, self.page = path, answer.status_code, answer.content.decode()
        return self
