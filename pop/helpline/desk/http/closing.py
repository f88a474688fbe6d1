"""Closing a conversation with its contact record in codes, or with one tap."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict

from pop.helpline.cases.actions.closing import close_one_tap, close_with_record
from pop.helpline.cases.queries.case import Suggestion, suggested
from pop.helpline.cases.rules import lists
from pop.helpline.cases.rules.records import MOST_CATEGORIES, Record
from pop.helpline.desk.http.answering import Outcome, form_methods, mine
from pop.helpline.desk.http.tools import Context, use
from pop.helpline.desk.http.wording import SAY
from pop.helpline.desk.http.workspace import COUNSELLING
from pop.helpline.words.showing import named
from pop.people.entrance import member, staff
from pop.people.unlocking import private_key


@staff(*COUNSELLING)
@form_methods
def close(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Close a conversation; one that has ended already gets its record in the same way."""
    found = mine(request, conversation)
    me = member(request).id

    def context() -> Context:
        given = request.POST if request.method == "POST" else None
        return record_context(given, suggested(conversation, me)) | {"one_taps": one_taps(), "state": found.state}

    def run() -> Outcome:
        key, kind = private_key(request), request.POST.get("one_tap", "")
        if kind:
            close_one_tap(conversation=conversation, staff=me, private_key=key, contact_type=kind)
        else:
            close_with_record(conversation=conversation, staff=me, private_key=key, record=record_from(request.POST))
        return Outcome(said=SAY["record_done"], closes=conversation)

    return use(request, found, "close", context, run)


def record_from(given: QueryDict) -> Record:
    """Return the record of a form as it was sent; whether its codes are any is for the action to say."""
    return Record(
        contact_type=given.get("contact_type", ""),
        categories=tuple(dict.fromkeys(given.getlist("categories"))),
        actions_taken=tuple(dict.fromkeys(given.getlist("actions_taken"))),
        age_band=given.get("age_band", ""),
        vulnerable_groups=tuple(dict.fromkeys(given.getlist("vulnerable_groups"))),
        living_situation=given.get("living_situation", ""),
    )


def record_context(given: QueryDict | None, suggestion: Suggestion | None = None) -> dict[str, Any]:
    """Return the form of a record: what was sent, or what the child's own choice suggests."""
    hint = suggestion or Suggestion("", "")
    if given is None:
        sent = Record("", (hint.category,) if hint.category else (), (), hint.age_band)
    else:
        sent = record_from(given)
    by_group: dict[str, list[tuple[str, str]]] = {}
    for each in lists.categories():
        by_group.setdefault(each.group, []).append((each.id, named("category", each.id)))
    return {
        # One tap closes the others; a question may need more of a record than its kind.
        "types": [
            (each.id, named("contact_type", each.id))
            for each in lists.contact_types()
            if each.counselling or each.id in ("question", sent.contact_type)
        ],
        "groups": [
            (group, named("group", group), entries, any(each in sent.categories for each, _ in entries))
            for group, entries in by_group.items()
        ],
        "actions": [(each, named("action_taken", each)) for each in lists.actions_taken()],
        "ages": [(each.id, named("age_band", each.id)) for each in lists.age_bands()],
        "vulnerable": [(each, named("vulnerable_group", each)) for each in lists.vulnerable_groups()],
        "living": [(each, named("living_situation", each)) for each in lists.living_situations()],
        "record": sent,
        "suggested": hint.category if given is None else "",
        "most_categories": MOST_CATEGORIES,
    }


def one_taps() -> list[tuple[str, str]]:
    """Return the kinds of contact that one tap closes."""
    return [(each.id, named("contact_type", each.id)) for each in lists.contact_types() if each.one_tap]


def record_said(record: Record) -> list[tuple[str, str]]:
    """Return a kept record in words: (what, said)."""
    told = (
        ("record_type", named("contact_type", record.contact_type)),
        ("record_categories", ", ".join(named("category", each) for each in record.categories)),
        ("record_actions", ", ".join(named("action_taken", each) for each in record.actions_taken)),
        ("label_age", named("age_band", record.age_band) if record.age_band else ""),
        ("record_groups", ", ".join(named("vulnerable_group", each) for each in record.vulnerable_groups)),
        ("record_living", named("living_situation", record.living_situation) if record.living_situation else ""),
    )
    return [(SAY[key], text) for key, text in told if text]
