"""Pictures to go on with: cleaned when they come, sealed beside the draft, gone when it is sent or deleted."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from pop.privacy.sealing import seal_under
from pop.surveys.collecting import files
from pop.surveys.collecting.actions.drafts import DraftError
from pop.surveys.collecting.models import Draft, DraftPicture
from pop.surveys.collecting.rules.picture_names import key_of, lookup_of, name_of, purpose_of
from pop.surveys.collecting.rules.pictures import UnfitError, cleaned

MOST_BYTES: Final = 8_000_000
"""Bytes of one picture: twice a usual telephone's photograph."""
MOST_PICTURES: Final = 20
MOST_TOGETHER: Final = 40_000_000
"""Bytes of all pictures of a draft, as they are kept."""


class PictureError(Exception):
    """A picture that is not kept. `code`: `unfit` (no JPEG, no PNG, or a broken one), `too_large`, `too_many`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def keep_picture(*, draft: UUID, data: bytes, now: datetime) -> str:
    """Keep a picture beside a draft, without its metadata, and return its name: the answer that finds and opens it.

    When this returns it survives a power cut. Raises PictureError, DraftError; OSError where the disk does not take it.
    """
    if len(data) > MOST_BYTES:
        raise PictureError("too_large")
    try:
        picture = cleaned(data)
    except UnfitError:
        raise PictureError("unfit") from None
    _check_room(draft, len(picture.data))
    name = name_of(secrets.token_bytes(16), picture.media_type)
    sealed = seal_under(key_of(name), picture.data, purpose=purpose_of(str(draft)))
    # The bytes come first: a row that is committed never waits for them.
    kept = files.keep(sealed)
    with transaction.atomic():
        if not Draft.objects.select_for_update().filter(id=draft, expires_at__gt=now).exclude(sealed=b"").exists():
            raise DraftError("unknown_draft")
        _check_room(draft, len(sealed))
        DraftPicture.objects.create(draft_id=draft, lookup=lookup_of(name), size=len(sealed), sha256=kept, made_at=now)
    return name


def drop_pictures(*, draft: UUID, names: Collection[str]) -> None:
    """Let go of pictures that the answers no longer name; their bytes, which nobody can open, are swept later."""
    if names:
        DraftPicture.objects.filter(draft_id=draft, lookup__in=[lookup_of(name) for name in names]).delete()


def _check_room(draft: UUID, more: int) -> None:
    rows = DraftPicture.objects.filter(draft_id=draft)
    together = rows.aggregate(size=Sum("size"))["size"] or 0
    if rows.count() >= MOST_PICTURES or together + more > MOST_TOGETHER:
        raise PictureError("too_many")
