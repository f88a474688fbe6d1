"""Mails to partners: each leaves once, whatever becomes of the others, and nobody is pressed."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

import pytest

from pop.audit.models import AuditRow
from pop.surveys.collecting.actions.inviting import invite, revoke_invitation
from pop.surveys.collecting.actions.partners import PartnerError, make_partner
from pop.surveys.collecting.actions.receiving import receive
from pop.surveys.collecting.actions.surveys import close_survey
from pop.surveys.collecting.models import Invitation, Link, Partner, Survey
from pop.surveys.collecting.queries.invitations import invitation_of
from pop.surveys.inviting.actions import sending
from pop.surveys.inviting.actions.asking import allow_mails, invite_by_mail, remind, stop_mails
from pop.surveys.inviting.actions.sending import MailingDuty, send_due
from pop.surveys.inviting.models import Mail
from pop.surveys.inviting.posting import NotSentError, post
from pop.surveys.inviting.queries import next_to_send
from tests.surveys.filled import NOW, fresh_id, poster
from tests.surveys.inviting.conftest import Clock, Inbox

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def states() -> list[tuple[int, str]]:
    return list(Mail.objects.order_by("invitation__made_at", "number").values_list("number", "state"))


def test_an_invitation_is_sent_once_and_its_link_opens_the_form(partner: UUID, inbox: Inbox, clock: Clock) -> None:
    made = invite_by_mail(partner=partner, form_id="poster", now=NOW)
    assert send_due(clock=clock).sent == 1
    assert send_due(clock=clock).sent == 0
    [mail] = inbox.mails
    assert mail["To"] == "office@lantern.example"
    found = invitation_of(inbox.links()[0])
    assert found is not None
    assert found.id == made


def test_at_most_two_reminders_follow_on_their_days(partner: UUID, inbox: Inbox, clock: Clock) -> None:
    invite_by_mail(partner=partner, form_id="poster", now=NOW)
    subjects = []
    for _ in range(60):
        remind(now=clock())
        if send_due(clock=clock).sent:
            subjects.append(((clock() - NOW).days, inbox.mails[-1]["Subject"].partition(":")[0]))
        clock.on(days=1)
    assert subjects == [(0, "An invitation to answer"), (14, "A reminder"), (28, "The last reminder")]
    assert len({invitation_of(each).id for each in inbox.links() if invitation_of(each)}) == 1  # type: ignore[union-attr]
    assert len(set(inbox.links())) == 3


@pytest.mark.parametrize("event", ["answered", "sent_elsewhere", "revoked", "closed", "stopped", "refused", "gone"])
def test_nobody_is_written_to_any_more_when(
    partner: UUID, survey: Survey, inbox: Inbox, clock: Clock, event: str
) -> None:
    made = invite_by_mail(partner=partner, form_id="poster", now=NOW)
    send_due(clock=clock)
    clock.on(days=20)
    # A reminder waits already, and one more would be due later.
    assert len(remind(now=clock())) == 1
    if event == "answered":
        Invitation.objects.filter(id=made).update(answered_at=clock())
    elif event == "sent_elsewhere":
        receive(xml=poster(fresh_id()), source="openrosa", partner=partner, now=clock())
    elif event == "revoked":
        revoke_invitation(invitation=made, now=clock())
    elif event == "closed":
        close_survey(form_id="poster", now=clock())
    elif event == "stopped":
        stop_mails(partner=partner, now=clock())
    elif event == "refused":
        Partner.objects.filter(id=partner).update(mails_refused_at=clock())
    else:
        Partner.objects.filter(id=partner).update(email="")
    done = send_due(clock=clock)
    assert (done.sent, done.dropped) == (0, 1)
    clock.on(days=60)
    assert remind(now=clock()) == []
    assert len(inbox.mails) == 1


def test_links_that_were_handed_over_by_a_person_are_written_about_only_when_asked(
    partner: UUID, inbox: Inbox, clock: Clock
) -> None:
    invite(partner=partner, form_id="poster", now=NOW)
    clock.on(days=100)
    assert remind(now=clock()) == []
    assert [each.number for each in remind(now=clock(), everybody=True)] == [1]
    assert send_due(clock=clock).sent == 1
    # The second is not due on the same day, late as it is.
    assert remind(now=clock()) == []
    clock.on(days=7)
    assert [each.number for each in remind(now=clock())] == [2]


def test_one_address_that_is_refused_stops_no_other_and_is_not_tried_again(
    partner: UUID, inbox: Inbox, clock: Clock
) -> None:
    others = [
        make_partner(name=f"Partner {n}", email=f"{n}@lantern.example", now=NOW) for n in ("gone", "later", "fine")
    ]
    inbox.refuses = {"gone@lantern.example": "550 no such box", "later@lantern.example": "451 try later"}
    for each in (*others, partner):
        invite_by_mail(partner=each, form_id="poster", now=clock.on(seconds=1))
    done = send_due(clock=clock)
    assert (done.sent, done.refused, done.later, done.away) == (2, 1, 1, False)
    assert states() == [(0, "failed"), (0, "waiting"), (0, "sent"), (0, "sent")]
    inbox.refuses = {}
    clock.on(minutes=16)
    assert send_due(clock=clock).sent == 1
    clock.on(days=30)
    assert len(remind(now=clock())) == 3
    assert inbox.to("gone@lantern.example") == []


def test_a_mail_that_is_put_off_again_and_again_is_given_up(partner: UUID, inbox: Inbox, clock: Clock) -> None:
    inbox.refuses = {"office@lantern.example": "451 try later"}
    invite_by_mail(partner=partner, form_id="poster", now=NOW)
    tries = 0
    for _ in range(300):
        tries += send_due(clock=clock).later
        clock.on(hours=1)
    assert tries == 5
    assert states() == [(0, "failed")]
    assert Partner.objects.get(id=partner).mails_refused_at is None


def test_while_the_server_is_away_nothing_is_claimed_or_lost(
    partner: UUID, inbox: Inbox, clock: Clock, settings: Any
) -> None:
    invite_by_mail(partner=partner, form_id="poster", now=NOW)
    there, settings.SMTP_URL = settings.SMTP_URL, "smtp://127.0.0.1:1"
    assert send_due(clock=clock).away
    assert states() == [(0, "waiting")]
    assert not Link.objects.exists()
    settings.SMTP_URL = there
    assert send_due(clock=clock).sent == 1


def test_a_server_that_goes_away_in_the_middle_gets_the_mail_again_as_the_same_message(
    partner: UUID, inbox: Inbox, clock: Clock
) -> None:
    invite_by_mail(partner=partner, form_id="poster", now=NOW)
    inbox.after_data = lambda: "421 closing"
    assert send_due(clock=clock).away
    assert states() == [(0, "waiting")]
    inbox.after_data = lambda: "250 taken"
    clock.on(minutes=16)
    assert send_due(clock=clock).sent == 1
    [mail] = inbox.mails
    assert mail["Message-ID"] == f"<{Mail.objects.get().id}@example.org>"


def test_who_dies_between_sending_and_noting_it_sends_a_second_time_and_both_links_work(
    partner: UUID, inbox: Inbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    invite_by_mail(partner=partner, form_id="poster", now=NOW)
    with monkeypatch.context() as patched:
        patched.setattr(sending, "_note", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            send_due(clock=clock)
    assert states() == [(0, "claimed")]
    clock.on(minutes=5)
    assert send_due(clock=clock).sent == 0
    clock.on(minutes=5)
    assert send_due(clock=clock).sent == 1
    first, second = inbox.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert all(invitation_of(each) for each in inbox.links())


def test_two_senders_at_once_send_one_mail(partner: UUID, inbox: Inbox, clock: Clock) -> None:
    invite_by_mail(partner=partner, form_id="poster", now=NOW)
    seen = next_to_send(clock())
    assert seen is not None
    assert send_due(clock=clock).sent == 1
    # What the other one saw a moment before is taken meanwhile.
    assert sending._claim(seen, now=clock(), done=sending.Sent()) is None
    assert len(inbox.mails) == 1


def test_no_more_leave_in_a_minute_than_the_settings_allow(
    partner: UUID, inbox: Inbox, clock: Clock, settings: Any
) -> None:
    settings.MAILS_A_MINUTE = 2
    for number in range(5):
        other = make_partner(name=f"Partner {number}", email=f"{number}@lantern.example", now=NOW)
        invite_by_mail(partner=other, form_id="poster", now=NOW)
    sent = []
    for _ in range(4):
        sent.append(send_due(clock=clock).sent)
        clock.on(seconds=61)
    assert sent == [2, 2, 1, 0]


def test_whoever_stops_is_left_alone_under_every_name_until_they_ask(partner: UUID, inbox: Inbox, clock: Clock) -> None:
    twin = make_partner(name="Lantern Line South", email="Office@LANTERN.example", now=NOW)
    later = make_partner(name="Lantern Line North", email="office@lantern.example", now=NOW)
    Partner.objects.filter(id=later).update(email="none@lantern.example")
    stop_mails(partner=partner, now=NOW)
    Partner.objects.filter(id=later).update(email="office@lantern.example")
    for each in (partner, twin, later):
        with pytest.raises(PartnerError, match="no_mail"):
            invite_by_mail(partner=each, form_id="poster", now=NOW)
    assert not Invitation.objects.exists()
    allow_mails(partner=twin)
    invite_by_mail(partner=later, form_id="poster", now=NOW)
    assert send_due(clock=clock).sent == 1


def test_neither_an_address_nor_a_token_stands_in_a_log_an_audit_or_a_table(
    partner: UUID, inbox: Inbox, clock: Clock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("pop"), "propagate", True)
    gone = make_partner(name="Gone", email="gone@lantern.example", now=NOW)
    inbox.refuses = {"gone@lantern.example": "550 gone@lantern.example is no box"}
    invite_by_mail(partner=partner, form_id="poster", now=NOW)
    invite_by_mail(partner=gone, form_id="poster", now=NOW)
    MailingDuty()()
    assert "mails that were refused: 1" in caplog.text
    kept = caplog.text + str(list(AuditRow.objects.values())) + str(list(Mail.objects.values()))
    assert "lantern.example" not in kept
    assert inbox.links()[0] not in kept + str([bytes(each.lookup) for each in Link.objects.all()])


def test_without_a_server_production_sends_nothing_and_a_trial_writes_files(
    partner: UUID,
    clock: Clock,
    settings: Any,
) -> None:
    settings.SMTP_URL = ""
    settings.PRODUCTION = True
    assert post() is None
    invite_by_mail(partner=partner, form_id="poster", now=NOW)
    assert send_due(clock=clock).sent == 0
    assert states() == [(0, "waiting")]
    settings.PRODUCTION = False
    assert send_due(clock=clock).sent == 1
    [file] = (settings.DATA_DIR / "mail").glob("*.eml")
    assert b"Lantern Line" in file.read_bytes()


def test_invented_records_write_to_nobody_whatever_server_is_set_up(inbox: Inbox, settings: Any) -> None:
    settings.DEMONSTRATION = True
    settings.PRODUCTION = True
    assert post() is None


@pytest.mark.parametrize(("answer", "code"), [("550 no", "refused"), ("451 later", "later"), ("421 bye", "away")])
def test_what_a_server_says_of_a_mail_is_told_apart(
    partner: UUID, inbox: Inbox, clock: Clock, answer: str, code: str
) -> None:
    inbox.after_data = lambda: answer
    invite_by_mail(partner=partner, form_id="poster", now=NOW)
    send_due(clock=clock)
    assert Mail.objects.get().reason == code


def test_an_error_of_posting_holds_no_word_of_the_server() -> None:
    assert str(NotSentError("later")) == "later"
