"""An order without strategy and destination: the router works it at once."""

from router.core.events import CancelRequest
from router.core.outputs import CancelChild, SendChild
from router.core.types import MILLISECOND, OrdType, Side, TimeInForce
from support.floor import CLIENT, order
from support.scripted import Scripted


def test_a_market_order_sweeps_every_venue_at_the_touch_at_the_same_instant() -> None:
    floor = Scripted()

    floor.say(order("A1", qty=800))

    sent = floor.now_said(SendChild)
    assert [(child.venue, child.qty, child.px, child.tif) for child in sent] == [
        ("XALT", 500, 400_100, TimeInForce.IOC),
        ("XLIT", 300, 400_100, TimeInForce.IOC),
    ]
    assert floor.states() == ["NEW NEW A1 0/800"]


def test_fills_are_reported_one_by_one_and_the_last_ends_the_order() -> None:
    floor = Scripted()
    floor.say(order("A1", qty=800))
    first, second = floor.now_said(SendChild)

    floor.fill(first, px=400_100)
    floor.fill(second, px=400_100)

    assert floor.states() == [
        "NEW NEW A1 0/800",
        f"TRADE PARTIALLY_FILLED A1 {first.qty}/{800 - first.qty}",
        "TRADE FILLED A1 800/0",
    ]
    assert not floor.engine.desk.works


def test_a_limit_order_takes_what_its_limit_allows_and_rests_the_remainder_at_its_limit() -> None:
    floor = Scripted()
    floor.say(order("A1", qty=1_500, ord_type=OrdType.LIMIT, px=400_100))
    taken = floor.now_said(SendChild)
    assert sum(child.qty for child in taken) == 1_000
    for child in taken:
        floor.fill(child, px=400_100)
    floor.quote("XLIT", bid=400_000, ask=400_200)
    floor.quote("XALT", bid=400_000, ask=400_200)

    floor.wait(1_000 * MILLISECOND)

    resting = [child for child in floor.all(SendChild) if child not in taken]
    assert sum(child.qty for child in resting) == 500
    assert all(child.px is not None and child.px <= 400_100 for child in resting)
    assert {child.tif for child in resting} == {TimeInForce.DAY}


def test_immediate_or_cancel_sweeps_once_and_cancels_the_balance() -> None:
    floor = Scripted()
    floor.say(order("A1", qty=1_500, ord_type=OrdType.LIMIT, px=400_100, tif=TimeInForce.IOC))

    for child in floor.now_said(SendChild):
        floor.fill(child, px=400_100)

    assert floor.states()[-1] == "CANCELED CANCELED A1 1000/0"


def test_an_order_that_is_not_marketable_rests_and_takes_nothing() -> None:
    floor = Scripted()

    floor.say(order("A1", side=Side.SELL, qty=400, ord_type=OrdType.LIMIT, px=400_300))

    (child,) = floor.now_said(SendChild)
    assert (child.qty, child.px, child.tif) == (400, 400_300, TimeInForce.DAY)


def test_a_cancel_is_pending_until_the_venue_has_answered() -> None:
    floor = Scripted()
    floor.say(order("A1", side=Side.SELL, qty=400, ord_type=OrdType.LIMIT, px=400_300))
    (child,) = floor.now_said(SendChild)
    floor.accept(child)

    floor.say(CancelRequest(client=CLIENT, cl_ord_id="A2", orig_cl_ord_id="A1", symbol="ACME", side=Side.SELL))
    assert floor.states()[-1] == "PENDING_CANCEL PENDING_CANCEL A2 0/400"
    floor.canceled(floor.last(CancelChild))

    assert floor.states()[-1] == "CANCELED CANCELED A2 0/0"
    assert not floor.engine.desk.works
