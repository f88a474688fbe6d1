"""The console's lists over 100,000 closed conversations: each beside its ceiling, fifty rows read by their ids.

Prints one line per figure: ``name value unit ratio-to-ceiling``; exit code 1 when one takes longer than 300 ms. SQLite,
in a directory of its own.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

CLOSED = int(os.environ.get("POP_BENCH_CLOSED", "100000"))
OPEN = 400
ROUNDS = 7
LIMIT_MS = 300.0
SECRET = random.Random(3)


def main(folder: Path) -> int:
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("HELPLINE_DATABASE_URL", None)
    os.environ["POP_DATA_DIR"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pop.server.settings")
    import django  # noqa: PLC0415 - only now is it said where the data lies

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from pop.helpline.cases.queries.case import unrecorded  # noqa: PLC0415
    from pop.helpline.cases.queries.closed import ClosedFilters, closed  # noqa: PLC0415
    from pop.helpline.cases.queries.weekly import weekly_counts  # noqa: PLC0415
    from pop.helpline.conversations.models import Conversation  # noqa: PLC0415
    from pop.helpline.queue.queries.board import board  # noqa: PLC0415
    from pop.helpline.queue.queries.desk import my_desk  # noqa: PLC0415
    from pop.helpline.queue.queries.place import place  # noqa: PLC0415
    from pop.helpline.queue.queries.waiting import waiting  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    line, staff, waits = seed()
    some = list(Conversation.objects.filter(state="closed").values_list("pk", flat=True)[:50])
    ceiling = median_ms(lambda: list(Conversation.objects.filter(pk__in=some).select_related("contact_record")))
    now = datetime.now().astimezone()

    def page(**how: object) -> Callable[[], object]:
        return lambda: closed(staff=staff, **how)  # type: ignore[arg-type]

    figures: dict[str, Callable[[], object]] = {
        "desk_waiting": lambda: waiting(staff=staff),
        "desk_waiting_by_age": lambda: waiting(staff=staff, sort="age"),
        "desk_place": lambda: place(waits),
        "desk_mine": lambda: my_desk(staff),
        "desk_board": lambda: board(line=line, staff=staff),
        "desk_closed": page(),
        "desk_closed_page_100": page(first=5_000),
        "desk_closed_oldest": page(ascending=True),
        "desk_closed_by_language": page(sort="language"),
        "desk_closed_by_type": page(sort="contact_type"),
        "desk_closed_of_age": page(filters=ClosedFilters(age_band="10_12", channel="phone")),
        "desk_closed_nothing_found": page(filters=ClosedFilters(country="FR")),
        "desk_unrecorded": lambda: unrecorded(staff),
        "desk_closed_of_type": page(filters=ClosedFilters(contact_type="silent")),
        "desk_closed_rare_topic": page(filters=ClosedFilters(topic_group="sexuality", language="fr")),
        "desk_closed_mine": page(filters=ClosedFilters(mine=True)),
        "desk_closed_unrecorded": page(filters=ClosedFilters(unrecorded=True)),
        "desk_closed_of_a_day": page(filters=ClosedFilters(since=now.date(), until=now.date())),
        "desk_week": lambda: weekly_counts(line=line, week=now.date() - timedelta(days=14), staff=staff),
    }
    slow = False
    for name, act in figures.items():
        took = median_ms(act)
        slow |= took > LIMIT_MS
        print(f"{name} {took:.1f} ms {took / ceiling:.1f}", flush=True)
    return int(slow)


def median_ms(act: Callable[[], object]) -> float:
    act()
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        act()
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def seed() -> tuple[UUID, UUID, UUID]:
    """Fill the tables; return the line, a supervisor of all its teams, and a conversation that waits."""
    from django.utils import timezone  # noqa: PLC0415

    from pop.helpline import database  # noqa: PLC0415
    from pop.helpline.cases.models import ContactRecord  # noqa: PLC0415
    from pop.helpline.cases.rules import lists  # noqa: PLC0415
    from pop.helpline.cases.rules.records import monday_of  # noqa: PLC0415
    from pop.helpline.conversations.models import Conversation  # noqa: PLC0415
    from pop.helpline.lines.models import Line, Team, TeamMember  # noqa: PLC0415
    from pop.helpline.queue.models import Presence, Wait  # noqa: PLC0415

    now = timezone.now()
    line = Line.objects.create(name="Bench")
    teams = [Team.objects.create(line=line, name=f"Team {n}", intake=n == 0) for n in range(3)]
    people = [uuid4() for _ in range(20)]
    supervisor = people[0]
    for team in teams:
        TeamMember.objects.create(team=team, staff=supervisor, role="supervisor")
    for staff in people:
        Presence.objects.create(staff=staff, line=line, since=now, seen_at=now, capacity=8)
    categories = lists.categories()
    languages, channels = ("en", "fr", "es", "ar"), ("webchat", "webchat", "webchat", "phone")

    def conversation(state: str, at: datetime) -> Conversation:
        active = state in ("active", "closed")
        kind = SECRET.choice(("silent", "silent", "child_self", "child_self", "child_self"))
        kind = kind if state == "closed" and SECRET.random() < 0.99 else ""
        return Conversation(
            id=uuid4(),
            line=line,
            team=teams[0] if state == "waiting" else SECRET.choice(teams),
            channel=SECRET.choice(channels),
            state=state,
            state_since=at,
            opened_at=at - timedelta(minutes=30),
            closed_at=at if state == "closed" else None,
            language=SECRET.choice(languages),
            country="KE",
            age=SECRET.choice(("", "8-12", "13-17")),
            tile=SECRET.choice(("at_home", "at_school", "feel_bad")),
            waiting_since=at,
            urgency=SECRET.choice((0, 0, 0, 1, 2)) if state == "waiting" else 0,
            assignee=SECRET.choice(people) if active else None,
            assigned_at=at if active else None,
            last_child_at=at,
            child_seen_at=at,
            contact_type=kind,
            topic_group=SECRET.choice(categories).group if kind == "child_self" else "",
            age_band=SECRET.choice(("", "10_12", "13_15")) if kind else "",
        )

    def record(row: Conversation) -> ContactRecord:
        return ContactRecord(
            line=line,
            conversation=row,
            week=monday_of(row.state_since),
            channel=row.channel,
            language=row.language,
            edition=lists.EDITION,
            contact_type=row.contact_type,
            categories=[each.id for each in categories if each.group == row.topic_group][:1],
            age_band=row.age_band,
            minutes=SECRET.choice((0, 15, 30, 45)),
            staff=row.assignee or supervisor,
            made_at=row.state_since,
        )

    year = 365 * 24 * 60
    for first in range(0, CLOSED, 5_000):
        number = min(5_000, CLOSED - first)
        rows = [conversation("closed", now - timedelta(minutes=SECRET.randrange(year))) for _ in range(number)]
        with database.atomic():
            Conversation.objects.bulk_create(rows)
            ContactRecord.objects.bulk_create(record(row) for row in rows if row.contact_type)
            Wait.objects.bulk_create(
                Wait(
                    line=line,
                    ended_at=row.state_since,
                    seconds=SECRET.randrange(20, 1800),
                    channel=row.channel,
                    outcome=SECRET.choice(("answered", "answered", "answered", "left", "missed")),
                )
                for row in rows
            )
    waiting = [conversation("waiting", now - timedelta(minutes=SECRET.randrange(60))) for _ in range(OPEN // 2)]
    active = [conversation("active", now - timedelta(minutes=SECRET.randrange(60))) for _ in range(OPEN // 2)]
    Conversation.objects.bulk_create([*waiting, *active])
    return line.pk, supervisor, waiting[0].pk


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="pop-desk-") as directory:
        sys.exit(main(Path(directory)))
