"""What can happen to lines and teams: each act is one transaction with its audit row and its event.

Only a member admits a member, because only a member has the team's private key to pass on. Beginning a new edition
needs no secret: the new private key is sealed to those who stay, and nobody keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from pop.helpline import database
from pop.helpline.lines import queries
from pop.helpline.lines.models import Line, Team, TeamKey, TeamKeySeal, TeamMember
from pop.helpline.lines.rules import COUNSELLOR, ROLES, SUPERVISOR, RefusedError, valid_hours
from pop.people import queries as people
from pop.privacy.sealing import new_pair, seal_to, seal_under

CHANGED = "line_changed"
KEY_CHANGED = "team_key_changed"
LEFT = "team_left"


def create_line(
    *,
    name: str,
    by: UUID | None,
    sandbox: bool = False,
    practice: bool = False,
    countries: Sequence[str] = (),
    languages: Sequence[str] = ("en",),
    hours: str = "24/7",
    timezone_name: str = "UTC",
    settings_of_line: Mapping[str, object] | None = None,
) -> UUID:
    """Make a line and return its id; `settings_of_line` as in `change_line`. `by` None is the program itself.

    Raises RefusedError: "unknown" (not an administrator or supervisor), "bad_hours", "sandbox_in_production".
    """
    if by is not None and not people.holds(by, "administrator", SUPERVISOR):
        raise RefusedError("unknown")
    if sandbox and settings.PRODUCTION:
        raise RefusedError("sandbox_in_production")
    if not valid_hours(hours, timezone_name):
        raise RefusedError("bad_hours")
    with database.atomic():
        line = Line.objects.create(
            name=name.strip(),
            sandbox=sandbox,
            practice=practice,
            countries=list(countries),
            languages=list(languages),
            hours=hours,
            timezone=timezone_name,
            **_checked(settings_of_line or {}),
        )
        _tell("create_line", line.pk, by, {"sandbox": sandbox, "practice": practice})
    return line.pk


_SETTINGS = frozenset(
    {
        "name",
        "countries",
        "min_age",
        "max_age",
        "service_id",
        "longest_wait_minutes",
        "read_within_hours",
        "answer_complaints_within_days",
        "emergency_contact",
        "danger_steps",
    }
)


def change_line(*, line: UUID, by: UUID, settings_of_line: Mapping[str, object]) -> None:
    """Change settings of a line (name, countries, ages, service, waits, complaints, emergency contact, danger steps).

    Raises RefusedError("unknown") for who does not supervise it, ValueError for a setting that does not exist.
    """
    changed = _checked(settings_of_line)
    with database.atomic():
        _supervised(line, by)
        Line.objects.filter(pk=line).update(**changed)
        _tell("change_line", line, by, {"changed": sorted(changed)})


def change_hours(*, line: UUID, hours: str, languages: Sequence[str], by: UUID, timezone_name: str = "") -> None:
    """Change when a line is open (OSM `opening_hours`) and in which languages.

    Raises RefusedError: "unknown" for who does not supervise it, "bad_hours" for hours that cannot be evaluated.
    """
    with database.atomic():
        row = _supervised(line, by)
        zone = timezone_name or row.timezone
        if not valid_hours(hours, zone):
            raise RefusedError("bad_hours")
        Line.objects.filter(pk=line).update(hours=hours, languages=list(languages), timezone=zone)
        _tell("change_hours", line, by, {"languages": list(languages)})


def close_line_until(*, line: UUID, until: datetime, by: UUID) -> None:
    """Close a line before its hours end. Raises RefusedError("unknown") for who does not supervise it."""
    with database.atomic():
        _supervised(line, by)
        Line.objects.filter(pk=line).update(closed_until=until)
        _tell("close_line_until", line, by, {"until": until.isoformat()})


def open_line(*, line: UUID, by: UUID) -> None:
    """Let a line's hours count again. Raises RefusedError("unknown") for who does not supervise it."""
    with database.atomic():
        _supervised(line, by)
        Line.objects.filter(pk=line).update(closed_until=None)
        _tell("open_line", line, by)


