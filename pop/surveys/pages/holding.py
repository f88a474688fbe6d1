"""The one cookie of a survey: what opens the answers that somebody is writing, and nothing else.

A browser that begins gets 32 random bytes. From them come the key of its draft and, if they are asked for, six words:
the same ones each time, so that a form sent twice shows the same words. With the words made, the draft is sealed to
them, and the cookie holds what they open it with. A browser that came with the words holds only that.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from pop.privacy.codes import CodeKey, code_of
from pop.privacy.sealing import derive, pair_from_private, pair_from_seed

_KEY = 32
_LONGEST = 200
_TAG = re.compile(r"[A-Za-z0-9-]{0,35}")


@dataclass(frozen=True, repr=False)
class Hold:
    """What a browser holds of a draft: under what it is found, its private key, and the seed of its words, or None.

    `spoken` is the language of the words once the draft is sealed to them, so that they open it on any device; "" until
    then.
    """

    lookup: bytes = field(repr=False)
    private: bytes = field(repr=False)
    seed: bytes | None = field(default=None, repr=False)
    spoken: str = ""

    @property
    def key(self) -> CodeKey:
        """The keys with which the draft is found and opened."""
        return CodeKey(self.lookup, pair_from_private(self.private))

    def words(self, language: str) -> str | None:
        """Return the six words, in this language unless they were made in another one before.

        None where only whoever came with them knows them.
        """
        return None if self.seed is None else code_of(self.seed, self.spoken or language)

    def under(self, key: CodeKey, language: str) -> Hold:
        """Return the hold of the same browser once the draft is sealed to its words."""
        return replace(self, lookup=key.lookup, private=key.pair.private, spoken=language)


def begin() -> Hold:
    """Return the hold of a browser that begins."""
    return _of_seed(secrets.token_bytes(_KEY))


def come_with(key: CodeKey) -> Hold:
    """Return the hold of a browser that came with the words."""
    return Hold(key.lookup, key.pair.private)


def held(request: HttpRequest, form_id: str) -> Hold | None:
    """Return what this browser holds of a form's answers, or None; whatever a stranger put there is None."""
    written, _, spoken = request.COOKIES.get(cookie_name(form_id), "").partition(".")
    if not written or len(written) > _LONGEST or not written.isascii() or not _TAG.fullmatch(spoken):
        return None
    try:
        held = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
    except (binascii.Error, ValueError):
        return None
    parts = [held[at : at + _KEY] for at in range(0, len(held), _KEY)]
    if len(held) % _KEY or not 1 <= len(parts) <= 3:
        return None
    if len(parts) == 1:
        return _of_seed(parts[0])
    return Hold(parts[0], parts[1], parts[2] if len(parts) == 3 else None, spoken)


def hold(response: HttpResponse, form_id: str, held: Hold) -> None:
    """Give a browser its cookie: for this host, for no script and no other site, until it is closed."""
    own = held.seed is not None and not held.spoken
    parts = [held.seed] if own else [held.lookup, held.private, held.seed]
    value = base64.urlsafe_b64encode(b"".join(filter(None, parts))).decode().rstrip("=")
    response.set_cookie(
        cookie_name(form_id),
        f"{value}.{held.spoken}" if held.spoken else value,
        httponly=True,
        samesite="Strict",
        secure=settings.PRODUCTION,
    )


def let_go(response: HttpResponse, form_id: str) -> None:
    """Take a browser's cookie away."""
    response.delete_cookie(cookie_name(form_id), samesite="Strict")


def cookie_name(form_id: str) -> str:
    """Return the name of a form's cookie; a form's id may hold what a cookie's name may not."""
    digest = hashlib.sha256(form_id.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{settings.COOKIE_PREFIX}pop_survey_{digest[:12]}"


def _of_seed(seed: bytes) -> Hold:
    pair = pair_from_seed(derive(seed, "pair of a draft"))
    return Hold(derive(seed, "look-up of a draft"), pair.private, seed)
