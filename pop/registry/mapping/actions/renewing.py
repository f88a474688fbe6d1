"""Comparing again: what waits for a reviewer was compared with a registry that has moved on since.

What changes the registry marks, at once and for good, the findings that it may concern; the worker compares them when
the changes have settled, and whoever acts on one compares it first.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from pop.audit import actions as audit
from pop.registry.directory.actions.review.surveyed import drop_proposal
from pop.registry.directory.queries.comparable import signs_in
from pop.registry.directory.rules.likeness import host_of
from pop.registry.mapping.actions.comparing import compare
from pop.registry.mapping.models import Finding
from pop.registry.mapping.queries import UNDONE

# A load or a row of edits is over when nothing has changed for a while; nobody waits for it longer than a minute.
SETTLED_SECONDS: Final = 5.0
LONGEST_SECONDS: Final = 60.0
# Of each second: the worker has other duties, and the machine other processes.
SHARE_SECONDS: Final = 0.2

WAITING: Final = Q(state="compared") | Q(state="proposed", proposal__state__in=UNDONE)


class ComparingDuty:
    """The worker's care for what waits: `registry_changed` hears the news, `__call__` comes by every second."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._first: float | None = None
        self._last: float | None = None

    def registry_changed(self, payload: Mapping[str, object]) -> None:
        """Mark what a change may concern. Subscribe this to the event `registry_changed`; hearing twice is no error."""
        countries = payload["countries"]
        if not isinstance(countries, list):
            raise TypeError("countries are a list")
        if not mark_stale([str(each) for each in countries]):
            return
        now = self._now()
        with self._lock:
            self._first = now if self._first is None else self._first
            self._last = now

    def __call__(self) -> int:
        """Compare again what is marked, as far as a share of this second goes; return how many."""
        started = self._now()
        with self._lock:
            if self._first is not None and self._last is not None:
                if started - self._last < SETTLED_SECONDS and started - self._first < LONGEST_SECONDS:
                    return 0
                # What is marked from here on settles anew.
                self._first = self._last = None
        done = 0
        while self._now() - started < SHARE_SECONDS:
            row = Finding.objects.filter(WAITING, stale=True).order_by("received_on", "id").values_list("pk").first()
            if row is None:
                break
            compare_again(row[0])
            done += 1
        return done


def mark_stale(countries: Collection[str]) -> int:
    """Mark what waits and may look otherwise after a change in these countries; return how many were marked anew.

    So are those from elsewhere that share a full number or a website with a record there.
    """
    waiting = Finding.objects.filter(WAITING, stale=False)
    near = Q(country__in=countries) | Q(match__country__in=countries) | Q(service__country__in=countries)
    marked = {row[0] for row in waiting.filter(near).values_list("pk")}
    far = list(waiting.exclude(pk__in=marked).values_list("pk", "contacts", "values"))
    if far:
        numbers, websites = signs_in(countries)
        hosts = {host_of(each) for each in websites} - {""}
        for pk, contacts, values in far:
            theirs = {str(each.get("e164") or "") for each in contacts} - {""}
            if theirs & numbers or host_of(str(values.get("website") or "")) in hosts:
                marked.add(pk)
    return Finding.objects.filter(pk__in=marked).update(stale=True) if marked else 0


def compare_again(finding_id: UUID) -> None:
    """Compare a finding that waits with the registry as it is now; what is decided or unknown is left as it is."""
    # The mark goes first: a change from here on sets it anew.
    Finding.objects.filter(pk=finding_id, stale=True).update(stale=False)
    try:
        seen = Finding.objects.filter(WAITING, pk=finding_id).first()
        if seen is None:
            return
        if seen.proposal_id is not None:
            seen = _let_go(finding_id)
        # Outside of any transaction: a country of many records takes its time, and nobody who writes waits for it.
        if seen is not None:
            before = _comparison(seen)
            compare(seen)
            _keep(seen, before)
    except Exception:
        Finding.objects.filter(pk=finding_id).update(stale=True)
        raise


@transaction.atomic
def _let_go(finding_id: UUID) -> Finding | None:
    finding = Finding.objects.select_for_update(of=("self",)).filter(WAITING, pk=finding_id).first()
    if finding is not None:
        drop_what_failed(finding)
        finding.state = "compared"
        finding.save()
    return finding


def _comparison(finding: Finding) -> tuple[object, ...]:
    return finding.match_id, finding.verdict, list(finding.reasons), finding.score


@transaction.atomic
def _keep(seen: Finding, before: tuple[object, ...]) -> None:
    """Write a comparison down, unless somebody has done something with the finding meanwhile."""
    if _comparison(seen) == before:
        return
    finding = Finding.objects.select_for_update().filter(pk=seen.pk, state="compared", service=seen.service_id).first()
    if finding is None or finding.values != seen.values or finding.contacts != seen.contacts:
        return
    finding.match_id, finding.verdict, finding.reasons, finding.score = (
        seen.match_id,
        seen.verdict,
        seen.reasons,
        seen.score,
    )
    finding.save(update_fields=["match", "verdict", "reasons", "score"])
    audit.record(
        action="compare_submission",
        object_type="finding",
        object_id=str(finding.pk),
        detail={"instrument": finding.instrument, "verdict": finding.verdict},
    )


def drop_what_failed(finding: Finding) -> None:
    """Let go of a proposal that others did not agree to, so that another choice can be proposed; the caller saves."""
    if finding.proposal_id is None:
        return
    drop_proposal(proposal_id=finding.proposal_id)
    finding.proposal_id = None
    # What it stays with is the record that the answer it corrects became, and no other.
    corrected = finding.replaces if finding.replaces_id else None
    still = corrected is not None and corrected.state == "replaced"
    finding.service_id = corrected.service_id if corrected is not None and still else None
