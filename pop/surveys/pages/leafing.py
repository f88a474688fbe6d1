"""Which page comes next, while answers decide which pages there are."""

from __future__ import annotations

from collections.abc import Sequence

from pop.surveys.forms.answering import Page


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
