"""Submissions that are on the disk when they are acknowledged: over the door, and without it, beside their ceiling.

The ceiling is what nothing durable can beat on this disk: one bare INSERT of the same bytes and its commit, one after
the other, in the same run. Prints one line per figure, ``name value unit ratio-to-ceiling``; exit code 1 below 100/s.
SQLite, in a directory of its own; bounded in time and to loopback.
"""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

SECONDS = float(os.environ.get("POP_BENCH_SECONDS", "4"))
SENDERS = 8
GOAL = 100.0
QUESTIONS = 40
BOUNDARY = "boundary-of-the-bench"


def workbook() -> bytes:
    """A form of some length: texts, whole numbers with a bound, a repeat."""
    rows = [f"| | text | text{n} | Question {n} | |" for n in range(QUESTIONS)]
    rows += [f"| | integer | number{n} | How many of {n}? | . >= 0 |" for n in range(QUESTIONS)]
    rows += ["| | begin_repeat | way | A way | |", "| | text | address | Address | |", "| | end_repeat | | | |"]
    head = ["| survey |", "| | type | name | label::English (en) | constraint |"]
    foot = [
        "| settings |",
        "| | form_title | form_id | version | default_language |",
        "| | B | bench | 1 | English (en) |",
    ]
    return "\n".join([*head, *rows, *foot]).encode()


def filled() -> bytes:
    """Return answers of about 6 kB, as a mapping's are."""
    texts = "".join(f"<text{n}>{'words that somebody wrote ' * 4}</text{n}>" for n in range(QUESTIONS))
    numbers = "".join(f"<number{n}>{n}</number{n}>" for n in range(QUESTIONS))
    ways = "".join(f"<way><address>https://way{n}.example</address></way>" for n in range(5))
    meta = f"<meta><instanceID>uuid:{uuid.uuid4()}</instanceID></meta>"
    return f'<data id="bench" version="1">{texts}{numbers}{ways}{meta}</data>'.encode()


def rate(act: Callable[[], None], seconds: float) -> float:
    """Return how often something was done in a second."""
    done, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        act()
        done += 1
    return done / (time.perf_counter() - begin)


def ceiling(folder: Path) -> float:
    """Return bare inserts with a commit each."""
    database = sqlite3.connect(folder / "ceiling.sqlite3", isolation_level=None)
    for setting in ("journal_mode=WAL", "synchronous=FULL"):
        database.execute(f"PRAGMA {setting}")
    database.execute("CREATE TABLE kept (id TEXT PRIMARY KEY, xml BLOB)")

    def insert() -> None:
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO kept VALUES (?, ?)", [uuid.uuid4().hex, filled()])
        database.execute("COMMIT")

    return rate(insert, SECONDS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def sending(port: int, token: str) -> Callable[[int], float]:
    """Return a sender that sends new answers over one connection and counts those that were kept."""

    def send(_: int) -> float:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)

        def one() -> None:
            body = (
                f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="s.xml"\r\n'
                "Content-Type: text/xml\r\n\r\n"
            ).encode() + filled()
            body += f"\r\n--{BOUNDARY}--\r\n".encode()
            headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "X-OpenRosa-Version": "1.0"}
            connection.request("POST", f"/openrosa/{token}/submission", body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 201:
                raise SystemExit(f"a submission was answered with {answer.status}")

        return rate(one, SECONDS)

    return send


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def over_the_door(token: str, folder: Path) -> tuple[float, float]:
    """Return submissions a second, and the server's milliseconds of processor time for each."""
    port = free_port()
    environment = {**os.environ, "POP_PUBLIC_PORT": str(port), "POP_DOOR": "public"}
    command = [sys.executable, "-m", "pop.server", "serve", "public"]
    server = subprocess.Popen(command, env=environment, stderr=(folder / "log").open("wb"))
    try:
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
                    break
            except OSError:
                time.sleep(0.1)
        with ThreadPoolExecutor(SENDERS) as threads:
            before = cpu_seconds(server.pid)
            rates = list(threads.map(sending(port, token), range(SENDERS)))
            return sum(rates), (cpu_seconds(server.pid) - before) / (sum(rates) * SECONDS) * 1000
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def main(folder: Path) -> int:
    for name in ("DATABASE_URL", "HELPLINE_DATABASE_URL"):
        os.environ.pop(name, None)
    os.environ |= {"POP_DATA_DIR": str(folder), "POP_SECRET_KEY": "only for the bench"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pop.server.settings")
    import django  # noqa: PLC0415 - only now is it said where the data lies

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from pop.surveys.collecting.actions.partners import make_partner, make_token  # noqa: PLC0415
    from pop.surveys.collecting.actions.receiving import Outcome, receive  # noqa: PLC0415
    from pop.surveys.collecting.actions.surveys import load_form, open_survey  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    now = timezone.now()
    load_form(name="bench.md", data=workbook(), now=now)
    open_survey(form_id="bench", now=now)
    partner = make_partner(name="Bench", now=now)
    token = make_token(partner=partner, now=now).token

    def keep() -> None:
        done = receive(xml=filled(), source="openrosa", partner=partner, now=timezone.now())
        if done.outcome is not Outcome.NEW:
            raise SystemExit("a new submission was not kept as one")

    keep()  # the form is compiled once in a process
    most = ceiling(folder)
    print(f"survey_bare_insert {most:.0f} rows/s 1.00", flush=True)
    alone = rate(keep, SECONDS)
    print(f"survey_receive {alone:.0f} submissions/s {alone / most:.2f}", flush=True)
    door, cpu = over_the_door(token, folder)
    print(f"survey_openrosa {door:.0f} submissions/s {door / most:.2f}", flush=True)
    print(f"survey_openrosa_cpu {cpu:.1f} ms {cpu / 1000 * most:.2f}", flush=True)
    if door < GOAL:
        print(f"below the goal of {GOAL:.0f} durable submissions a second")
        return 1
    return 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="pop-bench-") as place:
        sys.exit(main(Path(place)))
