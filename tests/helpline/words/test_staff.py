"""The words of the helpline's console: each is kept once, each is used, and every refusal has its sentence."""

from __future__ import annotations

import re
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from pop.helpline.cases.words import WORDS as CASES
from pop.helpline.desk.words import WORDS as DESK
from pop.helpline.queue.words import WORDS as QUEUE
from pop.helpline.supervision.words import LINES, PAGES
from pop.helpline.words.child import TALK
from pop.helpline.words.showing import NOTICES, SHARED, told
from pop.helpline.words.staff import WORDS as STAFF
from pop.places.words import Words

PARTS = (STAFF, QUEUE, CASES, DESK, PAGES, LINES)
_POP = Path(__file__).resolve().parents[3] / "pop"
_HELPLINE = _POP / "helpline"

# Texts that code reaches by a code: the first part of the key, and what follows it.
BY_CODE = (
    *("age_", "channel_", "tile_", "urgency_", "state_", "role_in_team_", "author_", "said_", "refused_"),
    *("presence_", "opening_", "label_", "referral_", "identity_", "queue_empty_"),
    *("contact_type_", "group_", "category_", "action_taken_", "vulnerable_group_", "living_situation_", "age_band_"),
    *("question_", "answer_", "risk_", "read_reason_", "glass_reason_", "identity_reason_", "order_reason_"),
    *("figure_", "glance_", "outcome_", "answers_", "day_"),
)
# Refusals that nobody reads: the doors turn them into a status of their own.
ONLY_PROGRAMS = frozenset({"signed_out"})
_RAISED = re.compile(r"""RefusedError\(\s*"([a-z_]+)"\s*\)""")
# Functions of the rules that return the code of a refusal.
_FAULTS = ("lines/rules.py", "conversations/rules/messages.py", "cases/rules/records.py", "cases/rules/canned.py")
_RETURNED = re.compile(r"""(?:return|else) "((?:record|canned)_[a-z_]+|empty|too_long|unreadable|slow_down|paused)\"""")


@cache
def _sources() -> str:
    """All code and templates of the product, without the files that hold words."""
    found = [
        path.read_text()
        for path in sorted(_POP.rglob("*"))
        if path.suffix in (".py", ".html", ".js") and "words" not in path.parts and path.name != "words.py"
    ]
    return "\n".join([*found, (_HELPLINE / "words" / "showing.py").read_text()])


def _raised() -> set[str]:
    code = {path: path.read_text() for path in sorted(_HELPLINE.rglob("*.py"))}
    found = {each for text in code.values() for each in _RAISED.findall(text)}
    return found | {each for name in _FAULTS for each in _RETURNED.findall(code[_HELPLINE / name])}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.part)
def test_every_text_is_used_somewhere(part: Words) -> None:
    tokens = set(re.findall(r"\w+", _sources()))
    assert [key for key in part.texts if key not in tokens and not key.startswith(BY_CODE)] == []


def test_every_prefix_of_codes_has_texts_and_stands_in_the_code() -> None:
    keys = [key for part in PARTS for key in part.texts]
    for prefix in BY_CODE:
        assert any(key.startswith(prefix) for key in keys), prefix
        stem = prefix.removesuffix("_")
        assert re.search(rf'f"{stem}_\{{|"{stem}"|"{stem}_', _sources()), prefix


def test_no_key_is_kept_twice() -> None:
    for one, other in combinations(PARTS, 2):
        assert set(one.texts) & set(other.texts) == set(), (one.part, other.part)


def test_the_desk_and_the_supervisors_pages_say_no_sentence_twice() -> None:
    shared = {text for part in SHARED for text in part.texts.values()}
    for part in (DESK, PAGES, LINES):
        again = {text for text in part.texts.values() if isinstance(text, str) and text.endswith((".", "?"))}
        others = {text for each in (DESK, PAGES, LINES) if each is not part for text in each.texts.values()}
        assert again & (shared | others) == set(), part.part


def test_every_refusal_has_its_sentence_for_staff() -> None:
    raised = _raised()
    assert {"unknown", "held", "glass_not_needed", "glass_over", "record_no_category", "too_long"} <= raised
    spoken = {key for part in SHARED for key in part.texts}
    missing = {code for code in raised - ONLY_PROGRAMS if f"refused_{code}" not in spoken}
    # What only a child is told has its sentence among the child's words.
    assert {code for code in missing if f"refused_{code}" not in TALK.texts} == set()


def test_no_refusal_has_a_sentence_that_nothing_raises() -> None:
    sayings = {key.removeprefix("refused_") for part in PARTS for key in part.texts if key.startswith("refused_")}
    assert sayings - _raised() - {"other"} == set()


def test_only_words_for_staff_everywhere_hold_refusals() -> None:
    for part in (DESK, PAGES, LINES):
        assert [key for key in part.texts if key.startswith("refused_")] == []


def test_every_notice_is_said_with_what_it_names_and_its_time() -> None:
    params = {"on": "2026-11-24T09:30:00Z", "until": "2026-11-24T09:30:00Z", "name": "A service"}
    for code in NOTICES:
        said = told({"code": code, **params}, lambda when: f"{when:%H:%M}")
        assert "{" not in said
        assert ("09:30" in said) == (code in ("promised", "paused_for_abuse"))
        assert ("A service" in said) == (code in ("service", "service_asked"))
    assert told({"code": "promised", "on": "2026-11-24"}, lambda when: "").endswith("2026-11-24. The child was told.")
    assert told({"code": "something_new"}, lambda when: "") == told({"code": "other"}, lambda when: "")
