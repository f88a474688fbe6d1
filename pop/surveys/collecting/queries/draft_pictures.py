"""Pictures of somebody's draft, for whoever has the answers that name them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from pop.privacy.sealing import SealError, open_under
from pop.surveys.collecting import files
from pop.surveys.collecting.models import Attachment, DraftPicture
from pop.surveys.collecting.rules.picture_names import key_of, lookup_of, media_type_of, purpose_of
from pop.surveys.collecting.rules.pictures import Picture


def held_pictures(*, draft: UUID, corrects: UUID | None, names: Collection[str]) -> frozenset[str]:
    """Return which of these names stand for a picture: of the draft, or of the submission that it corrects."""
    if not names:
        return frozenset()
    by_lookup = {lookup_of(name): name for name in names}
    rows = DraftPicture.objects.filter(draft_id=draft, lookup__in=list(by_lookup)).values_list("lookup", flat=True)
    held = {by_lookup[bytes(each)] for each in rows}
    if corrects is not None:
        held.update(Attachment.objects.filter(submission_id=corrects, name__in=names).values_list("name", flat=True))
    return frozenset(held)


def draft_picture(*, draft: UUID, corrects: UUID | None, name: str) -> Picture | None:
    """Return a picture that answers name, or None where there is none or it cannot be opened. Raises OSError."""
    row = DraftPicture.objects.filter(draft_id=draft, lookup=lookup_of(name)).first()
    if row is not None:
        try:
            data = open_under(key_of(name), files.read(row.sha256), purpose=purpose_of(str(draft)))
        except SealError:
            return None
        return Picture(media_type_of(name), data)
    return attached_picture(submission=corrects, name=name) if corrects is not None else None


def attached_picture(*, submission: UUID, name: str) -> Picture | None:
    """Return a picture of a submission, or None where it has none of this name. Raises OSError."""
    row = Attachment.objects.filter(submission_id=submission, name=name).first()
    return Picture(row.media_type, files.read(row.sha256)) if row is not None else None
