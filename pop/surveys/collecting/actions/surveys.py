"""Loading forms, and opening and closing them for answers."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from pop.audit.actions import record
from pop.surveys.collecting.models import Survey
from pop.surveys.forms.loading import load

# A form's id stands in addresses: no slash, nothing invisible, no way out of a folder.
_FORM_ID = re.compile(r"(?!\.)[^/\\\s\x00-\x1f\x7f?#%&]{1,200}")
_VERSION = re.compile(r"[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,99}")


class SurveyError(Exception):
    """Something that is not done with a survey. `code`: `bad_form_id`, `no_version`, `version_taken`, `unknown_form`,
    `unknown_version`; the text is a sentence for whoever keeps surveys.
    """

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


@dataclass(frozen=True)
class Loaded:
    """A form as it is kept now; `new` says whether this call brought it."""

    id: UUID
    form_id: str
    version: str
    state: str
    new: bool


def load_form(*, name: str, data: bytes, now: datetime, instrument: str = "", by: UUID | None = None) -> Loaded:
    """Keep one version of a form as a draft, from its XLSForm. The same file again changes nothing.

    Raises RefusedFormError (pop.surveys.forms.loading) for a form that we could not render or check, and SurveyError.
    """
    form = load(name, data)
    if not _FORM_ID.fullmatch(form.id):
        raise SurveyError("bad_form_id", "form_id: 1 to 200 characters without spaces, slashes or any of ? # % &")
    if not _VERSION.fullmatch(form.version):
        raise SurveyError("no_version", "version: the settings sheet gives none, or one of more than 100 characters")
    digest = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        made = Survey(
            form_id=form.id,
            version=form.version,
            title=form.title[:500],
            instrument=instrument,
            source_name=name[-200:],
            source=data,
            source_sha256=digest,
            xform=form.xml,
            xform_md5=hashlib.md5(form.xml, usedforsecurity=False).hexdigest(),
            languages=list(form.languages),
            default_language=form.default_language,
            loaded_at=now,
        )
        Survey.objects.bulk_create([made], ignore_conflicts=True)
        kept = Survey.objects.select_for_update().get(form_id=form.id, version=form.version)
        new = kept.id == made.id
        if not new and kept.source_sha256 != digest:
            raise SurveyError(
                "version_taken", "version: it is taken by a form with other content; a changed form needs a new version"
            )
        if new:
            record(
                action="load_form",
                object_type="survey",
                object_id=str(kept.id),
                actor=by,
                detail={"form": form.id, "version": form.version, "sha256": digest},
            )
    return Loaded(kept.id, kept.form_id, kept.version, kept.state, new)


def open_survey(*, form_id: str, now: datetime, version: str | None = None, by: UUID | None = None) -> list[Loaded]:
    """Let a form take answers: the version that was named, or the one loaded last. Older open versions stay open.

    Clients are shown the version opened last, and may still send what they filled in an older one. Raises SurveyError.
    """
    return _move(form_id, version, "open", now, by)


def close_survey(*, form_id: str, now: datetime, version: str | None = None, by: UUID | None = None) -> list[Loaded]:
    """Let a form take no more answers: the version that was named, or all that are open. Raises SurveyError."""
    return _move(form_id, version, "closed", now, by)


def _move(form_id: str, version: str | None, state: str, now: datetime, by: UUID | None) -> list[Loaded]:
    with transaction.atomic():
        found = Survey.objects.select_for_update().filter(form_id=form_id).order_by("-loaded_at", "-id")
        rows = list(found if version is None else found.filter(version=version))
        if not rows:
            if version is not None and found.exists():
                raise SurveyError("unknown_version", "no such version of this form was loaded")
            raise SurveyError("unknown_form", "no such form was loaded")
        if version is None:
            rows = rows[:1] if state == "open" else [row for row in rows if row.state == "open"]
        for row in rows:
            if row.state == state:
                continue
            row.state = state
            if state == "open":
                row.opened_at, row.closed_at = now, None
            else:
                row.closed_at = now
            row.save(update_fields=["state", "opened_at", "closed_at"])
            record(
                action=f"{'open' if state == 'open' else 'close'}_survey",
                object_type="survey",
                object_id=str(row.id),
                actor=by,
                detail={"form": row.form_id, "version": row.version},
            )
    return [Loaded(row.id, row.form_id, row.version, row.state, False) for row in rows]
