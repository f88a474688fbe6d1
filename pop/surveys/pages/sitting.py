"""Somebody who is filling in a form: what the browser holds, the draft it opens, and the answers in it."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from pop.privacy.codes import CodeKey
from pop.surveys.collecting.actions import drafts
from pop.surveys.collecting.actions.draft_pictures import drop_pictures, keep_picture
from pop.surveys.collecting.actions.receiving import File, Outcome, receive
from pop.surveys.collecting.queries.draft_pictures import draft_picture, held_pictures
from pop.surveys.collecting.queries.submissions import submission
from pop.surveys.collecting.queries.surveys import Known, form_of_survey, survey
from pop.surveys.forms.answering import Answering, UnreadableAnswersError
from pop.surveys.forms.definition import Question
from pop.surveys.pages import holding, leafing
from pop.surveys.pages.holding import Hold


@dataclass
class Sitting:
    """One browser at one form. `answering` holds the answers; `keep` writes them back, sealed."""

    hold: Hold
    draft: UUID
    survey: Known
    answering: Answering
    partner: UUID | None
    corrects: UUID | None
    _pictures: frozenset[str] = field(default=frozenset(), repr=False)  # that the answers named when they were kept

    def keep(self, *, now: datetime) -> None:
        """Seal the answers into the draft. Raises DraftError (pop.surveys.collecting.actions.drafts)."""
        drafts.save_draft(draft=self.draft, xml=self._xml(), language=self.answering.language, now=now)
        # What this page took away, and nothing else: somebody may be adding a picture in another window.
        named = frozenset(_pictures(self.answering).values())
        drop_pictures(draft=self.draft, names=self._pictures - named)
        self._pictures = named

    def put(self, path: str, data: bytes, *, now: datetime) -> None:
        """Answer a question with a picture; `keep` writes that down.

        Raises PictureError (pop.surveys.collecting.actions.draft_pictures), DraftError, OSError.
        """
        self.answering.set(path, keep_picture(draft=self.draft, data=data, now=now))

    def goes_on_at(self, *, now: datetime) -> int | None:
        """Return the number, from 1, of the page on which to go on; None for the check of all answers."""
        if self.corrects is not None:
            return None
        fresh = Answering.begin(self.answering.form, now=now, chance=random.Random(0), language=self.answering.language)
        index = leafing.left_at(self.answering, fresh)
        return None if index is None else index + 1

    def keep_under_words(self, key: CodeKey, *, now: datetime) -> None:
        """Seal the answers to the key of the words. Raises DraftError."""
        drafts.move_draft(draft=self.draft, xml=self._xml(), language=self.answering.language, key=key, now=now)
        self.hold = self.hold.under(key, self.answering.language)

    def send(self, *, now: datetime) -> bool:
        """Hand the answers in, once; False where something else came of this draft meanwhile.

        A form sent twice is one submission: its id comes from the draft. Raises RefusedError, MalformedError
        (pop.surveys.collecting), OSError.
        """
        original = submission(self.corrects) if self.corrects else None
        xml = self.answering.submission_xml(
            instance_id=f"uuid:{uuid.uuid5(self.draft, str(self.corrects or ''))}",
            deprecated_id=original.facts.instance_id if original else None,
            now=now,
        )
        received = receive(xml=xml, source="web", partner=self.partner, now=now, files=self._files())
        if received.outcome is Outcome.CONFLICT:
            return False
        drafts.finish_draft(draft=self.draft, submission=received.submission, now=now)
        return True

    def _files(self) -> list[File]:
        """Return the pictures that go along; what nobody is asked for any more stays behind."""
        found: list[File] = []
        for path, name in _pictures(self.answering).items():
            if self.answering.relevant(path):
                picture = draft_picture(draft=self.draft, corrects=self.corrects, name=name)
                if picture is not None:
                    found.append(File(name, picture.data))
        return found

    def _xml(self) -> str:
        return self.answering.draft_xml().decode()


@dataclass(frozen=True)
class Sent:
    """A browser whose draft was sent: what it holds, and the submission that came of it."""

    hold: Hold
    draft: UUID
    survey: Known
    submission: UUID
    language: str


def begin(known: Known, *, language: str, now: datetime, invitation: UUID | None = None) -> Sitting:
    """Begin a draft of an open form. Raises DraftError, RefusedFormError."""
    hold = holding.begin()
    form = form_of_survey(known.id)
    answering = Answering.begin(form, now=now, chance=random.Random(), language=language)
    draft = drafts.begin_draft(
        survey=known.id,
        xml=answering.draft_xml().decode(),
        language=answering.language,
        key=hold.key,
        now=now,
        invitation=invitation,
    )
    return Sitting(hold, draft, known, answering, None, None)


def find(request: HttpRequest, form_id: str, *, now: datetime, language: str = "") -> Sitting | Sent | None:
    """Return what this browser is doing with a form; `language` is asked for, or "" for the draft's own."""
    hold = holding.held(request, form_id)
    return None if hold is None else open_with(hold, [hold.key], now=now, language=language)


