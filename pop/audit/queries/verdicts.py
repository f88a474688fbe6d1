"""Walking the whole audit, in bounded memory, to say whether anything was changed, added or taken away."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Max, Q

from pop.audit.anchors import Anchor, Anchors, Void, anchors_of
from pop.audit.models import AuditChain, AuditCut, AuditLink, AuditRow
from pop.audit.ranges import Ranges
from pop.audit.rules import START, Head, cut_hash, link_hash, row_hash

# What is told of one kind of finding at most; the rest is counted. A table that was emptied must not fill the memory.
MOST_TOLD = 100
_PAGE = 1_000
_LINKS = 50
_ROW = ("id", "at", "actor", "action", "object_type", "object_id", "detail", "chain", "number", "previous", "hash")

KINDS: Mapping[str, str] = {
    "changed_row": "a row does not hold what its hash was made of",
    "missing_row": "a row is gone",
    "broken_link": "a row does not follow the one before it",
    "truncated_chain": "rows at the end of a chain are gone: a link names a later one",
    "rewritten_row": "a row is another one than a link names",
    "unlinked_chain": "the worker's note of a chain is gone or wrong, so that no link would name its rows",
    "changed_link": "a link does not hold what its hash was made of, or does not follow the one before it",
    "missing_link": "a link is gone",
    "missing_anchor": "a link has no anchor outside the database",
    "contradicted_link": "the anchor of a link tells of another hash",
    "unreadable_anchor": "a line of an anchor file cannot be read",
    "unfounded_cut": "rows were cut off, and no row of the audit says so",
}

# What a backup must hold unchanged, as SQL: the last row of every chain, and the newest link.
HEADS: Mapping[str, str] = {
    "audit_heads": (
        "SELECT rows.chain, rows.number, rows.hash FROM audit_auditrow AS rows JOIN "
        "(SELECT chain, max(number) AS number FROM audit_auditrow GROUP BY chain) AS heads "
        "ON rows.chain = heads.chain AND rows.number = heads.number ORDER BY rows.chain"
    ),
    "audit_link": "SELECT number, hash FROM audit_auditlink ORDER BY number DESC LIMIT 1",
}

Told = Callable[[str], object]


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be: `chain` is "" for links and anchors, `number` the row's or link's."""

    kind: str
    chain: str
    number: int
    detail: str = ""


@dataclass
class Verdict:
    """What was looked at, and what was found: all counted by kind, the first hundred of each kind told."""

    rows: int = 0
    chains: int = 0
    links: int = 0
    anchors: int = 0
    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Say whether nothing was found."""
        return not self.counts

    def add(self, kind: str, number: int, *, chain: uuid.UUID | None = None, detail: str = "") -> None:
        """Note one finding."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if self.counts[kind] <= MOST_TOLD:
            self.findings.append(Finding(kind, str(chain or ""), number, detail))


def verify(
    *, using: str = DEFAULT_DB_ALIAS, anchors: Path | None = None, tell: Told | None = None, restored: bool = False
) -> Verdict:
    """Recompute every hash, compare links with anchors and rows with links, and return what was found.

    `using` is a database's alias; `anchors` a directory (default: the database's own, see the setting ANCHOR_DIR);
    `tell` hears of the progress in plain sentences; `restored` is for a copy older than the anchors: those past its own
    newest link are passed over. The service may write meanwhile.
    """
    verdict = Verdict()
    say = tell or _say_nothing
    cut = _founded_cut(verdict, using)
    # Before the anchors: a link is made only when the one before it is anchored, so all but this one must be.
    newest = AuditLink.objects.using(using).aggregate(newest=Max("number"))["newest"] or 0
    start = cut.link if cut else 0
    anchored, void = _compare_anchors(verdict, using, Anchors(anchors) if anchors else anchors_of(using))
    say(f"{verdict.anchors} anchors read.")
    links = _walk_links(verdict, using, cut, void)
    say(f"{verdict.links} links compared with their anchors and rows.")
    last = newest if restored else max(newest, anchored.highest)
    for first, until in Ranges([(start + 1, last)]).without(links).without(void):
        verdict.add("missing_link", first, detail=_until(first, until))
    for first, until in links.without(anchored):
        if first < newest:
            verdict.add("missing_anchor", first, detail=_until(first, min(until, newest - 1)))
    _walk_rows(verdict, using, cut.heads if cut else {}, say)
    return verdict


def _say_nothing(_: str) -> None:
    """Where nobody asked to hear."""


def _until(first: int, last: int) -> str:
    return f"to {last}" if last > first else ""


def _founded_cut(verdict: Verdict, using: str) -> AuditCut | None:
    cut = AuditCut.objects.using(using).order_by("-link").first()
    if cut is not None:
        hashed = cut_hash(link=cut.link, at=cut.at, heads=cut.heads).hex()
        if (
            not AuditRow.objects.using(using)
            .filter(action="cut_audit", object_id=str(cut.link), detail__hash=hashed)
            .exists()
        ):
            verdict.add("unfounded_cut", cut.link)
    return cut


