"""The signed snapshot: the whole registry as it may be shown, in one file that anybody can check and carry."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from pop_sdk import signature as ed25519
from pop_sdk.reading import Reader, SnapshotError, text_of
from pop_sdk.structure import check_head, check_service

Verify = Callable[[bytes, bytes, bytes], bool]

_SERVICES: Final = frozenset({"services"})


class Snapshot:
    """A snapshot that was verified and checked. It keeps the compressed bytes and reads services from them."""

    def __init__(self, data: bytes, head: Mapping[str, Any]) -> None:
        self.data = data
        self.head = head  # the document without its services
        self.version: int = head["version"]
        self.created: int = head["created"]  # unix seconds, as is `expires`
        self.expires: int = head["expires"]

    def services(self) -> Iterator[dict[str, Any]]:
        """Yield the services one by one, in the document's order."""
        for key, value in Reader(text_of(self.data)).members(_SERVICES):
            if key == "services" and isinstance(value, dict):
                yield value

    @property
    def document(self) -> dict[str, Any]:
        """The whole document, read anew at each call: large, so keep it only as long as needed."""
        return {**self.head, "services": list(self.services())}


def load(
    data: bytes, signature: bytes, *, keys: Sequence[bytes], now: int, verify: Verify = ed25519.verify
) -> Snapshot:
    """Verify, read and check a snapshot.

    ``data`` is the gzip file, ``signature`` its 64 raw bytes, ``keys`` the public keys valid now (32 bytes each),
    ``now`` unix seconds. Raises SnapshotError with a reason where the signature is nobody's, the snapshot has expired,
    or the document is not what the engine can trust. Nothing is decompressed before the signature holds.
    """
    if not any(verify(key, data, signature) for key in keys):
        raise SnapshotError("the signature is not by a known key")
    snapshot = read(data)
    if snapshot.expires <= now:
        raise SnapshotError("the snapshot has expired")
    return snapshot


def read(data: bytes) -> Snapshot:
    """Read and check a document without asking who signed it or when it expires. Raises SnapshotError."""
    head: dict[str, Any] = {}
    ids: set[str] = set()
    known = 0
    reader = Reader(text_of(data))
    for key, value in reader.members(_SERVICES):
        if key != "services":
            head[key] = value
            continue
        if not ids and not (isinstance(head.get("countries"), dict) and isinstance(head.get("patterns"), list)):
            raise SnapshotError("countries and patterns do not stand before the services")
        check_service(value, len(ids), head)
        ids.add(value["id"])  # type: ignore[index]  # check_service has just proved it an object with this key
        if len(ids) == known:
            raise SnapshotError(f"services[{known}].id is another service's")
        known = len(ids)
    if "services" not in reader.keys:
        raise SnapshotError("services are missing")
    check_head(head)
    return Snapshot(data, head)


def encode(document: Mapping[str, Any]) -> bytes:
    """Return the canonical file of a document: sorted keys, no spaces, UTF-8, whole numbers only, gzip without a date.

    Equal documents give equal bytes. Raises ValueError where a number is not whole or a text is not Unicode.
    """
    _refuse_floats(document)
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    target = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=target, mtime=0) as file:
        file.write(text.encode())
    return target.getvalue()


def _refuse_floats(value: object) -> None:
    if isinstance(value, Mapping):
        for key, member in value.items():
            if not isinstance(key, str):
                raise ValueError("a snapshot's keys are texts")
            _refuse_floats(member)
    elif isinstance(value, list | tuple):
        for member in value:
            _refuse_floats(member)
    elif not (value is None or isinstance(value, str | int)):
        raise ValueError(f"a snapshot holds no {type(value).__name__}")
