"""Our form engine and ODK's own say the same of the same answers: relevance, faults, values, choices, submission.

`POP_SURVEY_PATHS` sets how many random ways are walked (over all forms), `POP_SURVEY_FIRST` the number of the first.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest

from pop.surveys.forms.loading import load
from pop.surveys.forms.xpath.functions import FUNCTIONS
from tests.surveys.peer.comparing import Compared, walked
from tests.surveys.peer.odk import INSTALLED, Odk
from tests.surveys.peer.samples import SAMPLES, Sample, form_of

PATHS = int(os.environ.get("POP_SURVEY_PATHS", "40"))
FIRST = int(os.environ.get("POP_SURVEY_FIRST", "0"))
CALL = re.compile(r"([a-z][a-z0-9:-]*)\(")

pytestmark = pytest.mark.skipif(not INSTALLED, reason="ODK's form engine is not installed")


@pytest.fixture(scope="module")
def odk() -> Iterator[Odk]:
    with Odk() as engine:
        yield engine


@pytest.fixture(scope="module")
def compared() -> Iterator[Compared]:
    counts = Compared()
    yield counts
    print(f"\ncompared {counts.values} values in {counts.steps} steps on {counts.paths} paths")


def share(sample: Sample) -> range:
    """Return the numbers of the ways through one form: every form has its turn."""
    return range(FIRST + SAMPLES.index(sample), FIRST + PATHS, len(SAMPLES))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_our_engine_and_odks_agree_on_random_answers(sample: Sample, odk: Odk, compared: Compared) -> None:
    form = form_of(sample)
    for number in share(sample):
        found = walked(form, sample.name, odk, f"{sample.name}-{number}", compared)
        assert not found, f"on path {number} of {sample.name}:\n" + "\n".join(map(str, found[:8]))


def test_every_function_that_a_form_may_call_is_called_in_a_form_here() -> None:
    called = {name for sample in SAMPLES for name in CALL.findall(form_of(sample).xml.decode())}
    assert set(FUNCTIONS) <= called


# What is changed in the form that ODK's engine gets, and what must then be told.
BROKEN = {
    "a relevance": ("days", "${age} >= 18 |", "${age} >= 19 |", "relevant"),
    "a need": ("letters", "contains(${name}, 'a')", "contains(${name}, 'A')", "required"),
    "a limit": ("letters", "string-length(normalize-space(.)) >= 2", "string-length(normalize-space(.)) >= 9", "fault"),
    "a calculation": ("numbers", "${whole} mod ${other}", "${other} mod ${whole}", "value"),
    "a filter": ("cascade", "selected(${channels}, name)", "not(selected(${channels}, name))", "choices"),
    "a text": ("cascade", "Country in ${region_name}", "Country of ${region_name}", "label"),
    "a number of repeats": ("nested", "| ${rooms} |", "| ${rooms} + 1 |", "is there"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_wrong_engine_is_found(case: str, odk: Odk) -> None:
    name, right, wrong, what = BROKEN[case]
    sample = next(each for each in SAMPLES if each.name == name)
    source = sample.source.decode()
    assert source.count(right) == 1
    form = form_of(sample)
    other = load(sample.file, source.replace(right, wrong).encode())
    told = (
        any(each.what == what for each in walked(form, f"{name} with {case}", odk, f"{number}", Compared(), other.xml))
        for number in range(30)
    )
    assert any(told)
