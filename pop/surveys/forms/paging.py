"""How a form is cut into pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pop.surveys.forms.definition import Item, Question, Repeat
from pop.surveys.forms.instance import AnswerNode, address, rows_of

_FIELD_LIST = "field-list"
# Whether a repeat is relevant under a node, also without rows.
RepeatRelevance = Callable[[AnswerNode, Repeat], bool]


@dataclass(frozen=True)
class Place:
    """One relevant item of a page: its path with places, what it is, and how many groups of the page it stands in.

    Groups and the rows of repeats are places of their own, before what they hold. A repeat without rows is none; ask
    `Page.repeats`.
    """

    path: str
    item: Item
    depth: int


@dataclass(frozen=True)
class Page:
    """One page: the path of its group, repeat or first question; `places` are what is shown, in order.

    `repeats` are the paths (without a last place) and items of the relevant repeats on the page, also without rows.
    """

    path: str
    places: tuple[Place, ...]
    repeats: tuple[tuple[str, Repeat], ...]


def pages_of(root: AnswerNode, repeat_relevant: RepeatRelevance) -> tuple[Page, ...]:
    """Return the relevant pages: each group and repeat at the top, each field-list, and the questions between.

    A group that is not relevant at the moment still parts the questions around it, so that a page keeps its questions.
    """
    return tuple(_Cutting(repeat_relevant).pages(root))


class _Cutting:
    def __init__(self, repeat_relevant: RepeatRelevance) -> None:
        self._repeat_relevant = repeat_relevant
        self._pages: list[Page] = []
        self._loose: list[AnswerNode] = []

    def pages(self, root: AnswerNode) -> list[Page]:
        """Return the pages of a whole form."""
        self._inside(root)
        self._close()
        return self._pages

    def _close(self) -> None:
        if self._loose:
            self._page(address(self._loose[0]), self._loose)
            self._loose = []

    def _page(self, path: str, nodes: list[AnswerNode], repeats: tuple[tuple[str, Repeat], ...] = ()) -> None:
        places = tuple(place for node in nodes for place in self._places(node, 0))
        found = (*repeats, *(each for node in nodes for each in self._repeats(node)))
        if places or found:
            self._pages.append(Page(path, places, found))

    def _inside(self, holder: AnswerNode) -> None:
        """Cut what a group holds."""
        for item in () if isinstance(holder.item, Question) else holder.item.children:
            if isinstance(item, Repeat):
                self._close()
                self._repeat(holder, item)
                continue
            for node in _answers(holder):
                if node.item is item:
                    self._take(node)

    def _repeat(self, holder: AnswerNode, repeat: Repeat) -> None:
        rows = [row for row in rows_of(holder, repeat) if row.relevant]
        if _asks(repeat) and self._repeat_relevant(holder, repeat) and (rows or repeat.count is None):
            path = f"{address(holder)}/{repeat.name}"
            self._page(path, rows, ((path, repeat),))

    def _take(self, node: AnswerNode) -> None:
        if isinstance(node.item, Question):
            if node.relevant and node.item.asked:
                self._loose.append(node)
            return
        if not _asks(node.item):
            return
        self._close()
        if not node.relevant:
            return
        if _FIELD_LIST in node.item.appearance or not _holds_field_list(node.item):
            self._page(address(node), [node])
        else:
            self._inside(node)
            self._close()

    def _places(self, node: AnswerNode, depth: int) -> Iterator[Place]:
        if not node.relevant or not self._is_shown(node):
            return
        yield Place(address(node), node.item, depth)
        for child in _answers(node):
            yield from self._places(child, depth + 1)

    def _repeats(self, node: AnswerNode) -> Iterator[tuple[str, Repeat]]:
        if isinstance(node.item, Question) or not node.relevant:
            return
        for item in node.item.children:
            if isinstance(item, Repeat) and _asks(item) and self._repeat_relevant(node, item):
                yield f"{address(node)}/{item.name}", item
        for child in _answers(node):
            yield from self._repeats(child)

    def _is_shown(self, node: AnswerNode) -> bool:
        """Whether there is something to see in a node: a question, or a group that holds one that is relevant."""
        if isinstance(node.item, Question):
            return node.item.asked
        return any(child.relevant and self._is_shown(child) for child in _answers(node)) or any(
            isinstance(item, Repeat) and item.count is None and _asks(item) and self._repeat_relevant(node, item)
            for item in node.item.children
        )


def _asks(item: Item) -> bool:
    return item.asked if isinstance(item, Question) else any(_asks(child) for child in item.children)


def _holds_field_list(item: Item) -> bool:
    """Whether a group holds a field-list outside of repeats: the rows of a repeat are never cut apart."""
    return not isinstance(item, Question | Repeat) and any(
        _FIELD_LIST in child.appearance or _holds_field_list(child)
        for child in item.children
        if not isinstance(child, Question | Repeat)
    )


def _answers(node: AnswerNode) -> list[AnswerNode]:
    return [child for child in node.children if isinstance(child, AnswerNode)]
