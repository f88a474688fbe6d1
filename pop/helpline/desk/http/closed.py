"""Closed conversations: a list by codes only, and reading one with a reason that is recorded."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_GET

from pop.helpline.cases.queries.case import record_of
from pop.helpline.cases.queries.closed import SORTS, ClosedFilters, ClosedRow, closed
from pop.helpline.cases.rules import lists
from pop.helpline.conversations.actions.reading import read
from pop.helpline.desk.http.answering import form_methods, of_my_team
from pop.helpline.desk.http.closing import record_said
from pop.helpline.desk.http.columns import head
from pop.helpline.desk.http.showing import bubbles
from pop.helpline.desk.http.tools import chosen_id
from pop.helpline.desk.http.waiting import my_lines
from pop.helpline.desk.http.wording import SAY, WORDS, minute
from pop.helpline.desk.http.workspace import COUNSELLING, STYLE, TIMES
from pop.helpline.queue.rules.reasons import READ_REASONS
from pop.helpline.words.showing import CHANNELS, channel, choices, country, language, mark, named, refused
from pop.people.entrance import member, staff
from pop.people.pages.layout import page
from pop.people.unlocking import private_key

_PAGE = 50
_PAGES = 2_000
_WEEKS = 12
_COLUMNS = (
    ("closed_at", "closed"),
    ("label_channel", "channel"),
    ("label_language", "language"),
    ("filter_type", "contact_type"),
    ("record_categories_short", ""),
    ("label_age", "age_band"),
    ("closed_length", ""),
)


@staff(*COUNSELLING)
@require_GET
def closed_list(request: HttpRequest) -> HttpResponse:
    """The closed conversations of one's teams."""
    given = request.GET
    sort = given.get("sort", "").removeprefix("-")
    ascending = not given.get("sort", "-").startswith("-")
    if sort not in SORTS:
        sort, ascending = "closed", False
    number = int(given["page"]) if re.fullmatch(r"[1-9][0-9]{0,3}", given.get("page", "")) else 1
    number = min(number, _PAGES)
    offered = _offered(request)
    found = closed(
        staff=member(request).id,
        filters=_filters(given, offered),
        sort=sort,
        ascending=ascending,
        first=(number - 1) * _PAGE,
        count=_PAGE,
    )
    context = {
        "title": SAY["menu_closed"],
        "rows": [_row(each) for each in found.rows],
        "found": SAY("rows_found" if found.counted else "closed_found_more", count=found.total),
        "filters": [
            {"name": name, "label": label, "choices": values, "chosen": given.get(name, "")}
            for name, (label, values) in offered.items()
        ],
        "mine": given.get("mine") == "yes",
        "unrecorded": given.get("unrecorded") == "yes",
        "heads": [_head(given, label, name, sort, ascending) for label, name in _COLUMNS],
        "before": _address(given, page=str(number - 1)) if number > 1 else "",
        "after": _address(given, page=str(number + 1)) if found.total > number * _PAGE else "",
        "sort": given.get("sort", ""),
        "desk_style": STYLE,
        "desk_times": TIMES,
    }
    return page(request, "desk/closed.html", context, words=WORDS)


@staff(*COUNSELLING)
@form_methods
def read_one(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Read a conversation of the team that one does not have: the reason is asked first, and recorded."""
    found = of_my_team(request, conversation)
    me, reason = member(request).id, request.POST.get("reason", "")
    context: dict[str, Any] = {
        "title": SAY["read_one_title"],
        "face": head(found),
        "mark": mark(conversation),
        "reasons": choices("read_reason", READ_REASONS),
        "reason": reason,
        "refused": refused("reason") if request.method == "POST" and reason not in READ_REASONS else "",
        "desk_style": STYLE,
        "desk_times": TIMES,
    }
    status = 422 if context["refused"] else 200
    if request.method == "POST" and not context["refused"]:
        # The audit row is committed before a word is opened.
        said = read(conversation, staff=me, private_key=private_key(request), how=reason)
        record = record_of(conversation, me)
        context |= {"bubbles": bubbles(said, me=me), "record": record_said(record) if record else []}
    return page(request, "desk/read.html", context, words=WORDS, status=status)


def _offered(request: HttpRequest) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    mine = my_lines(request)
    languages = sorted({each for line in mine for each in line.languages})
    monday = timezone.now().date() - timedelta(days=timezone.now().weekday())
    weeks = [(monday - timedelta(weeks=each)).isoformat() for each in range(_WEEKS)]
    return {
        "line": (SAY["label_line"], [(str(each.id), each.name) for each in mine]),
        "channel": (SAY["label_channel"], choices("channel", CHANNELS)),
        "language": (SAY["label_language"], [(each, language(each)) for each in languages]),
        "type": (SAY["filter_type"], choices("contact_type", [each.id for each in lists.contact_types()])),
        "group": (SAY["filter_group"], choices("group", lists.groups())),
        "age": (SAY["label_age"], choices("age_band", [each.id for each in lists.age_bands()])),
        "week": (SAY["filter_week"], [(each, each) for each in weeks]),
    }


def _filters(given: QueryDict, offered: dict[str, tuple[str, list[tuple[str, str]]]]) -> ClosedFilters:
    """Return what is asked for; what the form does not offer is left out, never an error."""
    chosen = {
        name: given.get(name, "") if given.get(name, "") in {value for value, _ in values} else ""
        for name, (_, values) in offered.items()
    }
    monday = date.fromisoformat(chosen["week"]) if chosen["week"] else None
    return ClosedFilters(
        line=chosen_id(chosen["line"]),
        channel=chosen["channel"],
        language=chosen["language"],
        contact_type=chosen["type"],
        topic_group=chosen["group"],
        age_band=chosen["age"],
        mine=given.get("mine") == "yes",
        unrecorded=given.get("unrecorded") == "yes",
        since=monday,
        until=monday + timedelta(days=6) if monday else None,
    )


def _row(row: ClosedRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "mark": mark(row.id),
        "closed": minute(row.closed_at),
        "channel": channel(row.channel),
        "language": ", ".join(each for each in (language(row.language), country(row.country)) if each),
        "type": named("contact_type", row.contact_type) if row.contact_type else "",
        "categories": ", ".join(named("category", each) for each in row.categories),
        "age": named("age_band", row.age_band) if row.age_band else "",
        "minutes": SAY("closed_minutes", count=row.minutes) if row.minutes is not None else "",
        "danger": row.danger,
    }


def _head(given: QueryDict, label: str, name: str, sort: str, ascending: bool) -> dict[str, str]:
    now = bool(name) and name == sort
    turned = f"-{name}" if now and ascending else name if now or name != "closed" else f"-{name}"
    return {
        "label": SAY[label],
        "address": _address(given, sort=turned, page="") if name else "",
        "direction": ("ascending" if ascending else "descending") if now else "",
    }


def _address(given: QueryDict, **changes: str) -> str:
    query = given.copy()
    for name, value in changes.items():
        if value:
            query[name] = value
        else:
            query.pop(name, None)
    return "?" + query.urlencode()
