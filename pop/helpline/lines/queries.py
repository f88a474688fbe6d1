"""What can be asked about lines, teams, their members and their keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from pop.helpline import database
from pop.helpline.lines.models import Line, Team, TeamKey, TeamKeySeal, TeamMember
from pop.helpline.lines.rules import SUPERVISOR, is_open, opens_at, serves_age
from pop.people import queries as people
from pop.privacy.keyring import keyring
from pop.privacy.sealing import SealError, derive, open_under, open_with


@dataclass(frozen=True)
class Offer:
    """A line as a child meets it. `opens_at` (UTC) is None where it is open, or never said to open."""

    line_id: UUID
    name: str
    sandbox: bool
    open: bool
    opens_at: datetime | None
    read_within_hours: int
    languages: tuple[str, ...]


@dataclass(frozen=True)
class LineRecord:
    """A line with all its settings: `danger_steps` {"id", "text", "told"} in order, hours as OSM `opening_hours`."""

    id: UUID
    name: str
    sandbox: bool
    practice: bool
    countries: tuple[str, ...]
    languages: tuple[str, ...]
    min_age: int | None
    max_age: int | None
    hours: str
    timezone: str
    closed_until: datetime | None
    service_id: UUID | None
    longest_wait_minutes: int
    read_within_hours: int
    answer_complaints_within_days: int
    emergency_contact: str
    danger_steps: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class TeamRecord:
    """A team of a line; `intake`: new conversations come to it."""

    id: UUID
    line: UUID
    name: str
    intake: bool


class Membership(NamedTuple):
    """Somebody's place in a team: counsellor or supervisor."""

    team: UUID
    line: UUID
    role: str


@dataclass(frozen=True)
class Member:
    """Somebody in a team. `keyed`: the team's newest key is sealed to the key that they have now."""

    staff: UUID
    role: str
    since: datetime
    keyed: bool


class TeamPublicKey(NamedTuple):
    """One edition of a team's key."""

    id: UUID
    team: UUID
    edition: int
    public: bytes


def lines(*, practice: bool | None = None) -> list[LineRecord]:
    """Return the lines that are not ended, by name; `practice` chooses those for practice, or the others."""
    found = Line.objects.filter(ended_at=None).order_by("name", "id")
    if practice is not None:
        found = found.filter(practice=practice)
    return [_record(row) for row in found]


def line(line_id: UUID) -> LineRecord | None:
    """Return a line, an ended one too, or None."""
    row = Line.objects.filter(pk=line_id).first()
    return None if row is None else _record(row)


def offer_for(country: str, language: str, *, now: datetime, age: str = "") -> Offer | None:
    """Return the line to offer to a child, or None: real before sandbox, its language first, then an open one.

    `age` is a band such as "13-17", or "" where the child did not say: then every line is for it. A line without
    countries is for every country. One whose intake team nobody could open is not offered, a sandbox
    line never in production.
    """
    ready = set(
        TeamKey.objects.filter(retired_at=None, team__intake=True, team__ended_at=None).values_list(
            "team__line", flat=True
        )
    )
    offers = [
        _offer(row, now)
        for row in Line.objects.filter(ended_at=None, practice=False).order_by("name", "id")
        if row.pk in ready
        and (not row.countries or country in row.countries)
        and not (row.sandbox and settings.PRODUCTION)
        and serves_age(age, row.min_age, row.max_age)
    ]
    return min(offers, key=lambda each: (each.sandbox, not _speaks(each, language), not each.open), default=None)


def offer(line_id: UUID, *, now: datetime) -> Offer | None:
    """Return a line as a child meets it, or None for an unknown or ended one."""
    row = Line.objects.filter(pk=line_id, ended_at=None).first()
    return None if row is None else _offer(row, now)


def open_now(line_id: UUID, *, now: datetime) -> bool:
    """Say whether a line is open; an unknown or ended one is not."""
    row = Line.objects.filter(pk=line_id, ended_at=None).first()
    return row is not None and is_open(row.hours, row.timezone, row.closed_until, now=now)


def teams(line_id: UUID) -> list[TeamRecord]:
    """Return a line's teams that are not ended, the intake team first."""
    rows = Team.objects.filter(line=line_id, ended_at=None).order_by("-intake", "name", "id")
    return [TeamRecord(row.pk, row.line_id, row.name, row.intake) for row in rows]


def team(team_id: UUID) -> TeamRecord | None:
    """Return a team, or None."""
    row = Team.objects.filter(pk=team_id).first()
    return None if row is None else TeamRecord(row.pk, row.line_id, row.name, row.intake)


def intake_team(line_id: UUID) -> TeamRecord | None:
    """Return the team to which a line's new conversations come, or None."""
    return next((each for each in teams(line_id) if each.intake), None)


def teams_of(staff: UUID) -> list[Membership]:
    """Return the teams that somebody is in now."""
    rows = TeamMember.objects.filter(staff=staff, ended_at=None, team__ended_at=None).order_by("since", "id")
    return [
        Membership(team_id, line_id, role) for team_id, line_id, role in rows.values_list("team", "team__line", "role")
    ]


def members(team_id: UUID) -> list[Member]:
    """Return a team's members, the longest-standing first."""
    rows = list(TeamMember.objects.filter(team=team_id, ended_at=None).order_by("since", "id"))
    current = current_team_key(team_id)
    seals: dict[UUID, int] = {}
    if current is not None:
        seals = dict(TeamKeySeal.objects.filter(team_key=current.id).values_list("staff", "staff_edition"))
    keys = people.public_keys_of([row.staff for row in rows])
    return [
        Member(row.staff, row.role, row.since, row.staff in keys and seals.get(row.staff) == keys[row.staff].edition)
        for row in rows
    ]


