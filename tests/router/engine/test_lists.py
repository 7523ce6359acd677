"""NewOrderList(E), ListExecute(L), ListCancelRequest(K), ListStatusRequest(M): each answered by ListStatus(N)."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from router.core.events import BadRequest, CancelRequest, DayEnd, DayStart, Event, NewList, PhaseChange
from router.core.outputs import CancelChild, ExecReport, ListStatus, SendChild
from router.core.profiles import ClientProfile, RiskLimits
from router.core.types import OrdRejReason, OrdType, Phase, Side, TimeInForce
from support.floor import CLIENT
from support.lists import LIST_ID, ask, cancel, execute, in_list, listed, told
from support.scripted import Scripted

REST = {"side": Side.SELL, "qty": 600, "ord_type": OrdType.LIMIT, "px": 400_300}
TWO = (in_list("A1", 1, **REST), in_list("A2", 2, **REST))
BAD = BadRequest(
    client=CLIENT,
    msg_type="D",
    text="Price(44) must be a multiple of the tick 0.01: got '40.001'",
    cl_ord_id="A2",
    symbol="ACME",
    side=Side.BUY,
    qty=100,
    list_id=LIST_ID,
    list_seq=2,
)


def texts(floor: Scripted) -> list[str]:
    return [out.text for out in floor.now_said(ListStatus)]


def test_each_order_is_acknowledged_by_itself_then_the_list_and_then_its_beginning() -> None:
    floor = Scripted()

    said = floor.say(listed(*TWO))

    assert floor.states() == ["NEW NEW A1 0/600", "NEW NEW A2 0/600"]
    assert told(said) == [
        "ACK RECEIVED A1=NEW:0/600/0 A2=NEW:0/600/0",
        "EXEC_STARTED EXECUTING A1=NEW:0/600/0 A2=NEW:0/600/0",
    ]
    assert [child.qty for child in floor.all(SendChild)] == [600, 600]


def test_reports_of_its_orders_repeat_the_list_id() -> None:
    floor = Scripted()
    floor.say(listed(*TWO))

    floor.fill(floor.last(SendChild), 100)

    assert [out.echo for out in floor.all(ExecReport)] == [((66, LIST_ID),)] * 3


def test_orders_are_worked_in_the_order_of_their_list_seq_no() -> None:
    floor = Scripted()

    floor.say(listed(*reversed(TWO)))

    assert floor.states() == ["NEW NEW A1 0/600", "NEW NEW A2 0/600"]


def test_it_is_all_done_when_the_last_order_is() -> None:
    floor = Scripted()
    floor.say(listed(*TWO))
    first, second = floor.all(SendChild)

    assert told(floor.fill(first)) == []
    said = floor.fill(second)

    assert told(said) == ["ALL_DONE ALL_DONE A1=FILLED:600/0/0 A2=FILLED:600/0/0"]


# --- a bad order, a bad list


def test_a_bad_order_is_rejected_with_its_reason_and_the_others_go_on() -> None:
    floor = Scripted()

    said = floor.say(listed(in_list("A1", 1, **REST), in_list("A2", 2, symbol="NONE"), in_list("A3", 3, **REST)))

    assert floor.states() == ["NEW NEW A1 0/600", "REJECTED REJECTED A2 0/0", "NEW NEW A3 0/600"]
    assert told(said) == [
        "ACK RECEIVED A1=NEW:0/600/0 A2=REJECTED:0/0/0 A3=NEW:0/600/0",
        "EXEC_STARTED EXECUTING A1=NEW:0/600/0 A2=REJECTED:0/0/0 A3=NEW:0/600/0",
        "ALERT ALERT A1=NEW:0/600/0 A2=REJECTED:0/0/0 A3=NEW:0/600/0",
    ]
    entry = floor.now_said(ListStatus)[0].orders[1]
    assert (entry.ord_rej_reason, entry.text) == (OrdRejReason.UNKNOWN_SYMBOL, "Symbol(55) NONE is not known here")
    assert texts(floor) == ["1 of 3 orders rejected", "", "1 of 3 orders rejected"]


def test_an_order_that_is_not_understood_is_one_of_the_rejected() -> None:
    floor = Scripted()

    said = floor.say(listed(TWO[0], BAD))

    assert floor.states() == ["NEW NEW A1 0/600", "REJECTED REJECTED A2 0/0"]
    assert told(said)[0] == "ACK RECEIVED A1=NEW:0/600/0 A2=REJECTED:0/0/0"
    assert floor.now_said(ListStatus)[0].orders[1].text == BAD.text


def test_without_a_side_no_report_can_be_made_and_the_list_alone_says_so() -> None:
    floor = Scripted()

    said = floor.say(listed(TWO[0], replace(BAD, side=None)))

    assert floor.states() == ["NEW NEW A1 0/600"]
    assert told(said)[0] == "ACK RECEIVED A1=NEW:0/600/0 A2=REJECTED:0/0/0"


def test_an_id_of_another_order_is_refused_and_that_order_is_not_believed_dead() -> None:
    floor = Scripted()
    floor.say(in_list("A2", 0, **REST))

    said = floor.say(listed(*TWO))

    assert floor.states()[-2:] == ["NEW NEW A1 0/600", "REJECTED NEW A2 0/600"]
    assert told(said)[0] == "ACK RECEIVED A1=NEW:0/600/0 A2=REJECTED:0/0/0"
    assert floor.now_said(ListStatus)[0].orders[1].ord_rej_reason is OrdRejReason.DUPLICATE_ORDER


def test_a_list_of_which_every_order_is_rejected_is_done_at_once() -> None:
    floor = Scripted()

    said = floor.say(listed(in_list("A1", 1, symbol="NONE")))

    assert told(said) == ["ACK RECEIVED A1=REJECTED:0/0/0", "ALL_DONE ALL_DONE A1=REJECTED:0/0/0"]


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (listed(*TWO, total=3), "NoOrders(73), of all fragments 2, must add up to TotNoOrders(68) 3"),
        (listed(*TWO, total=1), "NoOrders(73), of all fragments 2, must add up to TotNoOrders(68) 1"),
        (listed(total=1, last=False), "NoOrders(73) must be at least 1: got '0'"),
        (
            listed(*TWO, last=False),
            "LastFragment(893) must be Y where all 2 of TotNoOrders(68) have come: got 'N'",
        ),
        (listed(TWO[0], in_list("A1", 2)), "ClOrdID(11) must be given once in a list: got 'A1' again"),
        (listed(TWO[0], in_list("A2", 1)), "ListSeqNo(67) must be given once in a list: got '1' again"),
    ],
)
def test_a_list_at_odds_with_itself_is_refused_whole_and_its_ids_stay_free(event: NewList, text: str) -> None:
    floor = Scripted()

    said = floor.say(event)

    assert told(said) == ["ACK REJECT"]
    assert texts(floor) == [text]
    assert told(floor.say(listed(*TWO)))[0] == "ACK RECEIVED A1=NEW:0/600/0 A2=NEW:0/600/0"


def test_a_list_id_is_used_once_and_the_list_that_has_it_stands() -> None:
    floor = Scripted()
    floor.say(listed(*TWO))

    said = floor.say(listed(in_list("B1", 1, **REST)))

    assert told(said) == ["ACK REJECT"]
    assert texts(floor) == ["ListID(66) L1 was used before; that list stands as it was, EXECUTING"]
    assert told(floor.say(ask())) == ["RESPONSE EXECUTING A1=NEW:0/600/0 A2=NEW:0/600/0"]


def test_sent_again_with_poss_resend_it_is_answered_as_it_stands() -> None:
    floor = Scripted()
    floor.say(listed(*TWO))

    said = floor.say(listed(*TWO, poss_resend=True))

    assert told(said) == ["RESPONSE EXECUTING A1=NEW:0/600/0 A2=NEW:0/600/0"]
    assert len(floor.all(SendChild)) == 2


def test_two_clients_may_use_one_list_id() -> None:
    floor = Scripted(clients=(ClientProfile(CLIENT), ClientProfile("OTHER")))
    floor.say(listed(*TWO))

    said = floor.say(replace(listed(*(replace(each, client="OTHER") for each in TWO)), client="OTHER"))

    assert told(said)[0] == "ACK RECEIVED A1=NEW:0/600/0 A2=NEW:0/600/0"


# --- fragments


def test_nothing_is_taken_before_the_last_fragment() -> None:
    floor = Scripted()

    first = floor.say(listed(TWO[0], total=2, last=False))
    assert told(first) == ["ACK RECEIVED A1=PENDING_NEW:0/600/0"]
    assert texts(floor) == ["1 of TotNoOrders(68) 2 have come"]
    assert floor.states() == []
    last = floor.say(listed(TWO[1], total=2, last=True))

    assert told(last)[0] == "ACK RECEIVED A1=NEW:0/600/0 A2=NEW:0/600/0"


def test_in_fix_42_the_number_of_orders_tells_which_is_the_last() -> None:
    floor = Scripted()
    floor.say(listed(TWO[0], total=2, last=None))

    said = floor.say(listed(TWO[1], total=2, last=None))

    assert told(said)[0] == "ACK RECEIVED A1=NEW:0/600/0 A2=NEW:0/600/0"


def test_a_fragment_at_odds_with_the_first_gives_up_the_list() -> None:
    floor = Scripted()
    floor.say(listed(TWO[0], total=2, last=False))

    said = floor.say(listed(TWO[1], total=5, last=True))

    assert told(said) == ["ACK REJECT"]
    assert texts(floor) == ["TotNoOrders(68) must be that of the first fragment, 2: got '5'"]
    assert told(floor.say(listed(TWO[1], total=2, last=True))) == ["ACK REJECT"]


def test_a_list_that_stays_incomplete_ends_with_the_day() -> None:
    floor = Scripted()
    floor.say(listed(TWO[0], total=2, last=False))

    said = floor.say(DayEnd("20260316"))

    assert told(said) == ["ALERT REJECT"]
    assert texts(floor) == ["trading date 20260316 is over: 1 of TotNoOrders(68) 2 had come"]


def test_an_incomplete_list_can_be_cancelled() -> None:
    floor = Scripted()
    floor.say(listed(TWO[0], total=2, last=False))

    said = floor.say(cancel())

    assert told(said) == ["RESPONSE CANCELING A1=CANCELED:0/0/600", "ALL_DONE ALL_DONE A1=CANCELED:0/0/600"]


def test_a_long_list_is_reported_in_several_messages() -> None:
    floor = Scripted()

    floor.say(listed(*(in_list(f"A{n}", n, **REST) for n in range(1, 452))))

    acks = floor.now_said(ListStatus)[:3]
    assert [(each.rpt_seq, each.no_rpts, len(each.orders), each.total) for each in acks] == [
        (1, 3, 200, 451),
        (2, 3, 200, 451),
        (3, 3, 51, 451),
    ]


# --- waiting for ListExecute(L)


def test_a_waiting_list_is_in_force_and_not_worked_until_it_is_executed() -> None:
    floor = Scripted()
    said = floor.say(listed(*TWO, waits=True))
    assert told(said) == ["ACK RECEIVED A1=NEW:0/600/0 A2=NEW:0/600/0"]
    assert floor.now_said(ListStatus)[0].orders[0].text == "waits for the ListExecute(L) of its list"
    assert floor.all(SendChild) == []

    said = floor.say(execute())

    assert told(said) == ["EXEC_STARTED EXECUTING A1=NEW:0/600/0 A2=NEW:0/600/0"]
    assert [child.qty for child in floor.all(SendChild)] == [600, 600]


def test_a_direct_order_of_a_waiting_list_goes_to_its_venue_with_the_execution() -> None:
    floor = Scripted()
    floor.say(listed(in_list("A1", 1, ex_destination="XALT", **REST), waits=True))
    assert floor.states() == []

    floor.say(execute())
    assert [child.venue for child in floor.all(SendChild)] == ["XALT"]
    floor.accept(floor.last(SendChild))

    assert floor.states() == ["NEW NEW A1 0/600"]


def test_a_second_execute_is_answered_and_changes_nothing() -> None:
    floor = Scripted()
    floor.say(listed(*TWO))

    said = floor.say(execute())

    assert told(said) == ["RESPONSE EXECUTING A1=NEW:0/600/0 A2=NEW:0/600/0"]
    assert texts(floor) == ["nothing waits for ListExecute(L): the list is EXECUTING"]


def test_an_order_of_a_waiting_list_can_be_cancelled_by_itself() -> None:
    floor = Scripted()
    floor.say(listed(*TWO, waits=True))

    floor.say(CancelRequest(client=CLIENT, cl_ord_id="C1", orig_cl_ord_id="A1", symbol="ACME", side=Side.SELL))
    said = floor.say(execute())

    assert told(said) == ["EXEC_STARTED EXECUTING A1=CANCELED:0/0/600 A2=NEW:0/600/0"]
    assert len(floor.all(SendChild)) == 1


def test_a_waiting_list_whose_day_ends_is_done() -> None:
    floor = Scripted()
    floor.say(listed(TWO[0], in_list("A2", 2, ex_destination="XALT", **REST), waits=True))

    said = floor.say(PhaseChange("ACME", Phase.CLOSED))

    assert floor.states()[-2:] == ["DONE_FOR_DAY DONE_FOR_DAY A1 0/0", "EXPIRED EXPIRED A2 0/0"]
    assert told(said) == ["ALL_DONE ALL_DONE A1=DONE_FOR_DAY:0/0/600 A2=EXPIRED:0/0/600"]


def test_an_order_whose_window_has_passed_while_it_waited_is_cancelled_at_the_execution() -> None:
    floor = Scripted()
    params = (("EndTime", "20260316-13:40:00"),)
    floor.say(listed(in_list("A1", 1, strategy="TWAP", params=params), TWO[1], waits=True))
    floor.wait(700 * 1_000_000_000)

    said = floor.say(execute())

    assert told(said)[0] == "EXEC_STARTED EXECUTING A1=NEW:0/1000/0 A2=NEW:0/600/0"
    assert floor.states()[-1] == "CANCELED CANCELED A1 0/0"
    assert floor.last(ExecReport).text.startswith("it waited too long: EndTime: must not be past")


# --- ListCancelRequest(K), ListStatusRequest(M)


def test_a_list_cancel_withdraws_every_open_order() -> None:
    floor = Scripted()
    floor.say(listed(*TWO))
    first, second = floor.all(SendChild)
    floor.fill(first)
    floor.fill(second, 200)

    said = floor.say(cancel())
    assert told(said) == ["RESPONSE CANCELING A1=FILLED:600/0/0 A2=PARTIALLY_FILLED:200/400/0"]
    said = floor.canceled(floor.last(CancelChild))

    assert floor.states()[-1] == "CANCELED CANCELED A2 200/0"
    assert floor.last(ExecReport).restatement_reason is None
    assert told(said) == ["ALL_DONE ALL_DONE A1=FILLED:600/0/0 A2=CANCELED:200/0/400"]


def test_a_list_that_is_over_has_nothing_to_cancel() -> None:
    floor = Scripted()
    floor.say(listed(TWO[0]))
    floor.fill(floor.last(SendChild))

    said = floor.say(cancel())

    assert told(said) == ["RESPONSE ALL_DONE A1=FILLED:600/0/0"]
    assert texts(floor) == ["nothing is left to cancel: the list is ALL_DONE"]


@pytest.mark.parametrize("request_on", [execute, cancel, ask])
def test_a_request_on_no_list_is_answered(request_on: Callable[[str], Event]) -> None:
    floor = Scripted()

    said = floor.say(request_on("L9"))

    assert told(said) == ["RESPONSE REJECT"]
    assert texts(floor) == ["ListID(66) L9 names no list of EMS44"]


# --- more than one day


def test_an_order_good_till_cancel_opens_its_list_again_in_the_morning() -> None:
    floor = Scripted()
    floor.say(listed(TWO[0], in_list("A2", 2, tif=TimeInForce.GTC, **REST)))
    floor.say(PhaseChange("ACME", Phase.CLOSED))
    floor.canceled(floor.all(CancelChild)[0])
    said = floor.canceled(floor.all(CancelChild)[1])
    assert told(said) == ["ALL_DONE ALL_DONE A1=DONE_FOR_DAY:0/0/600 A2=DONE_FOR_DAY:0/600/0"]

    said = floor.say(DayStart("20260317"))

    assert told(said) == ["EXEC_STARTED EXECUTING A1=DONE_FOR_DAY:0/0/600 A2=NEW:0/600/0"]


# --- limits


def test_a_list_beyond_a_limit_of_its_own_is_refused_whole() -> None:
    limits = RiskLimits(max_list_notional=40_000)
    floor = Scripted(clients=(ClientProfile(CLIENT, limits=limits),))

    said = floor.say(listed(*TWO))

    assert told(said) == ["ACK REJECT"]
    assert texts(floor) == ["notional of a list: buys and sells together, 48,036 USD is above the limit 40,000"]
    assert floor.states() == []


def test_a_list_of_too_many_orders_is_refused_whole() -> None:
    floor = Scripted(clients=(ClientProfile(CLIENT, limits=RiskLimits(max_list_orders=1)),))

    floor.say(listed(*TWO))

    assert texts(floor) == ["orders of a list: TotNoOrders(68) 2 is above the limit 1"]


def test_an_order_beyond_a_limit_of_an_order_is_rejected_alone() -> None:
    floor = Scripted(clients=(ClientProfile(CLIENT, limits=RiskLimits(max_open_orders=1)),))

    said = floor.say(listed(*TWO))

    assert told(said)[0] == "ACK RECEIVED A1=NEW:0/600/0 A2=REJECTED:0/0/0"
