"""Undisplayed venues: asked first, rested in beside a displayed order, alone where the client wants it so."""

from dataclasses import replace

import pytest

from router.core.profiles import RouterSettings, VenueProfile
from router.core.types import PPM, SECOND, OrdType, Peg, Reason, TimeInForce, Urgency
from router.sor import Amendment, Placement, Preferences
from support.sor import CENT, NOW, Bench, dark, lit, lost_by, routed

TEN = 100_000
BID, ASK = TEN, TEN + 2 * CENT


def bench_with(*pools: VenueProfile) -> Bench:
    bench = Bench((lit("XLIT"), *(pools or (dark("XDRK"), dark("XBLK")))), settings=RouterSettings())
    bench.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 5_000)])
    return bench


def test_pools_are_asked_before_the_displayed_market_is_taken() -> None:
    bench = bench_with()

    plan = bench.sor.review(NOW, bench.work(1_000, Urgency.AGGRESSIVE, limit_px=ASK), [])

    assert plan.sends == tuple(
        Placement(
            venue=mic,
            qty=500,
            ord_type=OrdType.PEGGED,
            px=ASK,
            tif=TimeInForce.IOC,
            min_qty=100,
            peg=Peg.MID,
            reason=Reason.DARK_PROBE,
        )
        for mic in ("XBLK", "XDRK")
    )


