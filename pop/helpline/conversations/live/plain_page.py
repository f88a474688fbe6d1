"""The page that answers a refused form when nothing better is plugged in: what happened, and the words still there."""

from __future__ import annotations

import secrets
from html import escape

from pop.helpline.conversations.live.answers import RefusedForm
from pop.helpline.words.child import TALK
from pop.places.words import LANGUAGES, RIGHT_TO_LEFT

_SAYINGS = {"not_sent": "not_sent", "wrong_form": "refused_token", "misread": "refused_unreadable"}
_PAGE = """<!doctype html>
<html lang="{language}" dir="{direction}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>·</title></head>
<body><main><p role="status">{said}</p>
<form method="post" action="{action}"><textarea name="text" rows="8" dir="auto" autocomplete="off">
{text}</textarea><input type="hidden" name="key" value="{key}"><input type="hidden" name="token" value="{token}">
<input type="hidden" name="c" value="{conversation}"><button>{send}</button></form></main></body></html>
"""


def render(form: RefusedForm, *, action: str, token: str) -> bytes:
    """Return the page. `token` is the fresh form's, and the key stays the same unless it was used already."""
    language = _language(form.accept_language)
    saying = _SAYINGS.get(form.refusal.code, f"refused_{form.refusal.code}")
    if saying not in TALK.texts:
        saying = "refused_other"
    key = secrets.token_urlsafe(18) if form.refusal.code == "key_reused" or not form.key else form.key
    return _PAGE.format(
        language=language,
        direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
        said=escape(TALK.say(saying, language)),
        action=action,
        text=escape(form.text),
        key=escape(key),
        token=escape(token),
        conversation=escape(form.conversation),
        send=escape(TALK.say("send", language)),
    ).encode("utf-8", "replace")


def _language(accepted: str) -> str:
    for part in accepted.split(","):
        language = part.partition(";")[0].strip().partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return "en"
