"""Which page comes next, while answers decide which pages there are."""

from __future__ import annotations

from collections.abc import Sequence

from pop.surveys.forms.answering import Answering, Page
from pop.surveys.forms.definition import Question


def at(pages: Sequence[Page], path: str, number: int) -> int | None:
    """Return the index of the page of a path; without it, of a page's 1-based number; None where there is none."""
    found = next((index for index, page in enumerate(pages) if page.path == path), None)
    if found is not None:
        return found
    return number - 1 if not path and 1 <= number <= len(pages) else None


def after(before: Sequence[Page], now: Sequence[Page], path: str) -> int:
    """Return the index of the page that follows a page in what there is now; `len(now)` after the last.

    A page that its own answers made go is followed by what follows the nearest earlier page that is still there.
    """
    there = {page.path: index for index, page in enumerate(now)}
    paths = [page.path for page in before]
    for earlier in reversed(paths[: paths.index(path) + 1] if path in paths else []):
        if earlier in there:
            return there[earlier] + 1
    return 0


def left_at(answering: Answering, fresh: Answering) -> int | None:
    """Return the index of the page on which somebody goes on; None where every page is behind them.

    That is the first page up to the last one they wrote on where something is wrong or missing; else that last one
    while it has questions without an answer; else the one after it. `fresh` is the form before anybody wrote.
    """
    pages = answering.pages()
    preset = {path: fresh.value(path) for path in fresh.paths()}
    asked = [[each.path for each in page.places if _is_asked(answering, each.path)] for page in pages]
    written = [any(answering.value(path) != preset.get(path, "") for path in paths) for paths in asked]
    last = max((index for index, is_written in enumerate(written) if is_written), default=0)
    for index, page in enumerate(pages[: last + 1]):
        if answering.faults(page):
            return index
    if last + 1 >= len(pages):
        return None
    return last if any(not answering.value(path) for path in asked[last]) else last + 1


def _is_asked(answering: Answering, path: str) -> bool:
    item = answering.item(path)
    return isinstance(item, Question) and item.kind != "note" and not answering.readonly(path)
