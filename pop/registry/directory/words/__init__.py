"""The registry's words for adults: names of the vocabulary, and the sentences of the public pages."""

from __future__ import annotations

from pop.places.words import Words
from pop.registry.directory.words.pages import PAGES
from pop.registry.directory.words.statements import STATEMENTS
from pop.registry.directory.words.vocabulary import VOCABULARY

REGISTRY = Words("registry", {**VOCABULARY, **STATEMENTS, **PAGES})
