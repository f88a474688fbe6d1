"""How a form is cut into pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pop.surveys.forms.definition import Item, Question, Repeat
from pop.surveys.forms.instance import AnswerNode, address

_FIELD_LIST = "field-list"


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

    `repeats` are the paths (without a last place) and items of the repeats on the page, also of those without rows.
    """

    path: str
    places: tuple[Place, ...]
    repeats: tuple[tuple[str, Repeat], ...]


def pages_of(root: AnswerNode) -> tuple[Page, ...]:
    """Return the relevant pages: each group and repeat at the top, each field-list, and the questions between them."""
    pages: list[Page] = []
    loose: list[AnswerNode] = []

    def close() -> None:
        if loose:
            pages.append(_page(loose[0], loose, None))
            loose.clear()

    def take(node: AnswerNode) -> None:
        if not node.relevant or not _is_shown(node):
            return
        if isinstance(node.item, Question):
            loose.append(node)
        elif _FIELD_LIST in node.item.appearance or not _holds_field_list(node):
            close()
            pages.append(_page(node, [node], node))
        else:
            for child in _answers(node):
                take(child)
            close()

    for item in () if isinstance(root.item, Question) else root.item.children:
        same = [node for node in _answers(root) if node.item is item]
        if isinstance(item, Repeat):
            if root.relevant and any(_asks(child) for child in item.children) and (same or item.count is None):
                close()
                rows = [row for row in same if row.relevant]
                if rows or not same:
                    pages.append(_repeat_page(root, item, rows))
        else:
            for node in same:
                take(node)
    close()
    return tuple(page for page in pages if page.places or page.repeats)


def _repeat_page(parent: AnswerNode, repeat: Repeat, rows: list[AnswerNode]) -> Page:
    path = f"{address(parent)}/{repeat.name}"
    inside = [place for row in rows for place in _places(row, 0)]
    nested = [found for row in rows for found in _repeats(row)]
    return Page(path, tuple(inside), ((path, repeat), *nested))


def _page(first: AnswerNode, nodes: list[AnswerNode], group: AnswerNode | None) -> Page:
    places = tuple(place for node in nodes for place in _places(node, 0))
    repeats = () if group is None else tuple(_repeats(group))
    return Page(address(first), places, repeats)


def _places(node: AnswerNode, depth: int) -> Iterator[Place]:
    if not node.relevant or not _is_shown(node):
        return
    yield Place(address(node), node.item, depth)
    for child in _answers(node):
        yield from _places(child, depth + 1)


def _repeats(node: AnswerNode) -> Iterator[tuple[str, Repeat]]:
    if isinstance(node.item, Question) or not node.relevant:
        return
    for item in node.item.children:
        if isinstance(item, Repeat):
            yield f"{address(node)}/{item.name}", item
    for child in _answers(node):
        yield from _repeats(child)


def _is_shown(node: AnswerNode) -> bool:
    """Whether there is something to see in a node: a question, or a group that holds one that is relevant."""
    if isinstance(node.item, Question):
        return node.item.asked
    return any(child.relevant and _is_shown(child) for child in _answers(node)) or any(
        isinstance(item, Repeat) and item.count is None and _asks(item) for item in node.item.children
    )


def _asks(item: Item) -> bool:
    return item.asked if isinstance(item, Question) else any(_asks(child) for child in item.children)


def _holds_field_list(node: AnswerNode) -> bool:
    return any(
        not isinstance(child.item, Question) and (_FIELD_LIST in child.item.appearance or _holds_field_list(child))
        for child in _answers(node)
    )


def _answers(node: AnswerNode) -> list[AnswerNode]:
    return [child for child in node.children if isinstance(child, AnswerNode)]
