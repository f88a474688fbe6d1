"""What may be passed on of a survey: its address, a code of it to photograph, and short texts in its languages."""

from __future__ import annotations

import io
from dataclasses import dataclass

import segno
from django.conf import settings
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from pop.places.languages import own_name
from pop.places.words import LANGUAGES, RIGHT_TO_LEFT
from pop.surveys.collecting.queries.surveys import Known
from pop.surveys.collecting.queries.titles import title_of
from pop.surveys.inviting.words import INVITING
from pop.surveys.pages.rendering import absolute, root_of


@dataclass(frozen=True)
class Texts:
    """What to say of a survey in one language, in a mail, a messenger or a post."""

    language: str
    survey: str
    mail_subject: str
    mail: str
    messenger: str
    post: str

    @property
    def direction(self) -> str:
        """The writing direction, ``rtl`` or ``ltr``."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    @property
    def called(self) -> str:
        """The language's own name."""
        return own_name(self.language)


def address_of(request: HttpRequest, form_id: str) -> str:
    """Return the open link of a survey as somebody elsewhere opens it."""
    return f"{settings.PUBLIC_URL}{root_of(form_id)}" if settings.PUBLIC_URL else absolute(request, root_of(form_id))


def texts(known: Known, first: str, address: str) -> list[Texts]:
    """Return the texts in each language of a form that has words here, the reader's first; never none."""
    spoken = [each for each in LANGUAGES if each in known.languages] or [first]
    spoken.sort(key=lambda each: each != first)
    return [_texts(known, each, address) for each in spoken]


def _texts(known: Known, language: str, address: str) -> Texts:
    survey = title_of(known, language).text
    own = f"{address}?language={language}" if language in known.languages else address
    keys = ("share_mail_subject", "share_mail_body", "share_messenger_body", "share_post_body")
    said = (INVITING.say(key, language).format(survey=survey, address=own) for key in keys)
    return Texts(language, survey, *said)


def code_of(address: str) -> SafeString:
    """Return a code of an address as SVG to stand in a page: always dark on white, for cameras."""
    drawn = segno.make_qr(address, error="m").svg_inline(border=4, light="#fff", omitsize=True, svgclass="qr")
    return mark_safe(drawn)  # noqa: S308 - squares, drawn by a library; the address is in no text of it


def code_picture(address: str) -> bytes:
    """Return a code of an address as an SVG file."""
    file = io.BytesIO()
    segno.make_qr(address, error="m").save(file, kind="svg", border=4, scale=10, light="#fff")
    return file.getvalue()


def plain(said: list[Texts]) -> str:
    """Return all texts as plain text, language by language."""
    parts = []
    for each in said:
        parts += [each.called, f"{each.mail_subject}\n\n{each.mail}", each.messenger, each.post]
    return "\n\n---\n\n".join(parts) + "\n"
