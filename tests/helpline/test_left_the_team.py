"""Who is not in a conversation's team any more, or never was, does nothing in it: their key and their ids are no help.

The membership ends at once; what they had goes back to the queue a moment later, when the news of it is heard. In
between the conversation still has their name on it, and every act must refuse them all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from pop.helpline import database
from pop.helpline.cases.actions.closing import close_one_tap
from pop.helpline.cases.actions.private import Identified, open_identity, read_notes, write_identity, write_note
from pop.helpline.cases.actions.risk import check_risk, do_danger_step
from pop.helpline.cases.queries.case import danger_steps_of, has_identity, record_of, risk_of, suggested
from pop.helpline.conversations.actions.appending import Sending, append
from pop.helpline.conversations.actions.forgetting import hold
from pop.helpline.conversations.actions.reading import read, staff_keys
from pop.helpline.conversations.actions.watching import open_live
from pop.helpline.conversations.models import Conversation, Message
from pop.helpline.conversations.queries.watching import may_follow, staff_may_watch
from pop.helpline.lines import actions as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.actions.glass import allow_broken_glass, break_glass, end_broken_glass, refuse_broken_glass
from pop.helpline.queue.actions.handing import accept_hand_over, decline_hand_over, hand_over, hand_over_note
from pop.helpline.queue.actions.states import block, pause_for_abuse, promise, sleep, unblock, wake
from pop.helpline.queue.actions.supervising import (
    ask_to_look,
    join,
    leave_joined,
    read_as_supervisor,
    reassign,
    seen_glance,
    take_over,
)
from pop.helpline.queue.actions.taking import take
from pop.helpline.queue.queries.desk import card, latest_hand_over, my_desk
from pop.helpline.referrals.actions import decide
from pop.helpline.referrals.models import Referral
from pop.helpline.referrals.queries import referrals_of
from tests.helpline.conftest import House, Person, client_key, make_house
from tests.helpline.conversations.steps import begin
from tests.helpline.conversations.steps import take as give

pytestmark = [pytest.mark.storage, pytest.mark.django_db(transaction=True, databases="__all__")]

Act = Callable[[UUID, Person, Mapping[str, UUID]], object]


def send(conversation: UUID, by: Person, as_author: str) -> None:
    with database.atomic():
        append(Sending(conversation, as_author, "x", client_key(), staff=by.id, private_key=by.private))


def key(by: Person) -> dict[str, Any]:
    return {"staff": by.id, "private_key": by.private}


ACTS: Mapping[str, Act] = {
    "send": lambda c, by, _: send(c, by, "counsellor"),
    "send as a supervisor": lambda c, by, _: send(c, by, "supervisor"),
    "keys": lambda c, by, _: staff_keys(c, by.id, by.private),
    "read": lambda c, by, _: read(c, **key(by), how="answer"),
    "live": lambda c, by, _: open_live(c, **key(by), how="live"),
    "sleep": lambda c, by, _: sleep(conversation=c, **key(by)),
    "promise": lambda c, by, _: promise(conversation=c, on=timezone.now().date(), **key(by)),
    "wake": lambda c, by, _: wake(conversation=c, **key(by)),
    "pause": lambda c, by, _: pause_for_abuse(conversation=c, staff=by.id),
    "block": lambda c, by, _: block(conversation=c, staff=by.id),
    "unblock": lambda c, by, _: unblock(conversation=c, staff=by.id),
    "ask to look": lambda c, by, _: ask_to_look(conversation=c, staff=by.id),
    "look": lambda _, by, ids: seen_glance(glance=ids["glance"], staff=by.id),
    "read as supervisor": lambda c, by, _: read_as_supervisor(conversation=c, reason="quality", **key(by)),
    "join": lambda c, by, _: join(conversation=c, reason="quality", **key(by)),
    "leave joined": lambda c, by, _: leave_joined(conversation=c, **key(by)),
    "take over": lambda c, by, _: take_over(conversation=c, reason="quality", **key(by)),
    "reassign": lambda c, by, _: reassign(conversation=c, to_staff=by.id, staff=by.id),
    "hand over": lambda c, by, ids: hand_over(
        conversation=c, by=by.id, private_key=by.private, to_staff=ids["colleague"]
    ),
    "accept": lambda _, by, ids: accept_hand_over(hand_over=ids["hand_over"], **key(by)),
    "decline": lambda _, by, ids: decline_hand_over(hand_over=ids["hand_over"], staff=by.id),
    "hand-over's note": lambda _, by, ids: hand_over_note(hand_over=ids["hand_over"], **key(by)),
    "break glass": lambda c, by, _: break_glass(conversation=c, staff=by.id, reason="legal_order"),
    "allow glass": lambda _, by, ids: allow_broken_glass(glass=ids["glass"], **key(by)),
    "refuse glass": lambda _, by, ids: refuse_broken_glass(glass=ids["glass"], staff=by.id),
    "end glass": lambda _, by, ids: end_broken_glass(glass=ids["glass"], staff=by.id),
    "note": lambda c, by, _: write_note(conversation=c, text="x", **key(by)),
    "notes": lambda c, by, _: read_notes(conversation=c, **key(by)),
    "write identity": lambda c, by, _: write_identity(conversation=c, identity=Identified("Invented"), **key(by)),
    "identity": lambda c, by, _: open_identity(conversation=c, reason="legal_duty", **key(by)),
    "risk": lambda c, by, _: check_risk(conversation=c, answers={}, **key(by)),
    "step": lambda c, by, _: do_danger_step(conversation=c, staff=by.id, step="call"),
    "close": lambda c, by, _: close_one_tap(conversation=c, contact_type="silent", **key(by)),
    "decide": lambda _, by, ids: decide(referral=ids["referral"], agreed=True, **key(by)),
    "hold": lambda c, by, _: hold(c, on=True, by=by.id),
    "record": lambda c, by, _: record_of(c, by.id),
    "risk found": lambda c, by, _: risk_of(c, by.id),
    "steps": lambda c, by, _: danger_steps_of(c, by.id),
    "suggestion": lambda c, by, _: suggested(c, by.id),
    "has identity": lambda c, by, _: has_identity(c, by.id),
    "referrals": lambda c, by, _: referrals_of(c, by.id),
}


@pytest.fixture
def ids(house: House, person: Callable[..., Person]) -> dict[str, UUID]:
    """A conversation of the counsellor's, and one of everything that hangs on it."""
    conversation = begin(house).conversation
    give(conversation, house.counsellor)
    other = person("supervisor")
    lines.create_team(line=house.line, name="Other", intake=False, founders=[other.id], by=None)
    mine = house.counsellor
    referral = Referral.objects.create(
        conversation_id=conversation,
        service_id=uuid4(),
        service_name="An invented service",
        kind="helpline",
        agreed="asked",
        staff=mine.id,
        made_at=timezone.now(),
    )
    write_note(conversation=conversation, text="an invented note", **key(mine))
    write_identity(conversation=conversation, identity=Identified("Invented"), **key(mine))
    return {
        "conversation": conversation,
        "glance": ask_to_look(conversation=conversation, staff=mine.id),
        "glass": break_glass(conversation=conversation, staff=other.id, reason="legal_order"),
        "hand_over": uuid4(),
        "referral": referral.pk,
        "colleague": house.colleague.id,
    }


