"""Demonstration data on the map: it came in as real answers do, and the map shows the published numbers."""

from __future__ import annotations

import time
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest
from django.utils import timezone

from pop.evidence.maps.queries import select
from pop.evidence.maps.rules.filters import Filter
from pop.people.queries import find_staff
from pop.registry.directory.models import Contact, Service
from pop.registry.directory.queries.publication import Window, publication
from pop.registry.mapping.models import Finding
from pop.registry.mapping.queries import people_behind
from pop.simulation.mapping import bringing
from pop.simulation.mapping.bringing import PLACE, Brought, bring
from pop.simulation.mapping.inventing import SERVICES
from pop.simulation.mapping.shares import count_of
from pop.surveys.collecting.models import Submission
from pop.surveys.collecting.queries.surveys import shape_of_survey

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    settings.DATA_DIR = tmp_path
    shape_of_survey.cache_clear()
    return tmp_path


def test_the_map_shows_the_published_numbers_and_leads_no_child_anywhere() -> None:
    last = list(bring(SERVICES, seed=2026, now=timezone.now))[-1]
    assert last == Brought(151, 151)
    found = select(Filter({}), now=timezone.now())
    assert (found.total, len(found.by_country)) == (143, 83)
    published = {
        "sexual_violence": "sexual_violence",
        "online_sexual_harm": "online_violence",
        "domestic_violence": "domestic_violence",
        "bullying": "bullying",
        "child_marriage": "child_marriage",
        "child_labour": "child_labour",
        "physical_health": "physical_health",
        "gang_or_community_violence": "gang_violence",
        "armed_conflict": "armed_conflict",
    }
    assert {topic: found.count(topic=topic) for topic in published} == {
        topic: count_of(SERVICES, statement) for topic, statement in published.items()
    }
    # What young people lead is said by region, and in no country.
    assert [each.count for each in found.by_region_only() if each.region == "africa"] == [5]
    assert Counter(Finding.objects.values_list("state", flat=True)) == {"proposed": 151}
    assert set(Finding.objects.values_list("proposal__state", flat=True)) == {"applied"}
    assert set(Service.objects.values_list("safety", flat=True)) == {"mapped_only"}
    addresses = Contact.objects.filter(channel="email").values_list("dial", flat=True)
    assert {each.partition("@")[2] for each in addresses} == {"example.org"}
    # What a snapshot would be made of, if one were made of demonstration data.
    minute = int(time.time()) // 60
    with publication(created=minute * 60, window=Window(minute - 1440, minute + 1440)) as read:
        assert list(read.services) == []


def test_two_people_agree_to_each_and_neither_proposed_it(monkeypatch: pytest.MonkeyPatch) -> None:
    few(monkeypatch, 2)
    list(bring(SERVICES, seed=1, now=timezone.now))
    editor, first, second = (find_staff(f"{name}{PLACE}") for name in ("editor", "first-approver", "second-approver"))
    assert editor
    assert first
    assert second
    for service in Service.objects.all():
        assert people_behind(service.pk) == [(editor.pk, frozenset({first.pk, second.pk}))]
    assert not any(each.has_usable_password() for each in (editor, first, second))


def test_a_run_that_was_stopped_goes_on_and_brings_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    few(monkeypatch, 4)
    assert list(islice(bring(SERVICES, seed=1, now=timezone.now), 2))[-1] == Brought(2, 4)
    assert Submission.objects.count() == 2
    for _ in range(2):
        assert list(bring(SERVICES, seed=1, now=timezone.now))[-1] == Brought(4, 4)
        assert (Submission.objects.count(), Service.objects.filter(state="published").count()) == (4, 4)


def few(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    every = bringing.responses
    monkeypatch.setattr(bringing, "responses", lambda size, *, seed: every(size, seed=seed)[:count])
