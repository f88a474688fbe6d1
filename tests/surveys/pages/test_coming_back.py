"""Six words: answers on another device, what was sent, corrected and withdrawn; and links of partners."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from pop.surveys.collecting.actions.inviting import invite, revoke_invitation
from pop.surveys.collecting.actions.partners import make_partner
from pop.surveys.collecting.actions.surveys import close_survey
from pop.surveys.collecting.models import Draft, Submission
from pop.surveys.collecting.queries.invitations import invitation_of
from tests.surveys.filled import NOW
from tests.surveys.pages.filling import Filler

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def begun(filler: Filler, path: str = "/survey/short") -> Filler:
    return filler.get(path).post(path, {"language": "en"})


def elsewhere(words: str) -> Filler:
    """Open answers on another device."""
    return Filler(Client()).post("/survey", {"words": words})


def sent(filler: Filler, path: str = "/survey/short") -> str:
    begun(filler, path).fill(name="Line of Invention")
    return filler.fill().words


def test_words_open_the_answers_on_another_device_and_stay_the_same(filler: Filler) -> None:
    begun(filler).fill(path="/survey/short/later", name="Line of Invention", staff="3")
    words = filler.words
    other = elsewhere(words.upper())
    assert other.path == "/survey/short/review"
    assert "Line of Invention" in other.text
    other.get("/survey/short/1").fill(staff="4")
    filler.get("/survey/short/1")
    assert filler.fields()["/data/staff"] == ["4"]
    assert filler.fill(path="/survey/short/later").words == words


def test_words_lead_back_to_the_page_that_somebody_left(filler: Filler) -> None:
    begun(filler, "/survey/kinds").fill(name="Line of Invention", alone="yes", staff="1", share="1")
    filler.fill(path="/survey/kinds/later")
    other = elsewhere(filler.words)
    assert other.path == "/survey/kinds/2"
    assert "Page 2 of 3" in other.text


def test_who_came_with_the_words_is_told_that_they_stay_good(filler: Filler) -> None:
    begun(filler).fill(path="/survey/short/later", name="Line of Invention")
    other = elsewhere(filler.words)
    other.get("/survey/short/1").fill(path="/survey/short/later")
    assert "still open them" in other.text
    other.get("/survey/short/review").fill()
    assert "Thank you" in other.title
    assert not other.dom.xpath("//p[@class='code']")
    assert filler.get("/survey/short/1").path == "/survey/short/sent"


def test_words_in_another_language_of_the_form_stay_what_they_were(filler: Filler) -> None:
    begun(filler, "/survey/kinds").fill(path="/survey/kinds/later", name="Line of Invention")
    words = filler.words
    filler.get("/survey/kinds/1")
    filler.post("/survey/kinds/1", {**filler.fields(), "language": "ar"})
    assert filler.fill(path="/survey/kinds/later").words == words


def test_words_are_kept_nowhere_and_a_draft_cannot_be_read_without_them(filler: Filler) -> None:
    begun(filler).fill(path="/survey/short/later", name="Line of Invention")
    row = Draft.objects.get()
    held = b"".join(bytes(each) for each in (row.lookup, row.public_key, row.sealed_key, row.sealed))
    assert b"Invention" not in held
    assert all(word.encode() not in held for word in filler.words.split())


@pytest.mark.parametrize(
    "words", ["", "   ", "one two three four five six", "\ud800", "\u202e", "x" * 100_000, "1" * 400]
)
def test_words_that_open_nothing_are_answered_politely(words: str, filler: Filler) -> None:
    filler.post("/survey", {"words": words})
    assert filler.status == 400
    assert filler.told() == ["words"]


def test_what_was_sent_is_seen_and_corrected_with_the_words(filler: Filler) -> None:
    words = sent(filler)
    other = elsewhere(words)
    assert other.path == "/survey/short/sent"
    assert "Line of Invention" in other.text
    other.fill(do="correct")
    assert other.path == "/survey/short/review"
    other.get("/survey/short/1").fill(name="Line of Correction")
    other.fill()
    assert "Thank you" in other.title
    first, second = Submission.objects.order_by("received_at")
    assert second.replaces == first
    assert b"Line of Correction" in bytes(second.xml)
    assert "Line of Correction" in elsewhere(words).text


def test_what_was_sent_is_withdrawn_with_all_that_it_corrected(filler: Filler) -> None:
    words = sent(filler)
    other = elsewhere(words).fill(do="correct")
    other.fill()
    other = elsewhere(words).fill(do="withdraw")
    assert "withdrawn" in other.title
    assert set(Submission.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert elsewhere(words).status == 400


def test_a_draft_ends_after_ninety_days(filler: Filler) -> None:
    begun(filler).fill(path="/survey/short/later", name="Line of Invention")
    assert Draft.objects.get().expires_at - timezone.now() > timedelta(days=89)
    Draft.objects.update(expires_at=timezone.now())
    assert elsewhere(filler.words).status == 400
    assert filler.get("/survey/short/1").path == "/survey/short"


def test_a_draft_that_is_begun_anew_is_gone(filler: Filler) -> None:
    begun(filler)
    filler.post("/survey/short", {"language": "en"})
    assert "You have begun already" in filler.text
    first = Draft.objects.get().id
    filler.post("/survey/short", {"language": "en", "anew": "yes"})
    assert filler.path == "/survey/short/1"
    assert Draft.objects.get().id != first


def test_a_survey_that_is_closed_meanwhile_says_so_and_keeps_the_draft(filler: Filler) -> None:
    begun(filler).fill(name="Line of Invention")
    close_survey(form_id="short", now=NOW)
    filler.fill()
    assert filler.status == 409
    assert "closed" in filler.title
    assert Draft.objects.count() == 1
    assert Filler(Client()).get("/survey/short").status == 410


@pytest.fixture
def partner(db: None) -> UUID:
    return make_partner(name="Ministry of Invention", country="KE", now=NOW)


def test_a_partners_link_is_followed_from_opening_to_answering(partner: UUID, filler: Filler) -> None:
    made = invite(partner=partner, form_id="short", now=NOW)
    path = f"/survey/i/{made.token}"
    steps = []
    for step in (
        lambda: None,
        lambda: filler.get(path),
        lambda: filler.post(path, {"language": "en"}),
        lambda: filler.fill(name="Line of Invention").fill(),
    ):
        step()
        found = invitation_of(made.token)
        assert found is not None
        steps.append([bool(at) for at in (found.opened_at, found.started_at, found.answered_at)])
    assert steps == [[False] * 3, [True, False, False], [True, True, False], [True] * 3]
    assert Submission.objects.get().partner_id == partner
    assert made.token not in filler.path


def test_a_correction_of_a_partners_answers_stays_the_partners(partner: UUID, filler: Filler) -> None:
    made = invite(partner=partner, form_id="short", now=NOW)
    elsewhere(sent(filler, f"/survey/i/{made.token}")).fill(do="correct").fill()
    assert list(Submission.objects.values_list("partner_id", flat=True)) == [partner, partner]


def test_a_link_that_was_ended_leads_nowhere(partner: UUID, filler: Filler) -> None:
    made = invite(partner=partner, form_id="short", now=NOW)
    assert revoke_invitation(invitation=made.id, now=NOW)
    assert not revoke_invitation(invitation=made.id, now=NOW)
    assert filler.get(f"/survey/i/{made.token}").status == 404
