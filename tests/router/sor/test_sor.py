"""What holds for every plan, whatever the market, the slice and its children: drawn by Hypothesis."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.events import ChildReplaced
from router.core.profiles import RouterSettings
from router.core.types import SECOND, Peg, Reason, Side, TimeInForce, Urgency
from router.market.market import Market
from router.sor import Plan, Preferences, Router, SliceWork, Sor
from support.sor import CENT, DAY, NOW, Bench, FakeChild, cross, dark, lit

VENUES = (
    lit("XALT", add=-1_500, remove=2_800),
    lit("XINV", add=1_800, remove=-1_000),
    lit("XLIT", add=-2_000, remove=3_000, replace_keeps_place=False),
    lit("XOUT", protected=False, supports_post_only=False),
    dark("XBLK", supports_min_qty=False),
    dark("XDRK", supports_ioc=False),
    cross("XCRS", 10 * 3_600),
)
MICS = [venue.mic for venue in VENUES]
LIT = ["XALT", "XINV", "XLIT", "XOUT"]

prices = st.integers(-6, 6).map(lambda ticks: 100_000 + ticks * CENT)
levels = st.lists(st.tuples(prices, st.integers(1, 900)), max_size=4, unique_by=lambda level: level[0])
children = st.lists(
    st.builds(
        FakeChild,
        child_id=st.uuids(version=4).map(str),
        venue=st.sampled_from(MICS),
        qty=st.integers(1, 400),
        px=st.one_of(st.none(), prices),
        tif=st.sampled_from([TimeInForce.DAY, TimeInForce.IOC]),
        reason=st.sampled_from([Reason.PASSIVE_POST, Reason.DARK_REST, Reason.SWEEP]),
        pending_new=st.booleans(),
        pending_cancel=st.booleans(),
        pending_replace=st.booleans(),
        unknown=st.booleans(),
        peg=st.sampled_from([None, Peg.MID]),
    ),
    max_size=5,
)
preferences = st.builds(
    Preferences,
    display_qty=st.one_of(st.none(), st.integers(1, 300)),
    min_qty=st.one_of(st.none(), st.integers(1, 300)),
    dark_pct=st.one_of(st.none(), st.integers(0, 1_000_000)),
    dark_only=st.booleans(),
    venues_exclude=st.lists(st.sampled_from(MICS), max_size=2).map(tuple),
    direct_venue=st.sampled_from([None, None, None, "XLIT", "XDRK"]),
)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Bench, SliceWork, list[FakeChild], int]:
    bench = Bench(VENUES, settings=RouterSettings(max_children_per_slice=6))
    for mic in LIT:
        bench.quotes(mic, bids=draw(levels), asks=draw(levels))
    side = draw(st.sampled_from(list(Side)))
    work = bench.work(
        draw(st.integers(1, 2_000)),
        draw(st.sampled_from(list(Urgency))),
        side=side,
        limit_px=draw(st.one_of(st.none(), prices)),
        until=draw(st.one_of(st.none(), st.integers(0, 7_200).map(lambda seconds: NOW + seconds * SECOND))),
        reason=draw(st.sampled_from([Reason.SCHEDULE, Reason.IMMEDIATE, Reason.COMPLETION])),
        prefs=draw(preferences),
    )
    now = NOW + draw(st.sampled_from([0, 1, 10, 1_750, 1_800, 2_200])) * SECOND
    return bench, work, [replace(child, side=side) for child in draw(children)], now


@given(situation=situations())
def test_a_plan_never_sends_more_than_is_free_nor_touches_what_is_pending(
    situation: tuple[Bench, SliceWork, list[FakeChild], int],
) -> None:
    bench, work, open_children, now = situation
    free = work.remaining - sum(child.leaves for child in open_children)

    plan = bench.sor.review(now, work, open_children)

    sent = sum(placement.qty for placement in plan.sends)
    assert sent <= max(free, 0)
    assert all(placement.qty > 0 for placement in plan.sends)
    assert len(open_children) + len(plan.sends) <= max(6, len(open_children))
    touched = [*plan.cancels, *(amendment.child_id for amendment in plan.replaces)]
    assert len(touched) == len(set(touched))
    settled = {
        child.child_id: child
        for child in open_children
        if not (child.pending_new or child.pending_cancel or child.pending_replace or child.unknown)
    }
    assert all(child_id in settled for child_id in touched)
    if work.prefs.direct_venue is None:
        assert all(amendment.qty <= settled[amendment.child_id].qty for amendment in plan.replaces)
    assert plan.review_at is None or plan.review_at > now


@given(situation=situations())
def test_a_plan_keeps_to_limit_venues_and_book(situation: tuple[Bench, SliceWork, list[FakeChild], int]) -> None:
    bench, work, open_children, now = situation

    plan = bench.sor.review(now, work, open_children)

    market = bench.market["ACME"]
    far = market.far(work.side)
    for placement in plan.sends:
        if work.prefs.direct_venue is not None:
            assert placement.venue == work.prefs.direct_venue
            continue
        assert work.prefs.allows(placement.venue)
        assert placement.px is None or work.side.accepts(work.limit_px, placement.px)
        if work.prefs.dark_only:
            assert placement.venue not in LIT
        if placement.venue in LIT and placement.tif is TimeInForce.DAY:
            assert placement.px is not None
            assert far is None or placement.px * work.side.sign < far * work.side.sign
            assert market.instrument.on_tick(placement.px)


@given(situation=situations())
def test_one_venue_gets_one_child_of_a_plan(situation: tuple[Bench, SliceWork, list[FakeChild], int]) -> None:
    bench, work, open_children, now = situation

    plan = bench.sor.review(now, work, open_children)

    venues = [placement.venue for placement in plan.sends]
    assert len(venues) == len(set(venues))


@given(situation=situations())
def test_the_same_question_has_the_same_answer(situation: tuple[Bench, SliceWork, list[FakeChild], int]) -> None:
    bench, work, open_children, now = situation

    def asked_afresh() -> Plan:
        work.idle_key = work.idle_plan = None
        return bench.sor.review(now, work, open_children)

    assert asked_afresh() == asked_afresh()


def test_before_a_trading_date_nothing_is_decided() -> None:
    bench = Bench(VENUES)
    sor = Sor(Market((bench.market["ACME"].instrument,), VENUES, {}), VENUES, bench.rules, bench.settings, "", 0)

    with pytest.raises(AssertionError, match="start_day first"):
        sor.review(NOW, bench.work(100, Urgency.PASSIVE), [])
    sor.start_day(DAY)

    assert sor.review(NOW, bench.work(100, Urgency.PASSIVE), []).text == "the market is closed"


def test_the_queue_of_a_posted_child_is_watched_until_it_is_over() -> None:
    bench = Bench((lit("XLIT"),))
    router: Router = bench.sor
    bench.quotes("XLIT", bids=[(100_000, 300)], asks=[(100_200, 300)])
    work = bench.work(100, Urgency.PASSIVE)
    child = bench.rest(work, router.review(NOW, work, []).sends[0])

    bench.trade("XLIT", 100_000, 120, buyer=False)
    behind_180 = router.queue_ahead(child.child_id)
    bench.cancel(child)

    assert (behind_180, router.queue_ahead(child.child_id)) == (180, None)


def test_an_order_that_moved_stands_at_the_back_of_its_new_level() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(100_000, 300)], asks=[(100_300, 300)])
    work = bench.work(100, Urgency.PASSIVE)
    child = bench.rest(work, bench.sor.review(NOW, work, []).sends[0])
    bench.level("XLIT", is_bid=True, px=100_100, qty=700)
    moved = replace(child, px=100_100)

    bench.sor.on_report(NOW, ChildReplaced("XLIT", child.child_id, "R1", 100, 100_100), moved)
    bench.level("XLIT", is_bid=True, px=100_100, qty=800)
    bench.level("XLIT", is_bid=True, px=100_100, qty=900)

    assert bench.sor.queue_ahead(child.child_id) == 700
