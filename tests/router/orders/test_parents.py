"""What the matrices do not show of a client's order: ids, terms, echoes, walls between clients, unreadable messages."""

from itertools import product

import msgspec
import pytest

from router.core.events import BadRequest, CancelRequest, Echo, NewOrder, ReplaceRequest, StatusRequest
from router.core.outputs import BusinessReject, CancelReject, ClientOutput, ExecReport
from router.core.types import (
    BusinessRejectReason,
    CxlRejReason,
    CxlRejResponseTo,
    ExecType,
    LastCapacity,
    LastLiquidityInd,
    OrdRejReason,
    OrdStatus,
    OrdType,
    Side,
    TimeInForce,
)
from router.orders import Ids, Parent, Parents
from router.orders.requests import WAITING_MAX


def order(cl_ord_id: str = "X", *, client: str = "c", qty: int = 1000, echo: Echo = ()) -> NewOrder:
    return NewOrder(
        client=client,
        cl_ord_id=cl_ord_id,
        symbol="S",
        side=Side.BUY,
        qty=qty,
        ord_type=OrdType.LIMIT,
        px=500,
        tif=TimeInForce.GTC,
        account="ACC",
        strategy="VWAP",
        params=(("end", "16:00"),),
        currency="USD",
        echo=echo,
    )


def replace_request(
    cl_ord_id: str,
    orig: str,
    *,
    client: str = "c",
    qty: int = 1200,
    px: int | None = None,
    ord_type: OrdType = OrdType.LIMIT,
    side: Side = Side.BUY,
    symbol: str = "S",
    order_id: str | None = None,
    echo: Echo = (),
) -> ReplaceRequest:
    return ReplaceRequest(
        client=client,
        cl_ord_id=cl_ord_id,
        orig_cl_ord_id=orig,
        symbol=symbol,
        side=side,
        qty=qty,
        ord_type=ord_type,
        px=px,
        order_id=order_id,
        echo=echo,
    )


def cancel_request(cl_ord_id: str, orig: str, *, client: str = "c", order_id: str | None = None) -> CancelRequest:
    return CancelRequest(
        client=client, cl_ord_id=cl_ord_id, orig_cl_ord_id=orig, symbol="S", side=Side.BUY, order_id=order_id
    )


def living(*, echo: Echo = ()) -> tuple[Parents, Parent]:
    parents = Parents(Ids("t"))
    parent, _ = parents.accept(1, order(echo=echo))
    return parents, parent


def the_reject(outs: list[ClientOutput]) -> CancelReject:
    (out,) = outs
    assert isinstance(out, CancelReject), out
    return out


def the_report(outs: list[ClientOutput]) -> ExecReport:
    (out,) = outs
    assert isinstance(out, ExecReport), out
    return out


def test_a_trade_is_reported_whole() -> None:
    parents, parent = living(echo=((9001, "desk-7"),))

    outs = parents.fill(7, parent, key=("V", "1"), qty=300, px=499, last_mkt="V", liquidity=LastLiquidityInd.ADDED)

    assert outs == [
        ExecReport(
            client="c",
            order_id="t-O1",
            exec_id="t-E2",
            exec_type=ExecType.TRADE,
            ord_status=OrdStatus.PARTIALLY_FILLED,
            cl_ord_id="X",
            symbol="S",
            side=Side.BUY,
            qty=1000,
            ord_type=OrdType.LIMIT,
            px=500,
            tif=TimeInForce.GTC,
            account="ACC",
            cum_qty=300,
            leaves=700,
            notional=149_700,
            last_qty=300,
            last_px=499,
            last_mkt="V",
            last_capacity=LastCapacity.AGENT,
            last_liquidity=LastLiquidityInd.ADDED,
            transact_time=7,
            strategy="VWAP",
            params=(("end", "16:00"),),
            currency="USD",
            echo=((9001, "desk-7"),),
        )
    ]


