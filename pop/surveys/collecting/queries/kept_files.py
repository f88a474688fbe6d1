"""Which files rows name: for whoever copies them, and whoever puts them back."""

from __future__ import annotations

from collections.abc import Sequence

from pop.surveys.collecting.models import Attachment, DraftPicture


def kept_names() -> Sequence[str]:
    """Return the SHA-256 of every file that a submission or a draft names, each once, in order."""
    attached = Attachment.objects.order_by().values_list("sha256")
    pictures = DraftPicture.objects.order_by().values_list("sha256")
    return [name for (name,) in attached.union(pictures).order_by("sha256")]