def _compare_anchors(verdict: Verdict, using: str, outside: Anchors) -> tuple[Ranges, Ranges]:
    """Compare every anchor with its link; return the numbers that are anchored and those that a restore made void."""
    anchored, void = Ranges(), Ranges()
    lines = outside.lines()
    while page := list(itertools.islice(lines, _PAGE)):
        numbers = {line.number for line in page if isinstance(line, Anchor)}
        links = {
            number: bytes(hashed)
            for number, hashed in AuditLink.objects.using(using)
            .filter(number__in=numbers)
            .values_list("number", "hash")
        }
        for line in page:
            if isinstance(line, Anchor):
                verdict.anchors += 1
                anchored.add(line.number)
                if links.get(line.number, line.hash) != line.hash:
                    verdict.add("contradicted_link", line.number)
            elif isinstance(line, Void):
                void.add(line.first, line.last)
            else:
                verdict.add("unreadable_anchor", line.line, detail=line.file)
    return anchored, void


def _walk_links(verdict: Verdict, using: str, cut: AuditCut | None, void: Ranges) -> Ranges:
    """Compare every link with itself, the one before it and the rows that it names; return the links' numbers."""
    number, previous = (cut.link, bytes(cut.link_hash)) if cut else (0, START)
    found = Ranges()
    while page := list(AuditLink.objects.using(using).filter(number__gt=number).order_by("number")[:_LINKS]):
        for link in page:
            before = bytes(link.previous)
            whole = link_hash(number=link.number, at=link.at, previous=before, heads=link.heads)
            # Where links between the two are gone, which is told as that, it cannot follow.
            gone = any(Ranges([(number + 1, link.number - 1)]).without(void))
            if whole != bytes(link.hash) or (before != previous and not gone):
                verdict.add("changed_link", link.number)
            number, previous = link.number, bytes(link.hash)
            found.add(number)
        _compare_heads(verdict, using, page)
        verdict.links += len(page)
    return found


def _compare_heads(verdict: Verdict, using: str, links: list[AuditLink]) -> None:
    named = {
        (uuid.UUID(chain), int(head[0])): (str(head[1]), link.number)
        for link in links
        for chain, head in link.heads.items()
    }
    rows = (
        AuditRow.objects.using(using)
        .filter(chain__in={chain for chain, _ in named}, number__in={number for _, number in named})
        .order_by()
    )
    found = {
        (chain, number): bytes(hashed).hex()
        for chain, number, hashed in rows.values_list("chain", "number", "hash").iterator(_PAGE)
        if (chain, number) in named
    }
    for (chain, number), (hashed, link) in named.items():
        if (chain, number) in found:
            if found[chain, number] != hashed:
                verdict.add("rewritten_row", number, chain=chain, detail=f"link {link}")
        elif not AuditRow.objects.using(using).filter(chain=chain, number__gt=number).exists():
            # A row gone from the middle is told by the walk over the rows.
            verdict.add("truncated_chain", number, chain=chain, detail=f"link {link}")


def _walk_rows(verdict: Verdict, using: str, cut: Mapping[str, Head], say: Told) -> None:
    ends: dict[uuid.UUID, int] = {}
    chain, number, previous = uuid.UUID(int=0), 0, START
    for row in _rows(using):
        if row["chain"] != chain:
            chain, number, previous = row["chain"], 0, START
            verdict.chains += 1
            head = cut.get(str(chain))
            if head is not None and row["number"] == int(head[0]) + 1:
                number, previous = int(head[0]), bytes.fromhex(str(head[1]))
            if len(ends) >= _PAGE:
                _compare_notes(verdict, using, ends)
                ends = {}
        hashed, row["previous"] = bytes(row.pop("hash")), bytes(row["previous"])
        if row["number"] != number + 1:
            verdict.add("missing_row", number + 1, chain=chain, detail=_until(number + 1, row["number"] - 1))
        elif row["previous"] != previous:
            verdict.add("broken_link", row["number"], chain=chain)
        if row_hash(**row) != hashed:
            verdict.add("changed_row", row["number"], chain=chain)
        number, previous = row["number"], hashed
        ends[chain] = number
        verdict.rows += 1
        if verdict.rows % 100_000 == 0:
            say(f"{verdict.rows} rows compared.")
    _compare_notes(verdict, using, ends)
    say(f"{verdict.rows} rows compared (chains: {verdict.chains}).")


def _rows(using: str) -> Iterator[dict[str, Any]]:
    """Yield every row, chain by chain, in pages: no transaction stays open while the service goes on writing."""
    after = Q()
    while page := list(AuditRow.objects.using(using).filter(after).order_by("chain", "number").values(*_ROW)[:_PAGE]):
        last = (page[-1]["chain"], page[-1]["number"])
        yield from page
        after = Q(chain=last[0], number__gt=last[1]) | Q(chain__gt=last[0])


def _compare_notes(verdict: Verdict, using: str, ends: Mapping[uuid.UUID, int]) -> None:
    """Compare the chains that were walked with what the worker goes by to find those that moved."""
    linked = dict(AuditChain.objects.using(using).filter(chain__in=list(ends)).values_list("chain", "linked"))
    for chain, number in ends.items():
        if chain not in linked:
            verdict.add("unlinked_chain", number, chain=chain)
        elif linked[chain] > number:
            # It may have moved on since the walk came by, and been linked.
            now = AuditRow.objects.using(using).filter(chain=chain).aggregate(last=Max("number"))["last"] or 0
            if linked[chain] > now:
                verdict.add("unlinked_chain", number, chain=chain)
