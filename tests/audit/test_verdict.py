"""Whatever is changed, added or taken away is found and named."""

import datetime as dt
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from pop.audit.actions import cut, link_heads, note_restored, record
from pop.audit.anchors import Anchors
from pop.audit.models import AuditChain, AuditCut, AuditLink, AuditRow
from pop.audit.queries import Verdict, oldest_link, verify
from pop.audit.queries.verdicts import MOST_TOLD
from pop.audit.rules import START, link_hash, row_hash

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def _write(count: int, links: int = 1) -> None:
    for _ in range(links):
        for number in range(count):
            record(action="read_case", object_type="case", object_id=str(number), detail={"reason": "own"})
        link_heads()


@pytest.fixture
def whole(anchor_dir: Path) -> Path:
    """An audit of nine rows under three links; its directory of anchors."""
    _write(3, links=3)
    assert verify().ok
    return anchor_dir


def _found(verdict: Verdict) -> list[tuple[str, int]]:
    return [(finding.kind, finding.number) for finding in verdict.findings]


def _row(number: int) -> AuditRow:
    return AuditRow.objects.get(number=number)


def _written_anew(first: int) -> None:
    """Give every row from a number on the hash that fits it, as somebody would who can write to the database."""
    previous = bytes(_row(first).previous)
    for row in AuditRow.objects.filter(number__gte=first).order_by("number"):
        row.previous = previous
        fields = ("id", "at", "actor", "action", "object_type", "object_id", "detail", "chain", "number", "previous")
        row.hash = previous = row_hash(**{name: getattr(row, name) for name in fields})
        row.save()


@pytest.mark.parametrize(
    "change",
    [
        {"at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
        {"actor": uuid.UUID(int=1)},
        {"action": "close_case"},
        {"object_type": "note"},
        {"object_id": "other"},
        {"detail": {"reason": "own", "more": 1}},
        {"id": uuid.UUID(int=1)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_row_is_found(whole: Path, change: dict[str, object]) -> None:
    AuditRow.objects.filter(number=5).update(**change)
    assert _found(verify()) == [("changed_row", 5)]


def test_a_row_that_is_gone_is_found(whole: Path) -> None:
    _row(5).delete()
    (finding,) = verify().findings
    assert (finding.kind, finding.number, finding.chain) == ("missing_row", 5, str(_row(1).chain))


def test_rows_gone_from_the_start_are_found(whole: Path) -> None:
    AuditRow.objects.filter(number__lte=2).delete()
    assert _found(verify()) == [("missing_row", 1)]


def test_rows_gone_from_the_end_are_found(whole: Path) -> None:
    AuditRow.objects.filter(number__gte=8).delete()
    assert ("truncated_chain", 9) in _found(verify())


def test_a_whole_chain_that_is_gone_is_found(whole: Path) -> None:
    AuditRow.objects.all().delete()
    AuditChain.objects.all().delete()
    assert _found(verify()) == [("truncated_chain", 3), ("truncated_chain", 6), ("truncated_chain", 9)]


def test_a_row_put_between_two_is_found(whole: Path) -> None:
    row = _row(5)
    row.previous = START
    row.hash = row_hash(
        **{name: getattr(row, name) for name in ("id", "at", "actor", "action", "object_type", "object_id", "detail")},
        chain=row.chain,
        number=5,
        previous=START,
    )
    row.save()
    assert _found(verify()) == [("broken_link", 5), ("broken_link", 6)]


def test_rows_written_anew_with_fitting_hashes_contradict_the_links(whole: Path) -> None:
    AuditRow.objects.filter(number=5).update(action="close_case")
    _written_anew(5)
    assert _found(verify()) == [("rewritten_row", 6), ("rewritten_row", 9)]


def _links_written_anew() -> None:
    previous = START
    for link in AuditLink.objects.order_by("number"):
        heads = {chain: [n, bytes(_row(n).hash).hex()] for chain, (n, _) in link.heads.items()}
        link.heads, link.previous = heads, previous
        link.hash = previous = link_hash(number=link.number, at=link.at, previous=previous, heads=heads)
        link.save()


def test_rows_and_links_written_anew_contradict_the_anchors(whole: Path) -> None:
    AuditRow.objects.filter(number=5).update(action="close_case")
    _written_anew(5)
    _links_written_anew()
    assert _found(verify()) == [("contradicted_link", 2), ("contradicted_link", 3)]


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (lambda: AuditLink.objects.filter(number=2).delete(), [("missing_link", 2)]),
        (lambda: AuditLink.objects.filter(number=3).delete(), [("missing_link", 3)]),
        (lambda: AuditLink.objects.all().delete(), [("missing_link", 1)]),
        (lambda: AuditLink.objects.filter(number=2).update(heads={}), [("changed_link", 2)]),
        (
            lambda: AuditLink.objects.filter(number=2).update(hash=START),
            [("contradicted_link", 2), ("changed_link", 2), ("changed_link", 3)],
        ),
        (lambda: AuditChain.objects.all().delete(), [("unlinked_chain", 9)]),
        (lambda: AuditChain.objects.update(linked=99), [("unlinked_chain", 9)]),
    ],
    ids=["in_between", "newest", "all", "emptied", "rehashed", "chain_forgotten", "chain_misnoted"],
)
def test_a_link_or_note_tampered_with_is_found(
    whole: Path, tamper: Callable[[], object], found: list[tuple[str, int]]
) -> None:
    tamper()
    assert _found(verify()) == found


def test_rows_and_links_gone_from_the_end_together_are_found(whole: Path) -> None:
    AuditRow.objects.filter(number__gt=3).delete()
    AuditLink.objects.filter(number__gt=1).delete()
    AuditChain.objects.update(linked=3)
    assert _found(verify()) == [("missing_link", 2)]
    assert verify().findings[0].detail == "to 3"
    _write(1)
    assert _found(verify()) == [("missing_link", 2)]
    assert AuditLink.objects.order_by("-number")[0].number == 4


def test_anchors_that_are_gone_are_found(whole: Path) -> None:
    (path,) = whole.iterdir()
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[1:]))
    assert _found(verify()) == [("missing_anchor", 1)]
    path.unlink()
    assert _found(verify()) == [("missing_anchor", 1)]
    assert verify().findings[0].detail == "to 2"
    _write(1)
    assert _found(verify()) == [("missing_anchor", 1)]