def test_a_request_s_own_tags_are_echoed_and_stay_once_it_is_accepted() -> None:
    parents, parent = living(echo=((9001, "old"), (9002, "kept")))

    _, pending = parents.request_replace(2, replace_request("Y", "X", echo=((9001, "new"),)))
    traded = parents.fill(3, parent, key=("V", "1"), qty=1, px=500)
    replaced = parents.replace_done(4, parent)

    assert [the_report(outs).echo for outs in (pending, traded, replaced)] == [
        ((9002, "kept"), (9001, "new")),
        ((9001, "old"), (9002, "kept")),
        ((9002, "kept"), (9001, "new")),
    ]


def test_a_replace_changes_what_it_names() -> None:
    parents, parent = living()
    parents.request_replace(2, replace_request("Y", "X", qty=1500, px=510))

    parents.replace_done(3, parent)

    terms = parent.terms
    assert (terms.qty, terms.px, terms.tif, terms.account) == (1500, 510, TimeInForce.GTC, "ACC")
    assert (terms.strategy, terms.params) == ("VWAP", (("end", "16:00"),))


def test_a_replace_to_a_market_order_leaves_no_price() -> None:
    parents, parent = living()
    parents.request_replace(2, replace_request("Y", "X", ord_type=OrdType.MARKET))

    parents.replace_done(3, parent)

    assert (parent.ord_type, parent.px) == (OrdType.MARKET, None)


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (replace_request("Y", "X", symbol="T"), "Symbol(55) T: the order's is S"),
        (replace_request("Y", "X", side=Side.SELL), "Side(54) 2: the order's is 1"),
        (
            replace_request("Y", "X", order_id="t-O9"),
            "OrderID(37) t-O9 is not that of OrigClOrdID(41) X: t-O1 is",
        ),
    ],
)
def test_a_request_meant_for_another_order_is_refused(request_: ReplaceRequest, text: str) -> None:
    parents, parent = living()

    refused, outs = parents.request_replace(2, request_)

    assert (refused, the_reject(outs).reason, the_reject(outs).text) == (None, CxlRejReason.OTHER, text)
    assert parent.status is OrdStatus.NEW


def test_a_replace_by_an_id_that_was_replaced_is_refused_and_a_cancel_by_it_is_not() -> None:
    parents, parent = living()
    parents.request_replace(2, replace_request("Y", "X"))
    parents.replace_done(3, parent)

    _, stale = parents.request_replace(4, replace_request("Z", "X"))
    canceling, pending = parents.request_cancel(5, cancel_request("W", "X"))

    assert the_reject(stale).text == "OrigClOrdID(41) X is not the last accepted: Y is"
    assert canceling is parent
    assert (the_report(pending).exec_type, the_report(pending).orig_cl_ord_id) == (ExecType.PENDING_CANCEL, "Y")


def test_an_order_without_a_cl_ord_id_is_canceled_by_its_order_id() -> None:
    parents = Parents(Ids("t"))
    parent, _ = parents.accept(1, order(""))

    found, outs = parents.request_cancel(2, cancel_request("Y", "", order_id=parent.order_id))

    assert found is parent
    assert (the_report(outs).cl_ord_id, the_report(outs).orig_cl_ord_id) == ("Y", None)


def test_clients_may_use_the_same_ids_and_never_see_each_other_s_orders() -> None:
    parents = Parents(Ids("t"))
    mine, _ = parents.accept(1, order("X", client="me"))
    parents.accept(1, order("X", client="other"))

    found, outs = parents.request_cancel(2, cancel_request("Y", "unknown", client="other", order_id=mine.order_id))

    assert (found, the_reject(outs).reason, the_reject(outs).order_id) == (None, CxlRejReason.UNKNOWN_ORDER, "NONE")


def test_cash_order_qty_is_echoed_with_the_quantity_that_was_worked_out() -> None:
    """L.1.b: who turned CashOrderQty(152) into shares leaves it in the echo."""
    parents = Parents(Ids("t"))

    _, outs = parents.accept(1, order(qty=80, echo=((152, "4000"),)))

    assert (the_report(outs).qty, the_report(outs).leaves, the_report(outs).echo) == (80, 80, ((152, "4000"),))


