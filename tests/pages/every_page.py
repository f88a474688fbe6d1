"""Every page a child sees, in every language and both wordings, as addresses and forms."""

from __future__ import annotations

from typing import NamedTuple

from pop.places.words import LANGUAGES

WORDINGS = {"young": "8-12", "teen": "13-17"}


class Case(NamedTuple):
    """One page as it is asked for."""

    name: str
    language: str
    wording: str
    path: str
    form: str | None

    def __str__(self) -> str:
        return f"{self.name}-{self.language}-{self.wording}"


def _pages(language: str, age: str) -> dict[str, tuple[str, str | None]]:
    here = f"/{language}/KE"
    return {
        "pick": (f"/{language}", None),
        "home": (here, f"age={age}"),
        "results": (f"{here}/find", f"tile=someone_hurts_me&age={age}"),
        "pictures": (f"/{language}/GB/find", f"tile=online&topic=online_sexual_harm&talk=no&age={age}"),
        "nobody": (f"/{language}/TD/find", f"tile=feel_bad&age={age}"),
        "friend": (f"{here}/find", f"tile=for_a_friend&age={age}"),
        "card": (f"{here}/card", f"age={age}"),
        "history": (f"/{language}/history", f"age={age}&country=KE"),
        "adult": (f"{here}/adult", f"age={age}"),
        "write": ("/write", f"language={language}&country=KE&age={age}&tile=at_home"),
        "confidential": (f"/talk/confidential?language={language}&country=KE", None),
        "back": (f"/back?language={language}&country=KE", None),
        "missing": (f"/{language}/QQ/card", f"age={age}"),
    }


# No age has been said yet on the picker and where one comes back, the adult's page speaks to adults, and an error is
# the same for all.
ONE_WORDING = {"pick", "adult", "missing", "confidential", "back"}

CASES = [
    Case(name, language, wording, path, form)
    for language in LANGUAGES
    for wording, age in WORDINGS.items()
    for name, (path, form) in _pages(language, age).items()
    if wording == "young" or name not in ONE_WORDING
]
# One of each kind of page, for tests that take long: the others differ from these in words only.
KINDS = [case for case in CASES if case.name not in {"friend", "nobody"}]
