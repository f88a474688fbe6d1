"""The real public door over a generated snapshot, and beside it the ceiling: 800 constant bytes of the same server."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import django

os.environ["POP_DOOR"] = "public"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pop.server.settings")
django.setup()

import uvicorn  # noqa: E402
from django.conf import settings  # noqa: E402
from generated import generate  # noqa: E402
from pop_sdk.signature import sign  # noqa: E402
from pop_sdk.snapshot import encode  # noqa: E402

from pop.privacy.keys import ensure_development_keys, signing_seed  # noqa: E402
from pop.server import asgi  # noqa: E402
from pop.server.security import Receive, Scope, Secured, Send  # noqa: E402
from pop.signposting.snapshots.store import Stored, building, put_in_force, snapshots_dir  # noqa: E402

BODY = b'{"constant":"' + b"x" * 785 + b'"}'


async def constant(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 800 bytes that never change."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"800")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


def main(services: int) -> None:
    Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
    ensure_development_keys(settings.KEYS_DIR)
    data = encode(generate(services, created=int(time.time())))
    directory = snapshots_dir()
    with building(directory) as version:
        signature = sign(signing_seed(settings.KEYS_DIR), data)
        put_in_force(directory, Stored(version=version, data=data, signature=signature))
    secured = asgi.public()
    assert isinstance(secured, Secured)

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        # The ceiling stands outside the wrapper: it is the bare server, not our cheapest door.
        if scope["type"] == "http" and scope["path"] == "/constant":
            await constant(scope, receive, send)
        else:
            await secured(scope, receive, send)

    uvicorn.run(
        served, host="127.0.0.1", port=settings.PUBLIC_PORT, access_log=False, log_level="error", server_header=False
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
