"""One side of a venue's book: absolute levels, best first, against the naive twin that sorts a dict."""

from hypothesis import given
from hypothesis import strategies as st

from router.market.book import LEVELS_MAX, BookSide

updates = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 3)), max_size=60)


@given(updates=updates, is_bid=st.booleans())
def test_side_is_the_sorted_dict_of_what_was_said(updates: list[tuple[int, int]], is_bid: bool) -> None:
    side = BookSide(is_bid=is_bid)
    naive: dict[int, int] = {}
    for px, qty in updates:
        side.set(px, qty)
        naive[px] = qty

        shown = sorted(((px, qty) for px, qty in naive.items() if qty), reverse=is_bid)
        assert list(side.levels(100)) == shown
        assert (side.best, side.best_qty) == (shown[0] if shown else (None, 0))
        assert len(side) == len(shown)


def test_levels_stop_at_the_depth_asked_for() -> None:
    side = BookSide(is_bid=False)
    side.load([(100, 5), (101, 6), (102, 7)])

    assert list(side.levels(2)) == [(100, 5), (101, 6)]


def test_snapshot_replaces_what_was_known() -> None:
    side = BookSide(is_bid=True)
    side.set(100, 5)

    side.load([(99, 1), (98, 2)])

    assert list(side.levels(9)) == [(99, 1), (98, 2)]
    assert side.qty_at(100) == 0


def test_removing_a_level_that_is_not_there_changes_nothing() -> None:
    side = BookSide(is_bid=True)
    side.set(100, 5)

    side.set(101, 0)

    assert (side.best, side.best_qty) == (100, 5)


def test_at_its_bound_a_side_forgets_its_worst_level() -> None:
    side = BookSide(is_bid=True)
    for px in range(1, LEVELS_MAX + 1):
        side.set(px, 1)

    side.set(LEVELS_MAX + 1, 1)

    assert len(side) == LEVELS_MAX
    assert side.qty_at(1) == 0
    assert side.best == LEVELS_MAX + 1
