"""A line for trying out: what `make run` has beside the registry, so that a child's message can be answered at once.

It exists with development keys only, and every page of it says that it is for trying out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from pop.helpline.cases.actions.canned import add_canned_answer
from pop.helpline.cases.queries.case import canned_answers
from pop.helpline.lines import actions, queries
from pop.people import queries as people
from pop.places.words import LANGUAGES
from pop.server.jobs.sandbox_answers import ANSWERS

SANDBOX, PRACTICE = "Sandbox line", "Practice line"
# A colleague of the first person, so that what needs two can be tried by one: handing over, and emergency access. The
# second team is theirs alone: what is handed over to it is closed to the first person, who then has to ask.
SECOND_ADDRESS = "second@localhost.invalid"
SECOND_TEAM = "Second team"
# The line's own written steps in imminent danger. A real line writes its own: these are for trying out.
DANGER_STEPS = (
    {
        "id": "stay",
        "text": "Stay with the child in the chat. Tell a supervisor.",
        "told": "Your counsellor stays here with you.",
    },
    {
        "id": "where",
        "text": "Ask where the child is, and whether somebody is near who can help.",
        "told": "We ask where you are, so that help can find you. You decide what you say.",
    },
    {
        "id": "call",
        "text": "The supervisor calls the emergency contact of the line.",
        "told": "A second person calls for help.",
    },
    {"id": "tell", "text": "Tell the child what you do, and why, before you do it."},
)


def make_lines() -> Iterator[str]:
    """Make the sandbox line and the practice line, each with a team, where there is no line at all."""
    if queries.lines():
        return
    for name, practice in ((SANDBOX, False), (PRACTICE, True)):
        line = actions.create_line(
            name=name,
            by=None,
            sandbox=True,
            practice=practice,
            languages=LANGUAGES,
            settings_of_line={"danger_steps": list(DANGER_STEPS), "emergency_contact": "Invented contact"},
        )
        actions.found_sandbox_team(line, name=name)
    yield "Made a sandbox line and a practice line, for trying out"


def staff_key_made(payload: Mapping[str, object]) -> None:
    """Admit whoever gets a key and answers children to the teams of the lines for trying out.

    The first supervisor of a line brings it its ready answers, and the second person has a team of their own besides.
    """
    staff = UUID(str(payload["staff"]))
    role = "supervisor" if people.holds(staff, "supervisor") else "counsellor"
    if not people.holds(staff, "counsellor", "supervisor"):
        return
    for line in queries.lines():
        team = queries.intake_team(line.id) if line.sandbox else None
        if team is None:
            continue
        if queries.is_member(staff, team.id):
            actions.renew_keys_for_member(team=team.id, staff=staff, by=None, by_key=None)
        else:
            actions.admit(team=team.id, staff=staff, role=role, by=None, by_key=None)
            if role == "supervisor" and not canned_answers(line=line.id, staff=staff):
                _keep_answers(line.id, staff)
        if not line.practice and _is_second(staff):
            _found_second_team(line.id, staff)


def _keep_answers(line: UUID, staff: UUID) -> None:
    for language, answers in ANSWERS.items():
        for shortcut, title, text in answers:
            add_canned_answer(line=line, staff=staff, language=language, shortcut=shortcut, title=title, text=text)


def _is_second(staff: UUID) -> bool:
    person = people.find_staff(SECOND_ADDRESS)
    return person is not None and person.pk == staff


def _found_second_team(line: UUID, staff: UUID) -> None:
    """Make the second person's own team when they have a key: a team without members would open nothing to anybody."""
    found = next((each.id for each in queries.teams(line) if each.name == SECOND_TEAM), None)
    team = found or actions.found_sandbox_team(line, name=SECOND_TEAM, intake=False)
    if queries.is_member(staff, team):
        actions.renew_keys_for_member(team=team, staff=staff, by=None, by_key=None)
    else:
        actions.admit(team=team, staff=staff, role="supervisor", by=None, by_key=None)
