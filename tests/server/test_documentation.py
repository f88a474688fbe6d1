"""Documentation that fails the tests: settings, commands, events and addresses all stand in docs/look-up."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from pop_sdk.vocabulary import NEEDS

from pop.registry.exchange.profile import FACTS
from pop.server.commands import parser
from pop.server.talking import Talking
from pop.server.wiring import SUBSCRIBERS, plain_doors, snapshots
from pop.surveys.inviting.http.urls import public_urlpatterns as inviting_patterns
from pop.surveys.pages.http.urls import public_urlpatterns as filling_patterns

ROOT = Path(__file__).resolve().parents[2]
LOOK_UP = ROOT / "docs" / "look-up"


def code() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "pop").rglob("*.py"))


def test_every_setting_is_listed_and_every_listed_one_exists() -> None:
    read = set(re.findall(r"environ(?:\.get\(|\[)\s*\"([A-Z_]+)\"", code())) - {"DJANGO_SETTINGS_MODULE"}
    listed = set(re.findall(r"^\| `([A-Z_]+)`", (LOOK_UP / "settings.md").read_text(encoding="utf-8"), re.M))
    assert read == listed


def words(top: argparse.ArgumentParser, before: str = "pop") -> Iterator[str]:
    below = [action for action in top._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield before
    for action in below:
        for name, each in action.choices.items():
            yield from words(each, f"{before} {name}")


def test_every_command_is_listed() -> None:
    page = (LOOK_UP / "commands.md").read_text(encoding="utf-8")
    assert [command for command in words(parser()) if f"`{command}" not in page] == []


def events_of(source: str) -> set[str]:
    """Return the events that a module publishes, named in place or by a constant of the same module."""
    constants = dict(re.findall(r"^([A-Z_]+)(?:: Final)? = \"([a-z_]+)\"", source, re.M))
    named = set(re.findall(r"publish\(\s*name=\"([a-z_]+)\"", source))
    return named | {constants[name] for name in re.findall(r"publish\(\s*name=([A-Z_]+)", source)}


def test_every_event_is_listed_and_published_somewhere() -> None:
    page = (LOOK_UP / "events.md").read_text(encoding="utf-8")
    published = set().union(*(events_of(each.read_text(encoding="utf-8")) for each in (ROOT / "pop").rglob("*.py")))
    assert set(SUBSCRIBERS) == published
    listed = re.findall(r"^\| `([a-z_]+)` \|", page, re.M)
    assert sorted(listed) == sorted(published)


def test_every_api_path_is_listed() -> None:
    described = yaml.safe_load((ROOT / "pop" / "server" / "openapi.yaml").read_text(encoding="utf-8"))
    page = (LOOK_UP / "api.md").read_text(encoding="utf-8")
    assert [path for path in described["paths"] if f"`{path}`" not in page] == []


def test_every_page_of_the_documentation_is_led_to() -> None:
    start = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")} - {"README.md"}
    assert [page for page in sorted(pages) if f"]({page})" not in start] == []


def test_every_address_of_surveys_is_listed() -> None:
    page = (LOOK_UP / "surveys.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(/survey[^`]*)`", page, re.M)
    survey_patterns = [*filling_patterns, *inviting_patterns]
    sample = {"form": "kinds", "number": "1", "token": "a" * 64, "question": "q0123abcd"}
    found = {
        str(pattern.pattern): [each for each in listed if pattern.pattern.match(each[1:].format(**sample))]
        for pattern in survey_patterns
    }
    assert [len(each) for each in found.values()] == [1] * len(survey_patterns)
    assert sorted(each for [each] in found.values()) == sorted(listed)


def test_every_plain_door_is_listed() -> None:
    doors = {*plain_doors(snapshots()).by_path, *Talking("public").by_path, *Talking("console").by_path}
    text = "".join((LOOK_UP / name).read_text(encoding="utf-8") for name in ("api.md", "helpline-addresses.md"))
    assert [path for path in sorted(doors) if f"`{path}`" not in text] == []


def test_no_page_of_the_documentation_links_to_a_file_that_is_not_there() -> None:
    dead = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "pop").rglob("*.md")]:
        for target in re.findall(r"(?:\]\(|src=\")([^)#\s\"]+)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                dead.append(f"{page.relative_to(ROOT)}: {target}")
    assert dead == []


def test_every_fact_of_the_open_referral_profile_is_listed() -> None:
    page = (LOOK_UP / "open-referral.md").read_text(encoding="utf-8")
    assert [fact for fact in FACTS if f"| `{fact}` |" not in page] == []


def test_every_reason_and_caution_of_an_answer_is_listed() -> None:
    page = (LOOK_UP / "answers.md").read_text(encoding="utf-8")
    source = (ROOT / "sdk" / "python" / "pop_sdk" / "phrases.py").read_text(encoding="utf-8")
    lists = re.findall(r"_(?:REASONS|CAUTIONS): Final = \((\n    \".*?)\n\)", source, re.S)
    said = {
        *re.findall(r'"(\w+)",', "".join(lists)),
        *re.findall(r': Final = "(\w+)"', source),
        *NEEDS,
        "serves_country",
    }
    assert len(lists) == 2
    assert {"covers_topic", "hours_unconfirmed", "not_checked_since"} <= said
    assert [code for code in sorted(said) if f"`{code}" not in page] == []
