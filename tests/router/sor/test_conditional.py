"""Conditional orders: where a slice rests as one, and what a review makes of a firm-up request."""

from router.core.events import FirmUpRequest
from router.core.profiles import RouterSettings
from router.core.types import MILLISECOND, OrdType, Peg, Reason, TimeInForce, Urgency
from router.sor import Placement, Preferences, SliceWork
from support.sor import CENT, NOW, Bench, FakeChild, dark, lit, routed

BID, ASK = 100_000, 100_000 + 2 * CENT


def bench(*mics: str) -> Bench:
    pools = [dark(mic, conditional=True) for mic in mics]
    made = Bench((lit("XLIT"), *pools), settings=RouterSettings())
    made.quotes("XLIT", bids=[(BID, 300)], asks=[(ASK, 5_000)])
    return made


def ask(work: SliceWork, qty: int, ms: int = 500) -> None:
    work.firm_ups["F1"] = FirmUpRequest("XA", "C", "F1", qty, NOW + ms * MILLISECOND)


def wish(mic: str) -> FakeChild:
    return FakeChild("W", mic, 1_000, None, peg=Peg.MID, conditional=True)


def test_a_patient_slice_rests_in_every_such_pool_with_all_of_itself() -> None:
    floor = bench("XA", "XB")

    plan = floor.sor.review(NOW, floor.work(1_000, Urgency.PASSIVE), [])

    assert plan.sends[:2] == tuple(
        Placement(
            venue=mic,
            qty=1_000,
            ord_type=OrdType.PEGGED,
            min_qty=100,
            peg=Peg.MID,
            conditional=True,
            reason=Reason.CONDITIONAL,
        )
        for mic in ("XA", "XB")
    )
    assert routed(plan)[2:] == [("XLIT", 1_000, BID)]


def test_it_rests_in_none_where_the_client_wants_nothing_dark() -> None:
    floor = bench("XA")

    plan = floor.sor.review(NOW, floor.work(1_000, Urgency.PASSIVE, prefs=Preferences(dark_pct=0)), [])

    assert routed(plan) == [("XLIT", 1_000, BID)]


def test_a_slice_that_takes_withdraws_and_declines() -> None:
    floor = bench("XA")
    work = floor.work(1_000, Urgency.AGGRESSIVE, until=NOW)
    ask(work, 500)

    plan = floor.sor.review(NOW, work, [wish("XA")])

    assert (plan.cancels, plan.declines) == (("W",), ("F1",))


def test_what_is_free_is_firmed_up_with_at_once() -> None:
    floor = bench("XA")
    work = floor.work(1_000, Urgency.PASSIVE)
    ask(work, 600)

    plan = floor.sor.review(NOW, work, [])

    assert plan.sends[0] == Placement(
        venue="XA",
        qty=600,
        ord_type=OrdType.PEGGED,
        tif=TimeInForce.IOC,
        min_qty=100,
        peg=Peg.MID,
        firm_up_id="F1",
        reason=Reason.FIRM_UP,
    )


def test_no_more_is_firmed_up_than_the_client_allows_in_the_dark() -> None:
    floor = bench("XA")
    work = floor.work(1_000, Urgency.PASSIVE, prefs=Preferences(dark_pct=300_000))
    ask(work, 600)

    plan = floor.sor.review(NOW, work, [])

    assert (plan.sends[0].venue, plan.sends[0].qty) == ("XA", 300)


def test_what_is_displayed_is_called_back_and_nothing_else_sent_meanwhile() -> None:
    floor = bench("XA")
    work = floor.work(1_000, Urgency.PASSIVE)
    posted = FakeChild("C1", "XLIT", 800, BID)
    ask(work, 1_000)

    plan = floor.sor.review(NOW, work, [posted])

    trip = floor.venues[1].latency_ns
    assert (plan.cancels, plan.sends, plan.declines) == (("C1",), (), ())
    assert plan.review_at == NOW + 500 * MILLISECOND - trip - 1


def test_what_cannot_be_back_in_time_is_left_where_it_is() -> None:
    floor = bench("XA")
    work = floor.work(1_000, Urgency.PASSIVE)
    ask(work, 1_000, ms=0)

    plan = floor.sor.review(NOW, work, [FakeChild("C1", "XLIT", 1_000, BID)])

    assert (plan.cancels, plan.declines) == ((), ("F1",))
