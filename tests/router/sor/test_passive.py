"""Posting: price, venue and display; following the market and keeping a queue place; a neutral slice's two halves."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from router.core.events import ChildRejected, ChildReplaced, ChildRequestRejected
from router.core.profiles import RouterSettings, RuleProfile
from router.core.types import MILLISECOND, SECOND, OrdType, Reason, Side, TimeInForce, Urgency
from router.sor import Amendment, Placement, Preferences, SliceWork
from support.sor import CENT, LATER, NOW, Bench, FakeChild, lit, lost_by, routed

TEN = 100_000
BID, ASK = TEN, TEN + 2 * CENT
PASSIVE = Urgency.PASSIVE


def two_venues(*, add_xlit: int = -2_000, add_xinv: int = 1_800) -> Bench:
    bench = Bench((lit("XLIT", add=add_xlit, remove=3_000), lit("XINV", add=add_xinv, remove=-1_000)))
    bench.quotes("XLIT", bids=[(BID, 5_000)], asks=[(ASK, 500)])
    bench.quotes("XINV", bids=[(BID, 100)], asks=[(ASK, 500)])
    return bench


def test_a_post_joins_the_near_touch_and_only_adds() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(BID, 100)], asks=[(ASK, 100)])

    plan = bench.sor.review(NOW, bench.work(500, PASSIVE), [])

    assert plan.sends == (
        Placement(venue="XLIT", qty=500, ord_type=OrdType.LIMIT, px=BID, post_only=True, reason=Reason.PASSIVE_POST),
    )


def test_the_short_queue_wins_where_both_venues_trade_alike() -> None:
    bench = two_venues()
    bench.trade("XLIT", BID, 1_000, buyer=False)
    bench.trade("XINV", BID, 1_000, buyer=False)

    plan = bench.sor.review(NOW, bench.work(200, PASSIVE), [])

    # 1,000 shares in a 60 s window and the prior of 1: 1,001 / 60 s. (5,000 + 200) and (100 + 200) shares at that rate.
    assert routed(plan) == [("XINV", 200, BID)]
    assert lost_by(plan) == {"XLIT": "slower: 311.7 s against 18.0 s"}


def test_the_rebate_wins_where_the_wait_is_the_same() -> None:
    bench = two_venues()
    bench.quotes("XINV", bids=[(BID, 5_000)], asks=[(ASK, 500)])

    plan = bench.sor.review(NOW, bench.work(200, PASSIVE), [])

    assert routed(plan) == [("XLIT", 200, BID)]
    assert lost_by(plan) == {"XINV": "fee: 1,800 against -2,000 micros a share"}


def test_a_tie_goes_to_the_first_mic() -> None:
    bench = Bench((lit("XLIT"), lit("XALT")))
    for mic in ("XLIT", "XALT"):
        bench.quotes(mic, bids=[(BID, 100)], asks=[(ASK, 100)])

    plan = bench.sor.review(NOW, bench.work(200, PASSIVE), [])

    assert routed(plan) == [("XALT", 200, BID)]
    assert lost_by(plan) == {"XLIT": "a tie, and XALT sorts first"}


def test_a_post_never_locks_a_protected_quote() -> None:
    bench = Bench((lit("XLIT"), lit("XALT")))
    bench.quotes("XLIT", bids=[(ASK, 100)])
    bench.quotes("XALT", asks=[(ASK, 100)])

    plan = bench.sor.review(NOW, bench.work(200, PASSIVE), [])

    assert routed(plan) == [("XALT", 200, ASK - CENT)]


def test_a_sale_never_locks_either() -> None:
    bench = Bench((lit("XLIT"), lit("XALT")))
    bench.quotes("XLIT", bids=[(BID, 100)])
    bench.quotes("XALT", asks=[(BID, 100)])

    plan = bench.sor.review(NOW, bench.work(200, PASSIVE, side=Side.SELL), [])

    # XALT's queue at that price or better is of 100 shares, XLIT's is empty.
    assert routed(plan) == [("XLIT", 200, BID + CENT)]


def test_where_locking_is_allowed_only_the_venue_that_would_trade_is_left_out() -> None:
    bench = Bench((lit("XLIT"), lit("XALT")), rules=(RuleProfile(ban_locking=False),))
    bench.quotes("XLIT", bids=[(ASK, 100)])
    bench.quotes("XALT", asks=[(ASK, 100)])

    plan = bench.sor.review(NOW, bench.work(200, PASSIVE), [])

    assert routed(plan) == [("XLIT", 200, ASK)]
    assert lost_by(plan) == {"XALT": "would trade there, not rest"}


def test_a_limit_behind_the_touch_is_where_it_rests() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(BID, 100)], asks=[(ASK, 100)])

    plan = bench.sor.review(NOW, bench.work(200, PASSIVE, limit_px=BID - 3 * CENT), [])

    assert routed(plan) == [("XLIT", 200, BID - 3 * CENT)]


def test_a_client_order_without_an_algorithm_rests_at_its_own_limit() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(BID, 100)], asks=[(ASK, 100)])
    work = bench.work(200, Urgency.NEUTRAL, limit_px=BID + CENT, reason=Reason.IMMEDIATE)

    plan = bench.sor.review(NOW, work, [])

    assert routed(plan) == [("XLIT", 200, BID + CENT)]


def test_an_empty_side_gives_no_price_to_join() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", asks=[(ASK, 100)])

    plan = bench.sor.review(NOW, bench.work(200, PASSIVE), [])

    assert (plan.is_idle, plan.text) == (True, "no price to join")


def test_a_large_order_shows_its_display_quantity_where_reserves_are_taken() -> None:
    bench = Bench((lit("XLIT", add=-3_000, supports_hidden=False), lit("XALT")))
    for mic in ("XLIT", "XALT"):
        bench.quotes(mic, bids=[(BID, 100)], asks=[(ASK, 100)])

    plan = bench.sor.review(NOW, bench.work(1_000, PASSIVE, prefs=Preferences(display_qty=200)), [])

    assert [(placement.venue, placement.qty, placement.display_qty) for placement in plan.sends] == [
        ("XALT", 1_000, 200)
    ]
    assert lost_by(plan) == {"XLIT": "takes no reserve orders"}


def test_only_the_clients_venues_are_used() -> None:
    bench = two_venues()

    plan = bench.sor.review(NOW, bench.work(200, PASSIVE, prefs=Preferences(venues_include=("XLIT",))), [])

    assert routed(plan) == [("XLIT", 200, BID)]
    assert lost_by(plan) == {"XINV": "left out by the client"}


# --- following the market


def resting(bench: Bench, px: int = BID, qty: int = 200, venue: str = "XLIT") -> FakeChild:
    placement = Placement(venue=venue, qty=qty, ord_type=OrdType.LIMIT, px=px, reason=Reason.PASSIVE_POST)
    return bench.rest(bench.work(qty, PASSIVE), placement)


def test_an_order_at_the_touch_keeps_its_place() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 100)])
    child = resting(bench)

    bench.quotes("XLIT", bids=[(BID, 900)], asks=[(ASK, 100)])
    plan = bench.sor.review(LATER, bench.work(200, PASSIVE), [child])

    assert (plan.is_idle, plan.text) == (True, "what is open stands where it should")


def test_an_order_left_alone_at_the_best_keeps_its_place() -> None:
    bench = Bench((lit("XLIT"), lit("XALT")))
    bench.quotes("XLIT", bids=[(BID, 200)], asks=[(ASK, 100)])
    bench.quotes("XALT", bids=[(BID - 5 * CENT, 300)], asks=[(ASK, 100)])

    plan = bench.sor.review(LATER, bench.work(200, PASSIVE), [resting(bench)])

    assert plan.is_idle


def test_an_order_left_behind_follows_after_the_re_peg_interval() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 100)])
    child, work = resting(bench), bench.work(200, PASSIVE)
    bench.quotes("XLIT", bids=[(BID + CENT, 100), (BID, 300)], asks=[(ASK, 100)])

    too_soon = bench.sor.review(NOW + MILLISECOND, work, [child])
    in_time = bench.sor.review(NOW + 250 * MILLISECOND, work, [child])

    assert (too_soon.is_idle, too_soon.review_at) == (True, NOW + 250 * MILLISECOND)
    assert in_time.replaces == (Amendment("C1", 200, BID + CENT, Reason.RE_PEG),)
    assert in_time.sends == ()


def test_the_interval_starts_again_with_each_move() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(BID + CENT, 300)], asks=[(ASK, 100)])
    child, work = resting(bench), bench.work(200, PASSIVE)
    moved = replace(child, px=BID + CENT)
    bench.sor.on_report(LATER, ChildReplaced("XLIT", "C1", "R1", 200, BID + CENT), moved)
    bench.quotes("XLIT", bids=[(BID + 2 * CENT, 100)], asks=[(ASK + CENT, 100)])

    plan = bench.sor.review(LATER + MILLISECOND, work, [moved])

    assert (plan.is_idle, plan.review_at) == (True, LATER + 250 * MILLISECOND)


def test_a_partly_filled_order_keeps_its_order_quantity_when_it_follows() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 100)])
    work = bench.work(200, PASSIVE)
    child = bench.fill(work, resting(bench), 50, BID)
    bench.quotes("XLIT", bids=[(BID + CENT, 100)], asks=[(ASK, 100)])

    plan = bench.sor.review(LATER, work, [child])

    assert plan.replaces == (Amendment("C1", 200, BID + CENT, Reason.RE_PEG),)


def test_an_order_whose_better_venue_is_another_is_taken_back_first() -> None:
    bench = Bench((lit("XLIT", add=1_000), lit("XALT", add=-2_000)))
    bench.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 100)])
    child, work = resting(bench), bench.work(200, PASSIVE)
    for mic in ("XLIT", "XALT"):
        bench.quotes(mic, bids=[(BID + CENT, 100)], asks=[(ASK, 100)])

    first = bench.sor.review(LATER, work, [child])
    while_asked = bench.sor.review(LATER, work, [replace(child, pending_cancel=True)])
    bench.cancel(child, at=LATER)
    then = bench.sor.review(LATER, work, [])

    assert (first.cancels, first.sends) == (("C1",), ())
    assert while_asked.is_idle
    assert routed(then) == [("XALT", 200, BID + CENT)]


@pytest.mark.parametrize(
    "owing",
    [
        lambda child: replace(child, pending_new=True),
        lambda child: replace(child, pending_cancel=True),
        lambda child: replace(child, pending_replace=True),
        lambda child: replace(child, unknown=True),
    ],
    ids=["pending new", "pending cancel", "pending replace", "unknown"],
)
def test_a_child_whose_venue_owes_a_word_is_left_alone(owing: Callable[[FakeChild], FakeChild]) -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 100)])
    child = resting(bench)
    bench.quotes("XLIT", bids=[(BID + CENT, 100)], asks=[(ASK, 100)])

    plan = bench.sor.review(LATER, bench.work(200, PASSIVE), [owing(child)])

    assert plan.is_idle


def test_a_tightened_limit_moves_the_order_at_once() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 100)])
    child = resting(bench)

    plan = bench.sor.review(NOW, bench.work(200, PASSIVE, limit_px=BID - CENT), [child])

    assert plan.replaces == (Amendment("C1", 200, BID - CENT, Reason.RE_PEG),)


def test_a_smaller_slice_cuts_the_newest_child_in_its_place() -> None:
    bench = Bench((lit("XLIT"), lit("XALT")))
    older, newer = resting(bench, qty=200), resting(bench, qty=300, venue="XALT")

    plan = bench.sor.review(NOW, bench.work(350, PASSIVE), [older, newer])

    assert (plan.cancels, plan.replaces) == ((), (Amendment("C2", 150, BID, Reason.SCHEDULE),))


def test_a_child_is_withdrawn_where_a_cut_would_lose_its_place_anyway() -> None:
    bench = Bench((lit("XLIT", replace_keeps_place=False),))

    plan = bench.sor.review(NOW, bench.work(150, PASSIVE), [resting(bench, qty=200)])

    assert (plan.cancels, plan.replaces) == (("C1",), ())


def test_what_is_leaving_already_counts_when_a_slice_shrinks() -> None:
    bench = Bench((lit("XLIT"), lit("XALT")))
    leaving = replace(resting(bench, qty=200), pending_cancel=True)

    plan = bench.sor.review(NOW, bench.work(300, PASSIVE), [leaving, resting(bench, qty=300, venue="XALT")])

    assert plan.is_idle


# --- refusals


def test_a_venue_that_rejects_is_left_alone_for_an_interval() -> None:
    bench = two_venues()
    work = bench.work(200, PASSIVE, prefs=Preferences(venues_include=("XLIT",)))
    placement = bench.sor.review(NOW, work, []).sends[0]

    bench.sor.on_refused(NOW, work, placement)
    at_once = bench.sor.review(NOW, work, [])
    later = bench.sor.review(LATER, work, [])

    assert (at_once.is_idle, at_once.review_at) == (True, NOW + 250 * MILLISECOND)
    assert lost_by(at_once)["XLIT"] == "left alone after a refusal"
    assert routed(later) == [("XLIT", 200, BID)]


def test_an_order_that_a_venue_drops_unasked_is_not_sent_again_at_once() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 100)])
    work = bench.work(200, PASSIVE)
    child = bench.rest(work, bench.sor.review(NOW, work, []).sends[0])

    bench.cancel(child, request_id=None)

    assert bench.sor.review(NOW, work, []).is_idle


def refused(bench: Bench, child: FakeChild) -> None:
    """The venue says that the order would take."""
    text = f"{child.venue}: ExecInst(18)=6: would take"
    bench.sor.on_report(NOW, ChildRejected(child.venue, child.child_id, text), replace(child, over=True))


def test_what_is_hidden_at_the_price_of_a_refused_post_is_met_and_only_once() -> None:
    bench = Bench((lit("XLIT"), lit("XALT")))
    for mic in ("XLIT", "XALT"):
        bench.quotes(mic, bids=[(BID, 300)], asks=[(ASK, 100)])
    work = bench.work(200, PASSIVE)
    first = bench.sor.review(NOW, work, []).sends[0]
    refused(bench, bench.send(work, first))

    again = bench.sor.review(NOW, work, []).sends
    bench.cancel(bench.rest(work, again[0]))
    after = bench.sor.review(NOW, work, []).sends

    assert (first.venue, first.px, first.post_only) == ("XALT", BID, True)
    assert [(each.venue, each.qty, each.px, each.tif, each.post_only) for each in again] == [
        ("XALT", 200, BID, TimeInForce.DAY, False)
    ]
    assert [each.post_only for each in after] == [True]


def test_a_post_refused_because_the_displayed_market_moved_is_left_alone_there() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 100)])
    work = bench.work(200, PASSIVE)
    child = bench.send(work, bench.sor.review(NOW, work, []).sends[0])
    bench.quotes("XLIT", bids=[(BID - CENT, 100)], asks=[(BID, 100)])

    refused(bench, child)

    plan = bench.sor.review(NOW, work, [])
    assert plan.is_idle
    assert lost_by(plan)["XLIT"] == "left alone after a refusal"


def test_a_price_that_is_less_than_was_refused_only_adds() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 100)])
    work = bench.work(200, PASSIVE)
    refused(bench, bench.send(work, bench.sor.review(NOW, work, []).sends[0]))
    bench.quotes("XLIT", bids=[(BID - CENT, 300), (BID, 0)], asks=[(ASK, 100)])

    (placement,) = bench.sor.review(NOW, work, []).sends

    assert (placement.px, placement.post_only) == (BID - CENT, True)


def test_a_refused_replace_is_not_asked_again_at_once() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 100)])
    work = bench.work(200, PASSIVE)
    child = bench.rest(work, bench.sor.review(NOW, work, []).sends[0])
    bench.quotes("XLIT", bids=[(BID + CENT, 100)], asks=[(ASK, 100)])

    bench.sor.on_report(LATER, ChildRequestRejected("XLIT", "C1", "R1", "no"), child)

    assert bench.sor.review(LATER, work, [child]).is_idle
    assert bench.sor.review(LATER + SECOND, work, [child]).replaces


# --- neutral


def test_a_neutral_slice_posts_first_and_says_when_it_will_cross() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 100)])

    plan = bench.sor.review(NOW, bench.work(200, Urgency.NEUTRAL, until=NOW + 60 * SECOND), [])

    assert (routed(plan), plan.review_at) == ([("XLIT", 200, BID)], NOW + 55 * SECOND)


def test_a_neutral_slice_takes_back_what_it_can_take_and_then_crosses() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 150)])
    work = bench.work(200, Urgency.NEUTRAL, until=NOW + 8 * SECOND)
    child = bench.rest(work, bench.sor.review(NOW, work, []).sends[0])
    near_the_end = NOW + 6 * SECOND

    first = bench.sor.review(near_the_end, work, [child])
    cut = replace(child, qty=50)
    bench.sor.on_report(near_the_end, ChildReplaced("XLIT", "C1", "R1", 50, BID, kept_place=True), cut)
    then = bench.sor.review(near_the_end, work, [cut])

    assert (first.sends, first.replaces) == ((), (Amendment("C1", 50, BID, Reason.ESCALATE),))
    assert then.sends == (
        Placement(venue="XLIT", qty=150, ord_type=OrdType.LIMIT, px=ASK, tif=TimeInForce.IOC, reason=Reason.ESCALATE),
    )


def test_nothing_new_to_think_about_gives_the_same_plan() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 100)])
    work = bench.work(200, PASSIVE)
    child = bench.rest(work, bench.sor.review(NOW, work, []).sends[0])

    first = bench.sor.review(NOW, work, [child])
    again = bench.sor.review(NOW + 1, work, [child])

    assert first is again


def test_what_the_client_changes_is_thought_about_again() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 100)])
    work = bench.work(200, PASSIVE, prefs=Preferences(venues_exclude=("XLIT",)))
    before = bench.sor.review(NOW, work, [])

    work.prefs = Preferences()

    assert (before.is_idle, before.text) == (True, "no displayed venue can be used")
    assert routed(bench.sor.review(NOW, work, [])) == [("XLIT", 200, BID)]


def test_a_rejected_order_goes_to_another_venue_at_once() -> None:
    bench = two_venues(add_xinv=-2_000)
    work = bench.work(200, PASSIVE)
    child = bench.send(work, bench.sor.review(NOW, work, []).sends[0])

    over = replace(child, post_only=False, over=True)
    bench.sor.on_report(NOW, ChildRejected(child.venue, child.child_id, "not today"), over)

    assert [child.venue, *[placement.venue for placement in bench.sor.review(NOW, work, []).sends]] == ["XINV", "XLIT"]


def test_no_post_beyond_the_children_that_a_slice_may_have() -> None:
    bench = Bench((lit("XLIT"),), settings=RouterSettings(max_children_per_slice=1, dark_first=False))
    bench.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 100)])

    plan = bench.sor.review(NOW, bench.work(300, PASSIVE), [resting(bench)])

    assert (plan.is_idle, plan.text) == (True, "1 children are open, as many as a slice may have")


def test_a_sweep_under_way_is_left_to_its_end_when_the_slice_shrinks() -> None:
    bench = Bench((lit("XLIT"),))
    taking = replace(resting(bench), tif=TimeInForce.IOC)

    assert bench.sor.review(NOW, bench.work(100, PASSIVE), [taking]).is_idle


def resting_at_xlit(bench: Bench, work: SliceWork) -> FakeChild:
    """200 shares at the bid of XLIT, behind the 5,000 that `two_venues` shows there."""
    return bench.rest(
        work, Placement(venue="XLIT", qty=200, ord_type=OrdType.LIMIT, px=BID, reason=Reason.PASSIVE_POST)
    )


def test_a_place_in_a_long_queue_is_given_up_for_a_short_one_once_in_a_patience() -> None:
    bench = two_venues()
    work = bench.work(200, PASSIVE)
    child = resting_at_xlit(bench, work)
    bench.trade("XLIT", BID, 1_000, buyer=False)
    bench.trade("XINV", BID, 1_000, buyer=False)

    early = bench.sor.review(NOW + 5 * SECOND - 1, work, [child])
    assert (early.cancels, early.review_at) == ((), NOW + 5 * SECOND)

    # 4,000 shares are ahead at XLIT, 100 at XINV, at the same rate.
    assert bench.sor.review(NOW + 5 * SECOND, work, [child]).cancels == ("C1",)


def test_the_place_that_counts_is_the_estimated_one_not_what_is_displayed() -> None:
    bench = two_venues()
    work = bench.work(200, PASSIVE)
    child = resting_at_xlit(bench, work)
    for _ in range(50):
        bench.trade("XLIT", BID, 100, buyer=False)
    bench.trade("XINV", BID, 5_000, buyer=False)

    # 5,000 are displayed at XLIT still, all behind us; at XINV 100 stand before a new order, at the same rate.
    plan = bench.sor.review(NOW + 5 * SECOND, work, [child])

    assert (plan.cancels, plan.review_at) == ((), NOW + 10 * SECOND)
