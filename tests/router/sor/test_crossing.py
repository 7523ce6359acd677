"""Scheduled crosses: a part of a patient slice, entered a minute before and taken back after the window."""

from dataclasses import replace

from router.core.types import SECOND, OrdType, Peg, Reason, Urgency
from router.sor import Amendment, Placement, Preferences
from support.sor import CENT, NOW, Bench, cross, lit, lost_by, routed

TEN = 100_000
TEN_O_CLOCK = 10 * 3_600
CROSSES = NOW + 1_800 * SECOND
ENTERS = CROSSES - 60 * SECOND
LEAVES = CROSSES + 301 * SECOND


def bench_with_a_cross() -> Bench:
    bench = Bench((lit("XLIT"), cross("XCRS", TEN_O_CLOCK)))
    bench.quotes("XLIT", bids=[(TEN, 300)], asks=[(TEN + 2 * CENT, 300)])
    return bench


def test_a_patient_slice_asks_to_be_woken_a_minute_before_a_cross() -> None:
    bench = bench_with_a_cross()

    plan = bench.sor.review(NOW, bench.work(1_000, Urgency.PASSIVE), [])

    assert (routed(plan), plan.review_at) == ([("XLIT", 1_000, TEN)], ENTERS)


def test_a_quarter_is_taken_back_from_display_and_shown_to_the_cross() -> None:
    bench = bench_with_a_cross()
    work = bench.work(1_000, Urgency.PASSIVE, limit_px=TEN + CENT)
    posted = bench.rest(work, bench.sor.review(NOW, work, []).sends[0])

    first = bench.sor.review(ENTERS, work, [posted])
    then = bench.sor.review(ENTERS, work, [replace(posted, qty=800)])

    assert (first.sends, first.replaces) == ((), (Amendment("C1", 800, TEN, Reason.CROSS),))
    assert then.sends == (
        Placement(venue="XCRS", qty=200, ord_type=OrdType.PEGGED, px=TEN + CENT, peg=Peg.MID, reason=Reason.CROSS),
    )


def test_interest_is_taken_back_when_the_window_is_over() -> None:
    bench = bench_with_a_cross()
    work = bench.work(1_000, Urgency.PASSIVE)
    placements = bench.sor.review(ENTERS, work, []).sends
    shown, posted = [bench.rest(work, placement, ENTERS) for placement in placements]

    before = bench.sor.review(CROSSES, work, [shown, posted])
    after = bench.sor.review(LEAVES, work, [shown, posted])
    bench.cancel(shown, at=LEAVES)
    then = bench.sor.review(LEAVES, work, [posted])

    assert [(placement.venue, placement.qty) for placement in placements] == [("XCRS", 200), ("XLIT", 800)]
    assert (before.is_idle, before.review_at) == (True, LEAVES)
    assert after.cancels == (shown.child_id,)
    assert routed(then) == [("XLIT", 200, TEN)]


def test_a_slice_that_ends_before_the_window_does_not_wait_for_it() -> None:
    bench = bench_with_a_cross()

    plan = bench.sor.review(ENTERS, bench.work(1_000, Urgency.PASSIVE, until=CROSSES + 300 * SECOND), [])

    assert routed(plan) == [("XLIT", 1_000, TEN)]


def test_the_clients_limit_on_undisplayed_venues_counts_for_a_cross() -> None:
    bench = bench_with_a_cross()
    work = bench.work(1_000, Urgency.PASSIVE, prefs=Preferences(dark_pct=50_000))

    plan = bench.sor.review(ENTERS, work, [])

    assert routed(plan) == [("XLIT", 1_000, TEN)]
    assert lost_by(plan) == {"XCRS": "the part for a cross is smaller than a lot or the client's minimum"}


def test_what_was_lent_to_a_cross_is_shown_to_it_whatever_the_limit_on_undisplayed_venues() -> None:
    bench = bench_with_a_cross()
    prefs = Preferences(dark_pct=50_000)
    lent = bench.work(1_000, Urgency.PASSIVE, reason=Reason.CROSS, until=LEAVES + SECOND, prefs=prefs)

    plan = bench.sor.review(ENTERS, lent, [])

    assert [(placement.venue, placement.qty) for placement in plan.sends] == [("XCRS", 1_000)]


def test_each_cross_is_tried_once_by_a_slice() -> None:
    bench = bench_with_a_cross()
    work = bench.work(1_000, Urgency.PASSIVE)
    shown, posted = [bench.rest(work, placement, ENTERS) for placement in bench.sor.review(ENTERS, work, []).sends]
    bench.cancel(shown, at=ENTERS + SECOND)

    plan = bench.sor.review(ENTERS + SECOND, work, [posted])

    assert routed(plan) == [("XLIT", 200, TEN)]
    assert lost_by(plan) == {"XCRS": "shown to this cross already"}


def test_an_aggressive_slice_waits_for_no_cross() -> None:
    bench = bench_with_a_cross()

    plan = bench.sor.review(ENTERS, bench.work(300, Urgency.AGGRESSIVE), [])

    assert routed(plan) == [("XLIT", 300, TEN + 2 * CENT)]
