"""Venue faults that are ordinary life: no answer, rejects, late and repeated reports, busts, a venue that is lost."""

import pytest

from router.core.events import (
    CancelRequest,
    ChildBusted,
    ChildCanceled,
    ChildCorrected,
    ChildFilled,
    ChildRequestRejected,
    ChildStatus,
    VenueDown,
    VenueUp,
)
from router.core.outputs import Alarm, CancelChild, ExecReport, QueryChild, SendChild
from router.core.types import SECOND, LastLiquidityInd, OrdType, Side, TimeInForce
from router.orders.states import ChildState
from support.floor import CLIENT, order
from support.scripted import Scripted


@pytest.fixture
def floor() -> Scripted:
    """A sell of 600 at 40.03 is on its way to a venue."""
    floor = Scripted()
    floor.say(order("A1", side=Side.SELL, qty=600, ord_type=OrdType.LIMIT, px=400_300))
    return floor


def test_a_child_without_an_answer_is_asked_after_and_counts_as_open_until_then(floor: Scripted) -> None:
    child = floor.last(SendChild)

    said = floor.wait(2 * SECOND)

    assert [out.child_id for out in said if isinstance(out, QueryChild)] == [child.child_id]
    desk = floor.engine.desk
    state = desk.children.get(child.child_id)
    assert state is not None
    assert state.state is ChildState.UNKNOWN
    assert desk.children.exposure("T1-O1") == 600


def test_an_order_that_the_venue_never_saw_is_sent_anew_under_another_id(floor: Scripted) -> None:
    first = floor.last(SendChild)
    floor.wait(2 * SECOND)
    floor.quote("XLIT", bid=400_000, ask=400_100)

    floor.say(ChildStatus(first.venue, first.child_id, known=False))
    floor.wait(2 * SECOND)

    second = floor.last(SendChild)
    assert second.child_id != first.child_id
    assert floor.engine.desk.children.exposure("T1-O1") == 600


def test_an_immediate_order_that_the_venue_acknowledges_first_is_not_asked_back() -> None:
    floor = Scripted()
    floor.say(order("A1", qty=100, ord_type=OrdType.LIMIT, px=400_100))
    child = floor.last(SendChild)
    assert child.tif is TimeInForce.IOC

    said = floor.accept(child) + floor.wait(SECOND)

    assert not [out for out in said if isinstance(out, CancelChild)]


def test_an_immediate_order_that_the_venue_keeps_is_asked_back_when_its_answer_is_late() -> None:
    floor = Scripted()
    floor.say(order("A1", qty=100, ord_type=OrdType.LIMIT, px=400_100))
    child = floor.last(SendChild)
    floor.accept(child)

    said = floor.wait(2 * SECOND)

    assert [out.child_id for out in said if isinstance(out, CancelChild)] == [child.child_id]


def test_a_venue_that_stays_silent_is_an_alarm_and_never_a_second_order(floor: Scripted) -> None:
    floor.wait(60 * SECOND)

    assert len(floor.all(SendChild)) == 1
    assert [alarm.text for alarm in floor.all(Alarm)] == [
        f"{floor.last(SendChild).venue} does not answer for T1-C1 after 3 status requests"
    ]


def test_a_venue_that_insists_on_more_filled_than_it_reports_is_asked_three_times_and_the_rest_stays_open() -> None:
    floor = Scripted()
    floor.say(order("A1", side=Side.SELL, qty=600, ord_type=OrdType.LIMIT, px=400_300))
    child = floor.last(SendChild)
    floor.accept(child)
    floor.fill(child, 100)
    floor.say(CancelRequest(client=CLIENT, cl_ord_id="A2", orig_cl_ord_id="A1", symbol="ACME", side=Side.SELL))

    for _ in range(20):
        if any(isinstance(out, QueryChild) for out in floor.wait(2 * SECOND)):
            floor.say(ChildStatus(child.venue, child.child_id, known=True, is_open=False, cum_qty=350))
    asked, alarms = floor.all(QueryChild), [alarm.text for alarm in floor.all(Alarm)]
    floor.fill(child, 250)

    assert len(asked) == 3
    assert alarms == [
        f"{child.venue} says 350 filled of T1-C1, reported are 100: 250 have not come after 3 status requests"
    ]
    assert floor.notes("fills-missing") == [
        {"venue": child.venue, "child": "T1-C1", "there": "350", "reported": "100"},
    ]
    assert floor.states()[-2:] == ["TRADE PENDING_CANCEL A1 350/250", "CANCELED CANCELED A2 350/0"]


def test_a_fill_after_the_cancel_request_is_the_clients_and_comes_before_canceled(floor: Scripted) -> None:
    child = floor.last(SendChild)
    floor.accept(child)
    floor.say(CancelRequest(client=CLIENT, cl_ord_id="A2", orig_cl_ord_id="A1", symbol="ACME", side=Side.SELL))
    command = floor.last(CancelChild)

    floor.fill(child, 250)
    floor.say(ChildCanceled(command.venue, command.child_id, command.request_id))

    assert floor.states()[-3:] == [
        "PENDING_CANCEL PENDING_CANCEL A2 0/600",
        "TRADE PENDING_CANCEL A1 250/350",
        "CANCELED CANCELED A2 250/0",
    ]


