"""NewOrderList(E) as one event, each order read as it would be alone; ListStatus(N) in both versions."""

from pathlib import Path

import pytest

from fixspec.codec import OutField, decode, encode
from fixspec.dialect_file import load_dialect
from router.core.events import BadRequest, Event, ListCancel, ListExecute, ListStatusRequest, NewList, NewOrder
from router.core.instruments import Instrument
from router.core.outputs import ListedState, ListStatus
from router.core.types import (
    ListOrderStatus,
    ListStatusType,
    OrdRejReason,
    OrdStatus,
    OrdType,
    Side,
    TimeInForce,
)
from router.gateway import ClientSession, Gateway

STANDARD = load_dialect(Path(__file__).parents[3] / "config" / "dialects" / "standard.toml")
CLIENTS = {
    "EMS42": ClientSession("EMS42", "FIX.4.2", STANDARD),
    "EMS44": ClientSession("EMS44", "FIX.4.4", STANDARD),
}
GATEWAY = Gateway({"ACME": Instrument("ACME"), "BOLT": Instrument("BOLT")}, CLIENTS, ["XLIT"])
AT_NS = 1_704_205_800_000_000_000  # 2024-01-02 14:30:00 UTC
HEAD: list[OutField] = [(34, 7), (115, "FUND"), (66, "L1"), (394, 1)]
FIRST: list[OutField] = [(11, "A1"), (67, 1), (55, "ACME"), (54, 1), (38, 500), (40, 2), (44, "10.25")]
SECOND: list[OutField] = [
    *((11, "A2"), (67, 2), (1, "ACC"), (55, "BOLT"), (54, 2), (60, "20240102-14:30:00"), (38, 300), (40, 1)),
    *((847, 1000), (957, 1), (958, "Interval"), (959, 14), (960, "30")),
]


def text(*orders: list[OutField], client: str = "EMS44", extra: tuple[OutField, ...] = (), total: int = 2) -> str:
    body = [*HEAD, *extra, (68, total), (73, len(orders)), *(field for order in orders for field in order)]
    return encode("E", body, CLIENTS[client].begin_string)


def read(raw: str, client: str = "EMS44") -> NewList:
    event = GATEWAY.to_event(client, raw)
    assert isinstance(event, NewList), event
    return event


@pytest.mark.parametrize("client", CLIENTS)
def test_a_list_becomes_its_orders_each_with_the_list_s_id(client: str) -> None:
    event = read(text(FIRST, SECOND, client=client), client)

    assert event == NewList(
        client=client,
        list_id="L1",
        total=2,
        last=None if client == "EMS42" else True,
        orders=(
            NewOrder(
                client=client,
                cl_ord_id="A1",
                symbol="ACME",
                side=Side.BUY,
                qty=500,
                ord_type=OrdType.LIMIT,
                px=102_500,
                currency="USD",
                echo=((66, "L1"), (128, "FUND")),
                seq_num=7,
                list_id="L1",
                list_seq=1,
            ),
            NewOrder(
                client=client,
                cl_ord_id="A2",
                symbol="BOLT",
                side=Side.SELL,
                qty=300,
                ord_type=OrdType.MARKET,
                tif=TimeInForce.DAY,
                account="ACC",
                strategy="TWAP",
                params=(("Interval", "30"),),
                currency="USD",
                transact_time=AT_NS,
                echo=(
                    (66, "L1"),
                    (128, "FUND"),
                    (847, "1000"),
                    (957, "1"),
                    (958, "Interval"),
                    (959, "14"),
                    (960, "30"),
                ),
                seq_num=7,
                list_id="L1",
                list_seq=2,
            ),
        ),
        echo=((128, "FUND"),),
        seq_num=7,
    )


@pytest.mark.parametrize(
    ("extra", "last", "waits"),
    [
        ((), True, False),
        (((433, 1),), True, False),
        (((433, 2),), True, True),
        (((893, "N"),), False, False),
        (((893, "Y"), (433, 2)), True, True),
    ],
)
def test_what_stands_beside_the_orders(extra: tuple[OutField, ...], last: bool, waits: bool) -> None:
    event = read(text(FIRST, extra=extra))

    assert (event.last, event.waits) == (last, waits)


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ([*FIRST[:6], (44, "10.251")], "Price(44) must be a multiple of the tick (limit 0.01): got '10.251'"),
        ([FIRST[0], *FIRST[2:]], "ListSeqNo(67) must be present: got ''"),
        ([FIRST[0], (67, "0"), *FIRST[2:]], "ListSeqNo(67) must be a whole number from 1 to 999999: got '0'"),
        ([*FIRST[:2], (55, "NONE"), *FIRST[3:]], "Symbol(55) must be an instrument that is traded here: got 'NONE'"),
        ([*FIRST[:3], (54, "x"), *FIRST[4:]], "Side(54) must be one of "),
    ],
)
def test_an_order_that_is_not_understood_stands_among_the_others(order: list[OutField], words: str) -> None:
    bad, good = read(text(order, SECOND)).orders

    assert isinstance(bad, BadRequest)
    assert isinstance(good, NewOrder)
    assert (bad.msg_type, bad.cl_ord_id, bad.list_id) == ("D", "A1", "L1")
    assert bad.text.startswith(words)


