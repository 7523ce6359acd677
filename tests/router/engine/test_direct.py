"""Direct market access: ExDestination(100) and no strategy. The venue's answers are the client's."""

import pytest

from router.core.events import (
    CancelRequest,
    ChildReplaced,
    ChildRequestRejected,
    ReplaceRequest,
)
from router.core.outputs import CancelChild, ReplaceChild, SendChild
from router.core.types import OrdType, Side, TimeInForce
from support.floor import CLIENT, order
from support.scripted import Scripted


@pytest.fixture
def floor() -> Scripted:
    """A day limit buy of 300 at 40.00 for XALT has just been sent there."""
    floor = Scripted()
    floor.say(order("A1", qty=300, ord_type=OrdType.LIMIT, px=400_000, ex_destination="XALT"))
    return floor


CANCEL = CancelRequest(client=CLIENT, cl_ord_id="A2", orig_cl_ord_id="A1", symbol="ACME", side=Side.BUY)


def test_it_is_sent_as_it_is_and_new_only_when_the_venue_has_it(floor: Scripted) -> None:
    (child,) = floor.all(SendChild)
    assert (child.venue, child.qty, child.px, child.tif, child.ord_type) == (
        "XALT",
        300,
        400_000,
        TimeInForce.DAY,
        OrdType.LIMIT,
    )
    assert floor.states() == []

    floor.accept(child)

    assert floor.states() == ["NEW NEW A1 0/300"]


def test_the_venues_reject_is_the_clients(floor: Scripted) -> None:
    floor.rejected(floor.last(SendChild), "price band")

    assert floor.states() == ["REJECTED REJECTED A1 0/0"]
    assert not floor.engine.desk.works


def test_a_fill_before_the_acknowledgement_confirms_the_order_first(floor: Scripted) -> None:
    floor.fill(floor.last(SendChild), 100)

    assert floor.states() == ["NEW NEW A1 0/300", "TRADE PARTIALLY_FILLED A1 100/200"]


def test_a_cancel_goes_to_the_venue_and_its_refusal_comes_back(floor: Scripted) -> None:
    floor.accept(floor.last(SendChild))
    floor.say(CANCEL)
    command = floor.last(CancelChild)

    floor.say(ChildRequestRejected(command.venue, command.child_id, command.request_id, "in auction"))

    assert floor.states()[-2:] == ["PENDING_CANCEL PENDING_CANCEL A2 0/300", "CANCEL_REJECT NEW A2 OTHER"]


def test_a_replace_goes_to_the_venue_and_takes_effect_with_its_answer(floor: Scripted) -> None:
    floor.accept(floor.last(SendChild))
    floor.say(
        ReplaceRequest(
            client=CLIENT,
            cl_ord_id="A2",
            orig_cl_ord_id="A1",
            symbol="ACME",
            side=Side.BUY,
            qty=500,
            ord_type=OrdType.LIMIT,
            px=399_900,
        )
    )
    (command,) = floor.now_said(ReplaceChild)
    assert (command.qty, command.px) == (500, 399_900)

    floor.say(ChildReplaced(command.venue, command.child_id, command.request_id, 500, 399_900))

    assert floor.states()[-2:] == ["PENDING_REPLACE PENDING_REPLACE A2 0/300", "REPLACED NEW A2 0/500"]


def test_an_unsolicited_cancel_by_the_venue_is_passed_on(floor: Scripted) -> None:
    child = floor.last(SendChild)
    floor.accept(child)
    floor.fill(child, 100)

    floor.killed(child)

    assert floor.states()[-1] == "CANCELED CANCELED A1 100/0"
    assert not floor.engine.desk.works


def test_a_destination_that_is_no_venue_is_refused_by_name() -> None:
    floor = Scripted()

    floor.say(order("A1", ex_destination="NYSE"))

    assert floor.states() == ["REJECTED REJECTED A1 0/0"]
    assert not floor.all(SendChild)
