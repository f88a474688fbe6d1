"""Taking a filled form: exactly once, whole, and on the disk before anybody is told that it arrived."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

from django.db import transaction

from pop.audit.actions import record
from pop.events.actions import publish
from pop.surveys.collecting import files as storage
from pop.surveys.collecting.checking import faults_of
from pop.surveys.collecting.models import Attachment, Submission, Survey
from pop.surveys.collecting.queries.surveys import shape_of_survey
from pop.surveys.collecting.rules.pictures import UnfitError, cleaned
from pop.surveys.collecting.rules.reading import fingerprint, read_xml
from pop.surveys.collecting.rules.structure import Named, files_of, named

RECEIVED = "submission_received"


class Outcome(Enum):
    """What became of a post."""

    NEW = "new"  # kept, and whole
    SAME = "same"  # all of it had been kept before
    WAITING = "waiting"  # kept, and the sender says that more of it comes
    CONFLICT = "conflict"  # something else is kept under this id, and stays as it is


class RefusedError(Exception):
    """A submission that is not taken, though it can be read. `code`: `unknown_form`, `unknown_version`, `closed`,
    `unknown_original`, `corrected_already`, `bad_file`; `name` is the file it is about, or "".
    """

    def __init__(self, code: str, name: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.name = name


@dataclass(frozen=True)
class File:
    """A file that came with a submission, as it was sent."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Received:
    """What became of a post, and the submission that it is about."""

    outcome: Outcome
    submission: UUID


@dataclass(frozen=True)
class _Kept:
    """A file on the disk, not yet in the database."""

    name: str
    media_type: str
    size: int
    sha256: str
    received_sha256: str


def receive(
    *,
    xml: bytes,
    source: str,
    now: datetime,
    partner: UUID | None = None,
    files: Sequence[File] = (),
    complete: bool = True,
    provenance: Mapping[str, object] | None = None,
) -> Received:
    """Keep one post of a submission; when this returns it survives a power cut.

    `complete=False` says that more posts with files follow. Files that no answer names are not kept. Pictures are kept
    without their metadata; other files are refused. Raises MalformedError (rules/reading.py, rules/structure.py) and
    RefusedError; then nothing of the post is kept. Raises OSError where the disk does not take a file.
    """
    root = read_xml(xml)
    said = named(root)
    survey = _survey(said, source)
    wanted = files_of(root, shape_of_survey(survey.id))
    digest = fingerprint(root)
    held = Submission.objects.filter(instance_id=said.instance_id).first()
    if held is None and survey.state == "closed" and source != "import":
        raise RefusedError("closed")
    if held is not None and not _is(held, survey, partner, digest):
        return Received(Outcome.CONFLICT, held.id)
    # The files come first: a row that is committed never waits for its bytes.
    kept = [_keep(each) for each in _once([each for each in files if each.name in wanted])]
    faults = faults_of(survey.id, xml, now=now) if held is None else []
    with transaction.atomic():
        original = _original(said, survey, partner)
        fresh = Submission(
            instance_id=said.instance_id,
            survey=survey,
            partner_id=partner,
            xml=xml,
            sha256=digest,
            source=source,
            state="incomplete",
            files=list(wanted),
            faults=faults,
            provenance=dict(provenance or {}),
            replaces=original,
            received_at=now,
        )
        if original is not None:
            _refuse_a_second_correction(original, said.instance_id)
        # Of any number of equal posts at once one inserts; the others wait for it here, and find it.
        Submission.objects.bulk_create([fresh], ignore_conflicts=True)
        row = Submission.objects.select_for_update().get(instance_id=said.instance_id)
        if row.id != fresh.id and not _is(row, survey, partner, digest):
            return Received(Outcome.CONFLICT, row.id)
        added = _add_files(row, kept)
        if added is None:
            return Received(Outcome.CONFLICT, row.id)
        return Received(_finish(row, row.id == fresh.id, added, complete, now), row.id)


def _survey(said: Named, source: str) -> Survey:
    """Return the survey that a submission fills. A draft is nobody's business: it answers as an unknown form does."""
    found = Survey.objects.filter(form_id=said.form_id).defer("source", "xform")
    if source != "import":
        found = found.exclude(state="draft")
    rows = {each.version: each for each in found}
    if not rows:
        raise RefusedError("unknown_form")
    if said.version not in rows:
        raise RefusedError("unknown_version")
    return rows[said.version]


def _is(row: Submission, survey: Survey, partner: UUID | None, digest: str) -> bool:
    return row.sha256 == digest and row.survey_id == survey.id and row.partner_id == partner


def _original(said: Named, survey: Survey, partner: UUID | None) -> Submission | None:
    """Return the submission that this one corrects, locked: of two corrections of one, the second is refused."""
    if not said.deprecated_id:
        return None
    found = Submission.objects.select_for_update(of=("self",)).select_related("survey")
    original = found.filter(instance_id=said.deprecated_id).first()
    if original is None or original.partner_id != partner or original.survey.form_id != survey.form_id:
        raise RefusedError("unknown_original")
    return original


def _refuse_a_second_correction(original: Submission, instance_id: str) -> None:
    correction = Submission.objects.filter(replaces=original).only("instance_id").first()
    if correction is not None and correction.instance_id != instance_id:
        raise RefusedError("corrected_already")


def _once(files: Sequence[File]) -> Sequence[File]:
    """Return files without those that were sent twice; a name that stands for two contents is refused."""
    by_name: dict[str, File] = {}
    for each in files:
        if by_name.setdefault(each.name, each).data != each.data:
            raise RefusedError("bad_file", each.name)
    return list(by_name.values())


def _keep(file: File) -> _Kept:
    try:
        picture = cleaned(file.data)
    except UnfitError:
        raise RefusedError("bad_file", file.name) from None
    received = hashlib.sha256(file.data).hexdigest()
    return _Kept(file.name, picture.media_type, len(picture.data), storage.keep(picture.data), received)


def _add_files(row: Submission, kept: Sequence[_Kept]) -> int | None:
    """Add the files that are not there yet and return how many; None where one is there with other content."""
    there = {each.name: each.received_sha256 for each in row.attachments.all()}
    if any(there.get(each.name, each.received_sha256) != each.received_sha256 for each in kept):
        return None
    missing = [each for each in kept if each.name not in there]
    Attachment.objects.bulk_create(
        Attachment(
            submission=row,
            name=each.name,
            media_type=each.media_type,
            size=each.size,
            sha256=each.sha256,
            received_sha256=each.received_sha256,
        )
        for each in missing
    )
    return len(missing)


def _finish(row: Submission, fresh: bool, added: int, complete: bool, now: datetime) -> Outcome:
    """Write down that a submission is whole, once, and tell of it; return what became of the post."""
    whole = row.state != "incomplete"
    if whole or not complete:
        if fresh or added:
            _note(row, "receive_part")
            return Outcome.WAITING
        return Outcome.SAME if whole else Outcome.WAITING
    row.state = "received"
    row.completed_at = now
    row.save(update_fields=["state", "completed_at"])
    _note(row, "receive_submission")
    publish(name=RECEIVED, payload={"submission": str(row.id), "survey": str(row.survey_id)})
    return Outcome.NEW


def _note(row: Submission, action: str) -> None:
    detail: dict[str, object] = {"survey": str(row.survey_id), "source": row.source, "sha256": row.sha256}
    if row.partner_id:
        detail["partner"] = str(row.partner_id)
    record(action=action, object_type="submission", object_id=str(row.id), detail=detail)
