"""What strangers post: every shape of it gets a page that says what to do, and never an error of ours."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pop.surveys.collecting.models import Submission
from pop.surveys.forms.lexical import written
from pop.surveys.pages.entering import MOST_BYTES
from pop.surveys.pages.holding import cookie_name
from tests.hostile import NAUGHTY
from tests.surveys.pages.filling import Filler

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

PAGES = ("1", "2", "3", "review", "later", "send", "sent", "0", "99", "9" * 300)
NAMES = (
    "page",
    "do",
    "to",
    "language",
    "anew",
    "spoken",
    "/data/who/name",
    "/data/who/staff",
    "/data/who/alone",
    "/data/where/country",
    "/data/where/topics",
    "/data/where/place",
    "/data/where/since",
    "/data/where/opens",
    "/data/contact[1]/number",
    "/data/contact[2]/number",
    "/data/who/twice",
    "/data/meta/instanceID",
    "/data/x",
)
VALUES = (
    "",
    "next",
    "back",
    "look",
    "add:/data/contact",
    "remove:/data/contact:1",
    "remove:/data/contact:x",
    "/data/who",
    "/data/contact",
    "review",
    "ar",
    "yes",
    "no",
    "t01",
    "c01",
    "OK",
    "1",
    "-1",
    "1e9",
    "46 6",
)


def begun(filler: Filler, form: str = "kinds") -> Filler:
    return filler.get(f"/survey/{form}").post(f"/survey/{form}", {"language": "en"})


def test_naughty_strings_come_back_as_they_were_and_break_nothing(filler: Filler) -> None:
    begun(filler, "short")
    for each in NAUGHTY:
        filler.post("/survey/short/1", {"page": "/data/name", "/data/name": each, "/data/staff": each, "do": "look"})
        assert filler.status == 200
        kept = unicodedata.normalize("NFC", written(each.encode("utf-8", "surrogatepass").decode("utf-8", "replace")))
        shown = filler.fields()["/data/name"][0]
        assert unicodedata.normalize("NFC", shown) == (kept if kept.strip() else "")


def test_naughty_strings_are_taken_by_every_kind_of_question(filler: Filler) -> None:
    begun(filler)
    for each in NAUGHTY[::25]:
        for page in ("1", "2", "3"):
            filler.get(f"/survey/kinds/{page}")
            if filler.path != f"/survey/kinds/{page}":
                continue
            said = {name: each for name in filler.fields() if name.startswith("/data")}
            filler.post(f"/survey/kinds/{page}", {**said, "page": "", "do": "next"})
            assert filler.status in (200, 400)
    assert filler.get("/survey/kinds/review").status == 200


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    page=st.sampled_from(PAGES),
    said=st.lists(
        st.tuples(st.sampled_from(NAMES) | st.text(max_size=20), st.sampled_from(VALUES) | st.text(max_size=60)),
        max_size=12,
    ),
)
def test_any_post_to_any_page_is_answered(page: str, said: list[tuple[str, str]], filler: Filler) -> None:
    if not any(each.value for each in filler.client.cookies.values()):
        begun(filler)
    body = urlencode(said, errors="surrogatepass")
    filler.post(f"/survey/kinds/{page}", body.encode())
    assert filler.status < 500
    assert filler.title


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"&&&&",
        b"=",
        b"%",
        b"%zz=%",
        b"\xff\xfe=\x00",
        b"a" * 1000,
        b"page=%ED%A0%80&do=next",
        b"\x00=\x00",
        b'{"a":1}',
    ],
)
def test_what_is_no_form_changes_nothing(body: bytes, filler: Filler) -> None:
    begun(filler).fill(name="Line of Invention", alone="yes")
    filler.post("/survey/kinds/1", body)
    assert filler.status < 500
    filler.get("/survey/kinds/1")
    assert filler.fields()["/data/who/name"] == ["Line of Invention"]


@pytest.mark.parametrize("page", ["1", "later", "send", "sent"])
def test_a_page_that_is_too_large_is_refused_in_words(page: str, filler: Filler) -> None:
    begun(filler, "short")
    filler.post(f"/survey/short/{page}", b"page=%2Fdata%2Fname&%2Fdata%2Fname=" + b"x" * MOST_BYTES)
    assert (filler.status, filler.title) == (413, "This is too much")
    filler.post(f"/survey/short/{page}", b"a=1&" * 5_000)
    assert filler.status == 413


def test_an_answer_that_is_too_long_is_kept_and_asked_to_be_shortened(filler: Filler) -> None:
    long = "ا" * 3_000
    begun(filler, "short").fill(name=long)
    assert filler.status == 400
    assert filler.fields()["/data/name"] == [long]
    assert "At most 1000 characters" in filler.text


@pytest.mark.parametrize(
    "held", ["", "x", "A" * 43, "A" * 86, "A" * 128, "A" * 500, "é" * 43, "AAAA.en", "A" * 128 + ".<b>", "=" * 40, "."]
)
def test_a_cookie_that_opens_nothing_is_as_none(held: str, filler: Filler) -> None:
    filler.get("/survey/short")
    filler.client.cookies[cookie_name("short")] = held
    assert filler.get("/survey/short/1").path == "/survey/short"
    assert filler.post("/survey/short/1", {"do": "next"}).status == 409
    assert filler.get("/survey/short/review").path == "/survey/short"


def test_what_a_form_works_out_or_only_keeps_cannot_be_posted(filler: Filler) -> None:
    begun(filler)
    filler.fill({"name": "A", "alone": "yes"})
    filler.get("/survey/kinds/1")
    said = {**filler.fields(), "/data/who/twice": "99", "/data/meta/instanceID": "uuid:taken", "do": "next"}
    filler.post("/survey/kinds/1", said)
    filler.get("/survey/kinds/2").fill({"country": "c01", "topics": "t01", "sure": "OK"}).fill(number="1").fill(do="")
    assert b"<twice>0</twice>" in bytes(Submission.objects.get().xml)
    assert b"uuid:taken" not in bytes(Submission.objects.get().xml)


def test_nothing_that_somebody_writes_becomes_part_of_the_page(filler: Filler) -> None:
    begun(filler).fill(name='"><script>alert(1)</script>', alone="yes", staff="</textarea><b>")
    assert "<script>alert" not in filler.page
    assert "<b>" not in filler.page
    filler.get("/survey/kinds/review")
    assert "<script>alert" not in filler.page
