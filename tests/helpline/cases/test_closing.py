"""Closing with a contact record, by staff; and telephone calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from pop.audit.models import AuditRow
from pop.helpline import database
from pop.helpline.cases.actions.closing import close_one_tap, close_with_record
from pop.helpline.cases.actions.phone import log_phone_call, start_phone_call
from pop.helpline.cases.actions.private import read_notes, write_note
from pop.helpline.cases.models import ContactRecord
from pop.helpline.cases.queries.case import record_of, suggested, unrecorded
from pop.helpline.cases.queries.closed import ClosedFilters, closed
from pop.helpline.cases.rules.records import Record
from pop.helpline.conversations.actions.entering import end
from pop.helpline.conversations.models import CaseKey, Conversation, Message
from pop.helpline.queue.actions.duty import return_lost
from pop.helpline.queue.actions.taking import take
from pop.helpline.queue.models import Wait
from tests.helpline.conftest import House, Person
from tests.helpline.conversations.steps import Opened, answer, begin, seen_by_child
from tests.helpline.queue.steps import on_duty, other_team, refused, row

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

BULLYING = Record("child_self", ("violence.bullying",), ("direct_intervention",), "13_15", ("poverty",), "with_parents")
NOON = datetime(2026, 11, 18, 12, 7, tzinfo=UTC)


def held(house: House, **ticked: object) -> Opened:
    """A conversation that the counsellor has."""
    on_duty(house, house.counsellor)
    opened = begin(house, **ticked)
    take(conversation=opened.conversation, staff=house.counsellor.id, private_key=house.counsellor.private)
    return opened


def close_it(house: House, conversation: UUID, record: Record = BULLYING, who: Person | None = None) -> UUID:
    by = who or house.counsellor
    return close_with_record(conversation=conversation, staff=by.id, private_key=by.private, record=record)


def test_closing_keeps_the_record_in_codes_and_ends_the_lease(house: House) -> None:
    opened = held(house, country="KE")
    answer(opened.conversation, house.counsellor, "hello")
    close_it(house, opened.conversation)
    ended = row(opened.conversation)
    assert (ended.state, ended.ended_by, ended.retention) == ("closed", "staff", "usual")
    assert not CaseKey.objects.filter(lease__isnull=False).exists()
    kept = ContactRecord.objects.get()
    assert (kept.contact_type, kept.categories) == ("child_self", ["violence.bullying"])
    assert (ended.contact_type, ended.topic_group, ended.age_band) == ("child_self", "violence", "13_15")
    assert (kept.country, kept.channel, kept.language, kept.practice) == ("KE", "webchat", "en", False)
    assert (kept.minutes, kept.waited_minutes) == (0, 0)
    assert (kept.made_at.minute % 15, kept.made_at.second) == (0, 0)
    assert record_of(opened.conversation, house.colleague.id) == BULLYING
    assert seen_by_child(opened.token)[-1][2] == "closed"
    assert AuditRow.objects.using(database.ALIAS).filter(action="record_contact", actor=house.counsellor.id).exists()


def test_a_bad_record_closes_nothing(house: House) -> None:
    opened = held(house)
    with refused("record_needs_category"):
        close_it(house, opened.conversation, Record("child_self"))
    assert row(opened.conversation).state == "active"
    assert not ContactRecord.objects.exists()


def test_only_who_has_it_closes_it_and_once(house: House, person: Callable[..., Person]) -> None:
    opened = held(house)
    _, _, stranger = other_team(house, person)
    with refused("unknown"):
        close_it(house, opened.conversation, who=stranger)
    with refused("not_yours"):
        close_it(house, opened.conversation, who=house.colleague)
    close_it(house, opened.conversation)
    with refused("recorded"):
        close_it(house, opened.conversation)


def test_what_waits_must_be_taken_before_it_is_closed(house: House) -> None:
    opened = begin(house)
    Conversation.objects.filter(pk=opened.conversation).update(assignee=house.counsellor.id)
    with refused("wrong_state"):
        close_it(house, opened.conversation)


def test_a_conversation_that_the_child_ended_asks_for_its_record(house: House) -> None:
    opened = held(house)
    end(opened.token)
    assert unrecorded(house.counsellor.id) == [opened.conversation]
    assert unrecorded(house.colleague.id) == []
    close_it(house, opened.conversation)
    assert row(opened.conversation).ended_by == "child"
    assert unrecorded(house.counsellor.id) == []


@pytest.mark.parametrize(("kind", "kept"), [("silent", "brief"), ("abusive", "brief"), ("thank_you", "usual")])
def test_one_tap_closes_what_was_no_contact(house: House, kind: str, kept: str) -> None:
    opened = held(house)
    close_one_tap(
        conversation=opened.conversation,
        staff=house.counsellor.id,
        private_key=house.counsellor.private,
        contact_type=kind,
    )
    assert row(opened.conversation).retention == kept
    assert ContactRecord.objects.get().contact_type == kind


def test_one_tap_is_not_for_a_childs_trouble(house: House) -> None:
    opened = held(house)
    with refused("one_tap"):
        close_one_tap(
            conversation=opened.conversation,
            staff=house.counsellor.id,
            private_key=house.counsellor.private,
            contact_type="child_self",
        )


def test_found_danger_is_kept_long_whatever_the_record_says(house: House) -> None:
    opened = held(house, danger=True)
    close_it(house, opened.conversation, Record("silent"))
    assert row(opened.conversation).retention == "danger"


def test_the_childs_choice_suggests_a_category(house: House) -> None:
    opened = held(house, tile="at_home", age="18-24")
    told = suggested(opened.conversation, house.counsellor.id)
    assert (told.category, told.age_band) == ("family.general", "18_24")


def test_a_phone_call_is_a_conversation_without_messages(house: House) -> None:
    call = start_phone_call(line=house.line, staff=house.counsellor.id, language="en", country="KE")
    who = {"conversation": call, "staff": house.counsellor.id, "private_key": house.counsellor.private}
    write_note(**who, text="calls from a friend's phone")  # type: ignore[arg-type]
    assert [each.text for each in read_notes(**who)] == ["calls from a friend's phone"]  # type: ignore[arg-type]
    assert return_lost(timezone.now() + timedelta(minutes=5)) == 0
    close_it(house, call)
    ended = row(call)
    assert (ended.state, ended.channel, ended.last_sequence) == ("closed", "phone", 0)
    assert not Message.objects.exists()
    assert not Wait.objects.exists()
    assert ContactRecord.objects.get().waited_minutes is None


def test_a_call_that_is_over_is_written_down_with_its_times(house: House) -> None:
    call = log_phone_call(
        line=house.line,
        staff=house.counsellor.id,
        started_at=NOON - timedelta(minutes=32),
        ended_at=NOON - timedelta(minutes=2),
        record=Record("silent"),
        now=NOON,
    )
    ended = row(call)
    assert (ended.opened_at, ended.closed_at) == (NOON.replace(hour=11, minute=30), NOON.replace(minute=0))
    kept = ContactRecord.objects.get()
    assert (kept.channel, kept.minutes, kept.week) == ("phone", 30, date(2026, 11, 16))
    assert not CaseKey.objects.filter(lease__isnull=False).exists()


@pytest.mark.parametrize(("began", "over"), [(-10, -20), (-5, 10), (-60 * 24 * 8, -60 * 24 * 8 + 1), (-60 * 13, 0)])
def test_a_call_has_times_that_can_be(house: House, began: int, over: int) -> None:
    with refused("call_times"):
        log_phone_call(
            line=house.line,
            staff=house.counsellor.id,
            started_at=NOON + timedelta(minutes=began),
            ended_at=NOON + timedelta(minutes=over),
            record=Record("silent"),
            now=NOON,
        )


def test_only_staff_of_the_line_log_its_calls(house: House, person: Callable[..., Person]) -> None:
    with refused("unknown"):
        start_phone_call(line=house.line, staff=person("counsellor").id)


def test_closed_conversations_are_found_by_codes_and_by_the_own_team_only(
    house: House, person: Callable[..., Person]
) -> None:
    first, second = held(house), held(house)
    close_it(house, first.conversation)
    close_it(house, second.conversation, Record("silent"))
    who = house.colleague.id
    assert closed(staff=who).total == 2
    for filters, found in [
        (ClosedFilters(contact_type="silent"), [second.conversation]),
        (ClosedFilters(topic_group="violence"), [first.conversation]),
        (ClosedFilters(age_band="13_15"), [first.conversation]),
        (ClosedFilters(channel="phone"), []),
        (ClosedFilters(mine=True), []),
        (ClosedFilters(danger=True), []),
        (ClosedFilters(practice=True), []),
        (ClosedFilters(since=timezone.now().date() + timedelta(days=1)), []),
        (ClosedFilters(line=first.conversation), []),
    ]:
        assert [each.id for each in closed(staff=who, filters=filters).rows] == found
    kinds = [each.contact_type for each in closed(staff=who, sort="contact_type", ascending=True).rows]
    assert kinds == ["child_self", "silent"]
    assert len(closed(staff=who, first=1, count=1).rows) == 1
    _, _, stranger = other_team(house, person)
    assert closed(staff=stranger.id).total == 0
    with refused("unknown"):
        record_of(first.conversation, stranger.id)
