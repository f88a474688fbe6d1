"""The public pages of inviting: the one that stops mails, and what anybody may pass on of a survey that is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from pop.pages.answers import answer_page
from pop.pages.shell import render
from pop.people.entrance import anyone
from pop.places.languages import best_language, own_name
from pop.places.words import LANGUAGES, Speaker
from pop.surveys.collecting.queries.invitations import invitation_ever
from pop.surveys.collecting.queries.surveys import Known, offered, surveys
from pop.surveys.inviting.actions.asking import allow_mails, stop_mails
from pop.surveys.inviting.queries import takes_mails
from pop.surveys.inviting.sharing import Texts, address_of, code_of, code_picture, plain, texts
from pop.surveys.inviting.words import INVITING
from pop.surveys.pages.entering import one
from pop.surveys.pages.http.doors import message, read
from pop.surveys.pages.look import CSS
from pop.surveys.pages.rendering import root_of
from pop.surveys.pages.words import SURVEY

_VARIES = "Accept-Language, Accept-Encoding"


@anyone
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Answer /survey/i/<token>/stop: a look shows a button, and only a post stops or allows mails.

    A mail program posts here by itself when somebody presses its own button (RFC 8058).
    """
    found = invitation_ever(token)
    if found is None:
        return message(request, "", "link", status=404)
    posted = read(request)
    if posted is None:
        return message(request, "", "full", status=413)
    if request.method == "POST":
        if one(posted, "do") == "allow":
            allow_mails(partner=found.partner)
        else:
            stop_mails(partner=found.partner, now=timezone.now())
    taken = takes_mails(found.partner)
    about = ("stop" if request.method != "POST" else "stop_again") if taken else "stop_done"
    language = _language(request, one(posted, "language"))
    context = _context(language, request.path, LANGUAGES)
    say = context["say"]
    context |= {"title": say[f"{about}_title"], "text": say[f"{about}_text"], "head": say[f"{about}_title"]}
    context |= {"do": "stop" if taken else "allow", "button": say["stop_button" if taken else "stop_again_button"]}
    return answer_page(request, render("inviting/stop.html", context), varies=_VARIES)


@anyone
def share(request: HttpRequest, form: str) -> HttpResponse:
    """Answer /survey/<form>/share: the address, a code of it, and texts to copy, on a page that can be printed."""
    known = _open(form)
    if known is None:
        return _gone(request, form)
    language = _language(request)
    context = _context(language, request.path, LANGUAGES)
    say = context["say"]
    address = address_of(request, form)
    said = texts(known, language, address)
    context |= {
        "title": say["share_title"],
        "head": f"{say['share_title']} · {said[0].survey}",
        "root": root_of(form),
        "address": address,
        "code": code_of(address),
        "code_label": say("share_code_label", address=address),
        "texts": said[0],
        "others": said[1:],
        "mailto": _mailto(said[0]),
    }
    return answer_page(request, render("inviting/share.html", context, verbatim=True), varies=_VARIES)


@anyone
def share_code(request: HttpRequest, form: str) -> HttpResponse:
    """Answer /survey/<form>/share.svg: the code as a picture."""
    if _open(form) is None:
        return _gone(request, form)
    return _file(code_picture(address_of(request, form)), "image/svg+xml", "survey.svg")


@anyone
def share_plain(request: HttpRequest, form: str) -> HttpResponse:
    """Answer /survey/<form>/share.txt: the address and the texts of all languages, without a page around them."""
    known = _open(form)
    if known is None:
        return _gone(request, form)
    said = texts(known, _language(request), address_of(request, form))
    return _file(plain(said).encode(), "text/plain; charset=utf-8", "")


def _open(form: str) -> Known | None:
    return next(iter(offered(form)), None)


def _gone(request: HttpRequest, form: str) -> HttpResponse:
    closed = any(each.state == "closed" for each in surveys(form))
    links = [("list_title", "/survey")]
    return message(request, "", "closed" if closed else "gone", status=410 if closed else 404, links=links)


def _language(request: HttpRequest, posted: str = "") -> str:
    asked = posted or request.GET.get("language", "")
    return asked if asked in LANGUAGES else best_language(request.headers.get("Accept-Language", ""))


def _context(language: str, here: str, languages: Sequence[str]) -> dict[str, Any]:
    say = Speaker((INVITING, SURVEY), language)
    return {
        "say": say,
        "css": CSS,
        "language": language,
        "language_now": say("language_now", language=own_name(language)),
        "languages": [(tag, own_name(tag)) for tag in languages],
        "here": here,
    }


def _mailto(said: Texts) -> str:
    body = said.mail.replace("\n", "\r\n")
    return f"mailto:?subject={quote(said.mail_subject)}&body={quote(body)}"


def _file(body: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=media_type)
    response["Cache-Control"] = "no-store"
    if name:
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
