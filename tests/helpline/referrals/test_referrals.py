"""A service is handed over only with the child's agreement, and that is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import time
from uuid import UUID, uuid4

import pytest
from pop_sdk.engine import compile_snapshot

from pop.audit.models import AuditRow
from pop.helpline import database
from pop.helpline.conversations.actions.entering import child_enters, end
from pop.helpline.conversations.queries.talks import messages_after
from pop.helpline.queue.actions.taking import take
from pop.helpline.referrals.actions import child_decides, decide, offer_service
from pop.helpline.referrals.queries import asked_of_child, find_services, referrals_of
from pop.signposting.finder.queries import use_engine
from tests.helpline.conftest import House, Person
from tests.helpline.conversations.steps import Opened, begin
from tests.helpline.queue.steps import on_duty, other_team, refused
from tests.sdk.small_documents import document, service

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

SERVICE = UUID("7c3d6f0e-2a60-4d0a-9f63-0d6c0a3b1f11")


@pytest.fixture(autouse=True)
def directory() -> Iterator[None]:
    """A directory of one helpline in Kenya."""
    day, now = 86_400, int(time())
    begins = now // 60 - 7 * 1440
    engine = compile_snapshot(
        document(
            service(str(SERVICE), name="A line for children"),
            created=now,
            expires=now + 35 * day,
            window={"start": begins, "end": begins + 42 * 1440},
        )
    )
    use_engine(lambda: engine)
    yield
    use_engine(lambda: None)


@pytest.fixture
def opened(house: House) -> Opened:
    """A conversation that the counsellor has."""
    on_duty(house, house.counsellor)
    made = begin(house)
    take(conversation=made.conversation, staff=house.counsellor.id, private_key=house.counsellor.private)
    return made


def offer(house: House, opened: Opened, which: UUID = SERVICE) -> UUID:
    who = house.counsellor
    return offer_service(conversation=opened.conversation, staff=who.id, private_key=who.private, service=which)


def notices(token: str) -> list[dict[str, object]]:
    inside = child_enters(token)
    assert inside is not None
    said = messages_after(inside.conversation.id, 0, inside.keys)
    return [dict(each.notice) for each in said if each.notice]


def test_the_finder_answers_inside_the_conversation() -> None:
    [found] = find_services(country="KE", language="en", topics=["bullying"], age="8-12")
    assert (found.id, found.name, found.contacts[0].uri) == (SERVICE, "A line for children", "tel:116")
    assert find_services(country="QQ", language="en") == []


def test_without_a_directory_nothing_is_found_or_offered(house: House, opened: Opened) -> None:
    use_engine(lambda: None)
    assert find_services(country="KE", language="en") == []
    with refused("service_unknown"):
        offer(house, opened)


def test_the_child_is_asked_first_and_given_nothing_yet(house: House, opened: Opened) -> None:
    made = offer(house, opened)
    assert offer(house, opened) == made
    told = notices(opened.token)[-1]
    assert told == {"code": "service_asked", "referral": str(made), "name": "A line for children"}
    assert [each.id for each in asked_of_child(opened.token)] == [made]
    with refused("service_unknown"):
        offer(house, opened, uuid4())


def test_the_child_agrees_and_is_told_how_to_reach_it(house: House, opened: Opened) -> None:
    made = offer(house, opened)
    child_decides(token=opened.token, referral=made, agreed=True)
    child_decides(token=opened.token, referral=made, agreed=True)
    given = [each for each in notices(opened.token) if each["code"] == "service"]
    assert given == [
        {
            "code": "service",
            "id": str(SERVICE),
            "name": "A line for children",
            "contacts": [{"channel": "phone", "dial": "116", "uri": "tel:116"}],
        }
    ]
    assert [each.agreed for each in referrals_of(opened.conversation, house.counsellor.id)] == ["agreed"]
    assert AuditRow.objects.using(database.ALIAS).get(action="decide_referral").detail["by_child"] is True
    with refused("referral_decided"):
        child_decides(token=opened.token, referral=made, agreed=False)


def test_a_no_is_a_no(house: House, opened: Opened) -> None:
    made = offer(house, opened)
    child_decides(token=opened.token, referral=made, agreed=False)
    assert [each["code"] for each in notices(opened.token)].count("service") == 0
    with refused("referral_decided"):
        decide(referral=made, agreed=True, staff=house.counsellor.id, private_key=house.counsellor.private)
    assert asked_of_child(opened.token) == []


def test_a_counsellor_records_what_the_child_said(house: House, opened: Opened) -> None:
    made = offer(house, opened)
    with refused("not_yours"):
        decide(referral=made, agreed=True, staff=house.colleague.id, private_key=house.colleague.private)
    decide(referral=made, agreed=True, staff=house.counsellor.id, private_key=house.counsellor.private)
    assert notices(opened.token)[-1]["code"] == "service"
    assert AuditRow.objects.using(database.ALIAS).get(action="decide_referral").detail["by_child"] is False


def test_nobody_decides_for_another_child_or_team(house: House, opened: Opened, person: Callable[..., Person]) -> None:
    made, other = offer(house, opened), begin(house)
    with refused("unknown"):
        child_decides(token=other.token, referral=made, agreed=True)
    with refused("unknown"):
        child_decides(token="nobody's", referral=made, agreed=True)
    _, _, stranger = other_team(house, person)
    with refused("unknown"):
        decide(referral=made, agreed=True, staff=stranger.id, private_key=stranger.private)
    with refused("unknown"):
        referrals_of(opened.conversation, stranger.id)
    with refused("unknown"):
        offer_service(
            conversation=opened.conversation, staff=stranger.id, private_key=stranger.private, service=SERVICE
        )


def test_a_closed_conversation_takes_no_answer(house: House, opened: Opened) -> None:
    made = offer(house, opened)
    end(opened.token)
    with refused("closed"):
        child_decides(token=opened.token, referral=made, agreed=True)
