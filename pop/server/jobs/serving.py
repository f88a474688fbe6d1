"""`pop serve`: one door, or all three processes with what a fresh machine needs before them."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings

from pop.privacy.keys import development_warning
from pop.server import asgi
from pop.server.bounded import BoundedProtocol
from pop.server.jobs import preparing
from pop.server.jobs.limits import allow_many_connections
from pop.server.jobs.sandboxing import SECOND_ADDRESS
from pop.server.security import tell
from pop.server.wiring import run_worker
from pop.simulation import processes as known

# Whoever sends at the end is answered; nobody holds up a restart for longer.
GRACE_SECONDS = 8
# A process that lived so long had started well.
WORKED_SECONDS = 5.0

RED, PLAIN = "\033[1;97;41m", "\033[0m"


def serve(arguments: argparse.Namespace) -> int:
    """Serve the door that was named, or everything."""
    if arguments.until_stdin_ends:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
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
    allow_many_connections()
    application = asgi.public() if door == "public" else asgi.console()
    config = uvicorn.Config(
        application,
        # Passkeys refuse a bare IP address, so the console lives on the name `localhost`.
        host=settings.BIND or ("127.0.0.1" if door == "public" else "localhost"),
        port=settings.PUBLIC_PORT if door == "public" else settings.CONSOLE_PORT,
        http=BoundedProtocol,
        # Without this uvicorn believes whoever speaks from this machine: a tunnel would pass on what a stranger wrote.
        proxy_headers=bool(settings.PROXIES),
        forwarded_allow_ips=settings.PROXIES,
        access_log=False,  # a line per request would hold a child's path and a time
        log_level="warning",
        server_header=False,
        timeout_keep_alive=15,
        limit_concurrency=20_000,
        backlog=2048,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    Serving(config).run()
    return 0


def tell_briefly(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what failed in the event loop by its type and place, and nothing of what it was given."""
    error = context.get("exception")
    if isinstance(error, Exception):
        tell(error)


class Serving(uvicorn.Server):
    """uvicorn, which when it stops waits for every connection: the streams, which never end, are ended first."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then let what is here for good be looked through no more for what can be thrown away."""
        # The usual handler writes the arguments of the call that failed, and they may be a person's words.
        asyncio.get_running_loop().set_exception_handler(tell_briefly)
        await super().startup(sockets=sockets)
        # Requests make few cycles: most of what the collector would look at ends by itself.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        # Whoever commits waits for the loop at every statement: 5 ms of Python's usual patience would be a sync's time.
        sys.setswitchinterval(0.0005)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then stop as usual."""
        asgi.close_streams(self.config.app)  # type: ignore[arg-type]
        await super().shutdown(sockets)


def serve_all() -> int:
    """Prepare the machine, start the three processes, print where they are, and keep them running until Ctrl-C."""
    started = time.monotonic()
    taken = [name for name, host, port in _addresses() if not _is_free(host, port)]
    if taken:
        print(f"A port is in use already: set {' and '.join(taken)} to another one.", file=sys.stderr)
        return 1
    for line in preparing.prepare():
        print(line, flush=True)
    asked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: asked.set())
    processes = {door: _start(door) for door in ("public", "console", "worker")}
    try:
        return _keep(processes, asked, started)
    finally:
        known.forget(Path(settings.DATA_DIR))
        for process in processes.values():
            process.send_signal(signal.SIGTERM)
        for process in processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _keep(processes: dict[str, subprocess.Popen[bytes]], asked: threading.Event, started: float) -> int:
    """Wait for the doors, say where they are, and start again what ends, until somebody asks to stop."""
    for door, (_, host, port) in zip(("public", "console"), _addresses(), strict=True):
        if not _wait_for(f"http://{host}:{port}/healthz", processes[door]):
            print(f"The {door} door did not start; what it said stands above.", file=sys.stderr, flush=True)
            return 1
    _write_down(processes)
    _welcome(time.monotonic() - started)
    begun = dict.fromkeys(processes, time.monotonic())
    failures = dict.fromkeys(processes, 0)
    while not asked.wait(0.3):
        for door, process in processes.items():
            if process.poll() is None or asked.is_set():
                continue
            # One that had worked starts again at once; one that cannot start does not fill the machine with trying.
            worked = time.monotonic() - begun[door] > WORKED_SECONDS
            failures[door] = 0 if worked else failures[door] + 1
            print(f"{door} ended with {process.returncode}; starting it again", file=sys.stderr, flush=True)
            asked.wait(min(failures[door], 10))
            processes[door] = _start(door)
            begun[door] = time.monotonic()
            _write_down(processes)
    return 0


def _write_down(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    """Say in the data directory what runs, for whoever looks for this server."""
    running = known.Running(
        keeper=known.known(os.getpid()),
        doors={door: known.known(process.pid) for door, process in processes.items()},
        public=_addresses()[0][1:],
        console=_addresses()[1][1:],
    )
    known.write_down(Path(settings.DATA_DIR), running)


def _addresses() -> tuple[tuple[str, str, int], ...]:
    """The settings that name the ports, with host and port: public door first."""
    return (
        ("POP_PUBLIC_PORT", "127.0.0.1", settings.PUBLIC_PORT),
        ("POP_CONSOLE_PORT", "localhost", settings.CONSOLE_PORT),
    )


def _is_free(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=0.5).close()
    except OSError:
        return True
    return False


def _start(door: str) -> subprocess.Popen[bytes]:
    # In a group of its own: Ctrl-C reaches this process alone, which then stops the others in order. The pipe that
    # nobody writes to ends with this process, however it ends: then the other ends too.
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "pop.server", "serve", door, "--until-stdin-ends"],
        env=os.environ.copy(),
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def _end_with_stdin() -> None:
    # Straight from the descriptor: a lock on sys.stdin held here would upset the interpreter when it ends.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


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
    if settings.DEMONSTRATION:
        print(f"{RED} DEMONSTRATION DATA: everything here is invented, and leads nobody to help. {PLAIN}")
    print(f"Public door   http://127.0.0.1:{settings.PUBLIC_PORT}")
    print(f"Console       http://localhost:{settings.CONSOLE_PORT}")
    link = preparing.sign_in_link()
    if link:
        print(f"Sign in once  {link}")
    second = preparing.sign_in_link(SECOND_ADDRESS)
    if second:
        print(f"A colleague   {second}")
    if not settings.PRODUCTION and not settings.DEMONSTRATION:
        print("Try it with invented children: .venv/bin/pop simulate --children 20 --counsellors 3 --minutes 2")
    print(f"Ready after {seconds:.1f} s. Ctrl-C stops everything.", flush=True)
