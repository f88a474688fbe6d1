"""Taking a body of any length up to a bound without holding it in memory, and parting it where its boundary says."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, NamedTuple, TypeAlias

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.http import parse_header_parameters

from pop.surveys.collecting import files as storage
from pop.surveys.collecting.actions.receiving import File

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Body: TypeAlias = "tempfile.SpooledTemporaryFile[bytes]"

MOST_BYTES: Final = 10_485_760
"""Bytes of one request; clients are told, and send larger sets of files in several requests."""
PART_SECONDS: Final = 30.0
WHOLE_SECONDS: Final = 600.0
"""Ten megabytes at the 150 kbit/s of a bad network; who sends nothing for half a minute has left."""
_IN_MEMORY: Final = 262_144
_TAIL: Final = 1_024
# So much of a refused body is read and thrown away, so that its sender comes to read why it was refused.
DRAINED: Final = 1_048_576


class BodyError(Exception):
    """A body that is not taken. `code` is a key of the words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class LeftError(Exception):
    """The sender went away: there is nobody to answer."""


class Parts(NamedTuple):
    """What a submission's request holds."""

    xml: bytes
    files: tuple[File, ...]
    complete: bool


async def take(
    receive: Receive, *, announced: int | None, seconds: float = PART_SECONDS, most: int = MOST_BYTES
) -> Body:
    """Return a body of at most so many bytes as a file without a name, at its beginning; the caller closes it.

    Raises BodyError (`too_large_request`, `too_slow`), LeftError; OSError where the disk does not take it.
    """
    if announced is not None and announced > most:
        raise BodyError("too_large_request")
    # What is larger than fits in memory goes to the data directory, not to a temporary directory of everybody's.
    storage.check_room(announced or 0)
    body: Body = tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(storage.incoming()))  # noqa: SIM115 - see above
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            size = 0
            while True:
                async with asyncio.timeout(seconds):
                    message = await receive()
                if message["type"] != "http.request":
                    raise LeftError
                part: bytes = message.get("body", b"")
                size += len(part)
                if size > most:
                    raise BodyError("too_large_request")
                body.write(part)
                if not message.get("more_body"):
                    break
        body.seek(0)
    except TimeoutError:
        body.close()
        raise BodyError("too_slow") from None
    except BaseException:
        body.close()
        raise
    return body


class Incoming:
    """A request's body as it comes, which knows when it has come to its end."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.ended = False

    async def __call__(self) -> Message:
        """Return the next message of the server."""
        message = await self._receive()
        self.ended = self.ended or message["type"] != "http.request" or not message.get("more_body")
        return message

    async def let_finish(self, most: int = DRAINED) -> None:
        """Throw away so much of what still comes: many senders read an answer only after sending it all."""
        left = most
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PART_SECONDS):
                while left > 0 and not self.ended:
                    left -= len((await self()).get("body", b""))


def parted(body: Body, content_type: str) -> Parts:
    """Part a multipart body. Raises BodyError: `not_multipart`, `bad_multipart`, `too_many_parts`, `no_xml`."""
    if content_type.partition(";")[0].strip().lower() != "multipart/form-data":
        raise BodyError("not_multipart")
    body.seek(0, 2)
    size = body.tell()
    body.seek(max(0, size - _TAIL))
    tail = body.read()
    body.seek(0)
    # The type in small letters, as Django wants it; the boundary as it is.
    settled = "multipart/form-data" + content_type[len("multipart/form-data") :]
    boundary = parse_header_parameters(settled)[1].get("boundary", "")
    # Django takes what came of a body that was cut off; half a picture must not pass for one.
    if f"--{boundary}--".encode("latin-1", "replace") not in tail:
        raise BodyError("bad_multipart")
    source: Any = body
    try:
        parser = MultiPartParser({"CONTENT_TYPE": settled, "CONTENT_LENGTH": str(size)}, source, [_InMemory()])
        fields, files = parser.parse()
    except (TooManyFieldsSent, TooManyFilesSent, RequestDataTooBig):
        raise BodyError("too_many_parts") from None
    except (MultiPartParserError, SuspiciousOperation, UnicodeError, ValueError):
        raise BodyError("bad_multipart") from None
    documents = [_bytes(each) for each in files.getlist("xml_submission_file")]
    documents += [str(each).encode("utf-8", "surrogatepass") for each in fields.getlist("xml_submission_file")]
    if len(documents) != 1:
        raise BodyError("no_xml")
    named = tuple(
        File(str(each.name), _bytes(each))
        for field, found in files.lists()
        if field != "xml_submission_file"
        for each in found
    )
    return Parts(documents[0], named, fields.get("*isIncomplete*", "").strip().lower() != "yes")


class _InMemory(MemoryFileUploadHandler):
    """Every part in memory: a body is bounded, and few are parted at once."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        """Take parts of any length."""
        self.activated = True


def _bytes(file: object) -> bytes:
    return file.read() if isinstance(file, UploadedFile) else b""
