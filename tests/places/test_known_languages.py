"""Which languages a question may name."""

from __future__ import annotations

import csv
from pathlib import Path

from pop.places.languages import known_languages
from pop.places.words import LANGUAGES

SERVICES = Path(__file__).resolve().parents[2] / "pop" / "registry" / "directory" / "seed" / "services.csv"


def test_every_language_of_the_interface_and_of_the_registry_is_known() -> None:
    with SERVICES.open(encoding="utf-8", newline="") as file:
        spoken = {tag for row in csv.DictReader(file) for tag in row["languages"].split(",") if tag}
    assert len(spoken) > 50
    assert (spoken | set(LANGUAGES)) - known_languages() == set()


def test_what_no_language_is_called_is_not_known() -> None:
    assert not {"xx", "und", "english", "klingon", "zz", "qq"} & known_languages()


def test_codes_that_old_phones_send_are_known() -> None:
    assert {"iw", "in", "nb", "nn", "tl", "cmn", "swh"} <= known_languages()
