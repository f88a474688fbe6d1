"""Pictures in somebody's answers: which question wants one, taking it, showing it to whoever gave it."""

from __future__ import annotations

from typing import NamedTuple

from pop.surveys.collecting.queries.draft_pictures import attached_picture, draft_picture
from pop.surveys.collecting.rules.pictures import Picture
from pop.surveys.forms.answering import Answering, Page
from pop.surveys.forms.definition import Question
from pop.surveys.pages.fields import anchor
from pop.surveys.pages.sitting import Sent, Sitting


class Asked(NamedTuple):
    """A question that wants a picture: its path, and the number of its page."""

    path: str
    page: int


def asked(answering: Answering, ident: str) -> Asked | None:
    """Return the question of an id in its page (fields.anchor), if it wants a picture and may be answered now."""
    for number, page in enumerate(answering.pages(), start=1):
        for place in page.places:
            if anchor(place.path) == ident and wants(answering, page, place.path):
                return Asked(place.path, number)
    return None


def wants(answering: Answering, page: Page, path: str) -> bool:
    """Whether a path is a question of a page that is answered by a picture, and may be answered now."""
    item = next((place.item for place in page.places if place.path == path), None)
    return isinstance(item, Question) and item.kind == "image" and not answering.readonly(path)


def picture_of(found: Sitting | Sent, answering: Answering, ident: str) -> Picture | None:
    """Return the picture that answers the question of an id in its page, or None. Raises OSError."""
    paths = (place.path for page in answering.pages() for place in page.places)
    path = next((each for each in paths if anchor(each) == ident and _is_picture(answering, each)), None)
    name = answering.value(path) if path is not None else ""
    if not name:
        return None
    if isinstance(found, Sent):
        return attached_picture(submission=found.submission, name=name)
    return draft_picture(draft=found.draft, corrects=found.corrects, name=name)


def _is_picture(answering: Answering, path: str) -> bool:
    item = answering.item(path)
    return isinstance(item, Question) and item.kind == "image"
