"""Phone calls: begun at the desk like a conversation, or written down afterwards."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now as present

from pop.helpline.cases.actions.phone import log_phone_call, start_phone_call
from pop.helpline.cases.rules.records import one_tap
from pop.helpline.desk.http.answering import form_methods
from pop.helpline.desk.http.closing import one_taps, record_context, record_from
from pop.helpline.desk.http.tools import chosen_id
from pop.helpline.desk.http.waiting import my_lines
from pop.helpline.desk.http.wording import SAY, WORDS
from pop.helpline.desk.http.workspace import COUNSELLING, SCRIPT_OF_RECORD, STYLE, TIMES
from pop.helpline.lines.rules import RefusedError
from pop.helpline.words.showing import country, language, refused
from pop.people.entrance import member, staff
from pop.people.pages.layout import page, tell
from pop.places.countries import codes

_OFFSET = re.compile(r"-?[0-9]{1,3}")
_FARTHEST = 14 * 60


@staff(*COUNSELLING)
@form_methods
def phone(request: HttpRequest) -> HttpResponse:
    """Begin a call, or log one that has ended."""
    given, code = request.POST, ""
    if request.method == "POST":
        try:
            if given.get("do") == "start":
                return redirect(f"/desk/c/{_start(request)}")
            _log(request)
            tell(request, SAY["phone_logged"])
            return redirect("/desk/phone")
        except RefusedError as error:
            if error.code == "unknown":
                raise Http404 from None
            code = error.code
    return page(request, "desk/phone.html", _context(request, code), words=WORDS, status=422 if code else 200)


def _start(request: HttpRequest) -> UUID:
    given = request.POST
    return start_phone_call(
        line=_line(request),
        staff=member(request).id,
        language=given.get("language", ""),
        country=given.get("country", ""),
    )


def _log(request: HttpRequest) -> None:
    given = request.POST
    record = one_tap(given["one_tap"]) if given.get("one_tap") else record_from(given)
    if record is None:
        raise RefusedError("one_tap")
    started, ended = _moment(given, "from"), _moment(given, "to")
    if ended < started:  # it went on past midnight
        ended += timedelta(days=1)
    log_phone_call(
        line=_line(request),
        staff=member(request).id,
        started_at=started,
        ended_at=ended,
        record=record,
        language=given.get("language", ""),
        country=given.get("country", ""),
    )


def _line(request: HttpRequest) -> UUID:
    found = chosen_id(request.POST.get("line", ""))
    if found is None:
        raise RefusedError("unknown")
    return found


def _moment(given: Any, name: str) -> datetime:
    typed, zone = f"{given.get('day', '')} {given.get(name, '')}", timezone(timedelta(minutes=int(_offset(given) or 0)))
    try:
        return datetime.strptime(typed, "%Y-%m-%d %H:%M").replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise RefusedError("call_times") from None


def _offset(given: Any) -> str:
    """Return by how many minutes typed times are ahead of UTC, as the page's script says it; "" where they are UTC."""
    offset = given.get("offset", "")
    return offset if _OFFSET.fullmatch(offset) and abs(int(offset)) <= _FARTHEST else ""


def _context(request: HttpRequest, code: str) -> dict[str, Any]:
    given, now = request.POST, present()
    mine = my_lines(request)
    languages = sorted({each for line in mine for each in line.languages})
    return {
        "title": SAY["menu_phone"],
        "lines": [(str(each.id), each.name) for each in mine],
        "languages": [(each, language(each)) for each in languages],
        "countries": sorted(((each, country(each)) for each in codes()), key=lambda pair: pair[1]),
        "chosen": {
            "line": given.get("line", ""),
            "language": given.get("language", SAY.language),
            "country": given.get("country", mine[0].countries[0] if mine and len(mine[0].countries) == 1 else ""),
            "day": given.get("day", now.date().isoformat()),
            "from": given.get("from", f"{now - timedelta(minutes=15):%H:%M}"),
            "to": given.get("to", f"{now:%H:%M}"),
            "offset": _offset(given),
        },
        "wrong": refused(code) if code else "",
        "t": record_context(given if request.method == "POST" and given.get("do") != "start" else None),
        "one_taps": one_taps(),
        "desk_style": STYLE,
        "desk_times": TIMES,
        "desk_script": SCRIPT_OF_RECORD,
    }
