"""One real door with conversations on core 0, and beside it the ceiling: a constant answer of the same server.

`/bench/counts` tells how many messages and commits the batcher had. Only the limit of messages a minute is lifted:
200 conversations in a bench write faster than any child.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta

import django

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {0})
os.environ["POP_DOOR"] = sys.argv[1]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pop.server.settings")
django.setup()

import uvicorn  # noqa: E402
from django.conf import settings  # noqa: E402

from pop.helpline.conversations.rules.messages import Limits  # noqa: E402
from pop.server import asgi  # noqa: E402
from pop.server.bounded import BoundedProtocol  # noqa: E402
from pop.server.jobs.serving import Serving  # noqa: E402
from pop.server.security import Receive, Scope, Send  # noqa: E402
from pop.server.talking import Talking  # noqa: E402

CONSTANT = b'{"sequence":1,"at":"2026-01-01T00:00:00.000000Z"}'


def main(door: str) -> None:
    talking = Talking(door, limits=Limits(10**9, timedelta(seconds=60), timedelta(seconds=60)))
    secured = asgi.public(talking) if door == "public" else asgi.console(talking)

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path not in {"/constant", "/bench/counts"}:
            await secured(scope, receive, send)
            return
        body = CONSTANT
        if path != "/constant":
            body = json.dumps([talking.batcher.sent, talking.batcher.batches]).encode()
        length = (b"content-length", b"%d" % len(body))
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": body})

    served.posts = secured.posts  # type: ignore[attr-defined]
    config = uvicorn.Config(
        served,
        host="127.0.0.1",
        port=settings.PUBLIC_PORT if door == "public" else settings.CONSOLE_PORT,
        http=BoundedProtocol,
        access_log=False,
        log_level="error",
        server_header=False,
        limit_concurrency=20_000,
        backlog=4096,
        timeout_graceful_shutdown=5,
    )
    profiled = os.environ.get("POP_BENCH_PROFILE")
    if profiled:
        import cProfile  # noqa: PLC0415

        profile = cProfile.Profile()
        profile.runcall(Serving(config).run)
        profile.dump_stats(f"{profiled}.{door}")
    else:
        Serving(config).run()


if __name__ == "__main__":
    main(sys.argv[1])