def test_what_the_pools_did_not_have_is_swept() -> None:
    bench = bench_with(dark("XDRK"))
    work = bench.work(1_000, Urgency.AGGRESSIVE)
    asked = bench.send(work, bench.sor.review(NOW, work, []).sends[0])
    asked = bench.fill(work, asked, 400, (BID + ASK) // 2)
    bench.cancel(asked, request_id=None)

    plan = bench.sor.review(NOW, work, [])

    assert (routed(plan), plan.reason) == ([("XLIT", 600, ASK)], Reason.SWEEP)


def test_a_slice_for_this_instant_has_no_time_to_ask() -> None:
    bench = bench_with()

    plan = bench.sor.review(NOW, bench.work(1_000, Urgency.AGGRESSIVE, until=NOW), [])

    assert routed(plan) == [("XLIT", 1_000, ASK)]


def test_half_of_a_posting_slice_rests_dark() -> None:
    bench = bench_with(dark("XDRK"))

    plan = bench.sor.review(NOW, bench.work(1_000, Urgency.PASSIVE, limit_px=ASK), [])

    assert plan.sends == (
        Placement(
            venue="XDRK", qty=500, ord_type=OrdType.PEGGED, px=ASK, min_qty=100, peg=Peg.MID, reason=Reason.DARK_REST
        ),
        Placement(venue="XLIT", qty=500, ord_type=OrdType.LIMIT, px=BID, post_only=True, reason=Reason.PASSIVE_POST),
    )


@pytest.mark.parametrize(
    ("dark_pct", "expected"),
    [
        (0, [("XLIT", 1_000, BID)]),
        (200_000, [("XDRK", 200, None), ("XLIT", 800, BID)]),
        (PPM, [("XDRK", 500, None), ("XLIT", 500, BID)]),
    ],
)
def test_no_more_is_dark_than_the_client_allows(dark_pct: int, expected: list[tuple[str, int, int | None]]) -> None:
    bench = bench_with(dark("XDRK"))

    plan = bench.sor.review(NOW, bench.work(1_000, Urgency.PASSIVE, prefs=Preferences(dark_pct=dark_pct)), [])

    assert routed(plan) == expected


def test_a_slice_too_small_for_a_dark_order_is_posted() -> None:
    bench = bench_with(dark("XDRK"))

    plan = bench.sor.review(NOW, bench.work(150, Urgency.PASSIVE), [])

    assert routed(plan) == [("XLIT", 150, BID)]


def test_a_clients_order_without_an_algorithm_is_displayed_whole() -> None:
    bench = bench_with(dark("XDRK"))

    plan = bench.sor.review(NOW, bench.work(1_000, Urgency.NEUTRAL, limit_px=BID, reason=Reason.IMMEDIATE), [])

    assert routed(plan) == [("XLIT", 1_000, BID)]


def test_dark_only_never_shows_a_share() -> None:
    bench = bench_with(dark("XDRK"))
    work = bench.work(1_050, Urgency.AGGRESSIVE, prefs=Preferences(dark_only=True))

    plan = bench.sor.review(NOW, work, [])

    assert routed(plan) == [("XDRK", 1_050, None)]
    assert plan.sends[0].tif is TimeInForce.DAY


def test_the_clients_minimum_quantity_goes_to_the_pool_and_keeps_others_out() -> None:
    bench = bench_with(dark("XDRK"), dark("XBLK", supports_min_qty=False))
    work = bench.work(2_000, Urgency.PASSIVE, prefs=Preferences(min_qty=700))

    plan = bench.sor.review(NOW, work, [])

    assert [(placement.venue, placement.qty, placement.min_qty) for placement in plan.sends] == [
        ("XDRK", 1_000, 700),
        ("XLIT", 1_000, None),
    ]
    assert lost_by(plan) == {"XBLK": "takes no minimum quantity"}


def test_there_is_no_midpoint_in_a_locked_market() -> None:
    bench = bench_with(dark("XDRK"))
    bench.quotes("XLIT", bids=[(ASK, 300)], asks=[(ASK, 500)])

    plan = bench.sor.review(NOW, bench.work(500, Urgency.PASSIVE, prefs=Preferences(dark_only=True)), [])

    assert plan.is_idle
    assert lost_by(plan) == {"XDRK": "no midpoint: the market is one-sided, locked or crossed"}


def test_when_the_displayed_part_is_filled_the_dark_part_is_shared_again() -> None:
    bench = bench_with(dark("XDRK"))
    work = bench.work(2_000, Urgency.PASSIVE)
    plan = bench.sor.review(NOW, work, [])
    resting, posted = [bench.rest(work, placement) for placement in plan.sends]
    bench.fill(work, posted, 1_000, BID)

    at_once = bench.sor.review(NOW, work, [resting])
    later = bench.sor.review(NOW + SECOND, work, [resting])
    given_back = bench.sor.review(NOW + SECOND, work, [replace(resting, qty=500)])

    assert (at_once.is_idle, at_once.review_at) == (True, NOW + SECOND // 2)
    assert later.replaces == (Amendment("C1", 500, None, Reason.PASSIVE_POST),)
    assert routed(given_back) == [("XLIT", 500, BID)]


def test_a_dark_rest_that_nobody_met_is_given_up_when_it_is_the_last_lot() -> None:
    bench = bench_with(dark("XDRK"))
    work = bench.work(200, Urgency.PASSIVE)
    resting, posted = [bench.rest(work, placement) for placement in bench.sor.review(NOW, work, []).sends]
    bench.fill(work, posted, 100, BID)

    later = bench.sor.review(NOW + SECOND, work, [resting])
    bench.cancel(resting, at=NOW + SECOND)
    then = bench.sor.review(NOW + SECOND, work, [])

    assert later.cancels == ("C1",)
    assert routed(then) == [("XLIT", 100, BID)]


def test_a_pool_that_always_fills_is_asked_for_more_by_the_same_client_only() -> None:
    bench = bench_with()
    for _ in range(5):
        work = bench.work(1_000, Urgency.AGGRESSIVE)
        for placement in bench.sor.review(NOW, work, []).sends:
            child = bench.send(work, placement)
            if placement.venue == "XDRK":
                bench.fill(work, child, child.qty, TEN + CENT)
                bench.cancel(replace(child, filled=child.qty))
            else:
                bench.cancel(child, request_id=None)

    same = bench.work(1_000, Urgency.AGGRESSIVE)
    other = bench.work(1_000, Urgency.AGGRESSIVE)
    other.wall = "ANOTHER"

    assert routed(bench.sor.review(NOW, same, [])) == [("XDRK", 1_000, None)]
    assert routed(bench.sor.review(NOW, other, [])) == [("XBLK", 500, None), ("XDRK", 500, None)]


def test_a_pool_where_an_order_rested_in_vain_is_not_the_next_choice() -> None:
    bench = bench_with()
    prefs = Preferences(dark_only=True)
    work = bench.work(100, Urgency.PASSIVE, prefs=prefs)
    first = bench.rest(work, bench.sor.review(NOW, work, []).sends[0])
    bench.cancel(first, at=NOW + SECOND)

    then = bench.sor.review(NOW + SECOND, bench.work(100, Urgency.PASSIVE, prefs=prefs), [])

    assert (first.venue, routed(then)) == ("XBLK", [("XDRK", 100, None)])


def test_a_dark_order_taken_back_at_once_says_nothing_of_its_pool() -> None:
    bench = bench_with()
    prefs = Preferences(dark_only=True)
    work = bench.work(100, Urgency.PASSIVE, prefs=prefs)
    bench.cancel(bench.rest(work, bench.sor.review(NOW, work, []).sends[0]), at=NOW)

    then = bench.sor.review(NOW, bench.work(100, Urgency.PASSIVE, prefs=prefs), [])

    assert routed(then) == [("XBLK", 100, None)]


def test_a_pool_whose_fills_are_followed_by_losses_is_left_alone() -> None:
    bench = bench_with(dark("XDRK"))
    mid = BID + CENT
    for number in range(20):
        at = NOW + number * 2 * SECOND
        bench.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 5_000)], at=at)
        work = bench.work(100, Urgency.PASSIVE, prefs=Preferences(dark_only=True))
        child = bench.rest(work, bench.sor.review(at, work, []).sends[0], at)
        bench.fill(work, child, 100, mid, at)
        bench.level("XLIT", is_bid=False, px=ASK, qty=0, at=at + SECOND)
        bench.level("XLIT", is_bid=True, px=BID - 40 * CENT, qty=1, at=at + SECOND)
        bench.quotes("XLIT", bids=[(BID - 40 * CENT, 1)], asks=[(BID - 38 * CENT, 1)], at=at + SECOND)
        bench.level("XLIT", is_bid=True, px=BID - 40 * CENT, qty=2, at=at + SECOND)

    plan = bench.sor.review(NOW + 60 * SECOND, bench.work(100, Urgency.PASSIVE, prefs=Preferences(dark_only=True)), [])

    assert lost_by(plan) == {"XDRK": "toxic: in quarantine after losses that followed fills there"}


