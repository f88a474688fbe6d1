"""The map at 20,000 records: what the server spends on its first view and on any filter, against their ceilings.

Prints one line per figure: ``name value unit ratio-to-ceiling``. The ceilings are 200 ms for the first view and 300 ms
for any filter, the hours of every record at a new minute included; a page may weigh 100 kB on the wire. What is
measured is the process's own time: it waits for nobody but the disk, and what else runs here is no work of the map's.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from django.test import Client

ROOT = Path(__file__).resolve().parents[1]
RECORDS = 20_000
QUESTIONS = 120
FIRST_VIEW, ANY_FILTER, WEIGHT = 200.0, 300.0, 100_000.0


def fill(records: int) -> None:
    """Put so many published records into the database: skewed over the countries, 300 sets of hours."""
    from bench.generated import CHANNELS, COUNTRIES, KINDS, LANGUAGES, LARGE, STAGES, TOPICS  # noqa: PLC0415
    from pop.registry.directory.models import Contact, Organisation, Service  # noqa: PLC0415

    chance = random.Random(4)
    weights = [30 if code in LARGE[:6] else 8 if code in LARGE else 2 for code in COUNTRIES]
    hours = [
        f"{days} {opens:02}:00-{closes:02}:30"
        for days in ("Mo-Fr", "Mo-Sa", "Mo-Su", "Mo-Th,Su")
        for opens in range(6, 12)
        for closes in range(12, 24)
    ][:299]
    operators = ("", "civil_society", "government", "youth_led")
    bodies = [Organisation(name=f"Body {each}", country="KE", operator=each) for each in operators]
    Organisation.objects.bulk_create(bodies)
    services = [
        Service(
            organisation=chance.choices(bodies, [30, 50, 18, 2])[0],
            name=f"Line {number}",
            country=chance.choices(COUNTRIES, weights)[0],
            kind=chance.choice(KINDS),
            audience=["child"],
            age_max=chance.choice([None, 18]),
            languages=chance.sample(LANGUAGES, chance.randint(0, 3)),
            topics=chance.sample(TOPICS, chance.randint(0, 6)),
            timezone="Africa/Nairobi",
            stage=chance.choice(STAGES),
            state="published",
        )
        for number in range(records)
    ]
    Service.objects.bulk_create(services, batch_size=2000)
    Contact.objects.bulk_create(
        [
            Contact(
                service=service,
                channel=channel,
                position=place,
                dial="116",
                hours=chance.choice(["", "24/7", chance.choice(hours)]),
            )
            for service in services
            for place, channel in enumerate(chance.sample(CHANNELS, chance.choice([1, 1, 2, 3])))
        ],
        batch_size=2000,
    )


def question(chance: random.Random) -> str:
    """Return one question with one to three facts."""
    from bench.generated import CHANNELS, COUNTRIES, KINDS, LANGUAGES, STAGES, TOPICS  # noqa: PLC0415

    lists = {
        "topic": TOPICS,
        "channel": list(CHANNELS),
        "language": LANGUAGES,
        "kind": KINDS,
        "country": COUNTRIES,
        "stage": STAGES,
        "open": ["now", "closed"],
        "age": ["8-12", "13-17"],
    }
    names = chance.sample(sorted(lists), chance.randint(1, 3))
    return urlencode([(name, chance.choice(lists[name])) for name in names])


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="pop-bench-"))
    os.environ |= {
        "POP_DATA_DIR": str(folder),
        "POP_SECRET_KEY": "only for the bench",
        "POP_DOOR": "public",
        "DJANGO_SETTINGS_MODULE": "pop.server.settings",
    }
    os.environ.pop("DATABASE_URL", None)
    sys.path.insert(0, str(ROOT))  # for the generated registry beside this file
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    try:
        call_command("migrate", verbosity=0)
        fill(RECORDS)
        client = Client(headers={"accept-encoding": "gzip"})

        def spent(path: str) -> tuple[float, int]:
            start = time.process_time()
            answer = client.get(path)
            if answer.status_code != 200:
                raise SystemExit(f"{path} answered {answer.status_code}")
            return (time.process_time() - start) * 1000, len(answer.content)

        made, _ = spent("/en/map?open=now")  # reads the registry and every calendar, as the start of a door does
        first = [spent("/en/map") for _ in range(9)]
        chance = random.Random(9)
        views = ("", "/table", "/matrix", "/grid", "/records")
        asked = [f"/en/map{chance.choice(views)}?{question(chance)}" for _ in range(QUESTIONS)]
        timed = sorted(spent(path)[0] for path in asked)
        # A minute that nobody asked about yet: every set of hours is evaluated.
        fresh = max(spent(path)[0] for path in coming_minutes(5))
        after, swapped = after_a_change(client)
        figures = (
            ("map_first_view", statistics.median(time for time, _ in first), "ms", FIRST_VIEW),
            ("map_first_view_weight", max(size for _, size in first), "B", WEIGHT),
            ("map_filter_median", statistics.median(timed), "ms", ANY_FILTER),
            ("map_filter_slowest", timed[-1], "ms", ANY_FILTER),
            ("map_filter_new_minute", fresh, "ms", ANY_FILTER),
            ("map_after_a_change", after, "ms", ANY_FILTER),
        )
        # Not a view: what the first request after a change of the registry pays for all that come after it.
        print(f"map_made_once {made:.0f} ms {made / FIRST_VIEW:.2f}", flush=True)
        # How long the records that came by the change are waited for: the old board answers meanwhile.
        print(f"map_made_aside {swapped:.0f} ms {swapped / FIRST_VIEW:.2f}", flush=True)
        over = []
        for name, value, unit, ceiling in figures:
            print(f"{name} {value:.0f} {unit} {value / ceiling:.2f}", flush=True)
            if value > ceiling:
                over.append(f"{name} is over its ceiling of {ceiling:.0f} {unit}")
        print("\n".join(over), end="\n" if over else "")
        return 1 if over else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def after_a_change(client: Client) -> tuple[float, float]:
    """Return what the slowest request after a change spends itself, and how long the new board takes to come, in ms.

    A door makes boards aside: what its thread spends is the door's work and nobody's wait.
    """
    from pop.evidence.maps import queries  # noqa: PLC0415
    from pop.registry.directory.models import Service  # noqa: PLC0415

    queries.make_aside()
    spent, waited = [], []
    for number in range(5):
        gone = Service.objects.filter(state="published").order_by("id")[number]
        gone.state = "suspended"
        gone.save()
        begun, start = time.perf_counter(), time.thread_time()
        answer = client.get("/en/map")
        spent.append((time.thread_time() - start) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"/en/map answered {answer.status_code}")
        queries.wait_for_board(60)
        waited.append((time.perf_counter() - begun) * 1000)
    return max(spent), statistics.median(waited)


def coming_minutes(count: int) -> list[str]:
    """Return questions about so many minutes of the coming days, which nobody has asked about yet."""
    now = dt.datetime.now(dt.UTC)
    moments = (now + dt.timedelta(days=number + 1, minutes=number) for number in range(count))
    return [f"/en/map?open=now&at={moment:%Y-%m-%dT%H:%M:00Z}" for moment in moments]


if __name__ == "__main__":
    sys.exit(main())
