"""The synthetic market: repeatable, coherent over its venues, and alive to what we do in its books."""

from collections import Counter
from itertools import islice, pairwise
from math import exp, factorial
from statistics import mean, pstdev

import pytest

from router.api import MILLISECOND, SECOND, CalendarDay, Instrument, Phase, PrintKind
from simulator.conditions import CALM, Conditions
from simulator.synthetic import SyntheticSource
from simulator.synthetic_params import SyntheticParams
from support.fake_port import FakePort

VENUES = ("XLIT", "XALT", "XINV")
HOUR = 3_600 * SECOND
DAY = CalendarDay("20130610", 10 * HOUR, 11 * HOUR)
# An hour with its part of a day's volatility.
SMALL = SyntheticParams(events_per_second=5.0, volatility_ppm=5_000)
BUY, SELL = True, False


def market(params: SyntheticParams = SMALL, seed: int = 7, day: CalendarDay = DAY) -> tuple[FakePort, SyntheticSource]:
    return FakePort(*VENUES), SyntheticSource(Instrument("XYZ"), VENUES, params, day, seed)


def story(seed: int, symbol: str = "XYZ") -> list[object]:
    """All that happens in ten minutes, for comparison."""
    port = FakePort(*VENUES)
    source = SyntheticSource(Instrument(symbol), VENUES, SMALL, DAY, seed)
    told: list[object] = []
    for at in port.steps(source, DAY.open + HOUR // 6):
        told += [at, *port.trades()]
    return [told, port.tapes, [book.levels(side, 99) for book in port.books.values() for side in (BUY, SELL)]]


def test_one_seed_one_market() -> None:
    assert story(seed=7) == story(seed=7)


def test_seeds_and_symbols_are_independent() -> None:
    assert story(seed=7) != story(seed=8)
    assert story(seed=7) != story(seed=7, symbol="ABC")


def test_venues_keep_one_national_best_that_never_locks() -> None:
    port, source = market()
    locked = rows = 0

    for _ in port.steps(source, DAY.close - 1):
        nbbo = port.nbbo("XYZ")
        locked += nbbo.bid is not None and nbbo.ask is not None and nbbo.bid >= nbbo.ask
        rows += 1

    assert rows > 10_000
    assert locked == 0


def test_spread_depth_and_the_share_of_trades_are_those_of_a_liquid_stock() -> None:
    port, source = market()
    spreads: Counter[int] = Counter()
    trades: list[int] = []
    resting = []

    for at in port.steps(source, DAY.close - 1):
        nbbo = port.nbbo("XYZ")
        if nbbo.bid is not None and nbbo.ask is not None:
            spreads[(nbbo.ask - nbbo.bid) // 100] += 1
        trades += [at] * len(port.trades())
        resting.append(sum(len(book) for book in port.books.values()))

    seen = spreads.total()
    assert 1.0 <= sum(ticks * n for ticks, n in spreads.items()) / seen <= 4.0
    assert 0.02 < len(trades) / seen < 0.15
    assert 150 < sum(resting) / len(resting) < 350
    assert seen > 0.99 * len(resting), "two-sided nearly always"


@pytest.mark.parametrize(("burst_ppm", "clustered"), [(0, False), (500_000, True)])
def test_trades_come_in_bursts_of_one_sign(burst_ppm: int, clustered: bool) -> None:
    """Times between trades vary more than a Poisson stream's, whose deviation is its mean."""
    port, source = market(SyntheticParams(events_per_second=20.0, burst_ppm=burst_ppm, u_shape=0.0, pick_off_ppm=0))
    times: list[int] = []
    signs: list[bool] = []
    for at in port.steps(source, DAY.open + HOUR // 4):
        if trades := port.trades():
            times.append(at)
            signs.append(trades[0].taker_is_buy)

    gaps = [later - earlier for earlier, later in pairwise(times)]
    same = [a is b for a, b in pairwise(signs)]

    assert (pstdev(gaps) / mean(gaps) > 1.4) is clustered
    assert (mean(same) > 0.7) is clustered


def test_volume_is_a_u_over_the_day() -> None:
    port, source = market()
    volume = [0, 0, 0, 0]

    for at in port.steps(source, DAY.close - 1):
        volume[(at - DAY.open) * 4 // (DAY.close - DAY.open)] += sum(trade.qty for trade in port.trades())

    assert min(volume[0], volume[3]) > 1.2 * max(volume[1], volume[2])


def test_the_day_opens_and_closes_with_an_auction_print_and_leaves_empty_books() -> None:
    port, source = market()

    port.run(source)

    assert source.next_at is None
    auctions = [(tape.venue, tape.kind) for tape in port.tapes if tape.kind is not PrintKind.OFF_EXCHANGE]
    assert auctions == [("XLIT", PrintKind.OPENING), ("XLIT", PrintKind.CLOSING)]
    assert [len(book) for book in port.books.values()] == [0, 0, 0]


def test_off_exchange_prints_are_at_the_midpoint_and_the_stated_part() -> None:
    port, source = market()
    port.run(source, DAY.open - 1)
    printed = 0
    for _ in port.steps(source, DAY.close - 1):
        fresh = port.tapes[printed:]
        printed = len(port.tapes)
        nbbo = port.nbbo("XYZ")
        assert nbbo.bid is not None
        assert nbbo.ask is not None
        assert all(t.px == (nbbo.bid + nbbo.ask) // 2 for t in fresh if t.kind is PrintKind.OFF_EXCHANGE)
    off = sum(tape.qty for tape in port.tapes if tape.kind is PrintKind.OFF_EXCHANGE)

    lit = sum(trade.qty for trade in port.trades())
    assert 0.15 < off / (off + lit) < 0.45


def test_nothing_trades_while_halted() -> None:
    port, source = market()
    port.run(source, DAY.open + 60 * SECOND)
    port.trades()
    before = [book.levels(BUY, 99) for book in port.books.values()]

    port.phase("XYZ", Phase.HALTED)
    port.run(source, DAY.open + 600 * SECOND)
    assert (port.trades(), [book.levels(BUY, 99) for book in port.books.values()]) == ([], before)
    port.phase("XYZ", Phase.CONTINUOUS)
    port.run(source, DAY.open + 900 * SECOND)

    assert port.trades()


def test_a_quote_of_ours_that_the_price_has_passed_is_picked_off() -> None:
    """Adverse selection: a bid far above the market is hit within the makers' reaction time."""
    port, source = market()
    port.run(source, DAY.open + 60 * SECOND)
    book = port.books["XALT"]
    asks = [ask for each in port.books.values() if (ask := each.ask) is not None]
    book.post(-1, BUY, min(asks) - 100, 100)
    rich = int(source.price.px) + 5_000
    for venue in port.books.values():
        for oid in [oid for px, _ in venue.levels(SELL, 99) for oid in venue.orders(SELL, px)]:
            venue.delete(oid)
    book.post(-2, BUY, rich - rich % 100, 500)

    port.run(source, DAY.open + 70 * SECOND)

    assert book.leaves(-2) == 0
    assert all(trade.px == rich - rich % 100 for trade in port.trades() if trade.maker == -2)


def test_our_order_waits_behind_what_stood_there_and_fills() -> None:
    port, source = market()
    port.run(source, DAY.open + 60 * SECOND)
    book = port.books["XLIT"]
    assert book.bid is not None
    px = book.bid
    before = set(book.orders(BUY, px))
    book.post(-1, BUY, px, 100)
    port.trades()

    for _ in port.steps(source, DAY.close - 1):
        ours = [trade for trade in port.trades() if trade.maker == -1]
        assert not ours or not before & set(book.orders(BUY, px)), "who stood before us is gone when we trade"
        if book.leaves(-1) == 0:
            break

    assert (book.leaves(-1), book.own_net) == (0, 100)


@pytest.mark.parametrize(("impact", "moved"), [(True, True), (False, False)])
def test_buying_moves_the_price_only_when_impact_is_on(impact: bool, moved: bool) -> None:
    params = SyntheticParams(events_per_second=5.0, volatility_ppm=12_000, impact=impact)
    port, source = market(params)
    port.run(source, DAY.open + 60 * SECOND)
    before = source.price.px
    for book in port.books.values():
        book.take(-1, True, 3_000, None)
    walk = source.price._walk

    port.run(source, source.next_at)

    own = source.price.px - source.price._walk
    assert (own > 0) is moved
    assert abs(source.price._walk - walk) < 0.01 * before


@pytest.mark.slow
@pytest.mark.untraced
def test_the_orders_at_a_level_follow_the_invariant_law_of_the_queue_reactive_model() -> None:
    """Huang, Lehalle, Rosenbaum: pi(n) = pi(0) prod lambda_L / lambda_C(j + 1), Poisson where cancels are linear."""
    params = SyntheticParams(
        events_per_second=200.0,
        market_ppm=0,
        volatility_ppm=0,
        resting_orders=60,
        hidden_ppm=0,
        depth_ticks=3.0,
        fill_gap_ppm=0,
        u_shape=0.0,
        activity_sigma=0.0,
        spread_open=0.0,
    )
    port, source = market(params)
    book = port.books["XLIT"]
    counts: Counter[int] = Counter()

    for _ in islice(port.steps(source), 20_000):
        pass
    for number, _ in enumerate(islice(port.steps(source), 120_000)):
        # Sampled about once in an order's life, so that samples are nearly independent.
        if number % 60 == 0:
            counts[len(book.orders(BUY, 399_900))] += 1

    seen = counts.total()
    rate = sum(n * times for n, times in counts.items()) / seen
    for n in range(5):
        law = exp(-rate) * rate**n / factorial(n)
        assert counts[n] / seen == pytest.approx(law, abs=0.035), (n, counts)


def test_it_is_asked_for_nothing_between_its_events() -> None:
    port, source = market()
    port.run(source, DAY.open)

    waits = list(islice(port.steps(source), 500))

    assert waits == sorted(set(waits))
    assert waits[-1] - waits[0] > 100 * MILLISECOND


# --- moods


def mean_of(port: FakePort, source: SyntheticSource, until: int) -> tuple[float, float, int]:
    """Mean spread in ticks, mean count of resting orders, and events, up to an instant."""
    spreads: list[int] = []
    resting: list[int] = []
    for _ in port.steps(source, until):
        nbbo = port.nbbo("XYZ")
        if nbbo.bid is not None and nbbo.ask is not None:
            spreads.append((nbbo.ask - nbbo.bid) // 100)
        resting.append(sum(len(book) for book in port.books.values()))
    return mean(spreads), mean(resting), len(resting)


@pytest.mark.untraced
def test_a_mood_makes_the_market_wide_thin_and_busy_and_calm_brings_it_back() -> None:
    (port, source), twin = market(), market()
    source.sway(Conditions(rate=4.0, spread=5.0, depth=0.3))
    mean_of(port, source, DAY.open + HOUR // 4)
    mean_of(*twin, DAY.open + HOUR // 4)
    excited = mean_of(port, source, DAY.open + HOUR // 2)
    calm = mean_of(*twin, DAY.open + HOUR // 2)
    source.sway(CALM)
    mean_of(port, source, DAY.open + HOUR // 2 + HOUR // 4)
    mean_of(*twin, DAY.open + HOUR // 2 + HOUR // 4)
    again = mean_of(port, source, DAY.open + HOUR)
    calm_again = mean_of(*twin, DAY.open + HOUR)

    assert excited[0] > 2 * calm[0]
    assert excited[1] < 0.5 * calm[1]
    assert excited[2] > 2 * calm[2]
    assert again[0] == pytest.approx(calm_again[0], rel=0.5)
    assert again[1] == pytest.approx(calm_again[1], rel=0.25)


def test_to_be_calm_is_to_be_as_without_a_mood() -> None:
    port, source = market()
    source.sway(CALM)
    told: list[object] = []
    for at in port.steps(source, DAY.open + HOUR // 6):
        told += [at, *port.trades()]

    assert [told, port.tapes] == story(seed=7)[:2]


def test_a_jump_takes_the_quotes_along() -> None:
    """Two standard deviations of a day of 0.5 %: 1 % of 40.00."""
    port, source = market()
    port.run(source, DAY.open + HOUR // 6)
    before = port.nbbo("XYZ")

    source.jump(2.0)
    port.run(source, DAY.open + HOUR // 6 + 60 * SECOND)

    after = port.nbbo("XYZ")
    assert before.bid is not None
    assert after.bid is not None
    assert 3_500 < after.bid - before.bid < 4_500


def test_makers_who_do_not_chase_leave_a_quote_that_the_price_has_passed() -> None:
    port, source = market()
    port.run(source, DAY.open + HOUR // 6)
    source.sway(Conditions(chases=False))
    standing = port.nbbo("XYZ").ask
    assert standing is not None

    source.jump(2.0)
    port.run(source, DAY.open + HOUR // 6 + SECOND)

    left = port.nbbo("XYZ").ask
    assert left is not None
    assert left < standing + 3_000
