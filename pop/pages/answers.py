"""How a page of a child's is asked for and answered: forms read forgivingly, pages zipped, nothing kept."""

from __future__ import annotations

import functools
import gzip
import re
from collections.abc import Iterable

from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, RawPostDataException
from django.http.multipartparser import MultiPartParserError

_NO_GZIP = re.compile(r"(?:gzip|\*)\s*;\s*q=0(?:\.0*)?\s*(?:,|\Z)")
_UNREADABLE = (
    BadRequest,
    MultiPartParserError,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
    RawPostDataException,
    OSError,
)


@functools.lru_cache(maxsize=1024)
def accepts_gzip(header: str) -> bool:
    """Say whether an Accept-Encoding header takes gzip."""
    folded = header.lower()
    return ("gzip" in folded or "*" in folded) and not _NO_GZIP.search(folded)


def answer_page(
    request: HttpRequest, page: bytes, *, status: int = 200, varies: str = "Accept-Encoding"
) -> HttpResponse:
    """Answer with a page, gzipped where the browser takes it.

    No other site can ask for a page with a child's cookie (SameSite=Strict), so that none can learn from its length.
    """
    zipped = accepts_gzip(request.headers.get("Accept-Encoding", ""))
    response = HttpResponse(
        gzip.compress(page, 6, mtime=0) if zipped else page, status=status, content_type="text/html; charset=utf-8"
    )
    if zipped:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = varies
    response["Cache-Control"] = "no-store"
    return response


def read_form(request: HttpRequest, names: Iterable[str]) -> dict[str, str]:
    """Read the named fields of a form, "" for those not sent; a form that cannot be read is empty."""
    if request.method != "POST":
        return {}
    try:
        form = request.POST
    except _UNREADABLE:
        return {}
    return {name: str(form.get(name, "")) for name in names}


def came_back(request: HttpRequest) -> bool:
    """Say whether a browser sends a form again by itself, because somebody pressed Back after the child had left.

    Chromium marks what a person does with Sec-Fetch-User and sends a form out of its history without it. Other browsers
    never send that mark, so they are believed: they ask before they send a form again.
    """
    headers = request.headers
    return (
        request.method == "POST"
        and "Chromium" in headers.get("Sec-CH-UA", "")
        and headers.get("Sec-Fetch-Mode") == "navigate"
        and "Sec-Fetch-User" not in headers
    )
