"""A picture of somebody's answers: a page of its own takes it, so that whatever is wrong with it touches nothing else.

The other answers are saved before that page is shown. What comes is bounded ahead of Django (uploads.py).
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone

from pop.people.entrance import anyone
from pop.surveys.collecting.actions.draft_pictures import PictureError
from pop.surveys.collecting.actions.drafts import DraftError
from pop.surveys.collecting.files import is_full
from pop.surveys.pages import picturing, rendering, sitting
from pop.surveys.pages.http.doors import keep, message, show, visit_of
from pop.surveys.pages.http.uploads import refusal_of
from pop.surveys.pages.rendering import root_of

TO = "to"
_STATUS = {"picture_too_large": 413, "picture_slow": 408, "picture_no_room": 507}
_UNREADABLE = (MultiPartParserError, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent, OSError)

log = logging.getLogger("pop.surveys")


@anyone
def upload(request: HttpRequest, form: str, ident: str) -> HttpResponse:
    """Answer /survey-pictures/<form>/<question>: take one picture, and lead back to where it was asked for."""
    visit = visit_of(request, form, {})
    if isinstance(visit, HttpResponse):
        return visit
    here = visit.here
    asked = picturing.asked(here.answering, ident)
    if asked is None:
        return HttpResponseRedirect(root_of(form), status=HTTPStatus.SEE_OTHER)
    to = "review" if request.GET.get(TO) == "review" else ""
    wrong = _taken(request, here, asked) if request.method == "POST" else ""
    if wrong:
        page = rendering.picture_page(here.survey, here.answering, asked, wrong=f"wrong_{wrong}", to=to)
        return show(request, here, page, status=_STATUS.get(wrong, 400))
    if request.method != "POST":
        return show(request, here, rendering.picture_page(here.survey, here.answering, asked, to=to))
    kept = keep(request, here)
    return kept or HttpResponseRedirect(rendering.page_address(form, asked, to=to), status=HTTPStatus.SEE_OTHER)


def _taken(request: HttpRequest, here: sitting.Sitting, asked: picturing.Asked) -> str:
    """Take the picture that was posted; return what is wrong with it, or ""."""
    refused = refusal_of(request)
    if refused:
        return f"picture_{refused}"
    try:
        file = request.FILES.get("picture")
        data = file.read() if isinstance(file, UploadedFile) else b""
    except _UNREADABLE:
        return "picture_unfit"
    if not data:
        return "picture_none"
    try:
        here.put(asked.path, data, now=timezone.now())
    except PictureError as error:
        return f"picture_{error.code}"
    except DraftError:
        return ""  # keeping the answers meets the same, and says it
    except (OSError, DatabaseError) as error:
        log.error("a picture was not kept: %s", "the disk is full" if is_full(error) else type(error).__name__)
        return "picture_no_room"
    return ""


@anyone
def shown(request: HttpRequest, form: str, ident: str) -> HttpResponse:
    """Answer /survey-pictures/<form>/<question>/file: the picture itself, to the browser that holds its answers."""
    now = timezone.now()
    found = sitting.find(request, form, now=now)
    answering = None
    if isinstance(found, sitting.Sitting):
        answering = found.answering
    elif found is not None:
        answering = sitting.sent_answers(found, now=now)
    try:
        picture = picturing.picture_of(found, answering, ident) if found and answering else None
    except OSError as error:
        log.error("a picture was not read: %s", type(error).__name__)
        picture = None
    if picture is None:
        return message(request, "", "lost", status=404)
    response = HttpResponse(picture.data, content_type=picture.media_type)
    response["Content-Disposition"] = "inline"
    response["Cache-Control"] = "no-store"
    return response
