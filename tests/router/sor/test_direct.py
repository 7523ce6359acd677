"""Direct market access: the named venue, the order as it is, once."""

from router.core.types import OrdType, Peg, Reason, TimeInForce, Urgency
from router.sor import Amendment, Placement, Preferences
from support.sor import CENT, NOW, Bench, dark, lit, lost_by

TEN = 100_000


def test_an_order_goes_to_its_venue_as_it_is() -> None:
    bench = Bench((lit("XLIT"), lit("XALT")))
    prefs = Preferences(direct_venue="XLIT", tif=TimeInForce.GTC, display_qty=100, min_qty=50, post_only=True)

    plan = bench.sor.review(NOW, bench.work(1_000, Urgency.NEUTRAL, limit_px=TEN, prefs=prefs), [])

    assert plan.sends == (
        Placement(
            venue="XLIT",
            qty=1_000,
            ord_type=OrdType.LIMIT,
            px=TEN,
            tif=TimeInForce.GTC,
            display_qty=100,
            min_qty=50,
            post_only=True,
            reason=Reason.DIRECT,
        ),
    )


def test_a_direct_market_order_has_no_price() -> None:
    bench = Bench((lit("XLIT"),))
    prefs = Preferences(direct_venue="XLIT", ord_type=OrdType.MARKET, tif=TimeInForce.IOC)

    plan = bench.sor.review(NOW, bench.work(1_000, Urgency.AGGRESSIVE, prefs=prefs), [])

    assert [(placement.ord_type, placement.px) for placement in plan.sends] == [(OrdType.MARKET, None)]


def test_a_direct_peg_keeps_its_peg() -> None:
    bench = Bench((dark("XDRK"),))
    prefs = Preferences(direct_venue="XDRK", ord_type=OrdType.PEGGED, peg=Peg.MID)

    plan = bench.sor.review(NOW, bench.work(1_000, Urgency.PASSIVE, limit_px=TEN, prefs=prefs), [])

    assert [(placement.peg, placement.px) for placement in plan.sends] == [(Peg.MID, TEN)]


def test_a_direct_order_is_sent_once() -> None:
    bench = Bench((lit("XLIT"),))
    work = bench.work(1_000, Urgency.NEUTRAL, limit_px=TEN, prefs=Preferences(direct_venue="XLIT"))
    child = bench.rest(work, bench.sor.review(NOW, work, []).sends[0])
    there = bench.sor.review(NOW, work, [child])
    bench.cancel(child, request_id=None)

    over = bench.sor.review(NOW, work, [])

    assert (there.is_idle, there.done) == (True, False)
    assert (over.is_idle, over.done, over.text) == (True, True, "the direct order is over")


def test_a_direct_order_follows_its_clients_changes() -> None:
    bench = Bench((lit("XLIT"),))
    work = bench.work(1_000, Urgency.NEUTRAL, limit_px=TEN, prefs=Preferences(direct_venue="XLIT"))
    child = bench.rest(work, bench.sor.review(NOW, work, []).sends[0])
    work.qty, work.limit_px = 1_500, TEN + CENT

    plan = bench.sor.review(NOW, work, [child])

    assert plan.replaces == (Amendment("C1", 1_500, TEN + CENT, Reason.DIRECT),)


def test_a_direct_order_that_the_gate_refused_is_over() -> None:
    bench = Bench((lit("XLIT"),))
    work = bench.work(1_000, Urgency.NEUTRAL, limit_px=TEN, prefs=Preferences(direct_venue="XLIT"))

    bench.sor.on_refused(NOW, work, bench.sor.review(NOW, work, []).sends[0])

    assert bench.sor.review(NOW, work, []).done


def test_a_venue_that_cannot_be_had_is_named() -> None:
    bench = Bench((lit("XLIT"),))
    bench.market.mark_down(NOW, "XLIT")

    down = bench.sor.review(NOW, bench.work(100, Urgency.NEUTRAL, prefs=Preferences(direct_venue="XLIT")), [])
    unknown = bench.sor.review(NOW, bench.work(100, Urgency.NEUTRAL, prefs=Preferences(direct_venue="XNON")), [])

    assert (down.done, lost_by(down)) == (True, {"XLIT": "venue down"})
    assert (unknown.done, lost_by(unknown)) == (True, {"XNON": "XNON is no venue of ours"})
