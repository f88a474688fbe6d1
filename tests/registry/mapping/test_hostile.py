"""What a client may send that the form would never have let through: it is taken in, and no record can hold it."""

from __future__ import annotations

import uuid

import pytest

from pop.registry.mapping.actions.hearing import hear
from pop.registry.mapping.models import Finding
from pop.surveys.collecting.actions.receiving import receive
from tests.registry.mapping.filling import NOW, filled

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def heard(*swaps: tuple[str, str]) -> Finding:
    """Send answers whose text was changed after the form had checked them."""
    xml = filled(instance_id=f"uuid:{uuid.uuid4()}", corrects=None, rows=())
    for before, after in swaps:
        assert before.encode() in xml
        xml = xml.replace(before.encode(), after.encode())
    submission = receive(xml=xml, source="openrosa", now=NOW).submission
    hear(submission)
    return Finding.objects.get(submission=submission)


def test_values_outside_the_vocabulary_stand_in_no_finding(helplines: None) -> None:
    finding = heard(
        (">civil_society<", ">" + "x" * 500 + "<"),
        (">bullying<", ">bullying everything<"),
        (">en sw<", ">en klingonese<"),
        (">child<", ">child administrators<"),
        (">18<", ">" + "9" * 5000 + "<"),
    )
    assert "operator" not in finding.values
    assert "age_max" not in finding.values
    assert finding.values["topics"] == ["bullying"]
    assert finding.values["languages"] == ["en"]
    assert finding.values["audience"] == ["child"]


def test_a_country_that_does_not_exist_is_none(helplines: None) -> None:
    finding = heard((">KE<", ">KENYA<"))
    assert (finding.country, finding.verdict) == ("", "new")


def test_a_channel_that_does_not_exist_is_left_out_and_an_endless_name_is_cut(helplines: None) -> None:
    finding = heard((">phone<", ">carrier_pigeon<"), ("Lantern Line", "L" * 5000))
    assert (finding.contacts, finding.unread) == ([], [])
    assert len(finding.name) == 200


def test_a_number_that_no_plan_knows_is_kept_for_the_reviewer_only(helplines: None) -> None:
    finding = heard(("0800 720 111", "999999999999999"))
    assert finding.contacts == []
    assert [each["code"] for each in finding.unread] == ["number_unreadable"]
