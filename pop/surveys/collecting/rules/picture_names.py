"""What the name of a picture in somebody's draft is good for: it finds the picture, and opens it.

The name is made at random and stands in the sealed answers alone: whoever has the words has the pictures, answers that
are sealed to another key take them along, and a name that is dropped leaves bytes that nobody can open. Once they are
sent the picture is kept as an attachment under the same name, and the sealed copy is gone.
"""

from __future__ import annotations

from typing import Final

from pop.privacy.sealing import derive

_ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png"}
_TYPES: Final = {ending: media_type for media_type, ending in _ENDINGS.items()}


def name_of(secret: bytes, media_type: str) -> str:
    """Return the name of a picture of a media type that is kept; `secret` are 16 random bytes."""
    return f"picture-{secret.hex()}.{_ENDINGS[media_type]}"


def media_type_of(name: str) -> str:
    """Return the media type of a picture by its name; that of no picture of ours is "application/octet-stream"."""
    return _TYPES.get(name.rpartition(".")[2], "application/octet-stream")


def lookup_of(name: str) -> bytes:
    """Return the 32 bytes under which a picture is found."""
    return derive(name.encode(), "look-up of a picture")


def key_of(name: str) -> bytes:
    """Return the 32 bytes that open a picture."""
    return derive(name.encode(), "key of a picture")


def purpose_of(draft: str) -> str:
    """Return what a sealed picture is bound to: the draft that it belongs to, by its id."""
    return f"picture of a draft:{draft}"
