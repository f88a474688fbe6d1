"""What the documentation says of the helpline, compared with the code: addresses, codes, states, days, tables."""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.urls import URLPattern

from pop.helpline.cases.actions.private import IDENTITY_REASONS
from pop.helpline.conversations.rules import lifecycle, messages, orders, retention
from pop.helpline.conversations.rules.flow import flow_of
from pop.helpline.queue.rules import reasons
from pop.helpline.talk.urls import public_urlpatterns
from pop.server.console import urlpatterns
from pop.server.talking import Talking
from tests.helpline import console_map as house
from tests.helpline.console_map import ROWS

ROOT = Path(__file__).resolve().parents[2]
HELPLINE = ROOT / "pop" / "helpline"
# How docs/look-up/who-may.md names those for whom an address is there.
NAMES: dict[frozenset[str], str] = {
    house.HELPLINE: "counsellors and supervisors",
    house.TEAM: "its team",
    house.TEAM | {house.COUNSELLOR, house.SUPERVISOR}: "its team; others are told to come on duty first",
    frozenset({house.COLLEAGUE}): "whom it is offered to",
    frozenset({house.ASSIGNEE}): "who has it, or promised a reply",
    house.SUPERVISORS: "supervisors",
    house.SUPERVISORS - {house.SUPERVISOR}: "supervisors in a team",
    house.LEADERS: "supervisors of its line",
    frozenset({house.LEADER}): "supervisors of its team",
    house.TEAM | {house.OTHER_LEADER}: "its team, and who asked",
    house.SUPERVISORS | {house.ADMINISTRATOR}: "supervisors and administrators",
    house.LEADERS | {house.ADMINISTRATOR}: "supervisors of its line and administrators",
    house.LEADERS | house.TEAM | {house.ADMINISTRATOR}: "its team, supervisors of its line and administrators",
    frozenset({house.ADMINISTRATOR}): "administrators",
}


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def rows(text: str) -> list[list[str]]:
    """Return the cells of every row of every table."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]


def coded(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def address(pattern: URLPattern) -> str:
    return "/" + re.sub(r"<[^>]+>", "{id}", str(pattern.pattern)).removeprefix("^").removesuffix(r"\Z")


def test_every_page_of_the_child_is_listed_and_no_other() -> None:
    text = page("look-up/helpline-addresses.md").partition("## The doors for messages")[0]
    listed = {coded(cells[0])[0] for cells in rows(text) if cells[0].startswith("`/")}
    routed = {address(each) for each in public_urlpatterns if isinstance(each, URLPattern)}
    assert listed == routed | {"/leave"}


def test_every_door_for_messages_is_listed_and_no_other() -> None:
    text = page("look-up/helpline-addresses.md").partition("## The doors for messages")[2].partition("## Events")[0]
    listed = {coded(cells[0])[0] for cells in rows(text) if cells[0].startswith("`/")}
    assert listed == {path for door in ("public", "console") for path in Talking(door).by_path}


def test_every_refusal_of_the_doors_is_listed_with_its_status_and_no_other() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (HELPLINE / "conversations" / "live").glob("*.py"))
    refused = set(re.findall(r"Refusal\((\d{3}), \"([a-z_]+)\"", source))
    listed = {
        (cells[0], coded(cells[1])[0])
        for cells in rows(page("look-up/helpline-addresses.md"))
        if re.fullmatch(r"\d{3}", cells[0])
    }
    assert listed == refused


def test_every_event_of_a_stream_is_listed() -> None:
    live = HELPLINE / "conversations" / "live"
    source = "\n".join((live / name).read_text(encoding="utf-8") for name in ("hub.py", "streams.py"))
    named = set(re.findall(r"\.event\(\"([a-z_]+)\"", source))
    text = page("look-up/helpline-addresses.md").partition("## Events of the streams")[2]
    assert {coded(cells[0])[0] for cells in rows(text) if cells[0].startswith("`")} == named


def test_every_state_is_listed_with_its_lease_and_where_it_leads() -> None:
    text = page("look-up/conversations.md").partition("## The queue")[0]
    listed = {coded(cells[0])[0]: cells for cells in rows(text) if cells[0].startswith("`") and len(cells) == 4}
    assert set(listed) == set(lifecycle.STATES)
    for state, cells in listed.items():
        assert (cells[2] == "yes") == (state in lifecycle.LEASED)
        assert set(coded(cells[3])) == {each for each in lifecycle.STATES if lifecycle.may_become(state, each)}


def test_every_notice_that_is_ever_written_is_listed() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in HELPLINE.rglob("actions/*.py"))
    source += (HELPLINE / "referrals" / "actions.py").read_text(encoding="utf-8")
    written = set(re.findall(r"told=[^,\n]*\"([a-z_]+)\"", source)) | set(
        re.findall(r"notice\([^,]+, \"([a-z_]+)\"", source)
    )
    text = page("look-up/conversations.md").partition("## Notices")[2].partition("## Limits")[0]
    assert {coded(cells[0])[0] for cells in rows(text) if cells[0].startswith("`")} == written


def test_the_limits_are_those_of_the_code() -> None:
    text = page("look-up/conversations.md")
    usual, flow = messages.USUAL, flow_of(settings.FIRST_MESSAGES_A_MINUTE)
    for said in (
        f"{messages.LONGEST:,} characters",
        f"{usual.messages} in {usual.window.seconds} seconds, then a pause of {usual.pause.seconds} seconds",
        f"{reasons.CAPACITY.start} to {reasons.CAPACITY.stop - 1}, as somebody chooses",
        f"up to {reasons.PROMISE_DAYS} days ahead",
        f"within {reasons.GLASS_WAITS.seconds // 60} minutes, open for {reasons.GLASS_LASTS.seconds // 60} minutes",
        f"no sign of life for {reasons.LOST_AFTER.seconds} s",
        f"not seen for {reasons.KEPT_PLACE.seconds // 60} minutes",
        f"{lifecycle.LEASE.seconds // 60} minutes without an act",
        f"{retention.ABANDONED.days} days without anything",
        f"{flow.a_minute} a minute, {flow.at_once:,} at once",
    ):
        assert said in text, said


def test_every_address_of_the_helplines_console_stands_with_those_for_whom_it_is_there() -> None:
    routes = {str(each.name): address(each) for each in urlpatterns if isinstance(each, URLPattern)}
    may: dict[str, set[str]] = {}
    for name, row in ROWS.items():
        may.setdefault(NAMES[row.who], set()).add(routes[name])
    listed = {cells[0]: set(coded(cells[2])) for cells in rows(page("look-up/who-may.md")) if "`/" in cells[-1]}
    assert listed == may


def test_every_reason_is_listed() -> None:
    cells = rows(page("look-up/who-may.md"))[-1]
    kept = {*orders.HOLD_REASONS, *orders.RELEASE_REASONS, *orders.ERASE_REASONS}
    wanted = (reasons.READ_REASONS, reasons.GLASS_REASONS, IDENTITY_REASONS, kept)
    assert [set(coded(cell)) for cell in cells] == [set(each) for each in wanted]


def test_every_class_of_record_is_listed_with_its_days() -> None:
    text = page("why/retention.md")
    listed = {coded(cells[0])[0]: cells[2] for cells in rows(text) if cells[0].startswith("`")}
    assert listed == {name: f"{days} days" for name, days in {**retention.DAYS, **retention.COUNTED}.items()}
    for part in (retention.ABANDONED, retention.SESSION, retention.COMPLAINT):
        assert f"{part.days} days" in text
    assert "Awaiting sign-off" in text


def test_every_table_is_listed_with_how_long_it_is_kept() -> None:
    tables = {
        model._meta.db_table
        for name in ("helpline", "people", "audit", "events", "surveys")
        for model in apps.get_app_config(name).get_models()
    }
    listed = {table for cells in rows(page("look-up/data.md")) for table in coded(cells[0])}
    assert listed == tables


def test_every_key_of_the_desk_is_in_the_counsellors_page() -> None:
    shown = (HELPLINE / "templates" / "desk" / "keys.html").read_text(encoding="utf-8")
    keys = set(re.findall(r"<kbd>([^<]+)</kbd>", shown))
    assert keys
    assert set(re.findall(r"<kbd>([^<]+)</kbd>", page("do/answer-children.md"))) == keys
