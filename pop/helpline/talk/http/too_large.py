"""What answers a child's form that is larger than a request may be: its own page, with the beginning of the words.

The wrapper around all doors (pop.server.security) refuses such a request before anybody else sees it; it says where it
was going, and what of it was read. Nothing of it is kept or sent on.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl

from django.utils import timezone

from pop.helpline.conversations.live.answers import Refusal, RefusedForm
from pop.helpline.conversations.live.forms import CHILD_COOKIE, cookies, from_other_site
from pop.helpline.talk import pages
from pop.helpline.talk.http.inside import sorry, visit_of
from pop.helpline.talk.http.rights import complaints_page
from pop.helpline.talk.http.talking import render_refused
from pop.helpline.talk.http.writing import write_page
from pop.helpline.talk.reader import Reader, reader
from pop.places.languages import best_language
from pop.places.words import LANGUAGES

CUT = "cut"
_FIELDS = 20
_HALF_AN_ESCAPE = re.compile(rb"%[0-9A-Fa-f]?\Z")


def page_of_too_large(path: str, headers: Mapping[bytes, bytes], beginning: bytes) -> bytes | None:
    """Return the page that answers a form too large to take; None where the address is no child's.

    `beginning` is the body (application/x-www-form-urlencoded) as far as it was read. May run in a thread.
    """
    accepts = headers.get(b"accept-language", b"").decode("latin-1")
    if path not in _PAGES and not path.startswith(("/talk/", *(f"/{each}/" for each in LANGUAGES))):
        return None
    fields = fields_of(beginning)
    language = fields.get("language", "")
    who = reader(
        language=language if language in LANGUAGES else best_language(accepts),
        country=fields.get("country", ""),
        age=fields.get("age", ""),
        now=timezone.now(),
    )
    if path not in _PAGES or from_other_site(headers):
        return sorry(who)
    token = cookies(headers).get(CHILD_COOKIE, "")
    return _PAGES[path](who, fields, token, accepts)


def fields_of(beginning: bytes) -> dict[str, str]:
    """Return the fields of a form whose end is missing, without the character in which it was cut."""
    whole = _HALF_AN_ESCAPE.sub(b"", beginning).decode("utf-8", "replace")
    try:
        pairs = parse_qsl(whole, keep_blank_values=True, max_num_fields=_FIELDS, errors="replace")
    except ValueError:
        return {}
    return {name: value.replace("\r\n", "\n").rstrip("\ufffd\r") for name, value in pairs}


def _first(who: Reader, fields: Mapping[str, str], token: str, accepts: str) -> bytes:
    draft = pages.Draft(text=fields.get("text", ""), refused=CUT, danger=fields.get("danger") == "1")
    carried = {"age": who.age, "tile": fields.get("tile", "")[:24]}
    return write_page(who, key=secrets.token_urlsafe(24), draft=draft, carried=carried)


def _message(who: Reader, fields: Mapping[str, str], token: str, accepts: str) -> bytes:
    return render_refused(
        RefusedForm(
            refusal=Refusal(413, CUT, "The form is too large."),
            text=fields.get("text", ""),
            key=fields.get("key", ""),
            token=token,
            conversation="",
            accept_language=accepts,
        )
    )


def _complaint(who: Reader, fields: Mapping[str, str], token: str, accepts: str) -> bytes:
    visit = visit_of(token)
    if visit is None:
        return pages.message_page(who, title="ended_title", text=["ended_text"])
    draft = pages.Draft(text=fields.get("text", ""), refused=CUT)
    return complaints_page(visit, draft, key=fields.get("key", ""))


def _way_back(who: Reader, fields: Mapping[str, str], token: str, accepts: str) -> bytes:
    # Far longer than any six words: none of them is tried.
    return pages.back_page(who, trouble="back_wrong")


_PAGES = {"/write": _first, "/talk/send": _message, "/talk/complain": _complaint, "/back": _way_back}
