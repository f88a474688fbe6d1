"""Emergency access: asked for by one person, allowed by another, open for an hour, seen by the child."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from pop.helpline.conversations.actions.reading import readers_of
from pop.helpline.queue.models import BrokenGlass
from tests.helpline.conversations.steps import begin
from tests.helpline.supervision.conftest import Office

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

WORDS = "an invented sentence of a child"


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def asked(office: Office, conversation: UUID) -> UUID:
    form = {"reason": "nobody_reachable"}
    assert office.other_supervisor.post(f"/board/c/{conversation}/glass", form).status_code == 302
    return BrokenGlass.objects.get().pk


def test_another_teams_words_open_only_after_a_second_person_allowed_it(office: Office) -> None:
    opened = begin(office.house, WORDS)
    address = f"/board/c/{opened.conversation}"
    page = text(office.other_supervisor.get(address))
    assert "This is another team’s conversation" in page
    assert "/read" not in page
    assert office.other_supervisor.post(f"{address}/read", {"reason": "safety"}).status_code == 404
    glass = asked(office, opened.conversation)
    assert office.other_supervisor.post(f"{address}/read").status_code == 302
    assert office.other_supervisor.post(f"/board/glass/{glass}/allow").status_code == 404
    # A counsellor of the team is second person enough.
    shown = text(office.counsellor.get("/board/glass"))
    assert "Oz" in shown
    assert "Nobody of the team can be reached" in shown
    assert office.counsellor.post(f"/board/glass/{glass}/allow").status_code == 302
    assert WORDS in text(office.other_supervisor.post(f"{address}/read"))
    assert [each.how for each in readers_of(opened.token)] == ["broken_glass"]


def test_an_hour_later_it_is_closed_again(office: Office) -> None:
    opened = begin(office.house, WORDS)
    glass = asked(office, opened.conversation)
    office.counsellor.post(f"/board/glass/{glass}/allow")
    made = BrokenGlass.objects.get()
    assert made.ends_at is not None
    BrokenGlass.objects.update(ends_at=made.ends_at - timedelta(minutes=61))
    assert office.other_supervisor.post(f"/board/c/{opened.conversation}/read").status_code == 404
    assert "refused, or over" in text(office.other_supervisor.get("/board/glass"))


def test_a_refused_request_opens_nothing(office: Office) -> None:
    opened = begin(office.house, WORDS)
    glass = asked(office, opened.conversation)
    office.supervisor.post(f"/board/glass/{glass}/refuse")
    assert office.other_supervisor.post(f"/board/c/{opened.conversation}/read").status_code == 404
    assert "Nobody asks for access" in text(office.supervisor.get("/board/glass"))


def test_the_team_ends_an_access_that_is_open(office: Office) -> None:
    opened = begin(office.house, WORDS)
    glass = asked(office, opened.conversation)
    office.supervisor.post(f"/board/glass/{glass}/allow")
    assert "Open now in your teams" in text(office.counsellor.get("/board/glass"))
    office.counsellor.post(f"/board/glass/{glass}/end")
    assert office.other_supervisor.post(f"/board/c/{opened.conversation}/read").status_code == 404
    assert "Open now in your teams" not in text(office.counsellor.get("/board/glass"))


def test_a_request_stands_on_the_board_of_who_may_allow_it(office: Office) -> None:
    opened = begin(office.house)
    asked(office, opened.conversation)
    assert "Oz asks for emergency access" in text(office.supervisor.get("/board"))
    assert "asks for emergency access" not in text(office.other_supervisor.get("/board"))


def test_a_reason_of_the_list_is_needed(office: Office) -> None:
    opened = begin(office.house)
    office.other_supervisor.post(f"/board/c/{opened.conversation}/glass", {"reason": "curiosity"})
    assert not BrokenGlass.objects.exists()


def test_nobody_of_another_line_sees_or_asks_anything(office: Office) -> None:
    opened = begin(office.house)
    glass = asked(office, opened.conversation)
    assert office.stranger.post(f"/board/c/{opened.conversation}/glass", {"reason": "complaint"}).status_code == 404
    for act in ("allow", "refuse", "end"):
        assert office.stranger.post(f"/board/glass/{glass}/{act}").status_code == 404
    assert "Oz" not in text(office.stranger.get("/board/glass"))