def codes(conversation: UUID, by: Person, ids: Mapping[str, UUID]) -> dict[str, str]:
    """Try everything, and return how each act was refused."""
    found = {}
    for name, act in ACTS.items():
        try:
            act(conversation, by, ids)
        except RefusedError as refused:
            found[name] = refused.code
    return found


UNKNOWN = dict.fromkeys(ACTS, "unknown")


def test_who_left_the_team_does_nothing_even_before_the_news_of_it_is_heard(house: House, ids: dict[str, UUID]) -> None:
    lines.leave(team=house.team, staff=house.counsellor.id, by=house.supervisor.id)
    row = Conversation.objects.get(pk=ids["conversation"])
    assert row.assignee == house.counsellor.id
    said = Message.objects.filter(conversation=row).count()
    assert codes(row.pk, house.counsellor, ids) == UNKNOWN
    now = Conversation.objects.get(pk=row.pk)
    assert (now.state, now.assignee, now.legal_hold, now.blocked_at) == ("active", row.assignee, False, None)
    assert Message.objects.filter(conversation=row).count() == said


def test_a_supervisor_of_another_line_does_nothing(
    house: House, person: Callable[..., Person], ids: dict[str, UUID]
) -> None:
    assert codes(ids["conversation"], make_house(person).supervisor, ids) == UNKNOWN


def test_who_left_the_team_follows_and_sees_nothing(house: House, ids: dict[str, UUID]) -> None:
    conversation, left = ids["conversation"], house.counsellor.id
    assert may_follow([(left, frozenset({conversation}))]) == [frozenset({conversation})]
    lines.leave(team=house.team, staff=left, by=house.supervisor.id)
    assert may_follow([(left, frozenset({conversation}))]) == [frozenset()]
    assert staff_may_watch(left, [conversation]) == frozenset()
    assert my_desk(left).cards == []
    assert card(conversation, left) is None
    assert latest_hand_over(conversation, left) is None


def test_a_message_that_is_left_is_not_taken_by_who_is_not_in_the_team(
    house: House, person: Callable[..., Person], ids: dict[str, UUID]
) -> None:
    far = make_house(person)
    waiting = begin(house).conversation
    for stranger in (far.counsellor, far.supervisor):
        with pytest.raises(RefusedError, match=r"unknown|off_duty"):
            take(conversation=waiting, **key(stranger))
    assert Conversation.objects.get(pk=waiting).assignee is None
