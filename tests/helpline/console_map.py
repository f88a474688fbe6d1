"""Who may open each address of the helpline's console: one row for every address, by who asks and in which state.

A new address without a row fails. A row names the people for whom the address exists (anything but 404); for a
conversation's addresses it may name them state by state. Whoever is not signed in is led to sign in everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# People. The conversation of each state is the first team's; "assignee" has it wherever somebody has.
ASSIGNEE, COLLEAGUE, LEADER = "assignee", "colleague", "leader"  # of the first team
OTHER_COUNSELLOR, OTHER_LEADER = "other_counsellor", "other_leader"  # of another team of the line
FAR_COUNSELLOR, FAR_LEADER = "far_counsellor", "far_leader"  # of another line
COUNSELLOR, SUPERVISOR = "counsellor", "supervisor"  # the role, and no team
EDITOR, APPROVER, ADMINISTRATOR, NO_ROLE = "editor", "approver", "administrator", "no_role"
PEOPLE = (
    ASSIGNEE,
    COLLEAGUE,
    LEADER,
    OTHER_COUNSELLOR,
    OTHER_LEADER,
    FAR_COUNSELLOR,
    FAR_LEADER,
    COUNSELLOR,
    SUPERVISOR,
    EDITOR,
    APPROVER,
    ADMINISTRATOR,
    NO_ROLE,
)
STATES = ("waiting", "active", "sleeping", "promised", "message_left", "closed")
# Where somebody has the conversation.
HELD = ("active", "sleeping", "promised", "closed")

NOBODY: frozenset[str] = frozenset()
TEAM = frozenset({ASSIGNEE, COLLEAGUE, LEADER})
OTHER_TEAM = frozenset({OTHER_COUNSELLOR, OTHER_LEADER})
LEADERS = frozenset({LEADER, OTHER_LEADER})
COUNSELLORS = frozenset({ASSIGNEE, COLLEAGUE, OTHER_COUNSELLOR, FAR_COUNSELLOR, COUNSELLOR})
SUPERVISORS = frozenset({LEADER, OTHER_LEADER, FAR_LEADER, SUPERVISOR})
HELPLINE = COUNSELLORS | SUPERVISORS


@dataclass(frozen=True)
class Row:
    """How an address is asked, and for whom it exists; `by_state` says otherwise for some states."""

    who: frozenset[str]
    method: str = "GET"
    by_state: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def there_for(self, state: str) -> frozenset[str]:
        """Return for whom the address exists while the conversation is in this state."""
        return self.by_state.get(state, self.who)


def get(who: frozenset[str]) -> Row:
    """Return a row of a page."""
    return Row(who)


def post(who: frozenset[str]) -> Row:
    """Return a row of an act."""
    return Row(who, "POST")


def held(method: str = "GET") -> Row:
    """Return a row of what only whoever has the conversation finds, wherever somebody has it."""
    return Row(frozenset({ASSIGNEE}), method, {state: NOBODY for state in STATES if state not in HELD})


SUPERVISION: Mapping[str, Row] = {
    "board": get(SUPERVISORS),
    "board_now": get(SUPERVISORS - {SUPERVISOR}),
    "glance_seen": post(LEADERS),
    "board_talk": get(LEADERS),
    # The words: the own team's, with a reason. Other supervisors of the line ask for emergency access first.
    "board_talk_read": post(frozenset({LEADER})),
    "board_talk_join": post(frozenset({LEADER})),
    "board_talk_write": post(frozenset({LEADER})),
    "board_talk_leave": post(frozenset({LEADER})),
    "board_talk_take_over": post(frozenset({LEADER})),
    "board_talk_reassign": post(LEADERS),
    "board_talk_hold": post(frozenset({LEADER})),
    "board_talk_erase": post(frozenset({LEADER})),
    "glass_ask": post(LEADERS),
    "glass": get(HELPLINE),
    "glass_allow": post(TEAM),
    "glass_refuse": post(TEAM),
    "glass_end": post(TEAM | {OTHER_LEADER}),
    "board_audit": get(SUPERVISORS),
    "board_practice": get(SUPERVISORS),
    "practice_feedback": post(frozenset({LEADER, OTHER_LEADER})),
    "complaint_list": get(SUPERVISORS),
    "complaint_one": get(LEADERS),
    "complaint_answer": post(LEADERS),
    "counts": get(SUPERVISORS),
    "line_list": get(SUPERVISORS | {ADMINISTRATOR}),
    "line_add": get(SUPERVISORS | {ADMINISTRATOR}),
    "line_one": get(LEADERS | {ADMINISTRATOR}),
    "line_settings": get(LEADERS),
    "line_hours": get(LEADERS),
    "line_close": post(LEADERS),
    "line_open": post(LEADERS),
    "line_steps": get(LEADERS),
    "team_add": get(LEADERS | {ADMINISTRATOR}),
    "team_list": get(HELPLINE),
    "team_one": get(LEADERS | TEAM | {ADMINISTRATOR}),
    "team_admit": post(frozenset({LEADER})),
    "team_anew": post(frozenset({ADMINISTRATOR})),
    "team_renew": post(TEAM),
    "team_role": post(frozenset({LEADER})),
    "team_end": get(frozenset({LEADER})),
}

DESK: Mapping[str, Row] = {
    "desk": get(HELPLINE),
    "desk_queue": get(HELPLINE),
    "desk_duty": post(HELPLINE),
    "desk_duty_now": get(HELPLINE),
    "desk_beat": post(HELPLINE),
    "desk_token": get(HELPLINE),
    "desk_next": post(HELPLINE),
    "desk_closed": get(HELPLINE),
    "desk_phone": get(HELPLINE),
    "desk_practice": get(HELPLINE),
    "desk_answers": get(HELPLINE),
    # What the assignee offers the colleague.
    "desk_offer_accept": post(frozenset({COLLEAGUE})),
    "desk_offer_decline": post(frozenset({COLLEAGUE})),
    # Everybody of the team may read the note afterwards; it is recorded.
    "desk_offer_note": post(TEAM),
    "desk_talk": get(TEAM),
    # Who is in no team cannot be on duty, and is told to come on duty first, whatever the id.
    "desk_take": post(TEAM | {COUNSELLOR, SUPERVISOR}),
    "desk_wake": post(TEAM),
    "desk_read": get(TEAM),
    "desk_head": held(),
    "desk_sleep": held("POST"),
    "desk_ask": held("POST"),
    "desk_leave": post(frozenset({LEADER})),
    "desk_canned": held(),
    "desk_promise": held(),
    "desk_hand_over": held(),
    "desk_abuse": held(),
    "desk_notes": held(),
    "desk_risk": held(),
    "desk_steps": held(),
    "desk_identity": held(),
    "desk_find": held(),
    "desk_close": held(),
}

ROWS: Mapping[str, Row] = {**SUPERVISION, **DESK}
