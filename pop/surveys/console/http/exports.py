"""The submissions of a form as a file, made whole before its first byte leaves."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from typing import IO, Any

from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from pop.people.entrance import member, staff
from pop.people.pages.layout import tell
from pop.surveys.console.http.submissions import RESPONDENTS
from pop.surveys.console.http.wording import ROLES, SAY
from pop.surveys.exporting.actions import Exported, ExportError, export

_PART = 262_144
_UNNAMEABLE = re.compile(r"[^\w.-]")


@staff(*ROLES)
@require_POST
def submissions_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """What came in to a form, as the file that was chosen; who answered only for those who may ask them back."""
    asked, person = request.POST, member(request)
    respondents = asked.get("respondents") == "yes"
    if respondents and RESPONDENTS not in person.roles:
        raise Http404
    # Without a name: nothing of it is left on the disk, however this ends.
    file = tempfile.TemporaryFile()  # noqa: SIM115  it is closed by whoever sends it
    try:
        made = export(
            form_id=form,
            file_format=asked.get("format", ""),
            to=file,
            language=asked.get("language", ""),
            respondents=respondents,
            by=person.id,
        )
    except (ExportError, OSError) as error:
        file.close()
        if isinstance(error, ExportError) and error.code == "unknown_form":
            raise Http404 from error
        code, about = (error.code, error.about) if isinstance(error, ExportError) else ("disk", "")
        tell(request, SAY(f"export_refused_{code}", about=about), good=False)
        return redirect("submissions_list", form)
    return _sent(request, file, made, form)


def _sent(request: HttpRequest, file: IO[bytes], made: Exported, form: str) -> HttpResponseBase:
    size = file.seek(0, 2)
    file.seek(0)
    # Under ASGI a plain iterator would be read into memory as a whole.
    parts: Any = _parts_later(file) if isinstance(request, ASGIRequest) else _parts(file)
    response = StreamingHttpResponse(parts, content_type=made.media_type)
    name = f"{_UNNAMEABLE.sub('_', form)}-{timezone.now():%Y-%m-%d}.{made.ending}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Content-Length"] = str(size)
    return response


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(_PART):
            yield part


async def _parts_later(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while part := await asyncio.to_thread(file.read, _PART):
            yield part
