"""docs/look-up/forms.md lists what a form may use, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from pop.surveys.forms import definition, refusals, supported
from pop.surveys.forms.xpath.functions import FUNCTIONS

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "look-up" / "forms.md").read_text(encoding="utf-8")
NAME = re.compile(r"`([^`]+)`")


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def named(text: str) -> list[str]:
    return NAME.findall(text)


def test_every_type_is_listed_with_what_it_may_look_like() -> None:
    rows = [line.split("|") for line in section("Types").splitlines() if line.startswith("| `")]
    listed = {name: row for row in rows for name in named(row[1])}
    assert set(listed) == set(supported.TYPES) | supported.SECTIONS
    for name, row in listed.items():
        kind = supported.TYPES.get(name, name.partition("_")[2])
        short = {re.sub(r"\d+\Z", "N", word) for word in supported.APPEARANCES.get(kind, ())}
        assert set(named(row[3])) == short, name
        assert set(named(row[4])) == supported.PARAMETERS.get(kind, frozenset()), name


def test_every_kind_of_question_has_a_type_or_is_made_by_the_compiler() -> None:
    assert set(supported.TYPES.values()) == set(definition.KINDS) - {"uid"}


def test_every_column_and_setting_is_listed() -> None:
    survey, choices, settings = re.findall(r"\*\*\w+\*\*: ([^*]+)", section("Columns"))
    assert set(named(survey)) == set(supported.COLUMNS)
    assert {"list_name", "name", "label"} <= set(named(choices))
    assert set(named(settings)) - {"style", "pages"} == set(supported.SETTINGS) - {"style"}


def test_every_function_is_listed() -> None:
    first = section("Functions").strip().split("\n\n")[0]
    assert sorted(named(first)) == sorted(FUNCTIONS)


def test_every_reason_is_listed() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section("Reasons"), re.MULTILINE))
    assert rows == refusals.CODES


def test_every_reason_is_given_somewhere_and_no_other_is() -> None:
    folder = Path(refusals.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py") if path.name != "refusals.py")
    given = set(re.findall(r"(?:XPathError|refused|_no|Reason)\(\s*\"([a-z_]+)\"", code))
    given |= set(re.findall(r"code = \"([a-z_]+)\" if .* else \"([a-z_]+)\"", code)[0])
    assert given == set(refusals.CODES)
