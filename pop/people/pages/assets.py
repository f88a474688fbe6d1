"""The console's few static files: its one stylesheet and allauth's scripts for passkeys, from the package itself.

There is no file server: this list is everything that can be fetched. Pages need ``style-src 'self'`` and, for passkeys,
``script-src 'self'``; nothing is inline but data blocks, so no hash is needed (pop/people/sign_in.py).
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse

from pop.people.entrance import anyone

_STYLESHEET = (Path(__file__).parent / "console.css").read_bytes()
# The address changes with the content, so that a browser may keep it for ever.
_STYLESHEET_NAME = f"console-{hashlib.sha256(_STYLESHEET).hexdigest()[:16]}.css"
STYLESHEET_URL = f"/static/{_STYLESHEET_NAME}"

_SCRIPTS = {
    "mfa/js/webauthn-json.js": "mfa/static/mfa/js/webauthn-json.js",
    "mfa/js/webauthn.js": "mfa/static/mfa/js/webauthn.js",
    "account/js/onload.js": "account/static/account/js/onload.js",
}
_FILES = {_STYLESHEET_NAME: ("text/css; charset=utf-8", _STYLESHEET)} | {
    name: ("text/javascript; charset=utf-8", files("allauth").joinpath(path).read_bytes())
    for name, path in _SCRIPTS.items()
}


@anyone
def static(request: HttpRequest, name: str) -> HttpResponse:
    """One static file; 404 for every name that is not in the list."""
    found = _FILES.get(name)
    if found is None:
        raise Http404
    kind, body = found
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    keep = "public, max-age=31536000, immutable" if name == _STYLESHEET_NAME else "public, max-age=3600"
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body, content_type=kind)
    response["Cache-Control"] = keep
    response["ETag"] = tag
    return response
