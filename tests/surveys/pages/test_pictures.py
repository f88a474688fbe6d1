"""A picture: taken without JavaScript, kept sealed with the answers, shown, taken out, sent once and corrected."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.test import Client

from pop.surveys.collecting import files
from pop.surveys.collecting.actions import draft_pictures
from pop.surveys.collecting.actions.surveys import load_form, open_survey
from pop.surveys.collecting.actions.sweeping import forget_files
from pop.surveys.collecting.models import Attachment, Draft, DraftPicture, Submission
from tests.surveys.collecting.test_files import grow_old
from tests.surveys.filled import NOW, exif, jpeg, png, text_chunk
from tests.surveys.pages.filling import Filler

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

CANARY = b"51.5074 N 0.1278 W"
POSTER = "/data/place/poster"


@pytest.fixture
def filler(db: None, data_dir: Path, public: Client) -> Filler:
    """A browser at the public door, where the form `pictures` is open."""
    source = Path(__file__).with_name("pictures.md").read_bytes()
    open_survey(form_id=load_form(name="pictures.md", data=source, now=NOW).form_id, now=NOW)
    return Filler(public)


def begun(filler: Filler) -> Filler:
    return filler.get("/survey/pictures").post("/survey/pictures", {"language": "en"})


def add(filler: Filler, data: bytes, path: str = POSTER, **answers: str) -> Filler:
    filler.fill(answers, do=f"picture:{path}")
    assert filler.path.startswith("/survey-pictures/pictures/q"), filler.text
    return filler.upload(data)


def images(filler: Filler) -> list[str]:
    return [str(each) for each in filler.dom.xpath("//img/@src")]


def on_the_disk(data_dir: Path) -> list[bytes]:
    return [each.read_bytes() for each in (data_dir / "attachments").glob("??/*")]


def test_a_picture_is_asked_for_with_its_size_said_and_the_page_keeps_everything_else(filler: Filler) -> None:
    begun(filler)
    assert "at most 8 MB" in filler.text
    filler.fill(do=f"picture:{POSTER}", name="The Invented Gate")
    [file] = filler.dom.xpath("//input[@type='file']")
    assert file.get("accept") == "image/jpeg,image/png"
    assert filler.dom.xpath("//form/@enctype") == ["multipart/form-data"]
    assert "A picture of the poster" in filler.text
    assert "at most 8 MB" in filler.text
    filler.upload(png(1))
    assert filler.path.startswith("/survey/pictures/1#q")
    assert filler.fields()[filler.name_of("name")] == ["The Invented Gate"]
    assert len(images(filler)) == 1


def test_the_picture_is_cleaned_sealed_and_shown_to_nobody_else(filler: Filler, data_dir: Path) -> None:
    add(begun(filler), jpeg(exif(6, CANARY), tail=CANARY))
    [address] = images(filler)
    shown = filler.client.get(address)
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["Cache-Control"] == "no-store"
    assert CANARY not in shown.content
    assert shown.content.startswith(jpeg()[:2])
    [held] = on_the_disk(data_dir)
    assert jpeg()[2:] not in held
    assert CANARY not in held
    assert Client().get(address).status_code == 404


def test_its_alternative_text_names_the_question_also_at_the_check(filler: Filler) -> None:
    add(begun(filler), png(1), name="Gate")
    filler.fill().fill()
    assert filler.path == "/survey/pictures/review"
    [alternative] = filler.dom.xpath("//img/@alt")
    assert "A picture of the poster" in alternative
    assert "picture-" not in filler.page


def test_answers_with_a_picture_are_left_and_taken_up_elsewhere(filler: Filler) -> None:
    add(begun(filler), png(7)).fill(path="/survey/pictures/later", name="Gate")
    words = filler.words
    other = Filler(Client()).get("/survey").post("/survey", {"words": words, "language": "en"})
    [address] = images(other)
    assert other.client.get(address).content == png(7)


def test_what_was_chosen_is_sent_once_as_a_file_of_the_submission(filler: Filler, data_dir: Path) -> None:
    add(begun(filler), png(1, extra=text_chunk(CANARY)), name="Gate").fill()
    add(filler, png(2), "/data/room[1]/photo").fill()
    filler.fill(do="")
    assert filler.status == 200, filler.text
    row = Submission.objects.get()
    assert sorted(row.files) == sorted(row.attachments.values_list("name", flat=True))
    assert {files.read(each.sha256) for each in Attachment.objects.all()} == {png(1), png(2)}
    assert row.faults == []
    assert not DraftPicture.objects.exists()
    for path in (data_dir / "attachments").glob("??/*"):
        grow_old(path)
    assert forget_files() == 2
    assert sorted(on_the_disk(data_dir)) == sorted([png(1), png(2)])


def test_a_picture_is_needed_where_the_form_says_so(filler: Filler) -> None:
    begun(filler).fill(name="Gate")
    assert filler.status == 400
    [told] = filler.told()
    [group] = filler.dom.xpath(f"//*[@id='{told}']")
    assert group.get("role") == "group"
    assert group.get("tabindex") == "-1"


def test_a_picture_is_changed_and_taken_out(filler: Filler) -> None:
    add(add(begun(filler), png(1), name="Gate"), png(2))
    assert filler.client.get(images(filler)[0]).content == png(2)
    assert DraftPicture.objects.count() == 1
    filler.fill(do=f"clear:{POSTER}")
    assert filler.status == 200
    assert images(filler) == []
    assert not DraftPicture.objects.exists()
    assert filler.fields()[filler.name_of("name")] == ["Gate"]


def test_a_row_that_is_removed_takes_its_picture_along(filler: Filler) -> None:
    add(begun(filler), png(1), name="Gate").fill()
    add(filler, png(2), "/data/room[1]/photo")
    assert DraftPicture.objects.count() == 2
    filler.fill(do="remove:/data/room:1")
    assert DraftPicture.objects.count() == 1


def test_a_picture_that_is_not_asked_for_any_more_stays_behind(filler: Filler) -> None:
    add(begun(filler), png(1), name="Gate")
    add(filler, png(2), "/data/place/door")
    filler.fill(name="none").fill().fill(do="")
    assert filler.status == 200, filler.text
    assert [files.read(each.sha256) for each in Attachment.objects.all()] == [png(1)]


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"%PDF-1.7", png()[:-4], b"<svg onload='alert(1)'/>"])
def test_what_is_no_picture_is_refused_and_nothing_is_lost(data: bytes, filler: Filler, data_dir: Path) -> None:
    add(begun(filler), data, name="Gate")
    assert filler.status == 400
    assert filler.dom.xpath("//title")[0].text.startswith("Error: ")
    assert "choose" in filler.text
    assert on_the_disk(data_dir) == []
    filler.get(filler.dom.xpath("//a[@class='quiet']/@href")[0].partition("#")[0])
    assert filler.fields()[filler.name_of("name")] == ["Gate"]


def test_what_is_too_large_or_too_many_is_said(filler: Filler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft_pictures, "MOST_BYTES", 100)
    assert add(begun(filler), png(1, extra=text_chunk(b"x" * 100)), name="Gate").status == 413
    assert "at most 8 MB" in filler.text
    monkeypatch.setattr(draft_pictures, "MOST_PICTURES", 1)
    filler.upload(png(1))
    assert add(filler, png(2), "/data/place/door").status == 400
    assert "remove one first" in filler.text


def test_a_full_disk_is_said_and_nothing_is_half_kept(filler: Filler, data_dir: Path, settings) -> None:  # type: ignore[no-untyped-def]
    settings.DISK_RESERVE = 1 << 62
    assert add(begun(filler), png(1), name="Gate").status == 507
    assert "no room" in filler.text
    assert on_the_disk(data_dir) == []
    assert not DraftPicture.objects.exists()
    settings.DISK_RESERVE = 0
    assert len(images(filler.upload(png(1)))) == 1


def test_answers_whose_picture_is_gone_ask_for_it_again(filler: Filler) -> None:
    add(begun(filler), png(1), name="Gate")
    DraftPicture.objects.all().delete()
    filler.get("/survey/pictures/1")
    assert images(filler) == []
    assert filler.fill().status == 400


def test_what_was_sent_is_shown_with_its_picture_and_corrected_without_choosing_it_again(filler: Filler) -> None:
    add(begun(filler), png(5), name="Gate").fill().fill().fill(do="")
    other = Filler(Client()).get("/survey").post("/survey", {"words": filler.words, "language": "en"})
    assert other.client.get(images(other)[0]).content == png(5)
    other.fill(do="correct")
    assert other.client.get(images(other)[0]).content == png(5)
    other.get("/survey/pictures/1?to=review").fill(do="review", name="Another Gate").fill(do="")
    assert other.status == 200, other.text
    first, second = Submission.objects.order_by("received_at")
    assert second.replaces_id == first.id
    kept = [each.attachments.get().sha256 for each in (first, second)]
    assert kept == [hashlib.sha256(png(5)).hexdigest()] * 2


def test_a_draft_that_is_forgotten_leaves_bytes_that_nobody_can_open_and_the_sweep_takes(
    filler: Filler, data_dir: Path
) -> None:
    add(begun(filler), png(1))
    Draft.objects.all().delete()
    assert not DraftPicture.objects.exists()
    assert png(1) not in on_the_disk(data_dir)
    [path] = (data_dir / "attachments").glob("??/*")
    grow_old(path)
    assert forget_files() == 1


@pytest.mark.parametrize("ident", ["q00000000", "qffffffff"])
def test_a_question_that_wants_no_picture_takes_none(ident: str, filler: Filler) -> None:
    begun(filler).fill(name="Gate")
    for tail in ("", "/file"):
        answer = filler.client.get(f"/survey-pictures/pictures/{ident}{tail}")
        assert answer.status_code in (303, 404)
    assert filler.post("/survey/pictures/1", {"do": "picture:/data/place/name", "page": "/data/place"}).status == 200
    assert Filler(Client()).get("/survey-pictures/pictures/q00000000").path == "/survey/pictures"


def test_nobody_answers_with_the_name_of_a_picture(filler: Filler) -> None:
    begun(filler).fill(name="Gate", poster="picture-" + "0" * 32 + ".png")
    assert filler.status == 400
    assert images(filler) == []
