"""`pop serve`: one door, or all three processes with what a fresh machine needs before them."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import uvicorn
from django.conf import settings

from pop.privacy.keys import development_warning
from pop.server import asgi
from pop.server.bounded import BoundedProtocol
from pop.server.jobs import preparing
from pop.server.wiring import run_worker

RED, PLAIN = "\033[1;97;41m", "\033[0m"


def serve(arguments: argparse.Namespace) -> int:
    """Serve the door that was named, or everything."""
    if arguments.door == "worker":
        return run_worker()
    if arguments.door:
        return serve_door(arguments.door)
    return serve_all()


def prepare(_: argparse.Namespace) -> int:
    """Do what serving needs first, and nothing else."""
    for line in preparing.prepare():
        print(line, flush=True)
    return 0


def serve_door(door: str) -> int:
    """Serve one door in this process until it is told to stop."""
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    application = asgi.public() if door == "public" else asgi.console()
    uvicorn.run(
        application,
        # Passkeys refuse a bare IP address, so the console lives on the name `localhost`.
        host=settings.BIND or ("127.0.0.1" if door == "public" else "localhost"),
        port=settings.PUBLIC_PORT if door == "public" else settings.CONSOLE_PORT,
        http=BoundedProtocol,
        access_log=False,  # a line per request would hold a child's path and a time
        log_level="warning",
        server_header=False,
        timeout_keep_alive=15,
        limit_concurrency=20_000,
        backlog=2048,
    )
    return 0


def serve_all() -> int:
    """Prepare the machine, start the three processes, print where they are, and keep them running until Ctrl-C."""
    started = time.monotonic()
    for line in preparing.prepare():
        print(line, flush=True)
    processes = {door: _start(door) for door in ("public", "console", "worker")}
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if _wait_for(f"http://127.0.0.1:{settings.PUBLIC_PORT}/healthz", processes["public"]):
        _wait_for(f"http://localhost:{settings.CONSOLE_PORT}/healthz", processes["console"])
        _welcome(time.monotonic() - started)
    else:
        print(f"The public door did not start. Is port {settings.PUBLIC_PORT} taken? Set POP_PUBLIC_PORT.", flush=True)
        stopping = True
    failures = 0
    while not stopping:
        time.sleep(0.3)
        for door, process in processes.items():
            if process.poll() is not None and not stopping:
                failures += 1
                print(f"{door} ended with {process.returncode}; starting it again", file=sys.stderr, flush=True)
                time.sleep(min(failures, 10))
                processes[door] = _start(door)
    for process in processes.values():
        process.send_signal(signal.SIGTERM)
    for process in processes.values():
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
    return 0 if failures == 0 else 1


def _start(door: str) -> subprocess.Popen[bytes]:
    # In a group of its own: Ctrl-C reaches this process alone, which then stops the others in order.
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "pop.server", "serve", door], env=os.environ.copy(), start_new_session=True
    )


def _wait_for(address: str, process: subprocess.Popen[bytes], seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own process on loopback
                if answer.status == 200:
                    return True
        except OSError:
            time.sleep(0.05)
    return False


def _welcome(seconds: float) -> None:
    if development_warning(Path(settings.KEYS_DIR)):
        print(f"{RED} DEVELOPMENT KEYS: for trying out only. Production wants `pop keys init`. {PLAIN}")
    print(f"Public door   http://127.0.0.1:{settings.PUBLIC_PORT}")
    print(f"Console       http://localhost:{settings.CONSOLE_PORT}")
    link = preparing.sign_in_link()
    if link:
        print(f"Sign in once  {link}")
    print(f"Ready after {seconds:.1f} s. Ctrl-C stops everything.", flush=True)