def test_waiting_replaces_are_bounded_and_a_cancel_still_gets_in() -> None:
    parents, parent = living()
    for n in range(WAITING_MAX):
        parents.request_replace(2, replace_request(f"Y{n}", f"Y{n - 1}" if n else "X", qty=2000 + n))

    _, full = parents.request_replace(3, replace_request("Z", f"Y{WAITING_MAX - 1}"))
    waiting, heard = parents.request_cancel(4, cancel_request("W", f"Y{WAITING_MAX - 1}"))

    assert (the_reject(full).reason, the_reject(full).text) == (
        CxlRejReason.ALREADY_PENDING,
        "requests waiting: limit 8, now 8",
    )
    assert (waiting, heard, parent.has_cancel) == (parent, [], True)


def test_an_over_execution_is_reported_as_it_is() -> None:
    parents, parent = living()
    parents.fill(2, parent, key=("V", "1"), qty=900, px=500)

    report = the_report(parents.fill(3, parent, key=("V", "2"), qty=300, px=500))

    assert (report.ord_status, report.cum_qty, report.leaves, parent.overfilled) == (OrdStatus.FILLED, 1200, 0, 200)


def test_what_may_be_worked() -> None:
    parents, parent = living()
    worked = [parent.is_working]
    parents.suspend(2, parent)
    worked.append(parent.is_working)
    parents.resume(3, parent)
    worked.append(parent.is_working)
    parents.done_for_day(4, parent)
    worked.append(parent.is_working)
    parents.new_day(5, parent, "20260105")
    worked.append(parent.is_working)
    parents.request_cancel(6, cancel_request("Y", "X"))
    worked.append(parent.is_working)

    assert worked == [True, False, True, False, True, False]


def test_the_limit_is_split_in_the_client_s_favour() -> None:
    parents = Parents(Ids("t"))
    buy, _ = parents.accept(1, order("B"))
    sell, _ = parents.accept(1, msgspec.structs.replace(order("A"), side=Side.SELL))

    for parent in parents:
        parents.split(2, parent, new=3, old=1)

    assert [(buy.qty, buy.px), (sell.qty, sell.px)] == [(3000, 166), (3000, 167)]


# --- messages that were not understood


def bad(msg_type: str, **known: object) -> BadRequest:
    message = BadRequest(client="c", msg_type=msg_type, text="Price(44) 1.00005: finer than 1/10000", seq_num=7)
    return msgspec.structs.replace(message, **known)


def test_a_bad_order_is_rejected_and_its_id_is_used_up() -> None:
    parents = Parents(Ids("t"))
    first = bad("D", cl_ord_id="X", symbol="S", side=Side.BUY, qty=100, ord_rej_reason=OrdRejReason.UNKNOWN_SYMBOL)

    rejected = the_report(parents.bad_request(1, first))
    again = the_report(parents.reject(2, order("X"), OrdRejReason.OTHER, ""))

    assert (rejected.exec_type, rejected.ord_status, rejected.ord_rej_reason, rejected.leaves) == (
        ExecType.REJECTED,
        OrdStatus.REJECTED,
        OrdRejReason.UNKNOWN_SYMBOL,
        0,
    )
    assert rejected.text == first.text
    assert again.ord_rej_reason is OrdRejReason.DUPLICATE_ORDER


def test_a_bad_order_under_a_living_order_s_id_does_not_kill_it() -> None:
    parents, _ = living()

    report = the_report(parents.bad_request(2, bad("D", cl_ord_id="X", side=Side.BUY)))

    assert (report.exec_type, report.ord_status, report.leaves) == (ExecType.REJECTED, OrdStatus.NEW, 1000)


def test_a_bad_order_without_a_symbol_names_none() -> None:
    report = the_report(Parents(Ids("t")).bad_request(1, bad("D", cl_ord_id="X", side=Side.SELL)))

    assert (report.symbol, report.qty, report.side) == ("[N/A]", 0, Side.SELL)


