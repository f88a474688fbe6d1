"""Looking at the registry's web addresses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pop.events.models import OutboxRow
from pop.registry.directory.actions.links import check_links
from pop.registry.directory.actions.load import load_registry
from pop.registry.directory.models import LinkCheck, Service, Task
from pop.registry.directory.rules.links import CHECK_AGAIN, Fetched
from tests.registry.directory.seed import table

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Web:
    """A web that answers what it is told to: an HTTP status, a failure, or another address."""

    def __init__(self, **answers: object) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def __call__(self, url: str) -> Fetched:
        self.asked.append(url)
        name = url.split("://")[1].split(".")[0]
        answer = self.answers.get(name, 200)
        if isinstance(answer, int):
            return Fetched(answer, "", url)
        if str(answer).startswith("http"):
            return Fetched(200, "", str(answer))
        return Fetched(0, str(answer), url)


@pytest.fixture
def lines(tmp_path):
    """Services with the websites a, b, c and d, and no event of theirs."""
    rows = ({"name": f"Line {name}", "website": f"https://{name}.example/"} for name in "abcd")
    load_registry(path=table(tmp_path / "t.csv", *rows))
    OutboxRow.objects.all().delete()


def look(web: Web, now: datetime = NOW, limit: int = 0, progress=None):
    return check_links(now=lambda: now, fetch=web, limit=limit, progress=progress)


def state() -> dict[str, tuple[bool, str]]:
    return {row.url[8]: (row.ok, row.status) for row in LinkCheck.objects.all()}


def test_every_address_is_looked_at_and_written_down(lines):
    said: list[str] = []
    report = look(Web(b=404, c="https://parked.example.net/", d="tls"), progress=said.append)
    assert state() == {"a": (True, "200"), "b": (False, "404"), "c": (False, "moved"), "d": (False, "tls")}
    assert (report.asked, report.good, len(report.bad)) == (4, 1, 3)
    assert said[0] == "1/4 https://a.example/: 200"
    assert "looked at 4 addresses: 1 good, 3 not; 0 left for later" in report.lines()


def test_an_address_that_lapsed_opens_one_task(lines):
    look(Web())
    assert not Task.objects.exists()
    for days in (40, 80):
        look(Web(b=404), NOW + timedelta(days=days))
    task = Task.objects.get(kind="link_lapsed")
    assert (task.service, task.detail["url"], task.detail["status"]) == (
        Service.objects.get(name="Line b"),
        "https://b.example/",
        "404",
    )


def test_a_link_that_comes_or_goes_is_news_and_one_that_stays_is_none(lines):
    look(Web())
    assert [row.payload for row in OutboxRow.objects.all()] == [{"countries": ["KE"]}] * 4
    OutboxRow.objects.all().delete()
    look(Web(b=404), NOW + CHECK_AGAIN)
    assert OutboxRow.objects.count() == 1


def test_a_check_goes_on_where_it_was_stopped(lines):
    web = Web()
    report = look(web, limit=3)
    assert (web.asked, report.waiting) == ([f"https://{name}.example/" for name in "abc"], 1)
    look(web, NOW + timedelta(minutes=1))
    assert web.asked[3:] == ["https://d.example/"]
    look(web, NOW + timedelta(days=1))
    assert len(web.asked) == 4


def test_a_check_that_is_broken_off_keeps_what_it_saw(lines):
    web = Web()

    def stop(_: str) -> None:
        if len(web.asked) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        look(web, progress=stop)
    assert set(state()) == {"a", "b"}


def test_the_longest_unseen_comes_first_and_the_never_seen_before_it(lines):
    for name, days in (("a", 31), ("b", 90), ("c", 60)):
        LinkCheck.objects.create(
            url=f"https://{name}.example/", checked_at=NOW - timedelta(days=days), ok=True, status="200"
        )
    web = Web()
    look(web)
    assert web.asked == [f"https://{name}.example/" for name in "dbca"]


def test_a_cable_that_is_out_takes_no_link_away(lines):
    look(Web())
    out = Web(a="no_such_host", b="timeout", c="unreachable", d="no_such_host")
    report = look(out, NOW + CHECK_AGAIN)
    assert report.no_network
    assert report.lines() == ["no address answered: there seems to be no network here, and nothing was written down"]
    assert {ok for ok, _ in state().values()} == {True}
    assert not Task.objects.exists()


def test_an_address_that_is_gone_is_written_down_once_another_one_answers(lines):
    look(Web(a="no_such_host", b="timeout"))
    assert state() == {
        "a": (False, "no_such_host"),
        "b": (False, "timeout"),
        "c": (True, "200"),
        "d": (True, "200"),
    }


def test_an_address_without_encryption_is_asked_for_with_it_first(tmp_path):
    load_registry(path=table(tmp_path / "t.csv", {"website": "http://a.example/"}))
    web = Web()
    look(web)
    assert web.asked == ["https://a.example/"]
    check = LinkCheck.objects.get()
    assert (check.url, check.ok, check.final_url) == ("http://a.example/", True, "https://a.example/")


def test_the_address_of_a_contact_is_looked_at_and_that_of_a_closed_service_is_not(tmp_path):
    path = tmp_path / "hotlines.csv"
    path.write_text("country,hotline,report_url,status\nKE,One,https://one.example/report,unconfirmed_lead\n")
    load_registry(path=path)
    web = Web()
    look(web)
    assert web.asked == ["https://one.example/report"]
    Service.objects.update(state="defunct")
    look(web, NOW + CHECK_AGAIN)
    assert len(web.asked) == 1
