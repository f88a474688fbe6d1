"""Taking a filled form: exactly once, whole, and on the disk before anybody is told that it arrived."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

from django.db import IntegrityError, transaction

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
    held = _held(said.instance_id)
    if held is None and survey.state == "closed" and source != "import":
        raise RefusedError("closed")
    if held is not None and held.state == "withdrawn":
        return Received(Outcome.SAME, held.id)  # it was here, and nothing of it comes back
    if held is not None and not _is(held, survey, partner, digest):
        return Received(Outcome.CONFLICT, held.id)
    # The files come first: a row that is committed never waits for its bytes.
    kept = [_keep(each) for each in _once([each for each in files if each.name in wanted])]
    fresh = Submission(
        instance_id=said.instance_id,
        survey_id=survey.id,
        partner_id=partner,
        xml=xml,
        sha256=digest,
        source=source,
        state="received" if complete else "incomplete",
        files=list(wanted),
        faults=faults_of(survey.id, xml, now=now) if held is None else [],
        provenance=dict(provenance or {}),
        received_at=now,
        completed_at=now if complete else None,
    )
    with transaction.atomic():
        fresh.replaces = _original(said, survey, partner)
        if held is None and _insert(fresh):
            _add_files(fresh, kept)
            return Received(_tell(fresh, complete), fresh.id)
        row = _held(said.instance_id, lock=True)
        if row is None:
            raise RefusedError("corrected_already")
        if row.state == "withdrawn":
            return Received(Outcome.SAME, row.id)
        if not _is(row, survey, partner, digest):
            return Received(Outcome.CONFLICT, row.id)
        there = dict(row.attachments.values_list("name", "received_sha256"))
        if any(there.get(each.name, each.received_sha256) != each.received_sha256 for each in kept):
            return Received(Outcome.CONFLICT, row.id)
        missing = [each for each in kept if each.name not in there]
        _add_files(row, missing)
        return Received(_go_on(row, bool(missing), complete, now), row.id)


@dataclass(frozen=True)
class _Version:
    """The version of a form that a submission fills."""

    id: UUID
    form_id: str
    state: str


def _survey(said: Named, source: str) -> _Version:
    """Return the survey that a submission fills. A draft is nobody's business: it answers as an unknown form does."""
    rows = {
        version: _Version(id, said.form_id, state)
        for id, version, state in Survey.objects.filter(form_id=said.form_id).values_list("id", "version", "state")
        if source == "import" or state != "draft"
    }
    if not rows:
        raise RefusedError("unknown_form")
    if said.version not in rows:
        raise RefusedError("unknown_version")
    return rows[said.version]


def _held(instance_id: str, *, lock: bool = False) -> Submission | None:
    """Return what is kept under an id, without its answers, or None."""
    rows = Submission.objects.filter(instance_id=instance_id)
    if lock:
        rows = rows.select_for_update()
    return rows.only("id", "survey_id", "partner_id", "sha256", "source", "state").first()


def _insert(fresh: Submission) -> bool:
    """Insert a row; False where one of its id, or another correction of the same original, was quicker.

    Of any number of equal posts at once one inserts: the others wait for it here, and then find it.
    """
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _is(row: Submission, survey: _Version, partner: UUID | None, digest: str) -> bool:
    return row.sha256 == digest and row.survey_id == survey.id and row.partner_id == partner


def _original(said: Named, survey: _Version, partner: UUID | None) -> Submission | None:
    """Return the submission that this one corrects, locked: of two corrections of one, the second is refused."""
    if not said.deprecated_id:
        return None
    rows = Submission.objects.filter(instance_id=said.deprecated_id, survey__form_id=survey.form_id)
    original = rows.select_for_update(of=("self",)).only("id", "partner_id", "state").first()
    # What was taken back is not corrected: its sender wants nothing of it here.
    if original is None or original.partner_id != partner or original.state == "withdrawn":
        raise RefusedError("unknown_original")
    correction = Submission.objects.filter(replaces=original).values_list("instance_id", flat=True).first()
    if correction not in {None, said.instance_id}:
        raise RefusedError("corrected_already")
    return original


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


def _add_files(row: Submission, kept: Sequence[_Kept]) -> None:
    if not kept:
        return
    Attachment.objects.bulk_create(
        Attachment(
            submission=row,
            name=each.name,
            media_type=each.media_type,
            size=each.size,
            sha256=each.sha256,
            received_sha256=each.received_sha256,
        )
        for each in kept
    )


def _go_on(row: Submission, added: bool, complete: bool, now: datetime) -> Outcome:
    """Go on with a submission that had begun to arrive; return what became of the post."""
    if row.state == "incomplete" and complete:
        row.state, row.completed_at = "received", now
        row.save(update_fields=["state", "completed_at"])
        return _tell(row, complete)
    if added:
        _note(row, "receive_part")
        return Outcome.WAITING
    return Outcome.WAITING if row.state == "incomplete" else Outcome.SAME


def _tell(row: Submission, complete: bool) -> Outcome:
    """Write down that a submission arrived, or its first part; tell of it when it is whole, which happens once."""
    if not complete:
        _note(row, "receive_part")
        return Outcome.WAITING
    _note(row, "receive_submission")
    tell_received(row)
    return Outcome.NEW


def tell_received(row: Submission) -> None:
    """Tell of a whole submission, inside the transaction that keeps it."""
    publish(name=RECEIVED, payload={"submission": str(row.id), "survey": str(row.survey_id)})


def _note(row: Submission, action: str) -> None:
    detail: dict[str, object] = {"survey": str(row.survey_id), "source": row.source, "sha256": row.sha256}
    if row.partner_id:
        detail["partner"] = str(row.partner_id)
    record(action=action, object_type="submission", object_id=str(row.id), detail=detail)