@pytest.mark.parametrize(("msg_type", "response_to"), [("F", CxlRejResponseTo.CANCEL), ("G", CxlRejResponseTo.REPLACE)])
def test_a_bad_request_is_refused_with_its_order_s_state(msg_type: str, response_to: CxlRejResponseTo) -> None:
    parents, _ = living()
    reason = CxlRejReason.BROKER_OPTION

    known = the_reject(
        parents.bad_request(2, bad(msg_type, cl_ord_id="Y", orig_cl_ord_id="X", cxl_rej_reason=reason)),
    )
    unknown = the_reject(parents.bad_request(3, bad(msg_type, cl_ord_id="Z", orig_cl_ord_id="Q")))

    assert (known.order_id, known.orig_cl_ord_id, known.ord_status, known.reason) == (
        "t-O1",
        "X",
        OrdStatus.NEW,
        reason,
    )
    assert (unknown.order_id, unknown.orig_cl_ord_id, unknown.ord_status, unknown.reason) == (
        "NONE",
        "Q",
        OrdStatus.REJECTED,
        CxlRejReason.UNKNOWN_ORDER,
    )
    assert (known.response_to, unknown.response_to) == (response_to, response_to)


def test_a_bad_status_request_is_answered_by_a_status() -> None:
    parents, _ = living()

    known = the_report(parents.bad_request(2, bad("H", cl_ord_id="X", side=Side.BUY, status_req_id="s")))
    unknown = the_report(parents.bad_request(2, bad("H", cl_ord_id="Q", side=Side.BUY)))

    assert [(r.exec_type, r.ord_status, r.status_req_id) for r in (known, unknown)] == [
        (ExecType.ORDER_STATUS, OrdStatus.NEW, "s"),
        (ExecType.ORDER_STATUS, OrdStatus.REJECTED, None),
    ]


def test_what_no_report_can_name_is_answered_by_a_business_reject() -> None:
    """Without a side there is no 8, without a ClOrdID no 9; a message of another type has neither."""
    missing = BusinessRejectReason.CONDITIONALLY_REQUIRED_FIELD_MISSING
    unsupported = BusinessRejectReason.UNSUPPORTED_MESSAGE_TYPE
    parents = Parents(Ids("t"))

    outs = [
        parents.bad_request(1, bad("D", cl_ord_id="X")),
        parents.bad_request(1, bad("F", orig_cl_ord_id="X")),
        parents.bad_request(1, bad("E", cl_ord_id="L", business_reason=unsupported)),
    ]

    text = "Price(44) 1.00005: finer than 1/10000"
    assert outs == [
        [BusinessReject(client="c", ref_msg_type="D", ref_seq_num=7, reason=missing, text=text, ref_id="X")],
        [BusinessReject(client="c", ref_msg_type="F", ref_seq_num=7, reason=missing, text=text)],
        [BusinessReject(client="c", ref_msg_type="E", ref_seq_num=7, reason=unsupported, text=text, ref_id="L")],
    ]


def test_a_status_answer_carries_the_request_s_id_and_changes_nothing() -> None:
    parents, parent = living()
    request = StatusRequest(client="c", cl_ord_id="X", symbol="S", side=Side.BUY, status_req_id="s1")

    first, second = parents.status(2, request), parents.status(2, request)

    assert first == second
    assert (the_report(first).status_req_id, the_report(first).exec_id, parent.status) == ("s1", "0", OrdStatus.NEW)


def test_ids_never_repeat() -> None:
    counters = [Ids("a"), Ids("b")]
    kinds = ("order", "execution", "child", "request")

    given = [getattr(ids, kind)() for ids, kind, _ in product(counters, kinds, range(3))]

    assert len(dict.fromkeys(given)) == len(given)
    assert [counters[0].slice(), counters[0].slice()] == [1, 2]


def test_an_instance_has_a_name() -> None:
    with pytest.raises(AssertionError):
        Ids("")
