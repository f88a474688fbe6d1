"""Opening case keys: by the open lease, by a child's session, by a team's key. Nothing here decides who may.

Opened keys stay in this process for at most a minute, and only beside a lease that the database still has: whoever
uses one has read the conversation's row in the same transaction.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from threading import Lock
from typing import Final, NamedTuple
from uuid import UUID

from pop.helpline.conversations.models import CaseKey, KeySeal
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.privacy.keyring import keyring
from pop.privacy.sealing import Pair, SealError, derive, open_under, open_with, pair_from_seed

TEAM: Final = "team"
CODE: Final = "code"
ESCROW: Final = "escrow"
SESSION: Final = "session"

_KEPT: Final = 60.0
_MOST: Final = 20_000
# Longer than any transaction lasts.
_UNDECIDED: Final = 600.0


class Opened(NamedTuple):
    """A case key in clear, and the key made from it that marks bodies."""

    key: bytes
    marks: bytes

    def __repr__(self) -> str:
        return "<Opened>"


class _Cache:
    """Opened keys by (conversation, epoch), each for at most a minute; the oldest go first where there are too many."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[UUID, int], tuple[float, Opened]] = OrderedDict()
        self._barred: dict[tuple[UUID, int], float] = {}
        self._lock = Lock()

    def bar(self, conversation: UUID, epoch: int) -> None:
        now = time.monotonic()
        with self._lock:
            self._barred = {place: until for place, until in self._barred.items() if until > now}
            self._barred[conversation, epoch] = now + _UNDECIDED
            self._kept.pop((conversation, epoch), None)

    def unbar(self, conversation: UUID, epoch: int) -> None:
        with self._lock:
            self._barred.pop((conversation, epoch), None)

    def get(self, conversation: UUID, epoch: int) -> Opened | None:
        found = self._kept.get((conversation, epoch))
        if found is None:
            return None
        if time.monotonic() >= found[0]:
            with self._lock:
                self._kept.pop((conversation, epoch), None)
            return None
        return found[1]

    def put(self, conversation: UUID, epoch: int, opened: Opened) -> None:
        with self._lock:
            if self._barred.get((conversation, epoch), 0.0) > time.monotonic():
                return
            self._kept[conversation, epoch] = (time.monotonic() + _KEPT, opened)
            while self._kept:
                oldest = next(iter(self._kept))
                if len(self._kept) <= _MOST and self._kept[oldest][0] > time.monotonic():
                    break
                del self._kept[oldest]

    def drop(self, conversation: UUID) -> None:
        with self._lock:
            for place in [place for place in self._kept if place[0] == conversation]:
                del self._kept[place]

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


_CACHE = _Cache()


def forget_opened(conversation: UUID | None = None) -> None:
    """Drop this process's opened keys of a conversation, or of all."""
    if conversation is None:
        _CACHE.clear()
    else:
        _CACHE.drop(conversation)


def undecided(conversation: UUID, epoch: int) -> None:
    """Keep no opened key of an epoch that a transaction has begun: undone, the epoch would begin with another key."""
    _CACHE.bar(conversation, epoch)


def decided(conversation: UUID, epoch: int) -> None:
    """Say that the transaction that began this epoch was committed."""
    _CACHE.unbar(conversation, epoch)


def opened(key: bytes) -> Opened:
    """Return a case key with the key of its marks."""
    return Opened(key, derive(key, "body mark"))


def body_mark(marks: bytes, text: str) -> bytes:
    """Return the 16-byte mark of a body: tells, to whoever has the case key, whether two bodies are the same."""
    return hmac.digest(marks, text.encode(), "sha256")[:16]


def lease_key() -> bytes:
    """Return the key under which open leases lie, made from the root key."""
    return derive(keyring().root, "open leases")


def carrying_key() -> bytes:
    """Return the key that signs what processes carry to each other, made from the root key."""
    return _derived(keyring().root, "carried messages")


def answering_key() -> bytes:
    """Return the key of the marks that say which conversations have answered, made from the root key."""
    return _derived(keyring().root, "answers given")


def lease_purpose(conversation: UUID, epoch: int) -> str:
    """Return what binds a lease to its row."""
    return f"lease:{conversation}:{epoch}"


