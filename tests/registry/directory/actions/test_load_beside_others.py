"""Loading while somebody else writes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from pop.registry.directory.actions import load
from pop.registry.directory.actions.staging import Stage, staged
from pop.registry.directory.models import Change, Service, Task
from tests.registry.directory.seed import table

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None], int], None]:
    """Have something happen after a load has compared and before it switches, so many times."""

    def arrange(act: Callable[[], None], times: int) -> None:
        left = iter(range(times))

        @contextlib.contextmanager
        def interrupted() -> Iterator[Stage]:
            with staged() as stage:
                if next(left, None) is not None:
                    act()
                yield stage

        monkeypatch.setattr(load, "staged", interrupted)

    return arrange


def a_person_writes() -> None:
    service = Service.objects.get(name="Childline Kenya")
    service.languages = ["sw"]
    service.save()
    service.evidence.create(field="languages", value="sw", stage="provider_confirmed")
    Change.objects.create(service=service, field="languages", before="en", after="sw", via="apply_proposal")


def test_what_a_person_writes_while_a_load_is_made_ready_is_not_lost(tmp_path, meanwhile):
    load.load_registry(path=table(tmp_path / "t.csv", {}))
    meanwhile(a_person_writes, 1)
    newer = {"languages": "en,fr", "source_modified": "2026-11-01"}
    report = load.load_registry(path=table(tmp_path / "t.csv", newer, {"name": "Another"}))
    assert Service.objects.get(name="Childline Kenya").languages == ["sw"]
    assert Task.objects.get(kind="load_conflict").detail["field"] == "languages"
    assert (report.created, report.conflicts) == (1, 1)


def test_a_load_that_never_gets_a_quiet_moment_says_so_and_leaves_no_rows(tmp_path, meanwhile):
    load.load_registry(path=table(tmp_path / "t.csv", {}))
    meanwhile(a_person_writes, 99)
    with pytest.raises(load.LoadBusyError, match="nothing was loaded"):
        load.load_registry(path=table(tmp_path / "t.csv", {"name": "Another"}))
    assert not Service.objects.filter(name="Another").exists()


def test_two_loads_of_the_same_table_at_once_make_one_of_each(tmp_path, meanwhile):
    path = table(tmp_path / "t.csv", {}, {"name": "Another"})
    inside: list[int] = []

    def the_other_load() -> None:
        inside.append(1)
        load.load_registry(path=path)

    meanwhile(the_other_load, 1)
    report = load.load_registry(path=path)
    assert inside == [1]
    assert (report.created, report.unchanged) == (0, 2)
    assert Service.objects.count() == 2
