"""The OpenRosa doors: `/openrosa/<token>/formList`, `forms/<id>`, `manifest/<id>`, `submission`.

The token stands in the address, because clients keep an address and nothing else; so no address is ever logged. Whether
a token was never given or was revoked is answered alike: by one look, with one sentence.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, quote
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connections
from django.http.request import validate_host
from django.utils import timezone

from pop.places.languages import best_language
from pop.surveys.collecting.actions.receiving import Outcome, RefusedError, receive
from pop.surveys.collecting.bodies import MOST_BYTES, Body, BodyError, Incoming, LeftError, Parts, parted, take
from pop.surveys.collecting.files import is_full
from pop.surveys.collecting.queries.partners import assigned_forms, partner_of
from pop.surveys.collecting.queries.surveys import offered, offered_xform
from pop.surveys.collecting.rules.reading import MalformedError
from pop.surveys.openrosa.documents import Listed, form_list, manifest, response
from pop.surveys.openrosa.words import OPENROSA

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]
Result = TypeVar("Result")

ROOT: Final = "/openrosa/"
# Commits wait for one another, and each holds a picture or two: few at once are as fast as many.
_THREADS: Final = 4
# So many bodies may be on their way in at one time; who comes later waits in turn.
_BODIES: Final = 64
_XML: Final = (b"content-type", b"text/xml; charset=utf-8")
_STATUS: Final = {
    "no_token": 401,
    "not_found": 404,
    "bad_host": 400,
    "other_method": 405,
    "too_large_request": 413,
    "too_slow": 408,
    "packed": 415,
    "not_multipart": 415,
    "too_many_parts": 413,
    "too_large": 413,
    "try_again": 503,
    "no_room": 507,
    "unknown_form": 404,
    "unknown_version": 404,
    "closed": 403,
    "conflict": 409,
    "unknown_original": 409,
    "corrected_already": 409,
    "bad_file": 415,
    "no_form": 503,
}
_OUTCOMES: Final = {Outcome.NEW: 201, Outcome.SAME: 202, Outcome.WAITING: 202}

log = logging.getLogger("pop.surveys")


class DoorError(Exception):
    """An answer that says no: a key of the words, and the name that its sentence holds."""

    def __init__(self, code: str, name: str = "", headers: tuple[Header, ...] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.name = name
        self.headers = headers


class OpenRosa:
    """The doors of one process."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="openrosa")
        self._bodies = asyncio.Semaphore(_BODIES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request under `/openrosa/`."""
        headers = _headers(scope)
        incoming = Incoming(receive)
        language = best_language(headers.get(b"accept-language", b"").decode("latin-1"))
        try:
            status, body, more = await self._answer(scope, headers, incoming, language)
        except LeftError:
            return
        except DoorError as refused:
            status, body, more = _refusal(refused, language)
            if scope["method"] == "POST" and not incoming.ended:
                # Who waits to be told to go on is told the answer instead, and sends nothing.
                if b"expect" not in headers:
                    await incoming.let_finish()
                more = (*more, (b"connection", b"close"))
        await _respond(send, status, body, more, silent=scope["method"] == "HEAD")

    def close(self) -> None:
        """Let the threads end with what they do."""
        self._threads.shutdown(wait=False)

    async def _answer(
        self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, language: str
    ) -> tuple[int, bytes, tuple[Header, ...]]:
        token, _, rest = scope["path"].removeprefix(ROOT).partition("/")
        # Before anything else, and before a byte of a body: a stranger learns of no door and fills no disk.
        partner = await self._in_thread(partner_of, token)
        if partner is None:
            raise DoorError("no_token", headers=((b"www-authenticate", b"OpenRosa-Address"),))
        own = _own_address(scope, headers, token)
        query = _query(scope)
        door, _, what = rest.partition("/")
        if rest == "submission":
            return await self._submission(scope, headers, receive, partner, own, language)
        if scope["method"] not in {"GET", "HEAD"}:
            raise DoorError("other_method", headers=((b"allow", b"GET, HEAD"),))
        if rest == "formList":
            every = _is_true(query.get("listAllVersions"))
            listed = await self._in_thread(_listed, partner, query.get("formID"), every, own)
            return 200, form_list(listed), (_XML,)
        if door == "forms" and what:
            xform = await self._in_thread(_xform, partner, what, query.get("version"))
            if xform is None:
                raise DoorError("unknown_form")
            return 200, xform, (_XML,)
        if door == "manifest" and what:
            if await self._in_thread(_xform, partner, what, query.get("version")) is None:
                raise DoorError("unknown_form")
            return 200, manifest(), (_XML,)
        raise DoorError("not_found")

    async def _submission(
        self,
        scope: Scope,
        headers: dict[bytes, bytes],
        receive: Receive,
        partner: UUID,
        own: str,
        language: str,
    ) -> tuple[int, bytes, tuple[Header, ...]]:
        location = (b"location", f"{own}/submission".encode("latin-1", "replace"))
        if scope["method"] == "HEAD":
            return 204, b"", (location,)
        if scope["method"] != "POST":
            raise DoorError("other_method", headers=((b"allow", b"HEAD, POST"),))
        if headers.get(b"content-encoding", b"identity").strip().lower() not in {b"", b"identity"}:
            raise DoorError("packed", headers=((b"accept-encoding", b"identity"),))
        content_type = headers.get(b"content-type", b"").decode("latin-1")
        if not content_type.lower().startswith("multipart/form-data"):
            raise DoorError("not_multipart", headers=((b"accept", b"multipart/form-data"),))
        length = headers.get(b"content-length", b"")
        try:
            async with self._bodies:
                body = await take(receive, announced=int(length) if length.isdigit() else None)
                outcome = await self._in_thread(_receive, body, content_type, partner)
        except BodyError as error:
            raise DoorError(error.code) from None
        except OSError as error:
            raise _not_now(error) from None
        if outcome is Outcome.CONFLICT:
            raise DoorError("conflict")
        said = OPENROSA.say(outcome.value, language)
        return _OUTCOMES[outcome], response(said, refused=False, language=language), (_XML, location)

    async def _in_thread(self, work: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _with_database, work, arguments)


def _with_database(work: Callable[..., Result], arguments: Sequence[object]) -> Result:
    try:
        return work(*arguments)
    except (DatabaseError, OSError) as error:
        raise _not_now(error) from None
    finally:
        for each in connections.all(initialized_only=True):
            # The pool is shared with every page: a thread that rests must not keep one of its connections. A file
            # that is open costs nothing, and opening it anew takes as long as a look into it.
            if each.vendor == "postgresql" or not each.is_usable():
                each.close()


def _not_now(error: Exception) -> DoorError:
    """Return what is said where the database or the disk does not take something, and log what a person must know."""
    full = is_full(error)
    # The type alone: its text may quote an answer.
    log.error("a request of OpenRosa was not served: %s", "the disk is full" if full else type(error).__name__)
    after = b"600" if full else b"10"
    return DoorError("no_room" if full else "try_again", headers=((b"retry-after", after),))


def _receive(body: Body, content_type: str, partner: UUID) -> Outcome:
    with body:
        parts: Parts = parted(body, content_type)
    try:
        done = receive(
            xml=parts.xml,
            source="openrosa",
            now=timezone.now(),
            partner=partner,
            files=parts.files,
            complete=parts.complete,
        )
    except (MalformedError, RefusedError) as error:
        raise DoorError(error.code, error.name) from None
    return done.outcome


def _offers(partner: UUID, form_id: str) -> bool:
    """Return whether a form is for this partner. What was filled in of another one is taken all the same."""
    only = assigned_forms(partner)
    return not only or form_id in only


def _xform(partner: UUID, form_id: str, version: str | None) -> bytes | None:
    return offered_xform(form_id, version) if _offers(partner, form_id) else None


def _listed(partner: UUID, form_id: str | None, every_version: bool, own: str) -> list[Listed]:
    only = assigned_forms(partner)
    return [
        Listed(
            form_id=each.form_id,
            title=each.title,
            version=each.version,
            md5=each.md5,
            download=f"{own}/forms/{quote(each.form_id, safe='')}?version={quote(each.version, safe='')}",
            manifest=f"{own}/manifest/{quote(each.form_id, safe='')}?version={quote(each.version, safe='')}",
        )
        for each in offered(form_id, every_version=every_version)
        if not only or each.form_id in only
    ]


def _refusal(refused: DoorError, language: str) -> tuple[int, bytes, tuple[Header, ...]]:
    said = OPENROSA.say(refused.code, language).format(name=refused.name)
    return _STATUS.get(refused.code, 400), response(said, refused=True, language=language), (_XML, *refused.headers)


async def _respond(send: Send, status: int, body: bytes, headers: Sequence[Header], *, silent: bool) -> None:
    always: list[Header] = [
        (b"x-openrosa-version", b"1.0"),
        (b"x-openrosa-accept-content-length", b"%d" % MOST_BYTES),
    ]
    length: list[Header] = [] if status == 204 else [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": [*always, *headers, *length]})
    await send({"type": "http.response.body", "body": b"" if silent else body})


def _headers(scope: Scope) -> dict[bytes, bytes]:
    return {bytes(name).lower(): bytes(value) for name, value in scope["headers"]}


def _query(scope: Scope) -> dict[str, str]:
    try:
        found = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise DoorError("not_found") from None
    return {name: values[-1] for name, values in found.items()}


def _is_true(text: str | None) -> bool:
    return (text or "").lower() in {"true", "yes", "1"}


def _own_address(scope: Scope, headers: dict[bytes, bytes], token: str) -> str:
    """Return the address of this partner's doors as the client reached them; a host that is not ours is refused."""
    host = headers.get(b"host", b"").decode("latin-1")
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    if not validate_host(name.lower(), settings.ALLOWED_HOSTS):
        raise DoorError("bad_host")
    return f"{scope.get('scheme', 'http')}://{host}{ROOT}{token}"
