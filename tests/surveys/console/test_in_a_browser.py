"""The console's pages of surveys in a real browser: nothing that axe finds, a form by upload, a file by download."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, FilePayload

from tests.colleagues import Somebody, violations, violations_at
from tests.served import Served, environment, pop, prepared, serving
from tests.surveys.exporting.lines import source

pytestmark = pytest.mark.browser

PHONE = {"width": 320, "height": 700}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The real console, with the form `lines` and a partner."""
    folder = prepared(tmp_path_factory.mktemp("surveys"))
    (folder / "lines.md").write_bytes(source("1"))
    for words in (("load", str(folder / "lines.md")), ("open", "lines"), ("partner", "Ministry of Invention")):
        done = pop("survey", *words, env=environment(folder))
        assert done.returncode == 0, done.stderr
    with serving(folder, door="console") as served:
        yield served


def form(data: bytes) -> FilePayload:
    return {"name": "lines.md", "mimeType": "text/markdown", "buffer": data}


def test_a_form_is_brought_a_partner_asked_and_a_file_taken_away(browser: Browser, desk: Served) -> None:
    ada = Somebody(browser, desk, "ada", "editor")
    ada.choose_password()
    ada.set_up_app()
    page = ada.page

    ada.open("/surveys/load")
    # Larger than any form of a page may be.
    notes = b"".join(b"| | note | note%d | %s | x |\n" % (number, b"and more " * 100) for number in range(100))
    long = source("2").replace(b"| choices |", notes + b"| choices |")
    page.set_input_files("#id_file", files=[form(long)])
    page.click("main .buttons button")
    assert "Loaded as a draft: lines 2." in page.inner_text(".messages")
    page.click("button[aria-label='Open: 2']")
    assert "takes answers now" in page.inner_text(".messages")

    wrong = source("3").replace(b"| | text | called |", b"| | barcode | " + b"x" * 3_000 + b" |")
    ada.open("/surveys/load")
    page.set_input_files("#id_file", files=[form(wrong)])
    page.click("main .buttons button")
    assert "Nothing was loaded." in page.inner_text(".mistakes")
    assert violations(page) == []

    ada.open("/surveys/partners")
    page.click("tbody a >> nth=0")
    page.select_option("#form", "lines")
    page.click("form[action$='/link'] button")
    assert "/survey/i/" in page.inner_text("code.secret")
    assert violations(page) == []
    page.click("main p a >> nth=-1")
    assert "not opened" in page.inner_text("main")

    ada.open("/surveys/lines/submissions")
    page.select_option("#in", "ar")
    with page.expect_download() as taken:
        page.click("#take button")
    sheet = load_workbook(io.BytesIO(taken.value.path().read_bytes()))["submissions"]
    assert "ما اسمها؟" in [cell.value for cell in sheet[1]]
    assert ada.complaints == []


def test_every_page_is_usable_on_a_telephone_and_from_right_to_left(browser: Browser, desk: Served) -> None:
    bea = Somebody(browser, desk, "bea", "administrator")
    bea.choose_password()
    bea.set_up_app()
    paths = ["", "/load", "/lines/versions", "/lines/submissions", "/partners", "/partners/add"]
    assert {path: violations_at(bea, f"/surveys{path}") for path in paths} == {path: [] for path in paths}
    bea.speak("ar")
    bea.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert {path: violations_at(bea, f"/surveys{path}") for path in paths} == {path: [] for path in paths}
    assert bea.complaints == []
