"""Writing the audit, binding its chains together, and cutting off what is past its time."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import BigIntegerField, BinaryField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from pop.audit.anchors import Anchor, Void, anchors_of
from pop.audit.chains import own_chain
from pop.audit.models import AuditChain, AuditCut, AuditLink, AuditRow
from pop.audit.rules import START, Head, cut_hash, link_hash, plain_detail, row_hash

_BATCH = 500
# Written past the models: a row is added at each message and each read, and they would take five times as long.
_COLUMNS = tuple(str(field.column) for field in AuditRow._meta.concrete_fields)
_INSERT = f"INSERT INTO audit_auditrow ({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))})"  # noqa: S608
# A chain that a link has not named for so long is only looked at by the calls that look at all of them.
_LIVELY = dt.timedelta(hours=1)
_ENDED = dt.timedelta(days=7)


@dataclass(frozen=True)
class Row:
    """One act to be written: `detail` holds codes and ids only; `at` (aware) is now unless the act was earlier."""

    action: str
    object_type: str
    object_id: str
    actor: uuid.UUID | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
    at: dt.datetime | None = None


def record(
    *,
    action: str,
    object_type: str,
    object_id: str,
    actor: uuid.UUID | None = None,
    detail: Mapping[str, object] | None = None,
    using: str | None = None,
) -> None:
    """Add one row inside the caller's transaction, so that an act and its trace are kept or lost together.

    `using` names the database of that transaction: the helpline may have one of its own.
    """
    record_many([Row(action, object_type, object_id, actor, detail or {})], using=using)


def record_many(rows: Sequence[Row], *, using: str | None = None) -> None:
    """Add several rows, in this order, inside the caller's transaction: one look at the chain's end, one insert.

    The end is read from the database each time: what a transaction that was undone had added never counts. Raises
    ValueError and TypeError for a detail that JSON cannot hold.
    """
    if not rows:
        return
    chain = own_chain()
    database = connections[using or DEFAULT_DB_ALIAS]
    with database.cursor() as cursor:
        number, previous = _end(cursor, _stored(chain, database))
        if number == 0:
            AuditChain.objects.using(using).bulk_create([AuditChain(chain=chain)], ignore_conflicts=True)
        now = timezone.now()
        written = []
        for row in rows:
            number += 1
            fields: dict[str, Any] = {
                "id": uuid.uuid4(),
                "at": row.at or now,
                "actor": row.actor,
                "action": str(row.action),
                "object_type": str(row.object_type),
                "object_id": str(row.object_id),
                "detail": plain_detail(row.detail),
                "chain": chain,
                "number": number,
                "previous": previous,
            }
            previous = fields["hash"] = row_hash(**fields)
            written.append([_stored(fields[name], database) for name in _COLUMNS])
        cursor.executemany(_INSERT, written)


def _end(cursor: CursorWrapper, chain: Any) -> tuple[int, bytes]:
    """Return the number and the hash of a chain's last row."""
    cursor.execute("SELECT number, hash FROM audit_auditrow WHERE chain = %s ORDER BY number DESC LIMIT 1", [chain])
    row = cursor.fetchone()
    return (row[0], bytes(row[1])) if row else (0, START)


def _stored(value: object, database: BaseDatabaseWrapper) -> Any:
    """Return a value as this database's driver takes it."""
    if isinstance(value, uuid.UUID):
        return value if database.features.has_native_uuid_field else value.hex
    if isinstance(value, dt.datetime):
        return database.ops.adapt_datetimefield_value(value)
    if isinstance(value, dict):
        return database.ops.adapt_json_value(value, None)
    return value


def link_heads(*, everything: bool = True, using: str = DEFAULT_DB_ALIAS) -> int | None:
    """Bind the heads of the chains that moved into one link, and anchor it; return its number, None where none moved.

    `everything=False` leaves out chains that no link named for an hour: with thousands of ended ones that is what a
    call each second can afford. Each database (`using`) has links and anchors of its own. No new link is made while the
    newest one is not anchored. Raises OSError where the directory of anchors cannot be written.
    """
    anchors = anchors_of(using)
    anchored = anchors.highest()
    last = AuditLink.objects.using(using).order_by("-number").first()
    if last is not None and last.number > anchored:  # a crash between the two
        anchors.append(Anchor(last.number, bytes(last.hash)), at=timezone.now())
        anchored = last.number
    heads = {str(chain): (number, bytes(hashed).hex()) for chain, number, hashed in _moved(everything, using)}
    if not heads:
        return None
    now = timezone.now()
    # A number is never used twice, not even where a restored backup has forgotten some.
    number = max(anchored, last.number if last else 0) + 1
    previous = bytes(last.hash) if last else START
    link = AuditLink(number=number, at=now, previous=previous, heads=heads)
    link.hash = link_hash(number=number, at=now, previous=previous, heads=heads)
    with transaction.atomic(using=using):
        link.save(force_insert=True, using=using)  # of two workers at once, one fails here and tries again
        AuditChain.objects.using(using).bulk_update(
            [AuditChain(chain=uuid.UUID(chain), linked=head, linked_at=now) for chain, (head, _) in heads.items()],
            ["linked", "linked_at"],
            batch_size=_BATCH,
        )
    anchors.append(Anchor(number, link.hash), at=now)
    return number


