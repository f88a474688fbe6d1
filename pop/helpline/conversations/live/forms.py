"""What a plain door reads from a request, and how it tells its own pages from another site's: pure.

A child's form carries a token made from the session: another site can neither read it nor make it. What a browser
says about where a request comes from is believed when it says "another site"; saying nothing, or `null`, is accepted,
because browsers leave it out under `no-referrer`.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple
from urllib.parse import parse_qsl

from pop.helpline.conversations.rules.messages import valid_client_key
from pop.pages.leaving import SESSION_COOKIE

Headers = Mapping[bytes, bytes]

CHILD_COOKIE = SESSION_COOKIE
_PURPOSE = b"pop form 1"
_FIELDS = 20
_OWN = frozenset({b"same-origin", b"none"})


class Asked(NamedTuple):
    """What was sent: its fields by name, and whether it came as JSON (then so does the answer)."""

    fields: dict[str, str]
    json: bool


class MisreadError(Exception):
    """A body that cannot be read. `field` names what is wrong and never holds it."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field
        self.detail = detail


def form_token(token: str) -> str:
    """Return what a form of this session carries: 43 characters, HMAC-SHA256 of the session's token."""
    digest = hmac.digest(token.encode("utf-8", "surrogatepass"), _PURPOSE, "sha256")
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def check(token: str, given: str) -> bool:
    """Say whether a form belongs to this session, in a time that does not tell how much of it was right."""
    return same(form_token(token), given)


def same(form: str, given: str) -> bool:
    """Compare a form's token with what was given, in a time that does not tell how much of it was right."""
    return hmac.compare_digest(form.encode(), given.encode("utf-8", "surrogatepass"))


def from_other_site(headers: Headers) -> bool:
    """Say whether the browser names another site as the sender: by Sec-Fetch-Site, or by an Origin that is not ours.

    No Origin, or `null`, says nothing and is accepted.
    """
    if headers.get(b"sec-fetch-site", b"none") not in _OWN:
        return True
    origin = headers.get(b"origin", b"null")
    return origin != b"null" and origin.partition(b"://")[2] != headers.get(b"host", b"")


def says_own_site(headers: Headers) -> bool:
    """Say whether the browser names where the request comes from at all, and it is a page: not `null`."""
    return b"sec-fetch-site" in headers or headers.get(b"origin", b"null") != b"null"


def cookies(headers: Headers) -> dict[str, str]:
    """Return the request's cookies; none when they cannot be read."""
    line = headers.get(b"cookie", b"").decode("latin-1")
    if '"' in line or "\\" in line:  # quoting is rare, slow to read, and never in a cookie of ours
        try:
            return {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        except CookieError:
            return {}
    found = {}
    for part in line.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found[name.strip()] = value.strip()
    return found


def read(content_type: bytes, body: bytes) -> Asked:
    """Return the fields of a form or of a flat JSON object of texts. Raises MisreadError, which names the field."""
    kind = content_type.partition(b";")[0].strip().lower()
    if kind == b"application/json":
        return Asked(_json(body), json=True)
    if kind in {b"application/x-www-form-urlencoded", b""}:
        return Asked(_form(body), json=False)
    raise MisreadError("content-type", "Send a form (application/x-www-form-urlencoded) or JSON (application/json).")


def _json(body: bytes) -> dict[str, str]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise MisreadError("body", "The body is not JSON.") from None
    if not isinstance(found, dict):
        raise MisreadError("body", "The body is not a JSON object.")
    for name, value in found.items():
        if isinstance(value, bool):
            found[name] = "1" if value else ""
        elif not isinstance(value, str):
            raise MisreadError(name if name in {"text", "key", "token", "on", "c"} else "body", "Each value is text.")
    return found


def _form(body: bytes) -> dict[str, str]:
    try:
        # Browsers turn every line end of a form into CR LF; the words had LF.
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS, errors="strict")
    except ValueError:
        raise MisreadError("body", "The form cannot be read.") from None
    return {name: value.replace("\r\n", "\n") for name, value in pairs}


def text_of(asked: Asked) -> str:
    """Return the words that were sent. Raises MisreadError where there is no such field."""
    text = asked.fields.get("text")
    if text is None:
        raise MisreadError("text", "What shall be sent is in the field `text`.")
    return text


def key_of(asked: Asked) -> str:
    """Return the idempotency key, which is compulsory: 8 to 64 letters, digits, `-` and `_`. Raises MisreadError."""
    key = asked.fields.get("key", "")
    if not valid_client_key(key):
        raise MisreadError("key", "Each message needs a key of its own: 8 to 64 letters, digits, - and _.")
    return key