def create_team(*, line: UUID, name: str, intake: bool, founders: Sequence[UUID], by: UUID | None) -> UUID:
    """Make a team with its first key, sealed to its founders, and return its id.

    A founder's part is supervisor where they hold that role, else counsellor. Raises RefusedError: "unknown" (`by` is
    neither an administrator nor a supervisor of the line; no such line), "no_key" (a founder has no key yet),
    "needs_supervisor", "intake_taken". The first team of a line may come from any supervisor; later ones may not, or
    somebody could make themselves a supervisor of other people's conversations.
    """
    if by is not None and not _may_found(by, line):
        raise RefusedError("unknown")
    wanted = list(dict.fromkeys(founders))
    keys = people.public_keys_of(wanted)
    leading = people.holding(wanted, SUPERVISOR)
    if len(keys) != len(wanted):
        raise RefusedError("no_key")
    if not leading:
        raise RefusedError("needs_supervisor")
    with database.atomic():
        row = _team(line, name, intake)
        for staff in wanted:
            role = SUPERVISOR if staff in leading else COUNSELLOR
            TeamMember.objects.create(team=row, staff=staff, role=role, admitted_by=by)
        _begin_key(row)
        _record_team("create_team", row.pk, by, {"founders": [str(each) for each in wanted]})
        _tell("create_team", line, by)
    return row.pk


def found_sandbox_team(line: UUID, *, name: str = "Sandbox", intake: bool = True) -> UUID:
    """Make a sandbox line's team without members, its private key under the root key, so that anybody can be admitted.

    Raises RefusedError: "sandbox_in_production", "unknown" for a line that is no sandbox, "intake_taken".
    """
    if settings.PRODUCTION:
        raise RefusedError("sandbox_in_production")
    with database.atomic():
        if not Line.objects.filter(pk=line, sandbox=True).exists():
            raise RefusedError("unknown")
        row = _team(line, name, intake)
        _begin_key(row)
        _record_team("found_sandbox_team", row.pk, None)
    return row.pk


def admit(*, team: UUID, staff: UUID, role: str, by: UUID | None, by_key: bytes | None) -> None:
    """Take somebody into a team: every edition of its key that `by` opens is sealed to them, old conversations too.

    `by` is a supervisor of the team with their private key. In a team that has no supervisor any more, any member with
    the key admits one: an administrator gave that role, and only a member has the key to pass on. For a sandbox team
    the founding seal opens instead, then `by` may be anybody, and None is the program itself. Raises RefusedError:
    "unknown", "no_key" (they have none yet), "wrong_role" (their role does not allow this part), "already_member".
    """
    with database.atomic():
        row = _locked_team(team)
        privates = _passed_on(row, by, by_key, any_member=role == SUPERVISOR and not _has_supervisor(row))
        if role not in ROLES or not _allows(staff, role):
            raise RefusedError("wrong_role")
        if queries.is_member(staff, team):
            raise RefusedError("already_member")
        TeamMember.objects.create(team=row, staff=staff, role=role, admitted_by=by)
        _seal_all(privates, staff)
        _record_team("admit_to_team", team, by, {"staff": str(staff), "role": role})
        _tell("admit_to_team", row.line_id, by)


def renew_keys_for_member(*, team: UUID, staff: UUID, by: UUID | None, by_key: bytes | None) -> None:
    """Seal the team's key again to a member with a new key of their own, as after a password reset.

    Permission and errors as `admit`; any member may do it, not only a supervisor.
    """
    with database.atomic():
        row = _locked_team(team)
        privates = _passed_on(row, by, by_key, any_member=True)
        if not queries.is_member(staff, team):
            raise RefusedError("unknown")
        _seal_all(privates, staff)
        _record_team("renew_keys_for_member", team, by, {"staff": str(staff)})


def change_role(*, team: UUID, staff: UUID, role: str, by: UUID) -> None:
    """Make a member a supervisor or a counsellor of the team. Raises RefusedError as `admit` and `leave` do.

    In a team that has no supervisor any more, any member makes one of somebody whose role in the console allows it.
    """
    with database.atomic():
        row = _locked_team(team)
        rescue = role == SUPERVISOR and not _has_supervisor(row) and queries.is_member(by, team)
        if not (_leads(row, by) or rescue) or not queries.is_member(staff, team):
            raise RefusedError("unknown")
        if role not in ROLES or not _allows(staff, role):
            raise RefusedError("wrong_role")
        TeamMember.objects.filter(team=row, staff=staff, ended_at=None).update(role=role)
        if not _has_supervisor(row):
            raise RefusedError("last_supervisor")
        _record_team("change_role_in_team", team, by, {"staff": str(staff), "role": role})


