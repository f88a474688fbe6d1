"""A chain has one writer at a time, and the worker links what moved."""

import os
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from pop.audit.actions import Row, link_heads, record, record_many
from pop.audit.anchors import Anchor, Anchors
from pop.audit.chains import own_chain
from pop.audit.linking import LinkingDuty
from pop.audit.models import AuditChain, AuditLink, AuditRow
from pop.audit.queries import readers_of, verify

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def _write(count: int = 1) -> None:
    for number in range(count):
        record(action="read_case", object_type="case", object_id=str(number))


def test_rows_of_one_thread_follow_one_another() -> None:
    _write(3)
    rows = list(AuditRow.objects.order_by("number"))
    assert [row.number for row in rows] == [1, 2, 3]
    assert [bytes(row.previous) for row in rows] == [bytes(32), bytes(rows[0].hash), bytes(rows[1].hash)]
    assert len({row.chain for row in rows}) == 1


def test_what_is_undone_leaves_no_gap() -> None:
    _write()
    with transaction.atomic():
        _write(2)
        transaction.set_rollback(True)
    _write()
    assert [row.number for row in AuditRow.objects.order_by("number")] == [1, 2]
    assert verify().ok


def test_several_rows_cost_one_look_and_one_insert(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    _write()
    moment = timezone.now() - timezone.timedelta(minutes=3)
    rows = [Row("send_message", "case", str(number), uuid.UUID(int=number), {"n": number}, moment) for number in (1, 2)]
    with transaction.atomic(), django_assert_num_queries(2):
        record_many(rows)
    written = AuditRow.objects.filter(action="send_message").order_by("number")
    assert list(written.values_list("object_id", "actor", "detail", "at")) == [
        ("1", uuid.UUID(int=1), {"n": 1}, moment),
        ("2", uuid.UUID(int=2), {"n": 2}, moment),
    ]
    with transaction.atomic(), django_assert_num_queries(2):
        _write()
    record_many([])
    assert AuditRow.objects.count() == 4
    assert verify().ok


def test_whatever_json_can_hold_verifies_after_it_was_stored() -> None:
    detail = {
        "big": 10**30,
        "float": 1e16,
        "small": 1e-7,
        "none": None,
        "list": (1, 2.0, True),
        "text": "é\n☃",
        5: -0.0,
    }
    record(action="x", object_type="y", object_id="z", detail=detail)  # type: ignore[arg-type]
    assert verify().ok


def test_who_read_a_record_is_told_oldest_first() -> None:
    reader, other = uuid.uuid4(), uuid.uuid4()
    for actor, action in ((reader, "read_case"), (other, "break_glass"), (other, "close_case")):
        record(action=action, object_type="case", object_id="a", actor=actor)
    record(action="read_case", object_type="case", object_id="b", actor=other)
    found = readers_of("a", {"read_case", "break_glass"})
    assert [(row.actor, row.action) for row in found] == [(reader, "read_case"), (other, "break_glass")]


def test_two_threads_at_once_have_two_chains_and_a_later_one_goes_on() -> None:
    both = threading.Barrier(2)

    def chain() -> uuid.UUID:
        both.wait(10)
        return own_chain()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(chain), pool.submit(chain)
        at_once = {first.result(), second.result()}
    later: list[uuid.UUID] = []
    thread = threading.Thread(target=lambda: later.append(own_chain()))
    thread.start()
    thread.join()
    assert len(at_once) == 2
    assert own_chain() not in at_once
    assert later[0] in at_once


def test_a_forked_process_begins_a_chain() -> None:
    before = own_chain()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, str(own_chain()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert pipe.read() not in {"", str(before)}
    assert own_chain() == before


def test_a_link_names_what_moved_since_and_is_anchored(anchor_dir: Path) -> None:
    _write(2)
    assert link_heads() == 1
    assert link_heads() is None
    _write()
    LinkingDuty()()
    links = list(AuditLink.objects.all())
    last = AuditRow.objects.order_by("-number")[0]
    assert [link.heads for link in links][1] == {str(last.chain): [3, bytes(last.hash).hex()]}
    assert bytes(links[1].previous) == bytes(links[0].hash)
    lines = "".join(path.read_text() for path in sorted(anchor_dir.iterdir()))
    assert lines == "".join(f"link {link.number} {bytes(link.hash).hex()}\n" for link in links)
    assert all(path.stat().st_mode & 0o077 == 0 for path in [anchor_dir, *anchor_dir.iterdir()])
    assert verify().ok


def test_nothing_is_linked_before_the_last_link_is_anchored(anchor_dir: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    _write()

    def fail(*_: object, **__: object) -> None:
        raise OSError("full")

    with monkeypatch.context() as broken:
        broken.setattr("pop.audit.anchors.Anchors.append", fail)
        for _ in range(3):
            with pytest.raises(OSError, match="full"):
                link_heads()
            _write()
    assert AuditLink.objects.count() == 1
    assert link_heads() == 2
    verdict = verify()
    assert verdict.ok
    assert (verdict.rows, verdict.chains, verdict.links, verdict.anchors) == (4, 1, 2, 2)


def test_a_line_that_a_power_cut_left_unfinished_is_written_again(anchor_dir: Path) -> None:
    _write()
    link_heads()
    _write()
    link_heads()
    (path,) = anchor_dir.iterdir()
    path.write_bytes(path.read_bytes()[:-20])
    assert verify().ok  # the newest link may be on its way
    _write()
    link_heads()
    assert verify().ok
    assert path.read_text().count("link 2 ") == 2


def test_a_chain_that_slept_is_found_by_the_look_at_all(anchor_dir: Path) -> None:
    _write()
    link_heads()
    AuditChain.objects.update(linked_at=timezone.now() - timezone.timedelta(hours=2))
    _write()
    assert link_heads(everything=False) is None
    assert link_heads() == 2


def test_a_new_chain_and_a_lively_one_are_found_each_second(anchor_dir: Path) -> None:
    _write()
    assert link_heads(everything=False) == 1
    _write()
    assert link_heads(everything=False) == 2


def test_the_highest_number_counts_wherever_a_jumping_clock_put_it(anchor_dir: Path) -> None:
    _write()
    link_heads()
    from_the_future = timezone.now() + timezone.timedelta(days=400)
    outside = Anchors(anchor_dir)
    outside.append(Anchor(9, bytes(32)), at=from_the_future)
    outside.append(Anchor(3, bytes(32)), at=timezone.now())
    assert outside.highest() == 9


@pytest.mark.django_db(transaction=True)
def test_many_threads_write_at_once_and_everything_verifies(anchor_dir: Path) -> None:
    def work(number: int) -> None:
        try:
            for step in range(10):
                with transaction.atomic():
                    record(action="x", object_type="y", object_id=str(number))
                    record_many([Row("x", "y", str(step))] * 2)
        finally:
            connection.close()

    # SQLite's tests share one connection in memory, which only one thread may use at a time.
    workers = 4 if connection.vendor == "postgresql" else 1
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(4)))
    link_heads()
    verdict = verify()
    assert verdict.ok, verdict.findings
    assert verdict.rows == 120
    connections.close_all()
