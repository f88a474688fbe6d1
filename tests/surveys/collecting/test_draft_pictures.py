"""A picture beside a draft: opened by its name alone, of its own draft alone, and never more than there is room for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from pop.privacy.codes import CodeKey
from pop.privacy.sealing import new_pair
from pop.surveys.collecting.actions import draft_pictures
from pop.surveys.collecting.actions.draft_pictures import PictureError, drop_pictures, keep_picture
from pop.surveys.collecting.actions.drafts import DraftError, begin_draft, finish_draft
from pop.surveys.collecting.actions.receiving import receive
from pop.surveys.collecting.models import DraftPicture
from pop.surveys.collecting.queries.draft_pictures import draft_picture, held_pictures
from pop.surveys.collecting.queries.kept_files import kept_names
from tests.surveys.filled import NOW, fresh_id, jpeg, photo_survey, png, poster

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


@pytest.fixture
def survey(data_dir: Path) -> UUID:
    return photo_survey().id


def begun(survey: UUID) -> UUID:
    pair = new_pair()
    return begin_draft(survey=survey, xml="<data/>", language="en", key=CodeKey(pair.public, pair), now=NOW)


def test_a_name_opens_its_picture_in_its_own_draft_alone(survey: UUID) -> None:
    mine, other = begun(survey), begun(survey)
    name = keep_picture(draft=mine, data=png(3), now=NOW)
    found = draft_picture(draft=mine, corrects=None, name=name)
    assert found is not None
    assert (found.media_type, found.data) == ("image/png", png(3))
    assert draft_picture(draft=other, corrects=None, name=name) is None
    assert draft_picture(draft=mine, corrects=None, name=name.replace("picture-", "picture-0")) is None
    DraftPicture.objects.update(draft_id=other)
    assert draft_picture(draft=other, corrects=None, name=name) is None


def test_the_same_picture_twice_is_two_that_nobody_can_tell_are_one(survey: UUID) -> None:
    draft = begun(survey)
    names = {keep_picture(draft=draft, data=jpeg(), now=NOW) for _ in range(2)}
    assert len(names) == len(kept_names()) == 2
    assert held_pictures(draft=draft, corrects=None, names=names | {"picture-0.png"}) == names
    drop_pictures(draft=draft, names=[min(names)])
    assert held_pictures(draft=draft, corrects=None, names=names) == {max(names)}


def test_a_draft_that_is_over_or_was_sent_takes_none(survey: UUID) -> None:
    draft = begun(survey)
    with pytest.raises(DraftError, match="unknown_draft"):
        keep_picture(draft=draft, data=png(1), now=NOW + timedelta(days=91))
    keep_picture(draft=draft, data=png(1), now=NOW)
    sent = receive(xml=poster(fresh_id()), source="web", now=NOW)
    finish_draft(draft=draft, submission=sent.submission, now=NOW)
    assert not DraftPicture.objects.exists()
    with pytest.raises(DraftError, match="unknown_draft"):
        keep_picture(draft=draft, data=png(1), now=NOW)


@pytest.mark.parametrize(("limit", "value"), [("MOST_PICTURES", 2), ("MOST_TOGETHER", 300)])
def test_there_is_an_end_to_how_many(limit: str, value: int, survey: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = begun(survey)
    monkeypatch.setattr(draft_pictures, limit, value)
    keep_picture(draft=draft, data=png(1), now=NOW)
    keep_picture(draft=draft, data=png(2), now=NOW)
    with pytest.raises(PictureError, match="too_many"):
        keep_picture(draft=draft, data=png(3), now=NOW)
    keep_picture(draft=begun(survey), data=png(3), now=NOW)