def leave(*, team: UUID, staff: UUID, by: UUID) -> None:
    """End somebody's membership and begin a new edition of the team's key without them.

    `by` is the person or a supervisor of the team. Raises RefusedError: "unknown", "last_supervisor" (nobody who stays
    could admit anybody: admit another first).
    """
    with database.atomic():
        row = _locked_team(team)
        if not queries.is_member(staff, team) or (by != staff and not _leads(row, by)):
            raise RefusedError("unknown")
        _end_membership(row, staff)
        if not _has_supervisor(row) and not _founded(row):
            raise RefusedError("last_supervisor")
        _begin_key(row)
        _record_team("leave_team", team, by, {"staff": str(staff)})
        _tell("leave_team", row.line_id, by)


def staff_left(payload: Mapping[str, object]) -> None:
    """Hear "staff_left" {staff}: end their memberships everywhere, and begin new editions. Hearing it twice is one."""
    staff = UUID(str(payload["staff"]))
    for membership in queries.teams_of(staff):
        with database.atomic():
            row = _locked_team(membership.team)
            if queries.is_member(staff, row.pk):
                _end_membership(row, staff)
                _begin_key(row)
                _record_team("staff_left_team", row.pk, None, {"staff": str(staff)})
                _tell("staff_left_team", row.line_id, None)


def roles_changed(payload: Mapping[str, object]) -> None:
    """Hear "staff_roles_changed" {staff}: nobody stays in a team in a part that their roles do not allow any more.

    Who is a counsellor still, stays as one; who is neither leaves, and the team's key begins anew. What counts is what
    somebody holds now: hearing it twice, or late, does what is right then.
    """
    staff = UUID(str(payload["staff"]))
    for membership in queries.teams_of(staff):
        with database.atomic():
            row = _locked_team(membership.team)
            role = (
                TeamMember.objects.filter(team=row, staff=staff, ended_at=None).values_list("role", flat=True).first()
            )
            if role is None or _allows(staff, role):
                continue
            if _allows(staff, COUNSELLOR):
                TeamMember.objects.filter(team=row, staff=staff, ended_at=None).update(role=COUNSELLOR)
                _record_team("change_role_in_team", row.pk, None, {"staff": str(staff), "role": COUNSELLOR})
            else:
                _end_membership(row, staff)
                _begin_key(row)
                _record_team("lost_role_in_team", row.pk, None, {"staff": str(staff)})
            _tell("lost_role_in_team", row.line_id, None)


def found_anew(*, team: UUID, founders: Sequence[UUID], by: UUID) -> None:
    """Give a team that nobody is left in new members and a new key; what was sealed to the old ones stays closed.

    Raises RefusedError: "unknown" (`by` is no administrator), "already_member" (somebody is left: they admit), and
    "no_key" and "needs_supervisor" as `create_team`.
    """
    if not people.holds(by, "administrator"):
        raise RefusedError("unknown")
    wanted = list(dict.fromkeys(founders))
    leading = people.holding(wanted, SUPERVISOR)
    if len(people.public_keys_of(wanted)) != len(wanted):
        raise RefusedError("no_key")
    if not leading:
        raise RefusedError("needs_supervisor")
    with database.atomic():
        row = _locked_team(team)
        if TeamMember.objects.filter(team=row, ended_at=None).exists():
            raise RefusedError("already_member")
        for staff in wanted:
            role = SUPERVISOR if staff in leading else COUNSELLOR
            TeamMember.objects.create(team=row, staff=staff, role=role, admitted_by=by)
        _begin_key(row)
        _record_team("found_team_anew", team, by, {"founders": [str(each) for each in wanted]})
        _tell("found_team_anew", row.line_id, by)


def _allows(staff: UUID, role: str) -> bool:
    """Say whether somebody's roles allow a part in a team: supervisors may be counsellors too, never the reverse."""
    return people.holds(staff, role, SUPERVISOR)


def _may_found(by: UUID, line: UUID) -> bool:
    if people.holds(by, "administrator"):
        return True
    return people.holds(by, SUPERVISOR) and (queries.supervises(by, line) or not queries.teams(line))


def _team(line: UUID, name: str, intake: bool) -> Team:
    if not Line.objects.filter(pk=line, ended_at=None).exists():
        raise RefusedError("unknown")
    if intake and Team.objects.filter(line=line, intake=True).exists():
        raise RefusedError("intake_taken")
    return Team.objects.create(line_id=line, name=name.strip(), intake=intake)


