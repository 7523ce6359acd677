"""The pacer: what every algorithm of ours promises about price, volume, halts and the end, one promise a test."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from algos.implementation_shortfall import ImplementationShortfall, IsParams
from algos.pacer import Pacer, relative_limit
from algos.pov import Pov, PovParams
from algos.schedule import ScheduledPace
from algos.testing import Conditions, Driver, Run, example_terms
from algos.twap import StraightLine, Twap, TwapParams
from algos.vwap import Vwap, VwapParams
from router.api import (
    MILLISECOND,
    PPM,
    SECOND,
    Action,
    AlgoFactory,
    AlgoParams,
    AlgoView,
    CancelWorking,
    Cause,
    Done,
    MarketView,
    OrderTerms,
    OrdType,
    Phase,
    Reason,
    Remember,
    Side,
    Slice,
    Urgency,
    WakeAt,
    WatchPx,
    WatchVolume,
)

MINUTE = 60 * SECOND
TERMS = example_terms(qty=10_000, minutes=10)
MARKET = MarketView(
    phase=Phase.CONTINUOUS,
    bid=1_000_000,
    ask=1_000_200,
    bid_qty=500,
    ask_qty=500,
    last=1_000_100,
    volume=0,
    day_volume=0,
    volume_notional=0,
    arrival_mid2=2_000_200,
)


def pacer(params: AlgoParams | None = None, terms: OrderTerms = TERMS) -> Pacer:
    """A pacer of even minutes: 1,000 shares each."""
    pace = ScheduledPace(terms, StraightLine(), interval=MINUTE, variance=0, lateness=PPM)
    return Pacer(params or AlgoParams(), terms, pace)


def view(  # each argument is one thing an algorithm sees
    at: int,
    *,
    cause: Cause = Cause.TIMER,
    filled: int = 0,
    opened: int = 0,
    slices: int | None = None,
    market: MarketView = MARKET,
    terms: OrderTerms = TERMS,
) -> AlgoView:
    """The view `at` ns after the start."""
    return AlgoView(
        now=terms.start + at,
        cause=cause,
        order=terms,
        market=market,
        filled=filled,
        open=opened,
        available=terms.qty - filled - opened,
        slices_open=(1 if opened else 0) if slices is None else slices,
        rng=Random(1),
    )


def wake_at(at: int) -> WakeAt:
    return WakeAt(TERMS.start + at)


def scheduled(qty: int, minute: int, **changes: object) -> Slice:
    cut = Slice(qty=qty, reason=Reason.SCHEDULE, urgency=Urgency.PASSIVE, until=TERMS.start + minute * MINUTE)
    return structs.replace(cut, **changes)


# ------------------------------------------------------------------------------------------------- window and halts


def test_before_its_start_it_only_waits() -> None:
    assert pacer().on_wake(view(-5 * SECOND, cause=Cause.START)) == [wake_at(0)]


def test_at_its_start_it_cuts_the_first_slot() -> None:
    assert pacer().on_wake(view(0)) == [scheduled(1_000, 1), wake_at(MINUTE)]


def test_a_second_wake_up_in_a_slot_cuts_nothing_more() -> None:
    paced = pacer()
    paced.on_wake(view(0))

    assert paced.on_wake(view(SECOND, opened=1_000)) == [wake_at(MINUTE)]


def test_what_comes_back_inside_a_slot_is_cut_again() -> None:
    paced = pacer()
    paced.on_wake(view(0))

    actions = paced.on_wake(view(20 * SECOND, cause=Cause.SLICE_DONE, filled=300))

    assert actions == [scheduled(700, 1), wake_at(MINUTE)]


def test_what_comes_back_at_once_is_cut_four_times_a_slot_and_then_held() -> None:
    paced = pacer()

    answers = [paced.on_wake(view(at * MILLISECOND, cause=Cause.SLICE_DONE)) for at in range(6)]

    held = Remember("hold", (("because", "slices-per-slot"),))
    again = [scheduled(1_000, 1), wake_at(MINUTE)]
    assert answers == [again, again, again, again, [held, wake_at(MINUTE)], [wake_at(MINUTE)]]


def test_at_its_end_and_when_all_is_filled_it_is_done() -> None:
    assert pacer().on_wake(view(10 * MINUTE)) == [Done()]
    assert pacer().on_wake(view(MINUTE, filled=10_000)) == [Done()]


@pytest.mark.parametrize("phase", [Phase.HALTED, Phase.CLOSING_AUCTION, Phase.PRE_OPEN])
def test_outside_continuous_trading_it_withdraws_and_waits(phase: Phase) -> None:
    paced = pacer()
    paced.on_wake(view(0))
    elsewhere = structs.replace(MARKET, phase=phase)

    answers = [paced.on_wake(view(30 * SECOND + at, opened=1_000, market=elsewhere)) for at in range(2)]

    held = Remember("hold", (("because", phase.value),))
    assert answers == [[held, CancelWorking(), wake_at(10 * MINUTE)], [wake_at(10 * MINUTE)]]


def test_on_resumption_it_plans_the_rest_from_there() -> None:
    paced = pacer()
    paced.on_wake(view(0))
    paced.on_wake(view(30 * SECOND, market=structs.replace(MARKET, phase=Phase.HALTED), cause=Cause.HALTED))

    actions = paced.on_wake(view(5 * MINUTE, cause=Cause.RESUMED, filled=500))

    # 9,500 in five minutes, and not the 4,500 missed at once.
    assert actions == [scheduled(1_900, 6), wake_at(6 * MINUTE)]


# -------------------------------------------------------------------------------------------------------- lateness


@pytest.mark.parametrize(
    ("filled", "expected"),
    [
        (3_000, [scheduled(1_000, 4)]),
        (2_000, [scheduled(2_000, 4)]),
        (
            1_500,
            [scheduled(1_500, 4, reason=Reason.CATCH_UP, urgency=Urgency.NEUTRAL), scheduled(500, 4)],
        ),
        (
            900,
            [scheduled(2_000, 4, reason=Reason.CATCH_UP, urgency=Urgency.AGGRESSIVE)],
        ),
    ],
)
def test_arrears_beyond_a_slots_quantity_cost_more_and_are_never_more_than_a_slot_at_a_time(
    filled: int, expected: list[Slice]
) -> None:
    paced = pacer()
    for minute in range(3):
        paced.on_wake(view(minute * MINUTE, filled=min(filled, minute * 1_000)))

    actions = paced.on_wake(view(3 * MINUTE, filled=filled))

    assert actions == [*expected, wake_at(4 * MINUTE)]


# ------------------------------------------------------------------------------------------------------------ limits


def test_beyond_its_limit_it_rests_instead_of_crossing() -> None:
    limited = structs.replace(TERMS, ord_type=OrdType.LIMIT, limit_px=1_000_100)
    paced = pacer(AlgoParams(completion="Complete"), limited)

    actions = paced.on_wake(view(10 * MINUTE - SECOND, terms=limited))

    cut = Slice(qty=10_000, reason=Reason.COMPLETION, urgency=Urgency.PASSIVE, until=TERMS.end)
    assert actions == [cut, wake_at(10 * MINUTE)]


def test_without_a_limit_and_without_a_market_it_holds_and_says_why() -> None:
    empty = structs.replace(MARKET, bid=None, ask=None)

    actions = pacer().on_wake(view(0, market=empty))

    assert actions == [Remember("hold", (("because", "no-market"),)), wake_at(MINUTE)]


@pytest.mark.parametrize(
    ("side", "params", "limit"),
    [
        (Side.BUY, AlgoParams(relative_limit=1_000), 1_001_100),
        (Side.SELL, AlgoParams(relative_limit=1_000), 999_100),
        (Side.BUY, AlgoParams(relative_limit=-55), 1_000_000),
        (Side.SELL, AlgoParams(relative_limit=-55), 1_000_200),
        (Side.BUY, AlgoParams(relative_limit=0, relative_limit_to="VWAP"), 1_000_300),
    ],
)
def test_a_relative_limit_is_on_the_tick_and_rounds_to_the_safe_side(
    side: Side, params: AlgoParams, limit: int
) -> None:
    terms = structs.replace(TERMS, side=side)
    traded = structs.replace(MARKET, volume=300, volume_notional=300 * 1_000_350)

    assert relative_limit(params, view(0, terms=terms, market=traded)) == limit


def test_a_relative_limit_tightens_the_slices_limit_and_is_watched_every_second() -> None:
    actions = pacer(AlgoParams(relative_limit=1_000)).on_wake(view(0))

    assert actions == [scheduled(1_000, 1, limit_px=1_001_100), wake_at(SECOND)]


def test_a_slice_under_a_limit_that_moves_is_short_lived() -> None:
    actions = pacer(AlgoParams(relative_limit=1_000, relative_limit_to="VWAP")).on_wake(view(0))

    assert actions == [scheduled(1_000, 1, until=TERMS.start + 15 * SECOND, limit_px=1_001_100), wake_at(SECOND)]


def test_a_relative_limit_without_its_benchmark_holds() -> None:
    blind = structs.replace(MARKET, arrival_mid2=None)

    actions = pacer(AlgoParams(relative_limit=1_000)).on_wake(view(0, market=blind))

    assert actions == [Remember("hold", (("because", "no-benchmark"),)), wake_at(SECOND)]


# --------------------------------------------------------------------------------------------------------------- band


def test_a_cap_counts_what_is_open_as_if_it_were_filled() -> None:
    paced = pacer(AlgoParams(max_participation=100_000))
    paced.on_wake(view(0))
    traded = structs.replace(MARKET, volume=5_400)

    answers = [paced.on_wake(view(at * SECOND, opened=opened, market=traded)) for at, opened in ((1, 0), (2, 600))]

    held = Remember("hold", (("because", "max-participation"),))
    assert answers == [[scheduled(600, 1), wake_at(2 * SECOND)], [held, WatchVolume(5_400), wake_at(MINUTE)]]


def test_under_a_cap_that_binds_it_looks_each_second_while_others_trade() -> None:
    paced = pacer(AlgoParams(max_participation=100_000))

    answers = [
        paced.on_wake(view(at * SECOND, market=structs.replace(MARKET, volume=at * 100)))[-1:] for at in range(1, 4)
    ]

    assert answers == [[wake_at(at * SECOND)] for at in (2, 3, 4)]


def test_woken_by_a_print_it_looks_at_the_next_second_of_its_own_and_not_at_once() -> None:
    paced = pacer(AlgoParams(max_participation=100_000))
    paced.on_wake(view(0))
    paced.on_wake(view(SECOND))

    answer = paced.on_wake(view(7_300 * MILLISECOND, cause=Cause.VOLUME, market=structs.replace(MARKET, volume=9_000)))

    assert answer == [wake_at(8 * SECOND)]


def test_a_print_after_an_amendment_finds_it_with_a_new_plan_to_make() -> None:
    paced = pacer(AlgoParams(max_participation=100_000))
    paced.on_wake(view(0))
    paced.amend(AlgoParams(), TERMS, ScheduledPace(TERMS, StraightLine(), interval=MINUTE, variance=0, lateness=PPM))

    assert paced.on_wake(view(SECOND, cause=Cause.VOLUME))[-1] == wake_at(MINUTE + SECOND)


def test_under_a_cap_that_leaves_room_for_the_slot_it_sleeps_until_the_next() -> None:
    paced = pacer(AlgoParams(max_participation=100_000))
    paced.on_wake(view(0))
    traded = structs.replace(MARKET, volume=9_000)

    assert paced.on_wake(view(SECOND, market=traded)) == [scheduled(1_000, 1), wake_at(MINUTE)]


def test_the_least_participation_is_kept_though_the_schedule_would_wait() -> None:
    paced = pacer(AlgoParams(min_participation=100_000))
    paced.on_wake(view(0))
    traded = structs.replace(MARKET, volume=18_000)

    actions = paced.on_wake(view(SECOND, filled=1_000, market=traded))

    cut = scheduled(1_000, 1, reason=Reason.PARTICIPATE, urgency=Urgency.NEUTRAL)
    assert actions == [cut, wake_at(2 * SECOND)]


def test_completion_does_not_lift_the_cap() -> None:
    paced = pacer(AlgoParams(max_participation=100_000, completion="Complete"))
    paced.on_wake(view(0))
    traded = structs.replace(MARKET, volume=5_400)

    actions = paced.on_wake(view(10 * MINUTE - 20 * SECOND, market=traded))

    cut = Slice(qty=600, reason=Reason.COMPLETION, urgency=Urgency.AGGRESSIVE, until=TERMS.end)
    assert actions[0] == cut


# ------------------------------------------------------------------------------------------------------------- IWould

WOULD = AlgoParams(i_would_price=999_900, i_would_qty=4_000)
CHEAP = structs.replace(MARKET, bid=999_700, ask=999_800)
TAKE = Slice(
    qty=4_000,
    reason=Reason.I_WOULD,
    urgency=Urgency.AGGRESSIVE,
    until=TERMS.start + 10 * SECOND + SECOND,
    limit_px=999_900,
)


def test_it_watches_for_its_i_would_price() -> None:
    assert pacer(WOULD).on_wake(view(0)) == [scheduled(1_000, 1), WatchPx(999_900), wake_at(MINUTE)]


def test_at_its_i_would_price_it_first_takes_back_what_is_open_then_takes_all_it_would() -> None:
    paced = pacer(WOULD)
    paced.on_wake(view(0))

    withdrawn = paced.on_wake(view(10 * SECOND - 1, cause=Cause.PRICE, opened=1_000, market=CHEAP))
    taken = paced.on_wake(view(10 * SECOND, cause=Cause.SLICE_DONE, market=CHEAP))

    assert withdrawn == [CancelWorking(), wake_at(11 * SECOND - 1)]
    assert taken == [TAKE, wake_at(11 * SECOND)]


def test_while_the_price_is_there_it_looks_each_second_and_does_not_watch() -> None:
    """A watch on a price that is there already would wake it at once, for ever."""
    paced = pacer(structs.replace(WOULD, relative_limit=-1_000))

    answers = [paced.on_wake(view(at * SECOND, cause=Cause.PRICE, market=CHEAP)) for at in range(2)]

    assert [[action for action in actions if isinstance(action, WatchPx)] for actions in answers] == [[], []]
    assert [actions[-1] for actions in answers] == [wake_at(SECOND), wake_at(2 * SECOND)]


def test_after_an_i_would_the_schedule_spreads_the_rest_and_the_budget_is_what_is_left() -> None:
    paced = pacer(WOULD)
    paced.on_wake(view(10 * SECOND, market=CHEAP))

    spread = paced.on_wake(view(MINUTE, cause=Cause.SLICE_DONE, filled=3_100))
    again = paced.on_wake(view(2 * MINUTE, cause=Cause.PRICE, filled=3_100, market=CHEAP))

    # 6,900 in nine minutes: 766 in the first, in whole lots.
    assert spread == [scheduled(700, 2), WatchPx(999_900), wake_at(2 * MINUTE)]
    assert [cut.qty for cut in again if isinstance(cut, Slice)] == [900]


def test_an_i_would_price_beyond_the_limit_is_not_taken() -> None:
    limited = structs.replace(TERMS, ord_type=OrdType.LIMIT, limit_px=999_000)

    actions = pacer(WOULD, limited).on_wake(view(0, terms=limited, market=CHEAP))

    assert [cut.reason for cut in actions if isinstance(cut, Slice)] == [Reason.SCHEDULE]


# ---------------------------------------------------------------------------------------------------------- amendment


def test_an_amendment_leaves_what_is_open_in_its_place_and_plans_from_what_is_filled() -> None:
    paced = pacer()
    paced.on_wake(view(0))
    larger = structs.replace(TERMS, qty=20_000)
    pace = ScheduledPace(larger, StraightLine(), interval=MINUTE, variance=0, lateness=PPM)

    paced.amend(AlgoParams(), larger, pace)
    actions = paced.on_wake(view(MINUTE, cause=Cause.AMENDED, filled=200, opened=800, terms=larger))

    # 19,800 in nine minutes are 2,200 a minute, of which 800 are still at work.
    assert actions == [scheduled(1_400, 2), wake_at(2 * MINUTE)]


def test_a_start_moved_into_the_future_takes_back_what_is_open() -> None:
    paced = pacer()
    paced.on_wake(view(0))
    later = structs.replace(TERMS, start=TERMS.start + 5 * MINUTE)
    pace = ScheduledPace(later, StraightLine(), interval=MINUTE, variance=0, lateness=PPM)

    paced.amend(AlgoParams(), later, pace)
    actions = paced.on_wake(structs.replace(view(MINUTE, opened=1_000), order=later))

    assert actions == [CancelWorking(), wake_at(5 * MINUTE)]


# ---------------------------------------------------------------------------------------------------------- invariants

FRACTION = st.integers(0, PPM)
SHARED = {
    "urgency": st.sampled_from(["Low", "Medium", "High"]),
    "completion": st.sampled_from(["Price", "Complete"]),
    "halt_policy": st.sampled_from(["Compress", "Shift"]),
    "variance": FRACTION,
    "i_would_price": st.none() | st.just(999_900),
    "relative_limit": st.none() | st.integers(-500, 500),
    "relative_limit_to": st.sampled_from(["Arrival", "VWAP"]),
}
BAND = {"min_participation": st.none() | st.just(20_000), "max_participation": st.none() | st.just(300_000)}
CASES: st.SearchStrategy[tuple[AlgoFactory, AlgoParams]] = st.one_of(
    st.tuples(st.just(Twap), st.builds(TwapParams, **SHARED, **BAND)),
    st.tuples(st.just(Vwap), st.builds(VwapParams, **SHARED, **BAND)),
    st.tuples(
        st.just(Pov), st.builds(PovParams, participation_rate=st.sampled_from([20_000, 100_000]), **SHARED, **BAND)
    ),
    st.tuples(st.just(ImplementationShortfall), st.builds(IsParams, **SHARED, **BAND)),
)


@st.composite
def conditions(draw: st.DrawFn) -> Conditions:
    begin = draw(st.integers(-60, 600))
    times = draw(st.lists(st.integers(0, 590), max_size=4))
    quotes = tuple((at * SECOND, 1_000_000 + move, 1_000_200 + move) for at, move in draw(QUOTES))
    return Conditions(
        seed=draw(st.integers(0, 2**32)),
        ignored=draw(st.integers(0, 400_000)),
        returned=draw(st.integers(0, 400_000)),
        filled=draw(st.integers(1, PPM)),
        reply=draw(st.sampled_from([1, MILLISECOND, 3 * SECOND])),
        volume_per_second=draw(st.sampled_from([0, 10, 1_000])),
        halts=((begin * SECOND, (begin + draw(st.integers(1, 300))) * SECOND),),
        quotes=((0, 1_000_000, 1_000_200), *sorted(quotes)),
        wakes=tuple(at * SECOND for at in times),
    )


QUOTES = st.lists(st.tuples(st.integers(1, 600), st.integers(-5, 5).map(lambda step: step * 100)), max_size=4)


@pytest.mark.untraced
@given(case=CASES, conditions=conditions(), qty=st.integers(1, 50_000), new_qty=st.integers(1, 50_000), data=st.data())
def test_no_market_makes_an_algorithm_break_a_promise(
    case: tuple[AlgoFactory, AlgoParams], conditions: Conditions, qty: int, new_qty: int, data: st.DataObject
) -> None:
    """The driver asserts at every wake-up: quantities, window, halts, lots, limits, and the same answer twice."""
    factory, params = case
    terms = example_terms(qty=qty, minutes=10, adv=5_000_000)
    limit = data.draw(st.none() | st.integers(9_990, 10_010).map(lambda ticks: ticks * 100))
    terms = structs.replace(terms, limit_px=limit)
    amended = structs.replace(terms, qty=new_qty, end=terms.start + data.draw(st.integers(400, 1_200)) * SECOND)
    changes = ((data.draw(st.integers(0, 399)) * SECOND, params, amended),)

    run = Driver(factory, params, terms, structs.replace(conditions, amendments=changes)).run()

    assert run.done_at is not None
    assert run.done_at <= amended.end
    assert_cap_kept(run, params, terms, conditions)


def assert_cap_kept(run: Run, params: AlgoParams, terms: OrderTerms, conditions: Conditions) -> None:
    """Filled never exceeds MaxParticipation of the tape since the start."""
    cap = params.max_participation
    if cap is None:
        return
    driver = Driver(Twap, TwapParams(), terms, conditions)
    for at, filled in run.path:
        others = driver.market(at).volume
        assert filled * (PPM - cap) <= cap * others, (at, filled, others)


def actions_of(run: Run) -> list[Action]:
    return [action for _, _, actions in run.log for action in actions]


@pytest.mark.untraced
@given(case=CASES, seed=st.integers(0, 2**32))
def test_every_answer_but_done_asks_for_the_next_wake_up(case: tuple[AlgoFactory, AlgoParams], seed: int) -> None:
    factory, params = case

    run = Driver(factory, params, example_terms(minutes=5), Conditions(seed=seed, ignored=200_000)).run()

    for at, _, actions in run.log:
        assert isinstance(actions[-1], WakeAt | Done), (at, actions)
    assert actions_of(run)[-1] == Done()
