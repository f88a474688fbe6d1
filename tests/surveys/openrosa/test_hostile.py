"""Whatever a stranger with a token sends, the answer is a sentence: no 500, nothing kept, nothing in a log."""

from __future__ import annotations

from xml.sax.saxutils import escape

import httpx
import pytest

from tests.hostile import NAUGHTY
from tests.surveys.filled import fresh_id, offer, poster
from tests.surveys.openrosa.conftest import Door
from tests.surveys.openrosa.sending import post, said

pytestmark = [pytest.mark.storage]

ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>'
    b'<data id="offer" version="1"><organisation>&d;</organisation></data>'
)
FILES = (
    b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    b'<data id="offer" version="1"><organisation>&a;</organisation></data>'
)
NETWORK = b'<!DOCTYPE l SYSTEM "http://127.0.0.1:9/l.dtd"><data id="offer" version="1"/>'


@pytest.mark.parametrize(
    ("xml", "status"),
    [
        (ENTITIES, 400),
        (FILES, 400),
        (NETWORK, 400),
        (b"<a>" * 60_000, 400),
        (b"<data id='offer' version='1'>" + b"<contact>" * 100 + b"</contact>" * 100 + b"</data>", 400),
        (offer("uuid:big1", organisation="x" * 2_000_000), 413),
        (b"<data id='offer' version='" + b"1" * 900_000 + b"'/>", 400),
        (offer("uuid:long").replace(b"uuid:long", b"u" * 100_000), 400),
        (offer("uuid:utf16").decode().encode("utf-16"), 400),
        (b"<?xml version='1.0' encoding='ISO-8859-1'?>" + offer("uuid:latin"), 400),
        (offer("uuid:surrogate").replace(b"Line of Hope", b"\xed\xa0\x80"), 400),
        (offer("uuid:surrogate").replace(b"Line of Hope", b"&#xD800;"), 400),
        (offer("uuid:nul").replace(b"Line of Hope", b"a\0b"), 400),
        (offer("uuid:nul").replace(b"Line of Hope", b"&#0;"), 400),
        (offer("uuid:node").replace(b"staff>", b"stuff>"), 400),
        (offer("uuid:form").replace(b'"offer"', b'"\xc3\xa9\xf0\x9f\x98\x80"'), 404),
        (offer("uuid:vers").replace(b'version="1"', b'version="%00"'), 404),
        (b"", 400),
    ],
)
def test_hostile_xml_gets_a_sentence(client: httpx.Client, door: Door, xml: bytes, status: int) -> None:
    answer = post(client, xml)
    assert answer.status_code == status
    assert "root:" not in said(answer)


def test_an_unknown_question_is_named_and_what_it_held_is_not(client: httpx.Client) -> None:
    answer = post(client, offer(fresh_id()).replace(b"<staff>3</staff>", b"<stuff>kanarienvogel</stuff>"))
    assert "/data/stuff" in said(answer)
    assert "kanarienvogel" not in answer.text


def test_naughty_strings_as_answers_are_kept_letter_by_letter_or_refused(client: httpx.Client, door: Door) -> None:
    kept = 0
    for text in NAUGHTY:
        xml = f'<data id="offer" version="1"><organisation>{escape(text)}</organisation>'
        xml += f"<meta><instanceID>{fresh_id()}</instanceID></meta></data>"
        answer = post(client, xml.encode("utf-8", "surrogatepass"))
        assert answer.status_code in {201, 400}, text[:40]
        kept += answer.status_code == 201
    assert kept > 480


def test_naughty_strings_as_names_and_ids_never_break_it(client: httpx.Client) -> None:
    for text in NAUGHTY[::3]:
        quoted = escape(text, {'"': "&quot;"})
        for xml in (
            offer(quoted),
            offer(fresh_id(), version=quoted),
            f'<data id="{quoted}" version="1"><meta><instanceID>uuid:x123</instanceID></meta></data>',
            offer(fresh_id(), more=f"<deprecatedID>{quoted}</deprecatedID>"),
        ):
            data = xml if isinstance(xml, bytes) else xml.encode("utf-8", "surrogatepass")
            assert post(client, data).status_code in {201, 400, 404, 409}, text[:40]


def test_naughty_names_of_files_never_break_it(client: httpx.Client) -> None:
    for text in NAUGHTY[::7]:
        # As a client might write it, not as a library would mend it.
        name = text.encode("utf-8", "surrogatepass").replace(b'"', b"%22").replace(b"\r", b"").replace(b"\n", b"")
        body = (
            b'--x\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="s.xml"\r\n\r\n'
            + poster(fresh_id(), photo="a.png")
            + b'\r\n--x\r\nContent-Disposition: form-data; name="f"; filename="'
            + name
            + b'"\r\n\r\nx\r\n--x--\r\n'
        )
        answer = client.post("/submission", content=body, headers={"content-type": "multipart/form-data; boundary=x"})
        assert answer.status_code in {201, 400, 415}, text[:40]


def test_a_closed_form_takes_nothing_and_says_so(door: Door, client: httpx.Client) -> None:
    sent = offer(fresh_id(), version="1")
    assert post(client, sent).status_code == 201
    assert door.command("survey", "close", "offer", "--version", "1").returncode == 0
    try:
        answer = post(client, offer(fresh_id(), version="1"))
        assert answer.status_code == 403
        assert "closed" in said(answer)
        assert post(client, sent).status_code == 202
        assert post(client, offer(fresh_id(), version="2")).status_code == 201
    finally:
        assert door.command("survey", "open", "offer", "--version", "1").returncode == 0
        assert door.command("survey", "close", "offer", "--version", "2").returncode == 0
        assert door.command("survey", "open", "offer", "--version", "2").returncode == 0


def test_nothing_of_all_this_is_in_the_log(door: Door) -> None:
    assert "unexpected" not in door.served.log.read_text()
    assert "Traceback" not in door.served.log.read_text()
    assert "was not served" not in door.served.log.read_text()
