"""Taking at once: best net price, order protection, the access-fee cap, and one immediate-or-cancel child a venue.

Prices are in quanta (10^-4), fees in micros a share: 30 mils are 3,000.
"""

import pytest

from router.core.events import PhaseChange, VenueDown
from router.core.profiles import FeeRule, RouterSettings, RuleProfile, VenueProfile
from router.core.types import MILLISECOND, OrdType, Phase, Reason, Side, TimeInForce, Urgency, VenueKind
from router.sor import Placement, Preferences
from support.sor import CENT, DAY, LATER, NOW, Bench, FakeChild, lit, lost_by, routed

TEN = 100_000
AGGRESSIVE = Urgency.AGGRESSIVE


def test_at_one_price_the_lower_fee_is_taken_first() -> None:
    # XLIT 10.01 + 0.0030 = 10.0130 net; XALT 10.01 + 0.0028 = 10.0128 net.
    bench = Bench((lit("XLIT", remove=3_000), lit("XALT", remove=2_800)))
    bench.quotes("XLIT", asks=[(TEN + CENT, 300)])
    bench.quotes("XALT", asks=[(TEN + CENT, 200)])

    plan = bench.sor.review(NOW, bench.work(400, AGGRESSIVE), [])

    assert routed(plan) == [("XALT", 200, TEN + CENT), ("XLIT", 200, TEN + CENT)]


def test_an_inverted_venue_pays_the_taker_and_wins() -> None:
    bench = Bench((lit("XLIT", remove=3_000), lit("XINV", add=1_800, remove=-1_000)))
    bench.quotes("XLIT", asks=[(TEN, 500)])
    bench.quotes("XINV", asks=[(TEN, 500)])

    plan = bench.sor.review(NOW, bench.work(500, AGGRESSIVE), [])

    assert routed(plan) == [("XINV", 500, TEN)]
    assert lost_by(plan) == {"XLIT": "net price: 10,003,000 micros, and cheaper quotes were enough"}


def test_a_rebate_does_not_beat_a_better_protected_price() -> None:
    # XINV at 10.01 nets 10.0090; XLIT at 10.00 nets 10.0130 with its 130 mils: dearer, yet protected.
    rules = (RuleProfile(access_fee_cap=20_000),)
    bench = Bench((lit("XLIT", remove=13_000), lit("XINV", remove=-1_000)), rules=rules)
    bench.quotes("XLIT", asks=[(TEN, 100)])
    bench.quotes("XINV", asks=[(TEN + CENT, 500)])

    plan = bench.sor.review(NOW, bench.work(300, AGGRESSIVE), [])

    assert routed(plan) == [("XLIT", 100, TEN + CENT), ("XINV", 200, TEN + CENT)]


def test_without_order_protection_the_net_price_alone_decides() -> None:
    rules = (RuleProfile(access_fee_cap=20_000, order_protection=False),)
    bench = Bench((lit("XLIT", remove=13_000), lit("XINV", remove=-1_000)), rules=rules)
    bench.quotes("XLIT", asks=[(TEN, 100)])
    bench.quotes("XINV", asks=[(TEN + CENT, 500)])

    plan = bench.sor.review(NOW, bench.work(300, AGGRESSIVE), [])

    assert routed(plan) == [("XINV", 300, TEN + CENT)]


def test_a_quote_of_an_unprotected_venue_may_be_traded_through() -> None:
    rules = (RuleProfile(access_fee_cap=20_000),)
    bench = Bench((lit("XLIT", remove=13_000, protected=False), lit("XINV", remove=-1_000)), rules=rules)
    bench.quotes("XLIT", asks=[(TEN, 100)])
    bench.quotes("XINV", asks=[(TEN + CENT, 500)])

    plan = bench.sor.review(NOW, bench.work(300, AGGRESSIVE), [])

    assert routed(plan) == [("XINV", 300, TEN + CENT)]


def test_a_sweep_takes_every_better_level_and_reaches_one_price_everywhere() -> None:
    bench = Bench((lit("XLIT"), lit("XALT")))
    bench.quotes("XLIT", asks=[(TEN, 100), (TEN + CENT, 100), (TEN + 2 * CENT, 500)])
    bench.quotes("XALT", asks=[(TEN + CENT, 300), (TEN + 3 * CENT, 900)])

    plan = bench.sor.review(NOW, bench.work(600, AGGRESSIVE), [])

    assert plan.sends == tuple(
        Placement(
            venue=mic,
            qty=qty,
            ord_type=OrdType.LIMIT,
            px=TEN + 2 * CENT,
            tif=TimeInForce.IOC,
            reason=Reason.SWEEP,
        )
        for mic, qty in (("XLIT", 300), ("XALT", 300))
    )


