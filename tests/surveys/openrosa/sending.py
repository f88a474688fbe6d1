"""Sending as clients do, and reading what they read."""

from __future__ import annotations

import httpx
from lxml import etree

RESPONSE = "{http://openrosa.org/http/response}"


def form(xml: bytes, files: dict[str, bytes] | None = None) -> dict[str, tuple[str, bytes, str]]:
    """Return the parts of a submission: the XML file first, then each file under its own name."""
    parts = {"xml_submission_file": ("submission.xml", xml, "text/xml")}
    return parts | {name: (name, data, "image/png") for name, data in (files or {}).items()}


def post(
    client: httpx.Client, xml: bytes, files: dict[str, bytes] | None = None, *, incomplete: bool = False
) -> httpx.Response:
    data = {"*isIncomplete*": "yes"} if incomplete else {}
    return client.post("/submission", files=form(xml, files), data=data)


def said(answer: httpx.Response) -> str:
    """Return the sentence of an answer; it must be an OpenRosaResponse with the headers of the standard."""
    assert answer.headers["x-openrosa-version"] == "1.0"
    assert int(answer.headers["x-openrosa-accept-content-length"]) >= 1_000_000
    assert "date" in answer.headers
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    root = etree.fromstring(answer.content)
    assert root.tag == f"{RESPONSE}OpenRosaResponse"
    message = root.find(f"{RESPONSE}message")
    assert message is not None
    assert message.get("nature") == ("submit_success" if answer.is_success else "submit_error")
    assert message.text
    return message.text
