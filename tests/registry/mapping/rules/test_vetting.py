"""Which source is independent, and who may make which check."""

from __future__ import annotations

from uuid import UUID

import pytest

from pop.registry.mapping.rules.vetting import CALL, DESK, GOOD, OUTCOMES, fault_of_source, people_fault

ED, ANN, BO, DEE, CAL = (UUID(int=number) for number in range(1, 6))


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("https://register.example.net/17", ""),
        ("https://lantern.example.org/about", "source_of_submission"),
        ("https://www.lantern.example.org/about", "source_of_submission"),
        ("https://news.lantern.example.org/", "source_of_submission"),
        ("ftp://register.example.net/17", "source_wrong"),
        ("register", "source_wrong"),
        ("http://[", "source_wrong"),
        ("", "source_wrong"),
        ("https://register.example.net/" + "x" * 300, "source_wrong"),
    ],
)
def test_a_source_is_a_web_address_that_the_submission_does_not_name(link: str, fault: str) -> None:
    assert fault_of_source(link, {"lantern.example.org", ""}) == fault


@pytest.mark.parametrize(
    ("by", "others", "fault"),
    [
        (ED, {}, "own_proposal"),
        (DEE, {}, ""),
        (DEE, {CALL: DEE}, "same_person"),
        (DEE, {DESK: DEE}, ""),  # the same check again
        (ANN, {CALL: DEE}, ""),
        (ANN, {CALL: BO}, "only_approvers"),
        (CAL, {CALL: ANN}, ""),
    ],
)
def test_two_people_check_and_at_least_one_of_them_did_not_agree_before(
    by: UUID, others: dict[str, UUID], fault: str
) -> None:
    assert people_fault(by, step=DESK, others=others, proposer=ED, agreed={ANN, BO}) == fault


def test_one_outcome_of_each_check_is_good_and_the_others_are_not() -> None:
    assert {step: GOOD[step] in OUTCOMES[step] for step in OUTCOMES} == {DESK: True, CALL: True}
