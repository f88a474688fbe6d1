"""Writing the audit."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from pop.audit.models import AuditRow


def record(
    *,
    action: str,
    object_type: str,
    object_id: str,
    actor: UUID | None = None,
    detail: Mapping[str, object] | None = None,
    using: str | None = None,
) -> None:
    """Add one row inside the caller's transaction, so that an act and its trace are kept or lost together.

    `using` names the database of that transaction: the helpline may have one of its own.
    """
    AuditRow.objects.using(using).create(
        actor=actor, action=action, object_type=object_type, object_id=object_id, detail=dict(detail or {})
    )
