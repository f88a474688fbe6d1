"""Hearing of submissions: each becomes one finding, compared with the registry; a withdrawn one leaves everything."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from pop.audit import actions as audit
from pop.places import countries
from pop.places.languages import known_languages
from pop.places.moments import zone_of
from pop.registry.directory.actions.review.surveyed import drop_proposal, hide_in_danger, take_back
from pop.registry.directory.queries.mapped import OPERATORS
from pop.registry.directory.rules.editing import MistakeError, contact_columns
from pop.registry.directory.rules.tables import AUDIENCES, CHANNELS, RESPONDERS, kinds, topics
from pop.registry.mapping.actions.comparing import compare
from pop.registry.mapping.instruments import NAMES, consents
from pop.registry.mapping.models import Finding
from pop.registry.mapping.rules.answers import Offered, UnreadableError, offered, read_answers
from pop.surveys.collecting.queries.submissions import Whole, chain, submission
from pop.surveys.collecting.queries.surveys import survey

_FORM_PREFIX: Final = "pop_"
_COUNTED: Final = "received"
_LONGEST_HOURS: Final = 300
_LONGEST_DIAL: Final = 120


def submission_received(payload: Mapping[str, object]) -> None:
    """Make or renew the finding of a submission. Subscribe this to the event of that name; to hear twice is to hear
    once.
    """
    hear(UUID(str(payload["submission"])))


def submission_withdrawn(payload: Mapping[str, object]) -> None:
    """Take away what a submission, and all that it corrected, brought. Subscribe this to the event of that name."""
    take_away(UUID(str(payload["submission"])))


def take_away(submission_id: UUID) -> None:
    """Take from the registry, now, what came of a submission and of all that it corrected."""
    for each in chain(submission_id):
        forget(each.id)


def hear(submission_id: UUID) -> UUID | None:
    """Make the finding of a submission and compare it; return its id, or None where it is none of the instruments'.

    A correction takes the place of what it corrects, and stays with the record that came of that. What a person has
    decided about is left as it is.
    """
    whole = submission(submission_id)
    if whole is None or whole.facts.state != _COUNTED:
        return None
    known = survey(whole.facts.survey)
    instrument = (known.instrument or known.form_id.removeprefix(_FORM_PREFIX)) if known else ""
    if instrument not in NAMES:
        return None
    try:
        offer = offered(read_answers(whole.xml), instrument, consents())
    except UnreadableError:
        return None  # taken in before it was read: whoever keeps the surveys sees it there
    with transaction.atomic():
        Finding.objects.bulk_create([_made(whole, instrument, offer)], ignore_conflicts=True)
        finding = Finding.objects.select_for_update().get(submission=submission_id)
        if finding.state not in ("received", "compared"):
            return finding.pk
        before = whole.facts.replaces
        earlier = Finding.objects.select_for_update().filter(submission=before).first() if before else None
        if earlier is not None:
            _replace(earlier, finding)
        if finding.unplaced and finding.service_id and _made_of_these(finding.submission, finding.service_id):
            hide_in_danger(finding.service_id)
        later = whole.facts.replaced_by
        if later and Finding.objects.filter(submission=later).exists():
            finding.state = "replaced"
        else:
            compare(finding)
        finding.save()
        audit.record(
            action="compare_submission",
            object_type="finding",
            object_id=str(finding.pk),
            detail={"instrument": instrument, "verdict": finding.verdict},
        )
    return finding.pk


@transaction.atomic
def forget(submission_id: UUID) -> None:
    """Leave of a finding that there was one, and take from the registry what came of it."""
    finding = Finding.objects.select_for_update().filter(submission=submission_id).first()
    if finding is None or finding.state == "withdrawn":
        return
    proposal, service = finding.proposal_id, finding.service_id
    # What was found in the registry is somebody else's: no stranger's word about it takes it away.
    made = service != finding.match_id
    finding.name, finding.values, finding.contacts, finding.unread = "", {}, [], []
    finding.choices, finding.consents, finding.reasons = {}, {}, []
    finding.state, finding.decided_at = "withdrawn", timezone.now()
    finding.save()
    if service is not None:
        proposals = [proposal] if proposal else []
        take_back(service_id=service, source=finding.source, proposals=proposals, made=made)
    audit.record(action="withdraw_finding", object_type="finding", object_id=str(finding.pk))


def _made(whole: Whole, instrument: str, offer: Offered) -> Finding:
    values = _fit(offer.values)
    country = values.get("country", "")
    contacts, unread = _read(offer.contacts, country)
    # What was answered years ago and brought in today is evidence of then.
    on = whole.answered_on
    return Finding(
        submission=whole.facts.id,
        instrument=instrument,
        source=f"survey {instrument}, {on.isoformat()}, {str(whole.facts.id)[:8]}",
        received_on=on,
        invited=whole.facts.partner is not None,
        name=str(values.get("name", "")),
        country=country,
        values=values,
        contacts=contacts,
        unread=unread,
        consents=dict(offer.consents),
        unplaced=offer.unplaced,
        made_at=timezone.now(),
    )


def _fit(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a record can hold: a client may send what the form would have refused."""
    found = dict(values)
    for name in ("name", "organisation"):
        if name in found:
            found[name] = " ".join(str(found[name]).split())[:200]
    if found.get("country") not in countries.codes():
        found.pop("country", None)
    if found.get("kind") not in kinds():
        found.pop("kind", None)
    if found.get("operator") not in OPERATORS:
        found.pop("operator", None)
    for name, known in _lists().items():
        if name in found:
            found[name] = [each for each in found[name] if each in known]
    if len(str(found.get("website", ""))) > 300:
        del found["website"]
    for name in ("age_min", "age_max"):
        if found.get(name, 0) > 99:
            del found[name]
    return found


