"""The one place where things are joined: who hears which news, which engine answers which door."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from pop_sdk.vocabulary import Vocabulary

from pop.audit.linking import LinkingDuty
from pop.events.actions import Subscriber
from pop.events.worker import Duty, stop_on_signals
from pop.events.worker import run_worker as run_events
from pop.evidence.maps.http.panels import country_panel, service_panel
from pop.helpline.cases.actions.forgetting import forget_contact_records, forget_practice_runs
from pop.helpline.cases.actions.rounding import round_closed
from pop.helpline.conversations.actions.appending import SENT
from pop.helpline.conversations.actions.complaining import ANSWERED as COMPLAINT_ANSWERED
from pop.helpline.conversations.actions.complaining import MADE as COMPLAINT_MADE
from pop.helpline.conversations.actions.entering import leave as end_session
from pop.helpline.conversations.actions.forgetting import ERASED
from pop.helpline.conversations.actions.moving import CHANGED as TALK_CHANGED
from pop.helpline.conversations.actions.sweeping import KeepingDuty, audit_sends, member_left
from pop.helpline.lines import queries as lines
from pop.helpline.lines.actions import CHANGED as LINE_CHANGED
from pop.helpline.lines.actions import KEY_CHANGED as TEAM_KEY_CHANGED
from pop.helpline.lines.actions import LEFT as TEAM_LEFT
from pop.helpline.lines.actions import roles_changed, staff_left
from pop.helpline.queue.actions.duty import DUTY_CHANGED
from pop.helpline.queue.actions.moving import queue_changed
from pop.helpline.queue.actions.waits import forget_waits, note_ended_wait
from pop.pages.leaving import use_exit
from pop.people.queries import KEY_MADE, LEFT, ROLES_CHANGED
from pop.people.sweeping import SweepingDuty
from pop.places.countries import codes
from pop.places.languages import known_languages
from pop.privacy.erasures import Eraser
from pop.privacy.keys import public_keys
from pop.registry.directory.http.panels import use_panels
from pop.registry.directory.rules.emergency import EVIDENCE, KINDS, Known, rank_numbers
from pop.registry.directory.rules.tables import topics
from pop.registry.mapping import queries as mapping
from pop.registry.mapping.actions.hearing import submission_received, submission_withdrawn, take_away
from pop.registry.mapping.actions.renewing import ComparingDuty
from pop.registry.mapping.words import INSTRUMENTS
from pop.server.forgetting import (
    erase_conversations,
    forget_audit,
    note_conversation,
    note_lease_taken_back,
    note_withdrawal,
)
from pop.server.jobs.line_news import line_changed
from pop.server.jobs.sandboxing import staff_key_made
from pop.server.tending import EscrowDuty, TendingDuty, join_capabilities
from pop.signposting.finder.match_door import Doors, Emergency, Snapshots
from pop.signposting.finder.queries import use_chat, use_engine
from pop.signposting.snapshots.queries import CHANGED
from pop.signposting.snapshots.store import snapshots_dir
from pop.signposting.snapshots.watch import Watch
from pop.signposting.snapshots.worker import SnapshotDuty
from pop.surveys.collecting.actions.receiving import RECEIVED as SUBMISSION_RECEIVED
from pop.surveys.collecting.actions.sweeping import CollectingDuty
from pop.surveys.collecting.actions.withdrawing import ERASED as ERASED_SUBMISSION
from pop.surveys.collecting.actions.withdrawing import ERASED_AS_SENT, use_withdrawal, withdraw_again
from pop.surveys.collecting.actions.withdrawing import WITHDRAWN as SUBMISSION_WITHDRAWN
from pop.surveys.collecting.queries.titles import Title, use_titles
from pop.surveys.importing.actions.bringing import forget_withdrawn
from pop.surveys.importing.actions.working import ImportingDuty
from pop.surveys.inviting.actions.sending import MailingDuty
from pop.surveys.pages.outcomes import Outcome, use_outcomes

SEED = Path(__file__).resolve().parents[1] / "registry" / "directory" / "seed"


def _title(instrument: str, language: str) -> Title | None:
    """Return what an instrument of the mapping is called."""
    if instrument not in INSTRUMENTS.texts:
        return None
    said, about = (INSTRUMENTS.say(key, language) for key in (instrument, f"{instrument}_about"))
    return Title(said, language, about)


join_capabilities()
use_withdrawal(take_away)
use_titles(_title)
SNAPSHOT_DUTY = SnapshotDuty()
COMPARING_DUTY = ComparingDuty()
# Who hears which event. An event without subscribers would be a row that nobody reads: a test compares the two.
SUBSCRIBERS: Mapping[str, Sequence[Subscriber]] = {
    CHANGED: [SNAPSHOT_DUTY.registry_changed, COMPARING_DUTY.registry_changed],
    KEY_MADE: [staff_key_made],
    LEFT: [staff_left],
    ROLES_CHANGED: [roles_changed],
    ERASED: [note_conversation],
    TEAM_LEFT: [member_left],
    SENT: [audit_sends],
    TALK_CHANGED: [note_ended_wait, round_closed, queue_changed, note_lease_taken_back],
    LINE_CHANGED: [line_changed],
    # Nobody needs to hear these yet: what shows them is woken by the bell, at once.
    TEAM_KEY_CHANGED: [],
    DUTY_CHANGED: [],
    COMPLAINT_MADE: [],
    COMPLAINT_ANSWERED: [],
    SUBMISSION_RECEIVED: [submission_received],
    SUBMISSION_WITHDRAWN: [submission_withdrawn, note_withdrawal],
}
# What the worker forgets once a minute besides conversations, in this order.
FORGETTING = (forget_waits, forget_contact_records, forget_practice_runs, forget_audit)
# What a restored backup must forget again, by kind of record in the journal of erasures.
ERASERS: Mapping[str, Eraser] = {
    "conversation": erase_conversations,
    ERASED_SUBMISSION: withdraw_again,
    ERASED_AS_SENT: forget_withdrawn,
}


def run_worker() -> int:
    """Drain the outbox, keep the snapshot fresh and link the audit until SIGTERM; return the exit code."""
    duties: list[Duty] = [
        # Of demonstration data no snapshot is made, so that nothing of it can ever answer a child.
        *([] if settings.DEMONSTRATION else [SNAPSHOT_DUTY]),
        SweepingDuty(),
        KeepingDuty(also=FORGETTING),
        TendingDuty(),
        EscrowDuty(),
        CollectingDuty(),
        ImportingDuty(),
        MailingDuty(),
        COMPARING_DUTY,
    ]
    linking = [LinkingDuty(using) for using in settings.DATABASES]
    run_events(stop_on_signals(), subscribers=SUBSCRIBERS, duties=[*duties, *linking])
    return 0


@functools.cache
def snapshots() -> Watch:
    """Return this process's view of the snapshot in force; the child's pages and the hot doors ask the same one."""
    watch = Watch(snapshots_dir(), keys=lambda: public_keys(settings.KEYS_DIR))
    use_engine(lambda: watch.engine, emergency=emergency_numbers())
    return watch


def join_pages() -> None:
    """Join the child's pages: the finder offers the lines that can be written to, the exit ends a conversation, the map
    adds its panels to the registry's pages, and whoever answered a survey sees what became of it."""
    use_chat(lambda country, language, age, now: lines.offer_for(country, language, now=now, age=age))
    use_exit(end_session)
    use_outcomes(_outcome)
    use_panels(country=country_panel, service=service_panel)


