"""The speaker of the words for a ministry's focal point: its own first, then those of the registry's console."""

from __future__ import annotations

from pop.people.pages.layout import speaker
from pop.registry.directory.http.console.wording import WORDS as REGISTRY_WORDS
from pop.registry.directory.national_words import WORDS as NATIONAL

WORDS = (NATIONAL, *REGISTRY_WORDS)
SAY = speaker(*WORDS)
