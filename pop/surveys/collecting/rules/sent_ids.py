"""Under which id the journal of erasures knows what its sender called a submission."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID, uuid5

_UUID: Final = re.compile(r"uuid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_SPACE: Final = UUID("5f0f3b0e-6d1c-4c5e-9d6b-6f0c8a1f7a52")


def sent_id(instance_id: str) -> UUID:
    """Return the id in an instance id, or one that is worked out from any other and does not lead back to it.

    >>> sent_id("uuid:11111111-2222-4333-8444-000000000001")
    UUID('11111111-2222-4333-8444-000000000001')
    """
    match = _UUID.fullmatch(instance_id)
    return UUID(match[1]) if match else uuid5(_SPACE, instance_id)