def staff_of(line_id: UUID) -> frozenset[UUID]:
    """Return everybody who is in any team of a line now."""
    rows = TeamMember.objects.filter(team__line=line_id, team__ended_at=None, ended_at=None)
    return frozenset(rows.values_list("staff", flat=True))


def is_member(staff: UUID, team_id: UUID) -> bool:
    """Say whether somebody is in a team now."""
    return TeamMember.objects.filter(staff=staff, team=team_id, ended_at=None).exists()


def supervises(staff: UUID, line_id: UUID) -> bool:
    """Say whether somebody is a supervisor in any team of a line."""
    return TeamMember.objects.filter(staff=staff, team__line=line_id, role=SUPERVISOR, ended_at=None).exists()


def supervisors(line_id: UUID) -> frozenset[UUID]:
    """Return who supervises a line."""
    rows = TeamMember.objects.filter(team__line=line_id, role=SUPERVISOR, ended_at=None)
    return frozenset(rows.values_list("staff", flat=True))


def roles_in_teams(staff: Collection[UUID], team_ids: Collection[UUID]) -> dict[tuple[UUID, UUID], str]:
    """Return {(team, staff): role} of who of these is in which of these teams now."""
    if not staff or not team_ids:
        return {}
    # Plain SQL: every message of a counsellor waits for this.
    connection = database.connection()
    lite = connection.vendor == "sqlite"
    known: dict[str | UUID, UUID] = {each.hex if lite else each: each for each in (*staff, *team_ids)}
    values: list[str | UUID] = [each.hex if lite else each for each in (*staff, *team_ids)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT team_id, staff, role FROM {TeamMember._meta.db_table} "  # noqa: S608 - names of our own
            f"WHERE staff IN ({', '.join(['%s'] * len(staff))}) AND team_id IN ({', '.join(['%s'] * len(team_ids))}) "
            "AND ended_at IS NULL",
            values,
        )
        return {(known[team], known[each]): role for team, each, role in cursor.fetchall()}


def current_team_key(team_id: UUID) -> TeamPublicKey | None:
    """Return the edition to which new keys are sealed, or None where the team has none."""
    row = TeamKey.objects.filter(team=team_id, retired_at=None).order_by("-edition").first()
    return None if row is None else TeamPublicKey(row.pk, row.team_id, row.edition, bytes(row.public_key))


def team_keys(ids: Iterable[UUID]) -> list[TeamPublicKey]:
    """Return these editions."""
    rows = TeamKey.objects.filter(pk__in=list(ids))
    return [TeamPublicKey(row.pk, row.team_id, row.edition, bytes(row.public_key)) for row in rows]


def team_private_keys(staff: UUID, private_key: bytes) -> dict[UUID, bytes]:
    """Return {team key's id: private key} of every edition that somebody opens as a member of its team now.

    What is sealed to an earlier key of theirs does not open and is left out, until a member seals it again.
    """
    now_in = TeamMember.objects.filter(staff=staff, ended_at=None).values_list("team", flat=True)
    seals = TeamKeySeal.objects.filter(staff=staff, team_key__team__in=list(now_in))
    found: dict[UUID, bytes] = {}
    for team_key, blob in seals.values_list("team_key", "blob"):
        try:
            found[team_key] = open_with(private_key, bytes(blob))
        except SealError:
            continue
    return found


def founding_keys(team_id: UUID) -> dict[UUID, bytes]:
    """Return a sandbox team's private keys, which lie under the root key; none in production, none of a real line."""
    if settings.PRODUCTION:
        return {}
    rows = TeamKey.objects.filter(team=team_id, team__line__sandbox=True, founding_seal__isnull=False)
    return {
        row.pk: open_under(founding_key(), bytes(row.founding_seal), purpose=founding_purpose(row.team_id, row.edition))
        for row in rows
        if row.founding_seal is not None
    }


def founding_key() -> bytes:
    """Return the key under which the private keys of sandbox teams lie."""
    return derive(keyring().root, "founding seals")


def founding_purpose(team_id: UUID, edition: int) -> str:
    """Return what binds a founding seal to its row."""
    return f"founding:{team_id}:{edition}"


def _speaks(each: Offer, language: str) -> bool:
    return language in each.languages or language.partition("-")[0] in each.languages


def _offer(row: Line, now: datetime) -> Offer:
    return Offer(
        line_id=row.pk,
        name=row.name,
        sandbox=row.sandbox,
        open=is_open(row.hours, row.timezone, row.closed_until, now=now),
        opens_at=opens_at(row.hours, row.timezone, row.closed_until, now=now),
        read_within_hours=row.read_within_hours,
        languages=tuple(row.languages),
    )


def _record(row: Line) -> LineRecord:
    return LineRecord(
        id=row.pk,
        name=row.name,
        sandbox=row.sandbox,
        practice=row.practice,
        countries=tuple(row.countries),
        languages=tuple(row.languages),
        min_age=row.min_age,
        max_age=row.max_age,
        hours=row.hours,
        timezone=row.timezone,
        closed_until=row.closed_until,
        service_id=row.service_id,
        longest_wait_minutes=row.longest_wait_minutes,
        read_within_hours=row.read_within_hours,
        answer_complaints_within_days=row.answer_complaints_within_days,
        emergency_contact=row.emergency_contact,
        danger_steps=tuple(row.danger_steps),
    )