@pytest.mark.parametrize(
    ("extra", "total", "words"),
    [
        (
            ((433, 3),),
            2,
            "ListExecInstType(433) must be 1 or 2, since no order of a list waits for another here: got '3'",
        ),
        (((893, "x"),), 2, "LastFragment(893) must be Y or N: got 'x'"),
        ((), 0, "TotNoOrders(68) must be a whole number from 1 to 999999: got '0'"),
    ],
)
def test_a_list_that_is_not_understood_is_refused_whole(extra: tuple[OutField, ...], total: int, words: str) -> None:
    event = GATEWAY.to_event("EMS44", text(FIRST, extra=extra, total=total))

    assert isinstance(event, BadRequest)
    assert (event.msg_type, event.list_id, event.text) == ("E", "L1", words)


def test_a_disclosed_list_asks_for_a_bid_that_nobody_makes() -> None:
    raw = text(FIRST, SECOND).replace("\x01394=1\x01", "\x01394=2\x01")

    event = GATEWAY.to_event("EMS44", decode_again(raw))

    assert isinstance(event, BadRequest)
    assert event.text == "BidType(394) must be 1 or 3, since no bid is made for a list here: got '2'"


def test_orders_that_are_not_as_many_as_said_break_the_syntax_and_name_the_list() -> None:
    raw = encode("E", [*HEAD, (68, 3), (73, 3), *FIRST, *SECOND])

    event = GATEWAY.to_event("EMS44", raw)

    assert isinstance(event, BadRequest)
    assert (event.msg_type, event.list_id) == ("E", "L1")
    assert event.text.startswith("ListOrders(73) says '3', 2 follow")


@pytest.mark.parametrize(
    ("msg_type", "expected"),
    [
        ("K", ListCancel(client="EMS44", list_id="L1", echo=((128, "FUND"),), seq_num=7)),
        ("L", ListExecute(client="EMS44", list_id="L1", echo=((128, "FUND"),), seq_num=7)),
        ("M", ListStatusRequest(client="EMS44", list_id="L1", echo=((128, "FUND"),), seq_num=7)),
    ],
)
def test_requests_on_a_list(msg_type: str, expected: Event) -> None:
    assert GATEWAY.to_event("EMS44", encode(msg_type, HEAD[:3])) == expected


def test_staging_is_asked_for_by_handl_inst() -> None:
    event = read(text([*FIRST, (21, 3)], SECOND))

    assert [order.manual for order in event.orders if isinstance(order, NewOrder)] == [True, False]


# --- ListStatus(N)

STATUS = ListStatus(
    client="EMS44",
    list_id="L1",
    status_type=ListStatusType.ACK,
    order_status=ListOrderStatus.RECEIVED,
    total=2,
    orders=(
        ListedState(
            cl_ord_id="A1", ord_status=OrdStatus.PARTIALLY_FILLED, cum_qty=300, leaves=200, notional=30_750_100,
            symbol="ACME",
        ),
        ListedState(
            cl_ord_id="A2", ord_status=OrdStatus.REJECTED, ord_rej_reason=OrdRejReason.UNKNOWN_ACCOUNT, text="no",
        ),
    ),
    text="1 of 2 orders rejected",
    transact_time=AT_NS,
    echo=((128, "FUND"),),
)  # fmt: skip


def test_a_list_status_in_fix_44() -> None:
    message = decode(GATEWAY.to_text(STATUS), CLIENTS["EMS44"].version)

    body = [field for field in message.fields if field[0] not in {8, 9, 10, 35}]
    assert body == [
        *((128, "FUND"), (66, "L1"), (429, "1"), (82, "1"), (431, "2"), (83, "1"), (444, "1 of 2 orders rejected")),
        *((60, "20240102-14:30:00.000"), (68, "2"), (73, "2")),
        *((11, "A1"), (14, "300"), (39, "1"), (151, "200"), (84, "0"), (6, "10.25003333")),
        *((11, "A2"), (14, "0"), (39, "8"), (151, "0"), (84, "0"), (6, "0"), (103, "15"), (58, "no")),
    ]


def test_a_list_status_in_fix_42_knows_no_later_reason() -> None:
    status = ListStatus(**{name: getattr(STATUS, name) for name in STATUS.__struct_fields__} | {"client": "EMS42"})

    message = decode(GATEWAY.to_text(status), CLIENTS["EMS42"].version)

    assert [order.get(103) for order in message.group(73)] == ["", "0"]


def test_of_several_messages_the_last_is_marked_where_fix_has_a_field_for_it() -> None:
    parts = [
        GATEWAY.to_text(ListStatus(**{name: getattr(STATUS, name) for name in STATUS.__struct_fields__} | changes))
        for changes in ({"no_rpts": 2, "rpt_seq": 1}, {"no_rpts": 2, "rpt_seq": 2})
    ]

    assert [decode(part).get(893) for part in parts] == ["N", "Y"]


def test_a_refusal_names_no_order() -> None:
    refusal = ListStatus(
        client="EMS44",
        list_id="L1",
        status_type=ListStatusType.RESPONSE,
        order_status=ListOrderStatus.REJECT,
        total=0,
        text="ListID(66) L1 names no list of EMS44",
        transact_time=AT_NS,
    )

    message = decode(GATEWAY.to_text(refusal))

    assert (message.get(431), message.get(73), message.group(73)) == ("7", "0", ())


def decode_again(raw: str) -> str:
    """The text framed anew after a change of a value."""
    message = decode(raw, strict=False)
    return encode("E", [field for field in message.fields if field[0] not in {8, 9, 10, 35}])