def _lists() -> Mapping[str, Collection[str]]:
    """Return what may stand in each list of a record."""
    return {"audience": AUDIENCES, "topics": topics(), "responders": RESPONDERS, "languages": known_languages()}


def _read(stated: Sequence[Mapping[str, Any]], country: str) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Return (columns of the contacts that can be read, those that cannot with the reason's code)."""
    read: list[dict[str, Any]] = []
    unread: list[dict[str, str]] = []
    for each in stated:
        if each["channel"] not in CHANNELS:
            continue
        try:
            read.append(_columns(each, country))
        except MistakeError as mistake:
            said = {"channel": str(each["channel"]), "as_stated": str(each["as_stated"])[:200], "code": mistake.code}
            unread.append(said)
    return read, unread


def _columns(stated: Mapping[str, Any], country: str) -> dict[str, Any]:
    whole = {
        **stated,
        "as_stated": str(stated["as_stated"])[:200],
        "message_body": "",
        "alternative": "",
        "languages": [],
        "subdivisions": [],
        "withheld": "",
        "age_min": None,
        "age_max": None,
        "leaves_trace": None,
        "from_abroad": None,
    }
    if len(str(stated["hours_source"])) > _LONGEST_HOURS:
        whole["hours_source"] = ""
    zone = zone_name(country)
    try:
        return _addressed(contact_columns(whole, country, zone))
    except MistakeError as mistake:
        if mistake.field != "hours_source":
            raise
        # A number is worth having without hours that nobody can read.
        return _addressed(contact_columns({**whole, "hours_source": ""}, country, zone))


def _addressed(columns: dict[str, Any]) -> dict[str, Any]:
    if len(columns["dial"]) > _LONGEST_DIAL:
        raise MistakeError("as_stated", "address_unreadable")
    return columns


def zone_name(country: str) -> str:
    """Return the time zone of a country that has one only, else ""."""
    zone = zone_of(country) if country else None
    return zone.info.key if zone is not None and not zone.city else ""


def _made_of_these(submission_id: UUID, service: UUID) -> bool:
    """Say whether a record was made of these answers, or of what they correct, and is not somebody else's."""
    corrected = [each.id for each in chain(submission_id)]
    return Finding.objects.filter(submission__in=corrected, service_id=service).exclude(match_id=service).exists()


def _replace(earlier: Finding, finding: Finding) -> None:
    """Put a correction in the place of what it corrects."""
    finding.replaces = earlier
    if earlier.state == "withdrawn":
        return
    if earlier.proposal_id and earlier.state == "proposed":
        drop_proposal(proposal_id=earlier.proposal_id)
        earlier.refresh_from_db()
    finding.service = earlier.service
    earlier.state = "replaced"
    earlier.save()