def _outcome(submission: UUID) -> Outcome | None:
    found = mapping.outcome_of(submission, now=timezone.now())
    return Outcome(*found) if found else None


@functools.cache
def vocabulary() -> Vocabulary:
    """Return the countries, topics and languages that a question may name."""
    return Vocabulary(countries=codes(), topics=frozenset(topics()), languages=known_languages())


@functools.cache
def emergency_numbers() -> Emergency:
    """Return the committed table's shown numbers by country: they answer even where there is no valid snapshot."""
    known: dict[str, list[Known]] = {}
    with (SEED / "emergency.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            number = Known(row["dial"], KINDS[row["kind"]], EVIDENCE[row["evidence"]])
            known.setdefault(row["country"], []).append(number)
    return {
        country: [
            {"dial": number.dial, "uri": f"tel:{number.dial}", "kind": number.kind, "stage": number.stage}
            for number in sorted(rank_numbers(numbers), key=lambda each: each.rank)
            if number.rank
        ]
        for country, numbers in known.items()
    }


def plain_doors(current: Snapshots) -> Doors:
    """Return the hot doors."""
    return Doors(
        snapshots=current,
        vocabulary=vocabulary(),
        emergency=emergency_numbers(),
        openapi=(Path(__file__).parent / "openapi.yaml").read_bytes(),
    )
