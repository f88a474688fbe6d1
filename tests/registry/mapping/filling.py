"""Instruments filled in by the engine, as a browser or a telephone would send them."""

from __future__ import annotations

import functools
import random
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from pop.registry.mapping.instruments import source
from pop.surveys.collecting.actions.receiving import Outcome, receive
from pop.surveys.collecting.actions.surveys import load_form, open_survey
from pop.surveys.forms.answering import Answering
from pop.surveys.forms.definition import Form
from pop.surveys.forms.loading import load

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
YES = {
    f"publish_{group}": "yes"
    for group in ("identity", "reach", "services", "channels", "safeguards", "experience", "helplines")
}
LINE = {
    "time_given": "full",
    "may_answer": "OK",
    "service_name": "Lantern Line",
    "organisation_name": "The Lantern Association",
    "operator": "civil_society",
    "website": "https://lantern-line.example.org/",
    "service_kind": "child_helpline",
    "any_topic": "yes",
    "country": "KE",
    "serves": "whole_country",
    "languages": "en sw",
    "audience": "child",
    "age_max": "18",
    "services_given": "counselling",
    "topics_violence": "bullying",
    "channels": "phone",
    "channel_number": "0800 720 111",
    "channel_hours": "always",
    "channel_cost": "free",
    "respondent_role": "Coordinator of volunteers",
    "respondent_email": "private.person@lantern-line.example.org",
}


@functools.cache
def form(name: str) -> Form:
    return load(f"{name}.md", source(name))


def keep_form(name: str) -> None:
    """Load an instrument and open it."""
    load_form(name=f"{name}.md", data=source(name), now=NOW, instrument=name)
    open_survey(form_id=f"pop_{name}", now=NOW)


def filled(
    name: str = "helplines",
    *,
    instance_id: str,
    corrects: str | None = None,
    rows: Sequence[Mapping[str, str]] = (),
    **answers: str,
) -> bytes:
    """Return what is sent by somebody who answers these questions; an empty answer leaves the question out.

    `rows` are the answers about the second channel and those after it.
    """
    begun = Answering.begin(form(name), now=NOW, chance=random.Random(instance_id), language="en")
    for key, value in (LINE | YES | answers).items():
        found = [each for each in begun.paths() if each.endswith(f"/{key}")]
        if found:
            begun.set(found[0], value)
    for place, row in enumerate(rows, start=1):
        for key, value in row.items():
            begun.set([each for each in begun.paths() if each.endswith(f"/{key}")][place], value)
    return begun.submission_xml(instance_id=instance_id, deprecated_id=corrects)


def send(
    name: str = "helplines",
    *,
    partner: UUID | None = None,
    corrects: str | None = None,
    rows: Sequence[Mapping[str, str]] = (),
    **answers: str,
) -> tuple[UUID, str]:
    """Fill an instrument in and send it; return (submission, instance id)."""
    instance_id = f"uuid:{uuid.uuid4()}"
    xml = filled(name, instance_id=instance_id, corrects=corrects, rows=rows, **answers)
    got = receive(xml=xml, source="web", now=NOW, partner=partner)
    assert got.outcome is Outcome.NEW
    return got.submission, instance_id
