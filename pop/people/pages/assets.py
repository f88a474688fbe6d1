"""The console's few static files: its stylesheet, allauth's scripts for passkeys and what other parts publish.

There is no file server: this list is everything that can be fetched. Pages need ``style-src 'self'`` and, for passkeys,
``script-src 'self'``; nothing is inline but data blocks, so no hash is needed (pop/people/sign_in.py).
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse

from pop.people.entrance import anyone

_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


class _File(NamedTuple):
    kind: str
    body: bytes
    for_ever: bool  # its address changes with its content


_FILES: dict[str, _File] = {}


def publish(name: str, body: bytes) -> str:
    """Let the console serve a stylesheet or script, and return its address, which a browser may keep for ever.

    To be called while modules load. Raises KeyError for a name that ends neither in .css nor in .js.
    """
    path = PurePosixPath(name)
    kept = f"{path.stem}-{hashlib.sha256(body).hexdigest()[:16]}{path.suffix}"
    _FILES[kept] = _File(_KINDS[path.suffix], body, for_ever=True)
    return f"/static/{kept}"


STYLESHEET_URL = publish("console.css", (Path(__file__).parent / "console.css").read_bytes())

_SCRIPTS = {
    "mfa/js/webauthn-json.js": "mfa/static/mfa/js/webauthn-json.js",
    "mfa/js/webauthn.js": "mfa/static/mfa/js/webauthn.js",
    "account/js/onload.js": "account/static/account/js/onload.js",
}
for _name, _path in _SCRIPTS.items():
    _FILES[_name] = _File(_KINDS[".js"], files("allauth").joinpath(_path).read_bytes(), for_ever=False)


@anyone
def static(request: HttpRequest, name: str) -> HttpResponse:
    """One static file; 404 for every name that is not in the list."""
    found = _FILES.get(name)
    if found is None:
        raise Http404
    tag = f'"{hashlib.sha256(found.body).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(found.body, content_type=found.kind)
    response["Cache-Control"] = "public, max-age=31536000, immutable" if found.for_ever else "public, max-age=3600"
    response["ETag"] = tag
    return response