def _locked_team(team: UUID) -> Team:
    row = Team.objects.select_for_update().filter(pk=team, ended_at=None).first()
    if row is None:
        raise RefusedError("unknown")
    return row


def _passed_on(row: Team, by: UUID | None, by_key: bytes | None, *, any_member: bool = False) -> dict[UUID, bytes]:
    """Return the private keys of the team that whoever acts may pass on."""
    founding = queries.founding_keys(row.pk)
    if by is None or by_key is None:
        if not founding:
            raise RefusedError("unknown")
        return founding
    if _leads(row, by) or (any_member and queries.is_member(by, row.pk)):
        opened = queries.team_private_keys(by, by_key)
        own = {key.id: opened[key.id] for key in queries.team_keys(opened) if key.team == row.pk}
        if own:
            return own
    if founding:
        return founding
    raise RefusedError("unknown")


def _leads(row: Team, staff: UUID) -> bool:
    return TeamMember.objects.filter(team=row, staff=staff, role=SUPERVISOR, ended_at=None).exists()


def _has_supervisor(row: Team) -> bool:
    return TeamMember.objects.filter(team=row, role=SUPERVISOR, ended_at=None).exists()


def _founded(row: Team) -> bool:
    return bool(queries.founding_keys(row.pk))


def _end_membership(row: Team, staff: UUID) -> None:
    TeamMember.objects.filter(team=row, staff=staff, ended_at=None).update(ended_at=timezone.now())
    TeamKeySeal.objects.filter(team_key__team=row, staff=staff).delete()
    database.publish(name=LEFT, payload={"team": str(row.pk), "line": str(row.line_id), "staff": str(staff)})


def _begin_key(row: Team) -> None:
    """Begin a new edition, sealed to who is in the team now and has a key; without anybody the team has none."""
    staying = list(TeamMember.objects.filter(team=row, ended_at=None).values_list("staff", flat=True))
    sandbox = row.line.sandbox and not settings.PRODUCTION
    last = TeamKey.objects.filter(team=row).order_by("-edition").values_list("edition", flat=True).first() or 0
    TeamKey.objects.filter(team=row, retired_at=None).update(retired_at=timezone.now())
    if not sandbox and not people.public_keys_of(staying):
        return
    pair, edition = new_pair(), last + 1
    founding = None
    if sandbox:
        purpose = queries.founding_purpose(row.pk, edition)
        founding = seal_under(queries.founding_key(), pair.private, purpose=purpose)
    key = TeamKey.objects.create(team=row, edition=edition, public_key=pair.public, founding_seal=founding)
    for staff in staying:
        _seal({key.pk: pair.private}, staff)
    database.publish(name=KEY_CHANGED, payload={"team": str(row.pk), "line": str(row.line_id), "edition": edition})


def _seal_all(privates: Mapping[UUID, bytes], staff: UUID) -> None:
    if not _seal(privates, staff):
        raise RefusedError("no_key")


def _seal(privates: Mapping[UUID, bytes], staff: UUID) -> bool:
    key = people.public_key_of(staff)
    if key is None:
        return False
    TeamKeySeal.objects.filter(team_key__in=list(privates), staff=staff).delete()
    TeamKeySeal.objects.bulk_create(
        TeamKeySeal(team_key_id=each, staff=staff, staff_edition=key.edition, blob=seal_to(key.key, private))
        for each, private in privates.items()
    )
    return True


def _supervised(line: UUID, by: UUID) -> Line:
    row = Line.objects.select_for_update().filter(pk=line, ended_at=None).first()
    if row is None or not queries.supervises(by, line):
        raise RefusedError("unknown")
    return row


def _checked(given: Mapping[str, object]) -> dict[str, object]:
    unknown: Iterable[str] = set(given) - _SETTINGS
    if unknown:
        raise ValueError(f"a line has no setting called {', '.join(sorted(unknown))}")
    return dict(given)


def _record_team(action: str, team: UUID, by: UUID | None, detail: Mapping[str, object] | None = None) -> None:
    database.record(action=action, object_type="team", object_id=str(team), actor=by, detail=detail)


def _tell(action: str, line: UUID, by: UUID | None, detail: Mapping[str, object] | None = None) -> None:
    database.record(action=action, object_type="line", object_id=str(line), actor=by, detail=detail)
    database.publish(name=CHANGED, payload={"line": str(line)})
