"""What our own engine says of a submission: coded faults, kept for the reviewer.

They are no reason to refuse it. A client checks what its own version of the form asks for, and a person who answered in
a place without a network cannot be asked again.
"""

from __future__ import annotations

import logging
import random
from datetime import datetime
from typing import Final
from uuid import UUID

from pop.surveys.collecting.queries.surveys import form_of_survey
from pop.surveys.forms.answering import Answering, UnreadableAnswersError
from pop.surveys.forms.refusals import RefusedFormError

MOST: Final = 200
"""Faults that are kept of one submission; who has more has not filled this form."""
UNREADABLE: Final = "unreadable"
ENGINE_REFUSES: Final = "engine_refuses_form"
ENGINE_FAILED: Final = "engine_failed"

log = logging.getLogger("pop.surveys")


def faults_of(survey: UUID, xml: bytes, *, now: datetime) -> list[dict[str, str]]:
    """Return [{"path", "code"}] of what the form's own rules find wrong; never a value that somebody answered."""
    try:
        form = form_of_survey(survey)
    except RefusedFormError:
        return [{"path": "", "code": ENGINE_REFUSES}]
    try:
        # Nothing is drawn here that is kept: what a client drew stands in its answers.
        found = Answering.resume(form, xml, now=now, chance=random.Random(0)).faults()
    except UnreadableAnswersError:
        return [{"path": "", "code": UNREADABLE}]
    except Exception as error:
        # A mistake of ours must not turn away what somebody answered: it is kept, and a person looks.
        log.error("answers were kept unchecked: %s", type(error).__name__)
        return [{"path": "", "code": ENGINE_FAILED}]
    return [{"path": fault.path, "code": fault.code} for fault in found[:MOST]]
