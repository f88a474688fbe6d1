"""Every word of the child's pages (FINDER, two wordings) and of the page for an adult who worries (ADULT)."""

from __future__ import annotations

from pop.places.words import Words
from pop.signposting.finder.words.adult import ADULT_TEXTS
from pop.signposting.finder.words.first import FIRST
from pop.signposting.finder.words.leaving import LEAVING
from pop.signposting.finder.words.results import RESULTS
from pop.signposting.finder.words.steps import STEPS
from pop.signposting.finder.words.topics import TOPICS

FINDER = Words("finder", {**FIRST, **TOPICS, **RESULTS, **STEPS, **LEAVING})
ADULT = Words("adult", ADULT_TEXTS)

__all__ = ["ADULT", "FINDER"]