def token_hash(token: str) -> str:
    """Return the SHA-256 of a session's token in hex: all that the database holds of it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def token_of(secret: bytes) -> str:
    """Return 32 bytes as a cookie's value."""
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode("ascii")


def session_pair(token: str) -> Pair:
    """Return the key pair of a child's session, made from its token."""
    return pair_from_seed(derive(token.encode("utf-8", "replace"), "child session"))


def leased(wanted: Iterable[tuple[UUID, int]]) -> dict[tuple[UUID, int], Opened]:
    """Return the keys of these (conversation, epoch) that a lease opens; the caller has read that the state allows it.

    Reads the database only for those that this process has not opened within a minute.
    """
    found: dict[tuple[UUID, int], Opened] = {}
    missing: set[tuple[UUID, int]] = set()
    for place in wanted:
        known = _CACHE.get(*place)
        if known is None:
            missing.add(place)
        else:
            found[place] = known
    if missing:
        root = lease_key()
        rows = CaseKey.objects.filter(conversation__in={each for each, _ in missing}, lease__isnull=False)
        for conversation, epoch, lease in rows.values_list("conversation_id", "epoch", "lease"):
            if (conversation, epoch) in missing and lease is not None:
                key = opened(open_under(root, bytes(lease), purpose=lease_purpose(conversation, epoch)))
                found[conversation, epoch] = key
                _CACHE.put(conversation, epoch, key)
    return found


def all_leased(conversation: UUID) -> dict[int, bytes]:
    """Return every epoch's key that a lease opens; the caller has read that the state allows it."""
    epochs = CaseKey.objects.filter(conversation=conversation, lease__isnull=False).values_list("epoch", flat=True)
    return {epoch: key.key for (_, epoch), key in leased((conversation, each) for each in epochs).items()}


def of_session(conversation: UUID, token: str) -> dict[int, bytes]:
    """Return every epoch's key that a child's session opens."""
    private = session_pair(token).private
    return _unsealed(conversation, SESSION, token_hash(token), private)


def of_code(conversation: UUID, private: bytes) -> dict[int, bytes]:
    """Return every epoch's key that the child's code opens. Raises SealError for another code's key."""
    return _unsealed(conversation, CODE, "", private)


def of_staff(conversation: UUID, staff: UUID, private_key: bytes) -> dict[int, bytes]:
    """Return every epoch's key that somebody opens as a member of the teams that these epochs are sealed to.

    Raises RefusedError("unknown") where no epoch opens for them: not a member, or no member's key.
    """
    privates = lines.team_private_keys(staff, private_key)
    editions = {(key.team, key.edition): privates[key.id] for key in lines.team_keys(privates)}
    found: dict[int, bytes] = {}
    seals = KeySeal.objects.filter(case_key__conversation=conversation, recipient=TEAM)
    for epoch, team, edition, blob in seals.values_list("case_key__epoch", "recipient_id", "edition", "blob"):
        private = editions.get((UUID(team), edition))
        if private is not None:
            found[epoch] = open_with(private, bytes(blob))
    if not found:
        raise RefusedError("unknown")
    return found


def any_keys(
    conversation: UUID,
    *,
    leased_now: bool,
    given: Mapping[int, bytes] | None = None,
    token: str = "",
    staff: UUID | None = None,
    private_key: bytes | None = None,
) -> dict[int, bytes]:
    """Return the keys that open by what the caller has: given ones, the lease, a session, a team's key; maybe none."""
    if given:
        return dict(given)
    found = all_leased(conversation) if leased_now else {}
    if not found and token:
        found = of_session(conversation, token)
    if not found and staff is not None and private_key is not None:
        try:
            found = of_staff(conversation, staff, private_key)
        except (RefusedError, SealError):
            found = {}
    return found


@lru_cache(maxsize=4)
def _derived(root: bytes, purpose: str) -> bytes:
    return derive(root, purpose)


def _unsealed(conversation: UUID, recipient: str, recipient_id: str, private: bytes) -> dict[int, bytes]:
    rows = KeySeal.objects.filter(
        case_key__conversation=conversation, recipient=recipient, recipient_id=recipient_id
    ).values_list("case_key__epoch", "blob")
    return {epoch: open_with(private, bytes(blob)) for epoch, blob in rows}
