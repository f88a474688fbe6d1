"""The words of the supervisor's pages."""

from pop.helpline.supervision.words.lines import WORDS as LINES
from pop.helpline.supervision.words.pages import WORDS as PAGES

__all__ = ["LINES", "PAGES"]
