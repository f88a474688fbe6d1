"""A small registry with one record of every state that a reader may or may not see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from pop.registry.directory.models import (
    Change,
    Contact,
    EmergencyNumber,
    Evidence,
    Organisation,
    Service,
)


@pytest.fixture
def make_service(db) -> Callable[..., Service]:  # type: ignore[no-untyped-def]
    """Make a published Kenyan child helpline, changed by what is given."""

    def make(**changes: object) -> Service:
        name = str(changes.setdefault("name", "Childline Kenya"))
        country = str(changes.setdefault("country", "KE"))
        body = Organisation.objects.create(name=f"{name} body", country=country, operator="civil_society")
        facts: dict[str, object] = {
            "organisation": body,
            "kind": "child_helpline",
            "audience": ["child"],
            "age_max": 18,
            "languages": ["sw", "en"],
            "timezone": "Africa/Nairobi",
            "stage": "directory_listed",
            "stage_on": date(2022, 5, 16),
            "source": "https://directory.example/kenya/",
            "state": "published",
            "remarks": "remark for staff only",
        }
        return Service.objects.create(**facts | changes)

    return make


@pytest.fixture
def registry(make_service: Callable[..., Service]) -> SimpleNamespace:
    """Records in every state; `line` is the ordinary one: a short code, a full number, a chat and a mail address."""
    line = make_service(website="http://www.childlinekenya.example")
    phone = Contact.objects.create(
        service=line,
        channel="phone",
        position=0,
        as_stated="116",
        number_kind="short",
        dial="116",
        from_abroad=False,
        alternative="+254722116116",
        free=True,
        leaves_trace=True,
        hours="24/7",
        hours_source="24/7",
    )
    text = Contact.objects.create(
        service=line,
        channel="sms",
        position=1,
        as_stated="0722 178 177",
        number_kind="full",
        e164="+254722178177",
        dial="0722 178177",
        message_body="VOICE",
        hours="Mo-Fr 07:00-26:00, Sa,Su 11:00-24:00",
        hours_source="Mo-Fr 07:00-26:00; Sa,Su 11:00-24:00",
    )
    chat = Contact.objects.create(service=line, channel="webchat", position=2, dial="https://chat.example/")
    mail = Contact.objects.create(
        service=line, channel="email", position=3, dial="998@ministry.example", withheld="foreign_email"
    )
    hidden = Contact.objects.create(service=line, channel="phone", position=4, dial="0800987654", withheld="decision")
    shelter = make_service(name="Safe House", kind="shelter", audience=["child", "general_public"])
    place = Contact.objects.create(service=shelter, channel="in_person", dial="12 Secret Road")
    Contact.objects.create(
        service=shelter, channel="phone", position=1, dial="0722 000111", number_kind="full", e164="+254722000111"
    )
    for field, value, contact in (
        ("hours", "24/7", phone),
        ("dial", "116", phone),
        ("languages", "sw en", None),
        ("remarks", "secret remark", None),
        ("dial", "0800987654", hidden),
    ):
        Evidence.objects.create(
            service=line,
            contact=contact,
            field=field,
            value=value,
            source="https://directory.example/kenya/",
            observed_on=date(2022, 5, 16),
            stage="directory_listed",
        )
    Evidence.objects.create(service=shelter, contact=place, field="dial", value="12 Secret Road", stage="desk_checked")
    Change.objects.create(
        service=line, contact_id=phone.id, field="dial", before="999", after="116", via="apply_proposal"
    )
    Change.objects.create(service=line, field="remarks", before="secret before", after="secret after", via="load")
    Change.objects.create(
        service=shelter, contact_id=place.id, field="dial", before="", after="12 Secret Road", via="load"
    )
    closed = make_service(name="Closed Line", state="defunct")
    gone = Change.objects.create(service=closed, field="state", before="published", after="defunct", via="defunct")
    Change.objects.filter(id=gone.id).update(at=datetime(2024, 3, 1, tzinfo=UTC))
    EmergencyNumber.objects.create(
        country="KE", dial="999", kind="any", stage="directory_listed", source="two sources agree", rank=1
    )
    EmergencyNumber.objects.create(country="KE", dial="110", kind="police", stage="unconfirmed_lead", source="one")
    return SimpleNamespace(
        line=line,
        phone=phone,
        text=text,
        chat=chat,
        mail=mail,
        hidden=hidden,
        shelter=shelter,
        place=place,
        closed=closed,
        suspended=make_service(name="Suspended Line", state="suspended"),
        waiting=make_service(name="Waiting Line", state="waiting"),
        unsafe=make_service(name="Unsafe Line", safety="do_not_publish"),
        others=make_service(name="Line for Adults", kind="mental_health", audience=["general_public"], age_max=None),
        bare=make_service(name="Bare Lead", country="GN", stage="unconfirmed_lead", stage_on=None, languages=[]),
    )
