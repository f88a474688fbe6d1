"""What came in: for the reviewer's lists, for whoever makes records of it, and for exports."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from pop.people.asking import Ask, Rows
from pop.surveys.collecting import files
from pop.surveys.collecting.models import Attachment, DraftPicture, Submission
from pop.surveys.collecting.queries.partners import id_of

_NAMING = (Attachment, DraftPicture)
SORTS = {
    "received": ("received_at",),
    "partner": ("partner__name", "-received_at"),
    "form": ("survey__form_id", "-received_at"),
}


@dataclass(frozen=True)
class SubmissionFacts:
    """A submission as lists show it, without its answers. `missing` are files that an answer names and nobody sent."""

    id: UUID
    instance_id: str
    survey: UUID
    form_id: str
    version: str
    partner: UUID | None
    partner_name: str
    source: str
    state: str
    faults: int
    missing: tuple[str, ...]
    replaces: UUID | None
    replaced_by: UUID | None
    received_at: datetime


@dataclass(frozen=True)
class AttachmentFacts:
    """One file of a submission: `sha256` is of the bytes that are kept."""

    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Whole:
    """A submission with its answers as they were sent (XML), what the form's own rules find wrong, and its files."""

    facts: SubmissionFacts
    xml: bytes = field(repr=False)
    faults: Sequence[Mapping[str, str]]
    provenance: Mapping[str, object]
    attachments: Sequence[AttachmentFacts]

    @property
    def answered_on(self) -> date:
        """The day to which the answers testify: that of sending at the place where an import comes from, else when they
        were received, and never later than that.
        """
        received = self.facts.received_at.date()
        said = str(self.provenance.get("sent") or self.provenance.get("begun") or "")
        try:
            return min(datetime.fromisoformat(said).date(), received) if self.facts.source == "import" else received
        except ValueError:
            return received


def submissions(ask: Ask) -> Rows[SubmissionFacts]:
    """Return submissions, newest first; filters: `form`, `survey` (id), `partner` (id), `source`, `state`, `counts`
    ("yes": only those that no whole correction replaces), `faults` ("yes" or "no").
    """
    rows = _listed()
    wanted = ask.filters
    for name, column in (("form", "survey__form_id"), ("source", "source"), ("state", "state")):
        if wanted.get(name):
            rows = rows.filter(**{column: wanted[name]})
    for name in ("survey", "partner"):
        if wanted.get(name):
            # What is no id is nobody's.
            found = id_of(wanted[name])
            rows = rows.filter(**{f"{name}_id": found}) if found else rows.none()
    if wanted.get("counts") == "yes":
        rows = _counting(rows)
    if wanted.get("faults"):
        rows = rows.exclude(faults=[]) if wanted["faults"] == "yes" else rows.filter(faults=[])
    if ask.search:
        rows = rows.filter(Q(instance_id__icontains=ask.search) | Q(partner__name__icontains=ask.search))
    ordered = rows.order_by(*ask.order(SORTS, ("-received_at", "id")))
    return Rows([_facts(row) for row in ordered[ask.first : ask.first + ask.count]], rows.count())


def submission(submission_id: UUID) -> Whole | None:
    """Return one submission with everything that came with it, or None."""
    row = _listed().filter(id=submission_id).first()
    return _whole(row) if row else None


def counting(survey: UUID) -> Iterator[Whole]:
    """Yield the submissions of one version of a form that count: whole, and replaced by no whole correction."""
    for row in _counting(_listed().filter(survey_id=survey)).order_by("received_at", "id").iterator(200):
        yield _whole(row)


def chain(submission_id: UUID) -> Sequence[SubmissionFacts]:
    """Return a submission with what it corrects and what corrects it, the first one first."""
    row = _listed().filter(id=submission_id).first()
    if row is None:
        return ()
    found = [row]
    while found[0].replaces_id is not None:
        found.insert(0, _listed().get(id=found[0].replaces_id))
    while (following := _listed().filter(replaces_id=found[-1].id).first()) is not None:
        found.append(following)
    return [_facts(each) for each in found]


def counts_by_survey() -> Mapping[UUID, int]:
    """Return how many submissions of each version of a form count."""
    rows = _counting(Submission.objects.all()).values_list("survey_id").annotate(number=Count("id"))
    return dict(rows.order_by())


def attachment_bytes(submission_id: UUID, name: str) -> bytes | None:
    """Return a file of a submission, or None where it has none of this name. Raises OSError."""
    sha256 = Attachment.objects.filter(submission_id=submission_id, name=name).values_list("sha256", flat=True).first()
    return files.read(sha256) if sha256 else None


def named_files(names: Collection[str]) -> frozenset[str]:
    """Return those of these files (SHA-256) that belong to a submission or to a draft."""
    found = (model.objects.filter(sha256__in=names).values_list("sha256", flat=True) for model in _NAMING)
    return frozenset(name for rows in found for name in rows)


def _listed() -> QuerySet[Submission]:
    return (
        Submission.objects.select_related("survey", "partner", "replaced_by")
        .defer("survey__source", "survey__xform", "replaced_by__xml")
        .prefetch_related("attachments")
    )


def _counting(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    return rows.filter(state="received").exclude(replaced_by__state="received")


def _facts(row: Submission) -> SubmissionFacts:
    there = {each.name for each in row.attachments.all()}
    correction: Submission | None = getattr(row, "replaced_by", None)
    return SubmissionFacts(
        id=row.id,
        instance_id=row.instance_id,
        survey=row.survey_id,
        form_id=row.survey.form_id,
        version=row.survey.version,
        partner=row.partner_id,
        partner_name=row.partner.name if row.partner else "",
        source=row.source,
        state=row.state,
        faults=len(row.faults),
        missing=tuple(each for each in row.files if each not in there),
        replaces=row.replaces_id,
        replaced_by=correction.id if correction else None,
        received_at=row.received_at,
    )


def _whole(row: Submission) -> Whole:
    return Whole(
        facts=_facts(row),
        xml=bytes(row.xml),
        faults=list(row.faults),
        provenance=dict(row.provenance),
        attachments=[
            AttachmentFacts(each.name, each.media_type, each.size, each.sha256)
            for each in sorted(row.attachments.all(), key=lambda each: each.name)
        ],
    )