def test_a_sale_sweeps_the_bids_by_what_is_left_after_fees() -> None:
    # XLIT 10.00 - 0.0030 = 9.9970 left; XALT 10.00 - 0.0028 = 9.9972 left.
    bench = Bench((lit("XLIT", remove=3_000), lit("XALT", remove=2_800)))
    bench.quotes("XLIT", bids=[(TEN, 300), (TEN - CENT, 300)])
    bench.quotes("XALT", bids=[(TEN, 200)])

    plan = bench.sor.review(NOW, bench.work(700, AGGRESSIVE, side=Side.SELL_SHORT), [])

    assert routed(plan) == [("XALT", 200, TEN - CENT), ("XLIT", 500, TEN - CENT)]


def test_nothing_is_taken_beyond_the_limit() -> None:
    bench = Bench((lit("XLIT"), lit("XALT")))
    bench.quotes("XLIT", asks=[(TEN, 100), (TEN + CENT, 100)])
    bench.quotes("XALT", asks=[(TEN + CENT, 300)])

    plan = bench.sor.review(NOW, bench.work(600, AGGRESSIVE, limit_px=TEN), [])

    assert routed(plan) == [("XLIT", 100, TEN)]
    assert lost_by(plan) == {"XALT": "beyond the limit"}


def test_a_fee_above_the_cap_bars_a_venue_from_its_date() -> None:
    rules = (RuleProfile(access_fee_cap=3_000), RuleProfile(from_date=DAY, access_fee_cap=1_000))
    bench = Bench((lit("XLIT", remove=3_000), lit("XALT", remove=1_000)), rules=rules)
    bench.quotes("XLIT", asks=[(TEN, 100)])
    bench.quotes("XALT", asks=[(TEN + CENT, 300)])

    plan = bench.sor.review(NOW, bench.work(100, AGGRESSIVE), [])

    assert routed(plan) == [("XALT", 100, TEN + CENT)]
    assert lost_by(plan) == {"XLIT": "access fee 3,000 is above the cap of 1,000 micros a share"}


def test_fees_are_those_in_force_on_the_date() -> None:
    cheaper = VenueProfile("XALT", VenueKind.LIT, "lit", fees=(FeeRule(remove=3_000), FeeRule(DAY, remove=2_000)))
    bench = Bench((lit("XLIT", remove=2_500), cheaper))
    bench.quotes("XLIT", asks=[(TEN, 100)])
    bench.quotes("XALT", asks=[(TEN, 100)])

    before = bench.sor.review(NOW, bench.work(100, AGGRESSIVE), [])
    bench.sor.start_day("20240301")
    the_friday_before = bench.sor.review(NOW, bench.work(100, AGGRESSIVE), [])

    assert routed(before) == [("XALT", 100, TEN)]
    assert routed(the_friday_before) == [("XLIT", 100, TEN)]


def test_a_better_protected_quote_that_the_client_leaves_out_stops_the_sweep() -> None:
    bench = Bench((lit("XLIT"), lit("XALT")))
    bench.quotes("XLIT", asks=[(TEN, 100), (TEN + 2 * CENT, 100)])
    bench.quotes("XALT", asks=[(TEN + CENT, 300)])
    prefs = Preferences(venues_exclude=("XALT",))

    plan = bench.sor.review(NOW, bench.work(500, AGGRESSIVE, prefs=prefs), [])

    assert routed(plan) == [("XLIT", 100, TEN)]
    assert lost_by(plan) == {"XALT": "left out by the client"}


def test_a_halted_venue_is_no_candidate_and_not_protected() -> None:
    bench = Bench((lit("XLIT"), lit("XALT")))
    bench.quotes("XLIT", asks=[(TEN, 100)])
    bench.quotes("XALT", asks=[(TEN + CENT, 300)])
    bench.market.on_event(NOW, PhaseChange("ACME", Phase.HALTED, venue="XLIT"))

    plan = bench.sor.review(NOW, bench.work(100, AGGRESSIVE), [])

    assert routed(plan) == [("XALT", 100, TEN + CENT)]
    assert lost_by(plan) == {"XLIT": "phase halted"}


def test_a_venue_that_is_down_is_no_candidate() -> None:
    bench = Bench((lit("XLIT"), lit("XALT")))
    bench.quotes("XLIT", asks=[(TEN, 100)])
    bench.quotes("XALT", asks=[(TEN + CENT, 300)])
    bench.market.mark_down(NOW, "XLIT")
    bench.sor.on_report(NOW, VenueDown("XLIT"), None)

    plan = bench.sor.review(NOW, bench.work(100, AGGRESSIVE), [])

    assert routed(plan) == [("XALT", 100, TEN + CENT)]
    assert lost_by(plan) == {"XLIT": "venue down"}


