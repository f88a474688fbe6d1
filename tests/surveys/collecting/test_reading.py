"""Hostile XML is refused by a code, quickly and whole; what is well meant is read however it was laid out."""

from __future__ import annotations

import contextlib

import pytest

from pop.surveys.collecting.rules.reading import (
    MOST_BYTES,
    MOST_DEPTH,
    MOST_NODES,
    MalformedError,
    fingerprint,
    printable,
    read_xml,
)
from tests.hostile import NAUGHTY

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]><data>&lol3;</data>"""


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (LAUGHS, "dtd"),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><data>&e;</data>', "dtd"),
        (b'<!DOCTYPE data SYSTEM "http://127.0.0.1:9/x.dtd"><data/>', "dtd"),
        (b"<!-- first --><?x y?>\n<!DOCTYPE data><data/>", "dtd"),
        (b"\xef\xbb\xbf<!DOCTYPE data><data/>", "dtd"),
        (b"<data>&undefined;</data>", "not_xml"),
        (b"<data>", "not_xml"),
        (b"", "not_xml"),
        (b"<", "not_xml"),
        (b"<!-- never ends", "not_xml"),
        (b"<?never ends", "not_xml"),
        (b"hello", "not_xml"),
        (b"<a/><b/>", "not_xml"),
        (b"<a>\0</a>", "not_xml"),
        (b"<a>&#0;</a>", "not_xml"),
        (b"<a>&#xD800;</a>", "not_xml"),
        (b"<a x='1' x='2'/>", "not_xml"),
        (b"<a:b/>", "not_xml"),
        (b"<a>\xff\xfe</a>", "other_encoding"),
        (b"<a>\xed\xa0\x80</a>", "other_encoding"),
        ("<a/>".encode("utf-16"), "other_encoding"),
        ("<?xml version='1.0' encoding='utf-16'?><a/>".encode("utf-16"), "other_encoding"),
        (b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xc3\xa9</a>", "other_encoding"),
        (b'<?xml version="1.0" encoding="utf-7"?><a>+ADw-</a>', "other_encoding"),
        (b"<a>" * (MOST_DEPTH + 1) + b"</a>" * (MOST_DEPTH + 1), "too_deep"),
        (b"<a>" * 100_000, "not_xml"),
        (b"<a>" + b"<b/>" * MOST_NODES + b"</a>", "too_many"),
        (b"<a " + b" ".join(b"a%d=''" % n for n in range(MOST_NODES)) + b"/>", "too_many"),
        (b"<a>" + b"x" * MOST_BYTES + b"</a>", "too_large"),
        (b"<a b='" + b"x" * MOST_BYTES + b"'/>", "too_large"),
    ],
)
def test_hostile_xml_is_refused_by_its_code(data: bytes, code: str) -> None:
    with pytest.raises(MalformedError) as refused:
        read_xml(data)
    assert refused.value.code == code


def test_a_document_as_clients_write_it_is_read() -> None:
    for text in (
        "<?xml version='1.0' ?><a>é</a>",
        '<?xml version="1.0" encoding="UTF-8"?><a>é</a>',
        "\ufeff<a>é</a>",
        "<!-- from a client --><a><!-- here too -->é</a>",
        "<a><![CDATA[é]]></a>",
    ):
        assert read_xml(text.encode()).text == "é"


def test_a_document_type_inside_an_answer_is_an_answer() -> None:
    assert read_xml(b"<a>&lt;!DOCTYPE x&gt;</a>").text == "<!DOCTYPE x>"
    assert read_xml(b"<a><![CDATA[<!DOCTYPE x>]]></a>").text == "<!DOCTYPE x>"


def test_the_same_answers_have_the_same_fingerprint_however_they_are_laid_out() -> None:
    first = read_xml(b"<?xml version='1.0'?><d b='2' a='1'><m><i>x</i></m></d>")
    second = read_xml(b"<d a='1'   b='2'>\n  <m xmlns:z='http://z'>\n<i>x</i></m> </d>")
    assert fingerprint(first) == fingerprint(second)


@pytest.mark.parametrize(
    "other", [b"<d><i>y</i></d>", b"<d><j>x</j></d>", b"<d a='1'><i>x</i></d>", b"<d><i> x</i></d>"]
)
def test_other_answers_have_another_fingerprint(other: bytes) -> None:
    assert fingerprint(read_xml(b"<d><i>x</i></d>")) != fingerprint(read_xml(other))


def test_naughty_strings_are_refused_or_are_xml_and_never_a_crash() -> None:
    read = 0
    for text in NAUGHTY:
        with contextlib.suppress(MalformedError):
            read_xml(text.encode("utf-8", "surrogatepass"))
            read += 1
    assert read < len(NAUGHTY) / 4


def test_a_name_that_is_said_back_is_short_and_visible() -> None:
    assert printable("a\u202eb\0c" + "d" * 200) == "abc" + "d" * 77