def note_restored(*, made: dt.datetime, using: str = DEFAULT_DB_ALIAS) -> None:
    """Say, after a backup of the moment `made` was restored, that anchored links which it does not hold are void."""
    anchors = anchors_of(using)
    highest = anchors.highest()
    newest = AuditLink.objects.using(using).order_by("-number").values_list("number", flat=True).first() or 0
    detail: dict[str, object] = {"made": made.astimezone(dt.UTC).isoformat(), "links_lost": max(0, highest - newest)}
    record(action="restore_backup", object_type="database", object_id=using, detail=detail, using=using)
    if highest > newest:
        anchors.append(Void(newest + 1, highest), at=timezone.now())


def cut(
    *,
    before: dt.datetime,
    actor: uuid.UUID | None = None,
    using: str = DEFAULT_DB_ALIAS,
    most: int | None = None,
) -> int:
    """Take away for good the links made before a moment and the rows that they bind, and return how many rows went.

    `most` is how many links go at one call, the oldest first, so that nobody waits long for the lock; None: all. What
    stays can still be verified: the last hashes that went are kept, and their own hash is a row of the audit.
    """
    last = _last_to_go(before, using, most)
    if last is None:
        return 0
    now = timezone.now()
    gone = 0
    with transaction.atomic(using=using):
        former = AuditCut.objects.using(using).order_by("-link").first()
        heads: dict[str, Head] = dict(former.heads) if former else {}
        for link in AuditLink.objects.using(using).filter(number__lte=last.number).order_by("number").iterator(_BATCH):
            heads.update(link.heads)
        for chain, (number, _) in heads.items():
            gone += AuditRow.objects.using(using).filter(chain=chain, number__lte=number).delete()[0]
        ended = _ended(heads, now, using)
        AuditChain.objects.using(using).filter(chain__in=ended).delete()
        heads = {chain: head for chain, head in heads.items() if uuid.UUID(chain) not in ended}
        AuditCut.objects.using(using).delete()  # the new one tells of all chains that the former told of
        AuditCut.objects.using(using).create(link=last.number, link_hash=bytes(last.hash), at=now, heads=heads)
        AuditLink.objects.using(using).filter(number__lte=last.number).delete()
        hashed = cut_hash(link=last.number, at=now, heads=heads)
        record(
            action="cut_audit",
            object_type="audit",
            object_id=str(last.number),
            actor=actor,
            detail={"hash": hashed.hex(), "rows": gone},
            using=using,
        )
    return gone


def _last_to_go(before: dt.datetime, using: str, most: int | None) -> AuditLink | None:
    """Return the last link that a cut takes, or None; the newest one stays, because the next one follows it."""
    links = AuditLink.objects.using(using)
    newest = links.order_by("-number").values_list("number", flat=True).first()
    if newest is None:
        return None
    older = links.filter(number__lt=newest)
    if most is None:
        return older.filter(at__lt=before).order_by("-number").first()
    first = older.order_by("number").values_list("number", "at")[:most]
    going = [number for number, at in itertools.takewhile(lambda link: link[1] < before, first)]
    return links.get(number=going[-1]) if going else None


def _ended(heads: Mapping[str, Head], now: dt.datetime, using: str) -> set[uuid.UUID]:
    """Return the chains without rows that nobody goes on with: a thread that waited for a week begins at 1 again."""
    chains = AuditChain.objects.using(using).filter(chain__in=list(heads), linked_at__lt=now - _ENDED)
    rows = AuditRow.objects.using(using).filter(chain=OuterRef("chain"))
    return set(chains.filter(~Exists(rows)).values_list("chain", flat=True))


def _moved(everything: bool, using: str) -> QuerySet[AuditChain, tuple[uuid.UUID, int, bytes]]:
    """Return each chain whose last row no link names yet, with that row's number and hash."""
    chains = AuditChain.objects.using(using)
    if not everything:
        chains = chains.filter(Q(linked_at=None) | Q(linked_at__gte=timezone.now() - _LIVELY))
    ends = AuditRow.objects.using(using).filter(chain=OuterRef("chain")).order_by("-number")
    return (
        chains.annotate(
            head=Subquery(ends.values("number")[:1], output_field=BigIntegerField()),
            head_hash=Subquery(ends.values("hash")[:1], output_field=BinaryField()),
        )
        .filter(head__gt=F("linked"))
        .values_list("chain", "head", "head_hash")
    )