@pytest.mark.parametrize(
    ("profile", "text"),
    [
        (lit("XLIT", enabled=False), "disabled"),
        (lit("XLIT", supports_ioc=False), "takes no immediate-or-cancel orders"),
    ],
)
def test_a_venue_that_cannot_be_swept_says_why(profile: VenueProfile, text: str) -> None:
    bench = Bench((profile, lit("XALT")))
    bench.quotes("XLIT", asks=[(TEN, 100)])
    bench.quotes("XALT", asks=[(TEN + CENT, 300)])

    plan = bench.sor.review(NOW, bench.work(100, AGGRESSIVE), [])

    assert routed(plan) == [("XALT", 100, TEN + CENT)]
    assert lost_by(plan) == {"XLIT": text}


def test_no_more_than_what_is_free_is_sent_while_children_are_open() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", asks=[(TEN, 900)])
    in_flight = FakeChild("C9", "XLIT", qty=350, px=TEN, tif=TimeInForce.IOC, pending_new=True)

    plan = bench.sor.review(NOW, bench.work(500, AGGRESSIVE), [in_flight])

    assert routed(plan) == [("XLIT", 150, TEN)]


def test_a_quote_just_taken_is_not_chased_until_its_venue_can_have_spoken() -> None:
    bench = Bench((lit("XLIT", latency_ns=MILLISECOND, market_data_latency_ns=2 * MILLISECOND),))
    bench.quotes("XLIT", asks=[(TEN, 100)])
    work = bench.work(300, AGGRESSIVE)
    first = bench.sor.review(NOW, work, [])
    child = bench.send(work, first.sends[0])
    bench.cancel(child)

    at_once = bench.sor.review(NOW + 2 * MILLISECOND, work, [])
    after_its_word = bench.sor.review(NOW + 3 * MILLISECOND, work, [])

    assert (routed(first), first.review_at) == ([("XLIT", 100, TEN)], NOW + 3 * MILLISECOND)
    assert (at_once.is_idle, at_once.review_at) == (True, NOW + 3 * MILLISECOND)
    assert lost_by(at_once) == {"XLIT": "just taken: what it shows is older than our order"}
    assert routed(after_its_word) == [("XLIT", 100, TEN)]


def test_what_the_limit_does_not_let_it_take_rests_at_the_limit() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(TEN - 2 * CENT, 100)], asks=[(TEN + CENT, 100)])

    plan = bench.sor.review(NOW, bench.work(300, AGGRESSIVE, limit_px=TEN), [])

    assert plan.sends == (
        Placement(venue="XLIT", qty=300, ord_type=OrdType.LIMIT, px=TEN, post_only=True, reason=Reason.PASSIVE_POST),
    )


def test_a_slice_for_this_instant_takes_and_rests_nothing() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", bids=[(TEN - 2 * CENT, 100)], asks=[(TEN + CENT, 100)])
    work = bench.work(300, AGGRESSIVE, limit_px=TEN, until=NOW, reason=Reason.IMMEDIATE)

    plan = bench.sor.review(NOW, work, [])

    assert (plan.sends, plan.text) == ((), "nothing to take within the limit")


def test_a_slice_past_its_time_is_done() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", asks=[(TEN, 100)])

    plan = bench.sor.review(LATER, bench.work(300, AGGRESSIVE, until=NOW), [])

    assert (plan.sends, plan.done, plan.text) == ((), True, "the slice is over")


def test_no_more_children_than_a_slice_may_have() -> None:
    mics = ("XA", "XB", "XC")
    bench = Bench(tuple(lit(mic) for mic in mics), settings=RouterSettings(max_children_per_slice=2, dark_first=False))
    for mic in mics:
        bench.quotes(mic, asks=[(TEN, 100)])

    plan = bench.sor.review(NOW, bench.work(300, AGGRESSIVE), [])

    assert routed(plan) == [("XA", 100, TEN), ("XB", 100, TEN)]


def test_nothing_is_sent_while_the_market_is_not_open() -> None:
    bench = Bench((lit("XLIT"),))
    bench.quotes("XLIT", asks=[(TEN, 100)])
    bench.market.on_event(NOW, PhaseChange("ACME", Phase.HALTED))

    plan = bench.sor.review(NOW, bench.work(300, AGGRESSIVE), [])

    assert (plan.is_idle, plan.text) == (True, "the market is halted")