class TestPoolWithoutImmediateOrCancel:
    """A simulated immediate-or-cancel: a day order and a quick cancel, once for each slice (MS POOL)."""

    def test_is_asked_by_a_day_order_and_rested_in_as_any_other(self) -> None:
        bench = bench_with(dark("XDRK", supports_ioc=False))

        (asked,) = bench.sor.review(NOW, bench.work(1_000, Urgency.AGGRESSIVE), []).sends
        posting = bench.sor.review(NOW, bench.work(1_000, Urgency.PASSIVE), [])

        assert (asked.venue, asked.qty, asked.tif, asked.reason) == (
            "XDRK",
            1_000,
            TimeInForce.DAY,
            Reason.DARK_PROBE,
        )
        assert routed(posting) == [("XDRK", 500, None), ("XLIT", 500, BID)]

    def test_the_day_order_is_cancelled_when_it_has_had_its_moment_and_not_asked_again(self) -> None:
        bench = bench_with(dark("XDRK", supports_ioc=False))
        work = bench.work(1_000, Urgency.AGGRESSIVE)
        asked = bench.rest(work, bench.sor.review(NOW, work, []).sends[0])
        due = NOW + bench.venues[1].latency_ns + bench.settings.simulated_ioc_ns

        early = bench.sor.review(due - 1, work, [asked])
        late = bench.sor.review(due, work, [asked])
        bench.cancel(asked)
        after = bench.sor.review(due + 1, work, [])

        assert (early.cancels, early.sends, early.review_at) == ((), (), due)
        assert (late.cancels, late.sends) == ((asked.child_id,), ())
        assert routed(after) == [("XLIT", 1_000, ASK)]

    def test_it_is_not_asked_where_the_setting_says_so(self) -> None:
        bench = bench_with(dark("XDRK", supports_ioc=False))
        bench = Bench(bench.venues, settings=RouterSettings(simulated_ioc_ns=0))
        bench.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 5_000)])

        taking = bench.sor.review(NOW, bench.work(1_000, Urgency.AGGRESSIVE), [])

        assert routed(taking) == [("XLIT", 1_000, ASK)]
        assert lost_by(taking)["XDRK"] == "takes no immediate-or-cancel orders"


def test_a_pool_gets_no_second_order_of_one_slice() -> None:
    bench = bench_with(dark("XDRK"))
    work = bench.work(2_000, Urgency.PASSIVE)
    resting, posted = [bench.rest(work, placement) for placement in bench.sor.review(NOW, work, []).sends]
    small = replace(resting, qty=300)
    bench.cancel(posted)

    plan = bench.sor.review(NOW, work, [small])

    assert routed(plan) == [("XLIT", 1_700, BID)]
    assert lost_by(plan) == {"XDRK": "an order of the slice is there"}
