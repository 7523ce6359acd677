"""Orders that come back: a bust after an order was filled and closed, and one that cannot be worked any more."""

import pytest

from router.core.events import CancelRequest, ChildBusted, DayEnd, PhaseChange
from router.core.outputs import Alarm, SendChild
from router.core.types import OrdType, Phase, Side
from support.floor import CLIENT, DAY, order
from support.scripted import Scripted


@pytest.fixture
def floor() -> Scripted:
    """A sell of 600 at 40.03 was filled in one trade, and is closed."""
    floor = Scripted()
    floor.say(order("A1", side=Side.SELL, qty=600, ord_type=OrdType.LIMIT, px=400_300))
    floor.fill(floor.last(SendChild))
    assert not floor.engine.desk.works
    return floor


def bust(floor: Scripted) -> ChildBusted:
    child = floor.all(SendChild)[0]
    return ChildBusted(child.venue, child.child_id, "X9", "X1")


def test_a_bust_of_a_filled_order_puts_it_to_work_again(floor: Scripted) -> None:
    floor.say(bust(floor))

    assert floor.states()[-1] == "TRADE_CANCEL NEW A1 0/600"
    assert [(child.qty, child.px) for child in floor.now_said(SendChild)] == [(600, 400_300)]


def test_a_bust_after_the_close_calls_a_person_and_the_days_end_ends_the_order(floor: Scripted) -> None:
    floor.say(PhaseChange("ACME", Phase.CLOSED))
    floor.at += 7 * 3_600 * 10**9
    floor.say(bust(floor))
    assert floor.states()[-1] == "TRADE_CANCEL NEW A1 0/600"
    assert "T1-O1 is open again and cannot be worked" in floor.last(Alarm).text

    floor.say(DayEnd(DAY))

    assert floor.states()[-1] == "DONE_FOR_DAY DONE_FOR_DAY A1 0/0"


def test_an_order_that_cannot_be_worked_can_still_be_cancelled(floor: Scripted) -> None:
    floor.say(PhaseChange("ACME", Phase.CLOSED))
    floor.at += 7 * 3_600 * 10**9
    floor.say(bust(floor))

    floor.say(CancelRequest(client=CLIENT, cl_ord_id="A2", orig_cl_ord_id="A1", symbol="ACME", side=Side.SELL))

    assert floor.states()[-1] == "CANCELED CANCELED A2 0/0"
