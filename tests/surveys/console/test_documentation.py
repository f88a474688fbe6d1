"""The page about these pages: every address stands there, and none that is not."""

from __future__ import annotations

import re
from pathlib import Path

from pop.surveys.console.http.urls import console_urlpatterns as keeping
from pop.surveys.importing.http.urls import console_urlpatterns as importing
from pop.surveys.inviting.http.urls import console_urlpatterns as inviting

PAGE = Path(__file__).resolve().parents[3] / "docs" / "look-up" / "survey-console.md"


def test_every_address_is_listed_and_every_listed_one_exists() -> None:
    listed = re.findall(r"^\| `(/surveys[^`]*)`", PAGE.read_text(encoding="utf-8"), re.M)
    found = ["/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(each.pattern)) for each in (*keeping, *importing, *inviting)]
    assert sorted(listed) == sorted(found)
