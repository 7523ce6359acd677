"""The single-price auction against an oracle that tries every price, and its allocation by price, rank and time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from router.api import Instrument, PrintKind, Px, Qty
from simulator.auction import AuctionQueue, Clearing, Grid, Interest, Rank, Waiting, allot, at_price, clear

ABC = Instrument("ABC")
GRID = Grid(ABC.ceil, ABC.floor)
TICK = 100
PX_MIN, PX_MAX = 10_000, 12_000
BUY, SELL = True, False

limits = st.none() | st.integers(PX_MIN // TICK + 2, PX_MAX // TICK - 2).map(lambda ticks: ticks * TICK)
books = st.lists(
    st.tuples(st.booleans(), limits, st.integers(1, 9), st.sampled_from(Rank)),
    max_size=8,
).map(
    lambda rows: [Interest(key, is_buy, px, qty, rank) for key, (is_buy, px, qty, rank) in enumerate(rows, 1)],
)
references = st.integers(PX_MIN // TICK, PX_MAX // TICK).map(lambda ticks: ticks * TICK)


def tried(interests: list[Interest], reference: Px) -> tuple[Qty, Qty, Px]:
    """(paired, least imbalance, distance) of the best of all prices there are: the rule as it is written."""

    def worth(px: Px) -> tuple[Qty, Qty, Px]:
        bought = sum(one.qty for one in interests if one.is_buy and (one.px is None or one.px >= px))
        sold = sum(one.qty for one in interests if not one.is_buy and (one.px is None or one.px <= px))
        return -min(bought, sold), abs(bought - sold), abs(px - reference)

    return min(worth(px) for px in range(PX_MIN, PX_MAX + 1, TICK))


@given(books, references)
def test_no_price_is_better_than_the_one_it_finds(interests: list[Interest], reference: Px) -> None:
    cleared = clear(interests, reference, GRID)

    best = tried(interests, reference)
    if cleared is None:
        assert best[0] == 0
    else:
        assert (-cleared.paired, abs(cleared.imbalance), abs(cleared.px - reference)) == best


@given(books, references)
def test_as_many_shares_are_bought_as_sold_and_nobody_gets_what_he_does_not_accept(
    interests: list[Interest], reference: Px
) -> None:
    cleared = clear(interests, reference, GRID)

    if cleared is not None:
        fills = allot(interests, cleared)
        assert sum(qty for one, qty in fills if one.is_buy) == cleared.paired
        assert sum(qty for one, qty in fills if not one.is_buy) == cleared.paired
        assert all(0 < qty <= one.qty and one.accepts(cleared.px) for one, qty in fills)


@given(books, references)
def test_what_is_left_does_not_cross(interests: list[Interest], reference: Px) -> None:
    cleared = clear(interests, reference, GRID)
    filled = {one.key: qty for one, qty in allot(interests, cleared)} if cleared else {}

    left = [one._replace(qty=one.qty - filled.get(one.key, 0)) for one in interests if one.qty > filled.get(one.key, 0)]

    assert cleared is None or clear(left, None, GRID) is None


def test_volume_comes_before_balance_and_balance_before_the_reference() -> None:
    interests = [
        Interest(1, BUY, 10_500, 100),
        Interest(2, BUY, 10_400, 100),
        Interest(3, SELL, 10_400, 150),
        Interest(4, SELL, 10_600, 500),
    ]

    assert clear(interests, 12_000, GRID) == Clearing(10_400, 150, 50)


def test_of_equally_good_prices_the_one_nearest_the_reference_is_taken() -> None:
    interests = [Interest(1, BUY, 10_800, 100), Interest(2, SELL, 10_200, 100)]

    assert [clear(interests, reference, GRID) for reference in (10_500, 11_500, 10_100)] == [
        Clearing(10_500, 100, 0),
        Clearing(10_800, 100, 0),
        Clearing(10_200, 100, 0),
    ]


def test_two_orders_at_any_price_need_a_reference() -> None:
    interests = [Interest(1, BUY, None, 100), Interest(2, SELL, None, 100)]

    assert clear(interests, None, GRID) is None
    assert clear(interests, 10_550, GRID) == Clearing(10_500, 100, 0)


def test_fills_go_by_price_then_displayed_waiting_hidden_then_by_time() -> None:
    interests = [
        Interest(1, BUY, 10_500, 10, Rank.HIDDEN),
        Interest(2, BUY, 10_500, 10, Rank.WAITING),
        Interest(3, BUY, 10_500, 10, Rank.WAITING),
        Interest(4, BUY, 10_500, 10, Rank.DISPLAYED),
        Interest(5, BUY, 10_600, 10, Rank.HIDDEN),
        Interest(6, BUY, None, 10, Rank.WAITING),
        Interest(7, SELL, 10_500, 45),
    ]

    fills = allot(interests, at_price(interests, 10_500))

    assert [(one.key, qty) for one, qty in fills] == [(6, 10), (5, 10), (4, 10), (2, 10), (3, 5), (7, 45)]


def test_a_queue_gives_who_is_for_this_auction_or_for_any() -> None:
    queue = AuctionQueue()
    queue.add(Waiting(-1, BUY, None, 100, None))
    queue.enter(is_buy=SELL, qty=50, when=PrintKind.CLOSING)
    queue.enter(is_buy=SELL, qty=60, when=PrintKind.OPENING)

    assert [each.key for each in queue.due(PrintKind.OPENING)] == [-1, 2]
    assert queue.drop(-1)
    assert not queue.drop(-1)
