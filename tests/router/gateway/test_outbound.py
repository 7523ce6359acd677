"""An output to a FIX message: golden reports in each version and habit, and text that can always be sent."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from fixspec.codec import OutField, decode, encode
from fixspec.dialect import Dialect, ReportHabits
from fixspec.dialect_file import load_dialect
from fixspec.model import tags_in
from fixspec.spec import VERSIONS
from router.core.events import NewOrder
from router.core.instruments import Instrument, TickBand
from router.core.outputs import BusinessReject, CancelReject, ClientOutput, ExecReport
from router.core.types import (
    BusinessRejectReason,
    CxlRejReason,
    CxlRejResponseTo,
    ExecRestatementReason,
    ExecType,
    LastCapacity,
    LastLiquidityInd,
    OrdRejReason,
    OrdStatus,
    OrdType,
    Side,
)
from router.gateway import ClientSession, Gateway

REPO = Path(__file__).parents[3]
STANDARD = load_dialect(REPO / "config" / "dialects" / "standard.toml")
HOUSE = load_dialect(REPO / "config" / "dialects" / "house_example.toml")
CLIENTS = {
    "EMS42": ClientSession("EMS42", "FIX.4.2", STANDARD),
    "EMS44": ClientSession("EMS44", "FIX.4.4", STANDARD),
    "HOUSE": ClientSession("HOUSE", "FIX.4.4", HOUSE),
}
INSTRUMENTS = {"ACME": Instrument("ACME"), "LLOY": Instrument("LLOY", currency="GBP", ticks=(TickBand(0, 1),))}
GATEWAY = Gateway(INSTRUMENTS, CLIENTS, ["XLIT"])
AT_NS = 1_704_205_800_123_456_789  # 2024-01-02 14:30:00.123456789 UTC

ACCEPTED = ExecReport(
    client="EMS44",
    order_id="O1",
    exec_id="E1",
    exec_type=ExecType.NEW,
    ord_status=OrdStatus.NEW,
    cl_ord_id="A1",
    symbol="ACME",
    side=Side.BUY,
    qty=500,
    ord_type=OrdType.LIMIT,
    px=102_500,
    leaves=500,
    currency="USD",
    transact_time=AT_NS,
)
FILL = replace(
    ACCEPTED,
    exec_id="E2",
    exec_type=ExecType.TRADE,
    ord_status=OrdStatus.PARTIALLY_FILLED,
    cum_qty=300,
    leaves=200,
    notional=100 * 102_400 + 200 * 102_500,
    last_qty=200,
    last_px=102_500,
    last_mkt="XLIT",
    last_capacity=LastCapacity.AGENT,
    last_liquidity=LastLiquidityInd.REMOVED,
)


def body(output: ClientOutput, gateway: Gateway = GATEWAY) -> str:
    """The message without BeginString, BodyLength and CheckSum."""
    message = decode(gateway.to_text(output))
    return "|".join(f"{tag}={value}" for tag, value in message.fields[2:-1])


def codes(output: ClientOutput, *tags: int) -> tuple[str, ...]:
    message = decode(GATEWAY.to_text(output))
    return tuple(message.get(tag) for tag in tags)


def speaking(habits: ReportHabits) -> Gateway:
    dialect = Dialect(name="x", reports=habits)
    return Gateway(INSTRUMENTS, {"EMS44": ClientSession("EMS44", "FIX.4.4", dialect)}, [])


# --- golden reports


def test_a_new_order_accepted_in_44_and_42() -> None:
    assert body(ACCEPTED) == (
        "35=8|37=O1|11=A1|17=E1|150=0|39=0|55=ACME|54=1|38=500|40=2|44=10.25|59=0|15=USD|"
        "151=500|14=0|6=0|60=20240102-14:30:00.123"
    )
    assert body(replace(ACCEPTED, client="EMS42")) == (
        "35=8|37=O1|11=A1|17=E1|20=0|150=0|39=0|55=ACME|54=1|38=500|40=2|44=10.25|59=0|15=USD|"
        "151=500|14=0|6=0|60=20240102-14:30:00.123"
    )


def test_a_fill_in_44_and_42() -> None:
    assert body(FILL) == (
        "35=8|37=O1|11=A1|17=E2|150=F|39=1|55=ACME|54=1|38=500|40=2|44=10.25|59=0|15=USD|"
        "32=200|31=10.25|30=XLIT|29=1|851=2|151=200|14=300|6=10.24666667|60=20240102-14:30:00.123"
    )
    assert codes(replace(FILL, client="EMS42"), 20, 150, 39, 32) == ("0", "1", "1", "200")


def test_a_fill_in_a_house_of_42_habits_and_pence() -> None:
    fill = replace(FILL, client="HOUSE", symbol="LLOY", px=5_973, last_px=5_970, notional=300 * 5_970, last_mkt="XLON")
    echo = ((128, "FUND"), (55, "LLOYLN"), (15, "GBp"), (6401, "P"))

    assert body(replace(fill, currency="GBP", echo=echo)) == (
        "35=8|128=FUND|37=O1|11=A1|17=E2|20=0|150=1|39=1|54=1|38=500|40=2|44=59.73|59=0|"
        "32=200|31=59.7|30=LSE|29=1|851=2|151=200|14=300|6=59.7|60=20240102-14:30:00.123456|55=LLOYLN|15=GBp|6401=P"
    )


def test_a_cancel_reject_in_44_and_42() -> None:
    reject = CancelReject(
        client="EMS44",
        order_id="O1",
        cl_ord_id="A2",
        orig_cl_ord_id="A1",
        ord_status=OrdStatus.FILLED,
        response_to=CxlRejResponseTo.REPLACE,
        reason=CxlRejReason.DUPLICATE_CL_ORD_ID,
        transact_time=AT_NS,
        account="ACC",
        text="ClOrdID(11) was used",
        echo=((128, "FUND"), (15, "USD"), (847, "2"), (6401, "P")),
    )

    assert body(reject) == (
        "35=9|128=FUND|37=O1|11=A2|41=A1|39=2|434=2|102=6|1=ACC|60=20240102-14:30:00.123|58=ClOrdID(11) was used|6401=P"
    )
    assert codes(replace(reject, client="EMS42"), 102) == ("2",)


def test_a_business_reject() -> None:
    reject = BusinessReject(
        client="EMS44",
        ref_msg_type="Q",
        ref_seq_num=7,
        reason=BusinessRejectReason.UNSUPPORTED_MESSAGE_TYPE,
        text="MsgType(35) Q is not supported",
        ref_id="X",
    )

    assert body(reject) == "35=j|45=7|372=Q|379=X|380=3|58=MsgType(35) Q is not supported"


# --- what 4.2 says differently (FIX 4.2 App. D)


@pytest.mark.parametrize(
    ("changes", "in_42", "in_44"),
    [
        ({"exec_type": ExecType.TRADE, "cum_qty": 500, "ord_status": OrdStatus.FILLED}, "0 2 2", " F 2"),
        ({"exec_type": ExecType.TRADE, "cum_qty": 300, "ord_status": OrdStatus.PENDING_CANCEL}, "0 1 6", " F 6"),
        (
            {"exec_type": ExecType.TRADE_CANCEL, "cum_qty": 200, "ord_status": OrdStatus.PARTIALLY_FILLED},
            "1 1 1",
            " H 1",
        ),
        ({"exec_type": ExecType.TRADE_CANCEL, "cum_qty": 0, "ord_status": OrdStatus.NEW}, "1 0 0", " H 0"),
        ({"exec_type": ExecType.TRADE_CORRECT, "cum_qty": 500, "ord_status": OrdStatus.FILLED}, "2 2 2", " G 2"),
        ({"exec_type": ExecType.ORDER_STATUS, "ord_status": OrdStatus.PARTIALLY_FILLED}, "3 1 1", " I 1"),
        ({"exec_type": ExecType.REPLACED, "ord_status": OrdStatus.NEW}, "0 5 5", " 5 0"),
        ({"exec_type": ExecType.REPLACED, "ord_status": OrdStatus.PARTIALLY_FILLED}, "0 5 1", " 5 1"),
        ({"exec_type": ExecType.RESTATED, "ord_status": OrdStatus.NEW}, "0 D 0", " D 0"),
        ({"exec_type": ExecType.DONE_FOR_DAY, "ord_status": OrdStatus.DONE_FOR_DAY}, "0 3 3", " 3 3"),
    ],
)
def test_exec_trans_type_exec_type_and_ord_status(changes: dict[str, object], in_42: str, in_44: str) -> None:
    report = replace(ACCEPTED, **changes)

    assert " ".join(codes(replace(report, client="EMS42"), 20, 150, 39)) == in_42
    assert " ".join(codes(report, 20, 150, 39)) == in_44


def test_reject_reasons_that_42_does_not_know_are_broker_option_there() -> None:
    rejected = replace(ACCEPTED, exec_type=ExecType.REJECTED, ord_rej_reason=OrdRejReason.INCORRECT_QUANTITY)

    assert (codes(rejected, 103), codes(replace(rejected, client="EMS42"), 103)) == (("13",), ("0",))


def test_a_restatement_after_a_halt_in_44_and_42() -> None:
    resumed = replace(ACCEPTED, exec_type=ExecType.RESTATED, restatement_reason=ExecRestatementReason.MARKET_OPTION)

    assert codes(resumed, 150, 39, 378) == ("D", "0", "8")
    assert codes(replace(resumed, client="EMS42"), 150, 39, 20, 378) == ("D", "0", "0", "4")


# --- the rest of a report


def test_optional_fields_stand_where_they_have_something_to_say() -> None:
    report = replace(
        ACCEPTED,
        orig_cl_ord_id="A0",
        exec_ref_id="E0",
        account="ACC",
        restatement_reason=ExecRestatementReason.BROKER_OPTION,
        status_req_id="S1",
        day_order_qty=400,
        day_cum_qty=100,
        day_notional=100 * 102_500,
        text="why",
    )

    assert codes(report, 41, 19, 1, 378, 790, 424, 425, 426, 58) == (
        *("A0", "E0", "ACC", "4", "S1", "400", "100", "10.25", "why"),
    )
    assert codes(ACCEPTED, 41, 19, 1, 378, 790, 424, 425, 426, 58, 32, 31, 30, 29, 851, 103) == ("",) * 15


def test_a_report_without_a_client_order_id_or_a_price_leaves_them_out() -> None:
    report = replace(ACCEPTED, cl_ord_id=None, px=None, ord_type=OrdType.MARKET, currency="")

    assert codes(report, 11, 44, 15) == ("", "", "")


def test_habits_of_the_dialect() -> None:
    gateway = speaking(
        ReportHabits(
            exec_type="4.2",
            exec_trans_type=True,
            replaced_status="no",
            last_always=True,
            ord_status={"0": "A"},
            last_capacity="4",
            time_digits=0,
            px_digits=4,
            text_max=16,
        )
    )
    replaced = replace(ACCEPTED, exec_type=ExecType.REPLACED, text="a text of more than sixteen")

    assert body(replaced, gateway).endswith("|32=0|31=0|151=500|14=0|6=0|60=20240102-14:30:00|58=a text of mor...")
    assert "|20=0|150=5|39=A|" in body(replaced, gateway)
    assert "|29=4|" in body(FILL, gateway)
    assert "|6=10.2467|" in body(FILL, gateway)


def test_the_strategy_returns_as_it_was_sent() -> None:
    sent: list[OutField] = [
        *((11, "A1"), (55, "ACME"), (54, 1), (60, "20240102-14:30:00"), (38, 500), (40, 1), (847, 1)),
        *((957, 2), (958, "Urgency"), (959, 14), (960, "High"), (958, "DarkPct"), (960, "0.2")),
    ]
    order = GATEWAY.to_event("EMS44", encode("D", sent))
    assert isinstance(order, NewOrder)

    message = decode(GATEWAY.to_text(replace(ACCEPTED, echo=order.echo)))

    assert (message.get(847), [repr(entry) for entry in message.group(957)]) == (
        "1",
        ["958=Urgency|959=14|960=High|", "958=DarkPct|960=0.2|"],
    )


def test_our_own_terms_stand_where_an_echo_is_of_the_past() -> None:
    report = replace(ACCEPTED, qty=600, echo=((38, "500"), (55, "ACME.N"), (41, "A0")), orig_cl_ord_id="A1")

    assert codes(report, 38, 55, 41) == ("600", "ACME.N", "A1")


def test_an_unknown_symbol_is_printed_at_the_usual_scale() -> None:
    assert codes(replace(ACCEPTED, symbol="GONE"), 55, 44) == ("GONE", "10.25")


@given(
    st.text(max_size=600),
    st.sampled_from(sorted(CLIENTS)),
    st.sampled_from(ExecType),
    st.sampled_from(OrdStatus),
    st.integers(0, 10**9),
    st.integers(0, 10**12),
)
def test_every_report_can_be_sent_and_holds_what_its_version_requires(
    words: str, client: str, exec_type: ExecType, status: OrdStatus, cum_qty: int, notional: int
) -> None:
    report = replace(
        ACCEPTED, client=client, exec_type=exec_type, ord_status=status, cum_qty=cum_qty, notional=notional, text=words
    )

    message = decode(GATEWAY.to_text(report))

    spec = VERSIONS[CLIENTS[client].begin_string].messages["8"]
    assert [tag for tag in spec.required if tag not in message] == []
    assert set(message.tags()) - set(tags_in(spec.members)) == {8, 9, 35, 10}