def open_with(hold: Hold, keys: list[CodeKey], *, now: datetime, language: str = "") -> Sitting | Sent | None:
    """Return what one of these keys opens, or None."""
    opened = drafts.open_draft(keys=keys, now=now)
    known = survey(opened.survey) if opened else None
    if opened is None or known is None:
        return None
    if not opened.xml:
        return Sent(hold, opened.draft, known, opened.submission, opened.language) if opened.submission else None
    answering = _resumed(known.id, opened.xml.encode(), opened.draft, language or opened.language, now)
    if answering is None:
        return None
    named = _mend(answering, opened.draft, opened.submission)
    return Sitting(hold, opened.draft, known, answering, opened.partner, opened.submission, named)


def sent_answers(sent: Sent, *, now: datetime, language: str = "") -> Answering | None:
    """Return what somebody sent, to be shown; None where it is there no longer."""
    found = submission(sent.submission)
    if found is None or found.facts.state != "received":
        return None
    return _resumed(found.facts.survey, found.xml, sent.draft, language or sent.language, now)


def correct(sent: Sent, *, now: datetime) -> bool:
    """Open what somebody sent for a correction; False where it is there no longer. Raises DraftError."""
    answering = sent_answers(sent, now=now)
    if answering is None:
        return False
    xml = answering.draft_xml().decode()
    drafts.reopen_draft(draft=sent.draft, xml=xml, language=answering.language, now=now)
    return True


def _pictures(answering: Answering) -> dict[str, str]:
    """Return the names of pictures by the paths of the questions that they answer, asked at the moment or not."""
    if not any(each.kind == "image" for each in answering.form.questions()):
        return {}
    every = ((path, answering.item(path)) for path in answering.paths())
    return {
        path: answering.value(path)
        for path, item in every
        if isinstance(item, Question) and item.kind == "image" and answering.value(path)
    }


def _mend(answering: Answering, draft: UUID, corrects: UUID | None) -> frozenset[str]:
    """Take out names of pictures that are not there, so that they are asked for again; return those that are.

    Two windows on one draft can come to that, or a backup whose files were not put back.
    """
    named = _pictures(answering)
    held = held_pictures(draft=draft, corrects=corrects, names=set(named.values()))
    gone = {path: "" for path, name in named.items() if name not in held and not answering.readonly(path)}
    if gone:
        answering.set_all(gone)
    return held


def _resumed(survey_id: UUID, xml: bytes, draft: UUID, language: str, now: datetime) -> Answering | None:
    # Choices in random order stay in the same order for as long as somebody writes.
    chance = random.Random(draft.int)
    try:
        return Answering.resume(form_of_survey(survey_id), xml, now=now, chance=chance, language=language)
    except UnreadableAnswersError:
        return None
