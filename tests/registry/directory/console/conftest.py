"""A small registry and the people who look after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from pop.evidence.maps.queries import hidden_in_country
from pop.registry.directory.actions.review.proposing import Seen
from pop.registry.directory.models import EmergencyNumber, LinkCheck, Notice, Organisation, Service, Task
from pop.registry.directory.queries.shield import use_shield

TODAY = dt.datetime.now(dt.UTC).date()


@pytest.fixture(autouse=True)
def _shielded() -> None:
    """Know what the map hides, as both doors do: until somebody does, a ministry is told of nothing."""
    use_shield(hidden_in_country)


@pytest.fixture
def people(make_staff) -> SimpleNamespace:  # type: ignore[no-untyped-def]
    """An editor, three approvers, one person with both roles, an administrator."""
    return SimpleNamespace(
        editor=make_staff("editor", name="Ed"),
        ann=make_staff("approver", name="Ann"),
        bo=make_staff("approver", name="Bo"),
        cy=make_staff("approver", name="Cy"),
        both=make_staff("editor", "approver", name="Both"),
        root=make_staff("administrator", name="Root"),
    )


@pytest.fixture
def service(db) -> Service:  # type: ignore[no-untyped-def]
    """Kenya's child line with 116, published."""
    return _make_service()


@pytest.fixture
def make_service(db) -> Callable[..., Service]:  # type: ignore[no-untyped-def]
    """``make_service(state="waiting")``: the same line with other columns."""
    return _make_service


@pytest.fixture
def seen() -> Seen:
    """Evidence of today, from the provider's own page."""
    return Seen("https://www.childlinekenya.co.ke/", TODAY, "desk_checked")


def _make_service(**given: Any) -> Service:
    organisation = Organisation.objects.create(name="Childline Kenya", country="KE")
    columns = {
        "name": "Childline Kenya",
        "country": "KE",
        "kind": "child_helpline",
        "audience": ["child"],
        "languages": ["en", "sw"],
        "timezone": "Africa/Nairobi",
        "website": "https://www.childlinekenya.co.ke/",
        "stage": "directory_listed",
        "stage_on": dt.date(2022, 5, 16),
        "source": "https://example.org/list",
        "state": "published",
    }
    made = Service.objects.create(organisation=organisation, **(columns | given))
    made.contacts.create(
        channel="phone", as_stated="116", number_kind="short", dial="116", from_abroad=False, leaves_trace=True
    )
    return made


@pytest.fixture
def kenya(service: Service) -> SimpleNamespace:
    """One row of everything that the console lists."""
    now = dt.datetime.now(dt.UTC)
    return SimpleNamespace(
        service=service,
        contact=service.contacts.get(),
        number=EmergencyNumber.objects.create(
            country="KE", dial="999", kind="police", stage="two_sources_agree", source="two lists", rank=1
        ),
        task=Task.objects.create(
            kind="number_report", service=service, detail={"reason": "no_answer", "number": "116"}, count=3
        ),
        notice=Notice.objects.create(
            country="KE", service=service, kind="disrupted", starts_at=now, ends_at=now + dt.timedelta(days=2)
        ),
        link=LinkCheck.objects.create(url="https://www.childlinekenya.co.ke/", checked_at=now, ok=True, status="200"),
    )


@pytest.fixture
def contact_values() -> Callable[..., dict[str, Any]]:
    """Values of a contact's form, for a phone."""

    def make(**given: Any) -> dict[str, Any]:
        return {
            "channel": "phone",
            "as_stated": "116",
            "message_body": "",
            "alternative": "",
            "hours_source": "",
            "languages": [],
            "subdivisions": [],
            "age_min": None,
            "age_max": None,
            "free": None,
            "anonymous": None,
            "leaves_trace": True,
            "from_abroad": False,
            "withheld": "",
        } | given

    return make


@pytest.fixture
def service_values() -> Callable[..., dict[str, Any]]:
    """``service_values(service, name="…")``: a service form's values as they are, with some changed."""
    names = [
        "name",
        "kind",
        "audience",
        "age_min",
        "age_max",
        "languages",
        "subdivisions",
        "topics",
        "responders",
        "timezone",
        "holiday_policy",
        "website",
    ]

    def make(service: Service, **given: Any) -> dict[str, Any]:
        return {name: getattr(service, name) for name in names} | given

    return make


@pytest.fixture
def ministry(console, make_staff, sign_in, client):  # type: ignore[no-untyped-def]
    """Kenya's focal point at a browser of their own."""
    return sign_in(client, make_staff("focal_point", name="Wanjiru", countries=["KE"]))


@pytest.fixture
def uganda(make_service) -> SimpleNamespace:  # type: ignore[no-untyped-def]
    """A record and an emergency number of another country."""
    found = make_service(name="Sauti", country="UG", timezone="Africa/Kampala")
    number = EmergencyNumber.objects.create(country="UG", dial="999", kind="police", stage="x", source="list", rank=1)
    return SimpleNamespace(service=found, contact=found.contacts.get(), number=number)
