"""An invented form in two languages, and answers to it."""

from __future__ import annotations

import uuid
from uuid import UUID
from xml.sax.saxutils import escape

from pop.surveys.collecting.actions.receiving import receive
from tests.surveys.filled import NOW

LINES = """
| survey |
| | type | name | label::English (en) | label::Arabic (ar) |
| | text | called | What is it called? | ما اسمها؟ |
| | begin_group | reach | Where it is | أين هي |
| | select_one country | country | In which country? | في أي بلد؟ |
| | select_multiple topic | topics | About what? | عن ماذا؟ |
| | integer | staff | How many people answer? | كم شخصاً يجيب؟ |
| | end_group | | | |
| | begin_repeat | channel | A channel | قناة |
| | text | number | Which number? | ما الرقم؟ |
| | begin_repeat | hours | Its hours | ساعاتها |
| | text | said | When? | متى؟ |
| | end_repeat | | | |
| | end_repeat | | | |
| | begin_group | respondent | About you | عنك |
| | text | respondent_role | Your role? | ما دورك؟ |
| | text | respondent_email | Your address? | ما عنوانك؟ |
| | end_group | | | |
{more}
| choices |
| | list_name | name | label::English (en) | label::Arabic (ar) |
| | country | KE | Kenya | كينيا |
| | country | EG | Egypt | مصر |
| | topic | bullying | Bullying | التنمر |
| | topic | abuse | Abuse | الإساءة |
| settings |
| | form_title | form_id | version | default_language |
| | Lines | lines | {version} | English (en) |
"""
MORE = "| | text | later | Asked since the second version? | سؤال أُضيف لاحقاً؟ |"


def source(version: str) -> bytes:
    """The form `lines`: its second version asks one thing more."""
    return LINES.format(version=version, more=MORE if version == "2" else "").encode().replace(b"\n\n", b"\n")


def answer(
    called: str = "Lantern Line",
    *,
    version: str = "1",
    channels: tuple[tuple[str, tuple[str, ...]], ...] = (("116", ("day", "night")), ("117", ())),
    topics: str = "bullying abuse",
    partner: UUID | None = None,
    corrects: str = "",
    more: str = "",
) -> str:
    """Send an answer and return its instance id; a channel is a number and its hours."""
    instance_id = f"uuid:{uuid.uuid4()}"
    rows = "".join(
        f"<channel><number>{number}</number>"
        + "".join(f"<hours><said>{each}</said></hours>" for each in hours)
        + "</channel>"
        for number, hours in channels
    )
    old = f"<deprecatedID>{corrects}</deprecatedID>" if corrects else ""
    xml = (
        f'<data id="lines" version="{version}"><called>{escape(called)}</called>'
        f"<reach><country>KE</country><topics>{topics}</topics><staff>12</staff></reach>{rows}"
        f"<respondent><respondent_role>Night clerk</respondent_role>"
        f"<respondent_email>clerk@example.org</respondent_email></respondent>{more}"
        f"<meta><instanceID>{instance_id}</instanceID>{old}</meta></data>"
    )
    receive(xml=xml.encode(), source="web", now=NOW, partner=partner, provenance={"file": "=1+1.csv"})
    return instance_id
