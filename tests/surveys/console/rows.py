"""Rows that the addresses of surveys at the console name."""

from __future__ import annotations

from pop.surveys.collecting.actions.inviting import invite
from pop.surveys.collecting.actions.partners import make_partner, make_token
from pop.surveys.collecting.actions.receiving import File, receive
from pop.surveys.collecting.actions.surveys import load_form
from tests.surveys.filled import NOW, fresh_id, photo_survey, png, poster
from tests.surveys.importing.bringing import checked, suggested
from tests.surveys.importing.exports import FORM

STAYS_BEHIND = b"name,staff,publish\nLine of Hope,3,yes\nQuiet Door,many,no\n"


def rows() -> dict[str, object]:
    """Keep a form, a partner with an address and a link, a submission with a file, and an import that was checked and
    of which a row stays behind; return their ids by name.
    """
    survey = photo_survey()
    partner = make_partner(name="Ministry of Invention", now=NOW)
    sent = receive(
        xml=poster(fresh_id(), photo="wall.png"), source="openrosa", now=NOW, files=[File("wall.png", png())]
    )
    service = load_form(name="service.md", data=FORM.encode(), now=NOW).id
    mapping = suggested("service.csv", STAYS_BEHIND)
    return {
        "import_id": checked(service, "service.csv", STAYS_BEHIND, mapping).id,
        "form": survey.form_id,
        "move": "open",
        "partner_id": partner,
        "token_id": make_token(partner=partner, now=NOW).id,
        "link_id": invite(partner=partner, form_id=survey.form_id, now=NOW).id,
        "submission_id": sent.submission,
        "file": "wall.png",
    }