def test_a_line_that_is_no_anchor_is_found(whole: Path) -> None:
    (path,) = whole.iterdir()
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([lines[0], "link two\n", *lines[1:]]))
    assert _found(verify()) == [("unreadable_anchor", 2)]


def test_findings_past_a_hundred_are_counted(anchor_dir: Path) -> None:
    _write(MOST_TOLD + 5)
    AuditRow.objects.update(action="other")
    verdict = verify()
    assert len(verdict.findings) == MOST_TOLD
    assert verdict.counts == {"changed_row": MOST_TOLD + 5}


def test_what_is_cut_off_at_a_link_leaves_the_rest_verifiable(whole: Path) -> None:
    assert cut(before=timezone.now()) == 6
    assert [row.number for row in AuditRow.objects.order_by("number")] == [7, 8, 9, 10]
    assert AuditRow.objects.get(number=10).action == "cut_audit"
    assert verify().ok
    _write(2, links=2)
    assert cut(before=timezone.now()) == 6
    _write(1)
    verdict = verify()
    assert verdict.ok, verdict.findings
    assert AuditCut.objects.count() == 1


def test_a_cut_in_pieces_takes_the_oldest_links_first_and_leaves_the_rest_verifiable(whole: Path) -> None:
    _write(3, links=2)
    now = timezone.now()
    assert [cut(before=now, most=1) for _ in range(3)] == [3, 3, 3]
    assert verify().ok
    assert oldest_link() == AuditLink.objects.get(number=4).at
    assert cut(before=now, most=100) == 3
    # What the cuts themselves wrote belongs to a link that is still to come.
    assert cut(before=now, most=100) == 0
    _write(1)
    verdict = verify()
    assert verdict.ok, verdict.findings


def test_a_cut_in_pieces_ends_at_the_first_link_that_is_young_enough(whole: Path) -> None:
    second = AuditLink.objects.get(number=2).at
    assert cut(before=second, most=100) == 3
    assert oldest_link() == second


def test_nothing_is_cut_before_there_are_two_links(anchor_dir: Path) -> None:
    assert cut(before=timezone.now()) == 0
    _write(2)
    assert cut(before=timezone.now()) == 0


def test_a_cut_that_no_row_tells_of_is_found(whole: Path) -> None:
    cut(before=timezone.now())
    AuditCut.objects.update(heads={})
    assert _found(verify()) == [("unfounded_cut", 2), ("missing_row", 1)]


def test_a_chain_that_was_cut_off_whole_begins_again_at_one(whole: Path) -> None:
    week = timezone.now() - dt.timedelta(days=8)
    ended = uuid.uuid4()
    fields = {"id": ended, "at": week, "actor": None, "action": "a", "object_type": "b", "object_id": "c", "detail": {}}
    fields |= {"chain": ended, "number": 1, "previous": START}
    AuditRow.objects.create(**fields, hash=row_hash(**fields))
    AuditChain.objects.create(chain=ended)
    link_heads()
    _write(1)
    AuditChain.objects.filter(chain=ended).update(linked_at=week)
    cut(before=timezone.now())
    assert not AuditChain.objects.filter(chain=ended).exists()
    assert str(ended) not in AuditCut.objects.get().heads
    assert verify().ok


def test_a_restored_backup_explains_the_links_it_could_not_hold(whole: Path) -> None:
    # A backup was made after the first link.
    AuditRow.objects.filter(number__gt=3).delete()
    AuditLink.objects.filter(number__gt=1).delete()
    AuditChain.objects.update(linked=3)
    assert verify(restored=True).ok
    note_restored(made=timezone.now())
    assert verify().ok
    assert AuditRow.objects.get(action="restore_backup").detail["links_lost"] == 2
    _write(2, links=2)
    verdict = verify()
    assert verdict.ok, verdict.findings
    assert [link.number for link in AuditLink.objects.all()] == [1, 4, 5]
    assert "void 2 3\n" in next(whole.iterdir()).read_text()
    note_restored(made=timezone.now())  # nothing was lost: no line
    assert Anchors(whole).highest() == 5


def test_the_progress_is_told_in_sentences(whole: Path) -> None:
    told: list[str] = []
    verify(tell=told.append)
    assert told == [
        "3 anchors read.",
        "3 links compared with their anchors and rows.",
        "9 rows compared (chains: 1).",
    ]
