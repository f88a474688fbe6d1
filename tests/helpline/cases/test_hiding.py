"""Small numbers are hidden, and cannot be worked out from what is shown."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from pop.helpline.cases.rules.hiding import LEAST, Tables, hide, hide_one


def split(total: int, parts: int) -> st.SearchStrategy[dict[str, int]]:
    """Tables that split a total into so many cells."""
    cuts = st.lists(st.integers(0, total), min_size=parts - 1, max_size=parts - 1).map(sorted)

    def cells(at: list[int]) -> dict[str, int]:
        edges = [0, *at, total]
        return {f"cell{n}": edges[n + 1] - edges[n] for n in range(parts)}

    return cuts.map(cells)


tables = st.integers(0, 30).flatmap(
    lambda total: st.tuples(st.just(total), st.integers(1, 4).flatmap(lambda n: split(total, n)), split(total, 3))
)


@given(tables)
def test_no_number_from_one_to_four_is_shown(drawn: tuple[int, dict[str, int], dict[str, int]]) -> None:
    total, first, second = drawn
    shown = hide({"first": first, "second": second}, total=total)
    for table in shown.tables.values():
        assert all(count is None or count == 0 or count >= LEAST for count in table.values())
    assert shown.total is None or shown.total == 0 or shown.total >= LEAST


@given(tables)
def test_what_is_shown_is_true(drawn: tuple[int, dict[str, int], dict[str, int]]) -> None:
    total, first, second = drawn
    shown = hide({"first": first, "second": second}, total=total)
    for name, table in (("first", first), ("second", second)):
        assert all(count in (None, table[cell]) for cell, count in shown.tables[name].items())
        assert all(count is not None for cell, count in shown.tables[name].items() if table[cell] == 0)
    assert shown.total in (None, total)


def possible(shown: Tables, name: str, highest: int, most: int) -> list[tuple[int, ...]]:
    """Every way to fill the hidden cells of a table (each 1 to `most`) that agrees with all that is shown."""
    table = shown.tables[name]
    missing = sum(count is None for count in table.values())
    known = sum(count for count in table.values() if count is not None)
    totals = {shown.total} if shown.total is not None else set(range(highest + most * missing + 1))
    for other in shown.tables.values():
        if all(count is not None for count in other.values()):
            totals &= {sum(count for count in other.values() if count is not None)}
    return [each for each in product(range(1, most + 1), repeat=missing) if known + sum(each) in totals]


few = st.integers(0, 16).flatmap(
    lambda total: st.tuples(st.just(total), st.integers(1, 3).flatmap(lambda n: split(total, n)), split(total, 3))
)


@settings(max_examples=60, deadline=None)
@given(few)
def test_no_hidden_number_follows_from_the_others(drawn: tuple[int, dict[str, int], dict[str, int]]) -> None:
    total, first, second = drawn
    shown = hide({"first": first, "second": second}, total=total)
    for name in ("first", "second"):
        for most in (LEAST - 1, total + 3):  # who takes every hidden number to be small, and who does not
            ways = possible(shown, name, total, most)
            for cell in zip(*ways, strict=True):
                assert len(set(cell)) > 1 or not ways


def test_two_single_children_are_not_given_away_by_their_sum() -> None:
    shown = hide({"channel": {"webchat": 1, "phone": 1, "sms": 9}}, total=11)
    assert shown.tables["channel"] == {"webchat": None, "phone": None, "sms": None}


def test_a_single_small_number_takes_the_smallest_other_with_it() -> None:
    shown = hide({"channel": {"webchat": 40, "phone": 7, "sms": 2}}, total=49)
    assert shown == Tables(49, {"channel": {"webchat": 40, "phone": None, "sms": None}})


def test_a_small_total_is_hidden_in_every_table() -> None:
    shown = hide({"channel": {"webchat": 3, "phone": 0}, "type": {"silent": 3}}, total=3)
    assert shown == Tables(None, {"channel": {"webchat": None, "phone": 0}, "type": {"silent": None}})


def test_a_table_without_small_numbers_stays_as_it_is() -> None:
    assert hide_one({"a": 5, "b": 0, "c": 60}) == {"a": 5, "b": 0, "c": 60}
