"""Whatever a child, two counsellors, a supervisor and crashes do in whatever order: nothing is lost, doubled or leaked.

One conversation at a time is lived through by hypothesis; after each step the promises are looked at in storage.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pop.helpline import database
from pop.helpline.conversations.actions.appending import Appended, Sending, append_many
from pop.helpline.conversations.actions.entering import (
    begin_coming_back,
    child_enters,
    come_back,
    end,
    keep_way_back,
    leave,
    pause,
)
from pop.helpline.conversations.actions.forgetting import forget
from pop.helpline.conversations.actions.moving import close, move, transfer_keys_to_team
from pop.helpline.conversations.actions.opening import open_conversation
from pop.helpline.conversations.actions.reading import read, staff_keys
from pop.helpline.conversations.actions.sweeping import member_left, renew_epochs, sweep_leases
from pop.helpline.conversations.models import CaseKey, Conversation, KeySeal, Message
from pop.helpline.conversations.queries.keys import forget_opened
from pop.helpline.conversations.queries.talks import messages_after
from pop.helpline.lines import actions as line_actions
from pop.helpline.lines import queries as line_queries
from pop.helpline.lines.rules import RefusedError
from pop.privacy.codes import fold
from pop.privacy.keyring import keyring
from tests.helpline.conftest import House, Person, cheap, client_key, form_key

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

WORDS = st.text("abc é🙂", min_size=1, max_size=20).filter(lambda text: not text.isspace())


class Lived(RuleBasedStateMachine):
    """A conversation's life; `said` is what was acknowledged, in order."""

    house: House

    def __init__(self) -> None:
        super().__init__()
        self.savepoint: str = transaction.savepoint(using=database.ALIAS)
        self.now = datetime(2026, 11, 22, 9, tzinfo=UTC)
        self.said: list[tuple[str, str]] = []
        self.sent: list[tuple[Sending, Appended]] = []
        self.code = ""
        self.tokens: list[str] = []
        self.second: uuid.UUID | None = None
        self.gone = False
        self.left: set[uuid.UUID] = set()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint, using=database.ALIAS)
        forget_opened()

    @initialize(text=WORDS)
    def opens(self, text: str) -> None:
        opened = open_conversation(line=self.house.line, text=text, form_key=form_key(), language="en", now=self.now)
        self.conversation, self.tokens = opened.conversation, [opened.token]
        self.said = [("child", text)]

    # What the child does.

    @precondition(lambda self: self.tokens)
    @rule(text=WORDS, times=st.sampled_from([1, 1, 2, 10]), which=st.integers(0, 3))
    def child_writes(self, text: str, times: int, which: int) -> None:
        token = self.tokens[which % len(self.tokens)]
        self._send(Sending(self.conversation, "child", text, client_key(), token=token), times)

    @precondition(lambda self: self.tokens)
    @rule()
    def child_pauses(self) -> None:
        self._allowing("closed", lambda: pause(self.tokens[0], now=self.now))

    @precondition(lambda self: self.tokens)
    @rule()
    def child_keeps_a_way_back(self) -> None:
        self.code = keep_way_back(self.tokens[0], "en", derive=cheap, now=self.now)

    @precondition(lambda self: self.code)
    @rule()
    def child_comes_back_on_another_device(self) -> None:
        token = begin_coming_back(now=self.now)
        keys = [(edition, cheap(fold(self.code, "en"), pepper)) for edition, pepper in keyring().peppers.items()]
        assert come_back(token, keys, now=self.now) is not self.gone
        if not self.gone:
            self.tokens.append(token)

    @precondition(lambda self: self.tokens and self.code)
    @rule()
    def child_leaves_this_browser(self) -> None:
        token = self.tokens.pop()
        leave(token)
        assert child_enters(token, now=self.now) is None

    @precondition(lambda self: self.tokens)
    @rule()
    def child_ends(self) -> None:
        end(self.tokens[0], now=self.now)

    @precondition(lambda self: self.tokens)
    @rule()
    def child_forgets(self) -> None:
        forget(self.tokens[0])
        self.gone = True

    # What the staff do.

    @rule(who=st.integers(0, 2))
    def staff_take(self, who: int) -> None:
        person = self._person(who)
        keys = self._allowing("unknown", lambda: staff_keys(self.conversation, person.id, person.private))
        if keys is not None:
            self._allowing(
                "closed wrong_state",
                lambda: move(
                    self.conversation,
                    to="active",
                    action="take",
                    by=person.id,
                    assignee=person.id,
                    keys=keys,
                    now=self.now,
                ),
            )

    @rule(text=WORDS, who=st.integers(0, 2), times=st.sampled_from([1, 2]))
    def staff_write(self, text: str, who: int, times: int) -> None:
        person = self._person(who)
        sending = Sending(
            self.conversation, "counsellor", text, client_key(), staff=person.id, private_key=person.private
        )
        self._send(sending, times)

    @rule(who=st.integers(0, 2))
    def counsellor_is_lost(self, who: int) -> None:
        self._allowing(
            "closed wrong_state unknown",
            lambda: move(
                self.conversation, to="waiting", action="return_to_queue", by=None, assignee=None, now=self.now
            ),
        )

    @rule()
    def staff_close(self) -> None:
        self._allowing(
            "unknown",
            lambda: close(conversation=self.conversation, by=self.house.counsellor.id, ended_by="staff", now=self.now),
        )

    @rule()
    def supervisor_transfers(self) -> None:
        if self.second is None:
            founders = [self.house.supervisor.id]
            self.second = line_actions.create_team(
                line=self.house.line, name="Second", intake=False, founders=founders, by=founders[0]
            )
        second = self.second
        self._allowing(
            "unknown closed",
            lambda: transfer_keys_to_team(
                conversation=self.conversation, team=second, by=self.house.supervisor.id, now=self.now
            ),
        )

    @precondition(lambda self: not self.left)
    @rule()
    def colleague_leaves_the_team(self) -> None:
        colleague = self.house.colleague
        line_actions.leave(team=self.house.team, staff=colleague.id, by=self.house.supervisor.id)
        member_left({"team": str(self.house.team), "line": str(self.house.line), "staff": str(colleague.id)})
        renew_epochs(self.now)
        self.left.add(colleague.id)

    # What happens to them.

    @rule(minutes=st.sampled_from([1, 20, 31, 600]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        sweep_leases(self.now)

    @rule()
    def the_process_dies(self) -> None:
        forget_opened()

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def an_acknowledgement_was_lost_and_it_is_sent_again(self, data: st.DataObject) -> None:
        sending, before = data.draw(st.sampled_from(self.sent))
        if self.gone or (sending.author == "child" and sending.token not in self.tokens):
            return
        with database.atomic():
            [again] = append_many([sending], now=self.now)
        if isinstance(again, Appended):
            assert (again.sequence, again.fresh) == (before.sequence, False)
        else:
            # Staff who may not know of it any more, or nothing opens the key to compare the bodies.
            assert again.code in {"unknown", "locked"}
            assert sending.author != "child"

    # What is promised.

    @invariant()
    def nothing_is_lost_or_doubled_and_the_order_is_one(self) -> None:
        if self.gone:
            return
        rows = list(Message.objects.filter(conversation=self.conversation).order_by("sequence"))
        assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
        for token in self.tokens:
            inside = child_enters(token, now=self.now)
            assert inside is not None
            read_now = messages_after(self.conversation, 0, inside.keys)
            assert all(each.readable for each in read_now)
            assert [(each.author, each.text) for each in read_now if each.kind == "text"] == self.said

    @invariant()
    def a_lease_stands_only_where_somebody_waits_or_talks(self) -> None:
        states = set(CaseKey.objects.filter(lease__isnull=False).values_list("conversation__state", flat=True))
        assert states <= {"waiting", "active"}

    @invariant()
    def members_read_what_is_sealed_to_them_and_nobody_else_reads(self) -> None:
        row = Conversation.objects.filter(pk=self.conversation).first()
        for person in (self.house.supervisor, self.house.counsellor, self.house.colleague):
            try:
                said = read(self.conversation, staff=person.id, private_key=person.private, how="answer")
            except RefusedError:
                assert row is None or not line_queries.is_member(person.id, row.team_id)
                continue
            assert row is not None
            assert person.id not in self.left
            words = [(each.author, each.text) for each in said if each.kind == "text" and each.readable]
            in_order = iter(self.said)
            assert all(each in in_order for each in words)
            if row.epoch == 1:
                assert words == self.said

    @invariant()
    def what_was_forgotten_is_gone_with_every_key(self) -> None:
        if self.gone:
            assert not Conversation.objects.filter(pk=self.conversation).exists()
            assert not CaseKey.objects.exists()
            assert not KeySeal.objects.exists()
            assert not Message.objects.exists()
            assert all(child_enters(token, now=self.now) is None for token in self.tokens)
            self.tokens = []

    def _person(self, who: int) -> Person:
        return (self.house.counsellor, self.house.colleague, self.house.supervisor)[who]

    def _send(self, sending: Sending, times: int) -> None:
        with database.atomic():
            results = append_many([sending] * times, now=self.now)
        kept = [each for each in results if isinstance(each, Appended)]
        assert len(kept) in (0, times)
        assert len({each.sequence for each in kept}) <= 1
        if kept:
            self.said.append((sending.author, sending.text))
            self.sent.append((sending, kept[0]))
            self.now += timedelta(seconds=4)

    def _allowing(self, codes: str, act: Any) -> Any:
        try:
            return act()
        except RefusedError as refused:
            if refused.code not in codes.split():
                raise
            return None


def test_no_life_of_a_conversation_breaks_a_promise(house: House, helpline_keys: Path) -> None:
    machine = type("LivedHere", (Lived,), {"house": house})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
