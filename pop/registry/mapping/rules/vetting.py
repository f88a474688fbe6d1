"""The safety decision: two checks by two people, one at a desk and one by a call, before a record reaches children."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

DESK: Final = "desk"
CALL: Final = "call"
STEPS: Final = (DESK, CALL)
OUTCOMES: Final[Mapping[str, tuple[str, ...]]] = {
    DESK: (
        *("body_and_policy_found", "body_not_found", "body_dissolved", "policy_missing", "claims_contradicted"),
        "cannot_tell",
    ),
    CALL: (
        *("answered_as_claimed", "answered_otherwise", "denied_by_body", "asked_to_be_left_out", "no_answer"),
        "wrong_number",
    ),
}
GOOD: Final = {DESK: "body_and_policy_found", CALL: "answered_as_claimed"}
# Where the number that was called stands: never in the submission.
NUMBER_SOURCES: Final = ("public_register", "regulator", "ministry", "network_directory", "telephone_directory")


def fault_of_source(link: str, hosts_of_submission: Collection[str]) -> str:
    """Return why a link is no independent source, as a code, or "" where it is one.

    A page of the very website that the submission names says what its author wants: it proves nothing.
    """
    try:
        parts = urlsplit(link.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return "source_wrong"
    if parts.scheme not in ("http", "https") or "." not in host or len(link) > 300:
        return "source_wrong"
    own = (each for each in hosts_of_submission if each)
    if any(host == each or host.endswith(f".{each}") or each.endswith(f".{host}") for each in own):
        return "source_of_submission"
    return ""


def people_fault(
    by: UUID, *, step: str, others: Mapping[str, UUID], proposer: UUID | None, agreed: Collection[UUID]
) -> str:
    """Return why somebody may not do a step, as a code, or "".

    `others` is {step: who did it}. Nobody does both steps, nobody checks what they proposed themselves, and of the two
    at least one did not agree to the record either.
    """
    if by == proposer:
        return "own_proposal"
    done = {name: who for name, who in others.items() if name != step}
    if by in done.values():
        return "same_person"
    if by in agreed and any(who in agreed for who in done.values()):
        return "only_approvers"
    return ""
