"""Sending as ODK Collect, KoboCollect and Enketo do: once, again, in parts, in pieces, and corrected."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.surveys.filled import correcting, exif, fresh_id, jpeg, offer, png, poster
from tests.surveys.openrosa.conftest import Door
from tests.surveys.openrosa.sending import form, post, said

pytestmark = [pytest.mark.storage]


def test_new_answers_get_201_and_the_same_again_202(client: httpx.Client, door: Door) -> None:
    xml = offer(fresh_id())
    first = post(client, xml)
    assert first.status_code == 201
    assert first.headers["location"] == f"{door.address}/submission"
    assert "kept" in said(first)
    again = post(client, xml)
    assert again.status_code == 202
    assert "before" in said(again)


def test_other_answers_under_the_same_id_get_409(client: httpx.Client) -> None:
    instance = fresh_id()
    assert post(client, offer(instance)).status_code == 201
    other = post(client, offer(instance, organisation="Somebody else"))
    assert other.status_code == 409
    assert "stay as they are" in said(other)


def test_an_older_version_is_taken_while_it_is_open(client: httpx.Client) -> None:
    assert post(client, offer(fresh_id(), version="1")).status_code == 201
    assert post(client, offer(fresh_id(), version="2")).status_code == 201


def test_files_over_several_posts_get_202_until_the_last(client: httpx.Client) -> None:
    xml = poster(fresh_id(), photo="a.png", second="b.jpg")
    picture = jpeg(exif(6))
    assert post(client, xml, {"a.png": png(1)}, incomplete=True).status_code == 202
    assert post(client, xml, {"a.png": png(1)}, incomplete=True).status_code == 202
    assert post(client, xml, {"b.jpg": picture}).status_code == 201
    assert post(client, xml, {"a.png": png(1), "b.jpg": picture}).status_code == 202
    assert post(client, xml, {"a.png": png(9)}).status_code == 409


def test_a_file_that_is_no_picture_gets_415_and_its_name(client: httpx.Client) -> None:
    answer = post(client, poster(fresh_id(), photo="a.png"), {"a.png": b"MZ"})
    assert answer.status_code == 415
    assert "a.png" in said(answer)


def test_a_correction_is_kept_beside_what_it_corrects(client: httpx.Client) -> None:
    first, second = fresh_id(), fresh_id()
    assert post(client, offer(first)).status_code == 201
    assert post(client, offer(second, organisation="Hope", more=correcting(first))).status_code == 201
    assert post(client, offer(second, organisation="Hope", more=correcting(first))).status_code == 202
    late = post(client, offer(fresh_id(), organisation="Late", more=correcting(first)))
    assert late.status_code == 409
    assert "newest" in said(late)
    lost = post(client, offer(fresh_id(), more=correcting(fresh_id())))
    assert lost.status_code == 409
    assert "first" in said(lost)


def test_a_chunked_body_is_taken(client: httpx.Client) -> None:
    request = client.build_request("POST", "/submission", files=form(offer(fresh_id())))
    body = request.read()

    def pieces() -> Iterator[bytes]:
        for at in range(0, len(body), 7):
            yield body[at : at + 7]

    answer = client.post("/submission", content=pieces(), headers={"content-type": request.headers["content-type"]})
    assert answer.request.headers["transfer-encoding"] == "chunked"
    assert answer.status_code == 201


def test_a_chunked_body_without_an_end_to_it_gets_413(client: httpx.Client) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="x"\r\n\r\n'
        for _ in range(12):
            yield b"x" * 1_000_000

    answer = client.post("/submission", content=pieces(), headers={"content-type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 413


def test_more_than_the_header_says_gets_413(client: httpx.Client) -> None:
    most = int(client.head("/submission").headers["x-openrosa-accept-content-length"])
    answer = post(client, poster(fresh_id(), photo="a.png"), {"a.png": b"x" * most})
    assert answer.status_code == 413
    assert "one by one" in said(answer)


def test_several_megabytes_of_a_picture_are_taken(client: httpx.Client) -> None:
    picture = jpeg(scan=b"\x12" * 5_000_000)
    assert post(client, poster(fresh_id(), photo="a.jpg"), {"a.jpg": picture}).status_code == 201


def test_xml_as_a_plain_field_is_taken(client: httpx.Client) -> None:
    # Some clients send the document without a file name.
    answer = client.post("/submission", files={"xml_submission_file": (None, offer(fresh_id(), organisation="Ünï"))})
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"content-type": "text/xml"}, offer("uuid:plain"), 415),
        ({}, offer("uuid:plain"), 415),
        ({"content-type": "multipart/mixed; boundary=x"}, b"--x--", 415),
        ({"content-type": "multipart/form-data; boundary=x", "content-encoding": "gzip"}, b"\x1f\x8b", 415),
        ({"content-type": "multipart/form-data; boundary=x", "content-encoding": "br"}, b"", 415),
        ({"content-type": "multipart/form-data"}, b"--x--", 400),
        ({"content-type": "multipart/form-data; boundary="}, b"--x--", 400),
        ({"content-type": "multipart/form-data; boundary=" + "x" * 300}, b"--x--", 400),
        ({"content-type": "multipart/form-data; boundary=x"}, b"", 400),
        ({"content-type": "multipart/form-data; boundary=x"}, b"nothing like it", 400),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x--", 400),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x\r\n\r\n\r\n--x--", 400),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x\r\n" + b"a" * 5000 + b"\r\n\r\n\r\n--x--", 400),
    ],
)
def test_what_is_no_submission_is_refused_by_a_sentence(
    client: httpx.Client, headers: dict[str, str], content: bytes, status: int
) -> None:
    answer = client.post("/submission", content=content, headers=headers)
    assert answer.status_code == status
    said(answer)


def test_a_body_that_was_cut_off_is_not_taken_for_whole(client: httpx.Client) -> None:
    request = client.build_request("POST", "/submission", files=form(poster(fresh_id(), photo="a"), {"a": png()}))
    body = request.read()
    for end in (-4, -20, len(body) // 2):
        answer = client.post(
            "/submission", content=body[:end], headers={"content-type": request.headers["content-type"]}
        )
        assert answer.status_code == 400


def test_a_thousand_parts_get_413(client: httpx.Client) -> None:
    files = form(poster(fresh_id())) | {f"f{n}": (f"f{n}.png", b"x", "image/png") for n in range(1000)}
    assert client.post("/submission", files=files).status_code == 413


def test_two_documents_in_one_post_are_refused(client: httpx.Client) -> None:
    twice = [
        ("xml_submission_file", ("a.xml", offer(fresh_id()))),
        ("xml_submission_file", ("b.xml", offer(fresh_id()))),
    ]
    assert client.post("/submission", files=twice).status_code == 400


@pytest.mark.parametrize("at_once", [1, 2, 10])
def test_however_often_it_is_sent_at_once_it_is_kept_once(door: Door, at_once: int) -> None:
    before = door.count("Submission"), door.count("Attachment")
    xml = poster(fresh_id(), photo="a.png")
    start = threading.Barrier(at_once)

    def send(_: int) -> int:
        with httpx.Client(base_url=door.address, timeout=60) as client:
            start.wait(30)
            return post(client, xml, {"a.png": png(at_once)}).status_code

    with ThreadPoolExecutor(at_once) as threads:
        answers = Counter(threads.map(send, range(at_once)))
    assert answers == Counter({201: 1, 202: at_once - 1}) - Counter()
    assert (door.count("Submission"), door.count("Attachment")) == (before[0] + 1, before[1] + 1)


def test_of_ten_corrections_at_once_one_is_kept(door: Door) -> None:
    first = fresh_id()
    with httpx.Client(base_url=door.address, timeout=60) as client:
        assert post(client, offer(first)).status_code == 201
    start = threading.Barrier(10)

    def send(number: int) -> int:
        with httpx.Client(base_url=door.address, timeout=60) as client:
            start.wait(30)
            return post(client, offer(fresh_id(), organisation=f"N{number}", more=correcting(first))).status_code

    with ThreadPoolExecutor(10) as threads:
        assert Counter(threads.map(send, range(10))) == Counter({201: 1, 409: 9})


def test_of_ten_contents_of_one_id_at_once_one_is_kept(door: Door) -> None:
    instance = fresh_id()
    start = threading.Barrier(10)

    def send(number: int) -> int:
        with httpx.Client(base_url=door.address, timeout=60) as client:
            start.wait(30)
            return post(client, offer(instance, organisation=f"N{number}")).status_code

    with ThreadPoolExecutor(10) as threads:
        assert Counter(threads.map(send, range(10))) == Counter({201: 1, 409: 9})