def test_a_cancel_that_meets_the_last_fill_is_too_late(floor: Scripted) -> None:
    child = floor.last(SendChild)
    floor.accept(child)
    floor.say(CancelRequest(client=CLIENT, cl_ord_id="A2", orig_cl_ord_id="A1", symbol="ACME", side=Side.SELL))

    floor.fill(child)

    assert floor.states()[-2:] == ["TRADE PENDING_CANCEL A1 600/0", "CANCEL_REJECT FILLED A2 TOO_LATE"]


def test_the_same_fill_reported_twice_counts_once(floor: Scripted) -> None:
    child = floor.last(SendChild)
    fill = ChildFilled(
        venue=child.venue,
        child_id=child.child_id,
        exec_id="X1",
        qty=100,
        px=400_300,
        liquidity=LastLiquidityInd.ADDED,
    )
    floor.say(fill)

    floor.say(fill)

    assert floor.states()[-1] == "TRADE PARTIALLY_FILLED A1 100/500"
    assert floor.now_said(ExecReport) == []


def test_a_bust_takes_the_fill_back_and_a_correction_changes_the_average_exactly(floor: Scripted) -> None:
    child = floor.last(SendChild)
    venue, child_id = child.venue, child.child_id
    floor.fill(child, 100, px=400_300)
    floor.fill(child, 200, px=400_400)

    floor.say(ChildBusted(venue, child_id, "X3", "X1"))
    floor.say(ChildCorrected(venue, child_id, "X4", "X2", 200, 400_500))

    bust, correction = floor.all(ExecReport)[-2:]
    trades = [report for report in floor.all(ExecReport) if report.last_qty and report.exec_ref_id is None]
    assert (bust.cum_qty, bust.notional, bust.exec_ref_id) == (200, 200 * 400_400, trades[0].exec_id)
    assert (correction.cum_qty, correction.notional) == (200, 200 * 400_500)
    assert correction.exec_ref_id == trades[1].exec_id


def test_a_venue_lost_makes_its_children_unknown_and_asks_after_them_when_it_is_back(floor: Scripted) -> None:
    child = floor.last(SendChild)
    floor.accept(child)
    floor.say(VenueDown(child.venue, "logout"))
    state = floor.engine.desk.children.get(child.child_id)
    assert state is not None
    assert state.state is ChildState.UNKNOWN

    said = floor.say(VenueUp(child.venue))

    assert [out.child_id for out in said if isinstance(out, QueryChild)] == [child.child_id]
    assert len(floor.all(SendChild)) == 1


def test_an_order_refused_again_and_again_is_given_back_with_the_venues_words(floor: Scripted) -> None:
    for _ in range(200):
        if floor.engine.desk.children.of_order("T1-O1"):
            floor.rejected(floor.last(SendChild), "not today")
        else:
            floor.wait(5 * SECOND)
            floor.quote("XLIT", bid=400_000, ask=400_100)

    last = floor.last(ExecReport)
    assert floor.states()[-1] == "CANCELED CANCELED A1 0/0"
    assert last.text.endswith("the last: not today")
    assert not floor.engine.desk.works


def test_an_answered_request_does_not_make_a_later_one_overdue(floor: Scripted) -> None:
    child = floor.last(SendChild)
    floor.accept(child)
    floor.wait(2 * SECOND - 1)
    floor.say(CancelRequest(client=CLIENT, cl_ord_id="A2", orig_cl_ord_id="A1", symbol="ACME", side=Side.SELL))

    said = floor.wait(1 * SECOND)

    assert [out for out in said if isinstance(out, QueryChild)] == []


def test_a_child_closed_with_fills_still_to_come_is_waited_for_and_not_cancelled_again(floor: Scripted) -> None:
    child = floor.last(SendChild)
    floor.accept(child)
    floor.say(CancelRequest(client=CLIENT, cl_ord_id="A2", orig_cl_ord_id="A1", symbol="ACME", side=Side.SELL))
    floor.wait(2 * SECOND)
    floor.say(ChildStatus(child.venue, child.child_id, known=True, is_open=False, cum_qty=200))

    floor.wait(60 * SECOND)
    assert len(floor.all(CancelChild)) == 1
    floor.fill(child, 200)

    assert floor.states()[-2:] == ["TRADE PENDING_CANCEL A1 200/400", "CANCELED CANCELED A2 200/0"]


def test_a_cancel_that_a_venue_keeps_refusing_is_asked_a_bounded_number_of_times(floor: Scripted) -> None:
    child = floor.last(SendChild)
    floor.accept(child)
    floor.say(CancelRequest(client=CLIENT, cl_ord_id="A2", orig_cl_ord_id="A1", symbol="ACME", side=Side.SELL))

    for _ in range(20):
        command = floor.last(CancelChild)
        floor.say(ChildRequestRejected(command.venue, command.child_id, command.request_id, "busy"))
        floor.wait(3 * SECOND)

    assert len(floor.all(CancelChild)) == 1 + 5
    assert "will not withdraw T1-C1: busy" in floor.last(Alarm).text
