"""A client's message to an event: one order in three dialects, and every kind of bad input refused in words."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from fixspec.codec import OutField, checksum, encode
from fixspec.dialect_file import load_dialect
from fixspec.logs import messages, read_log
from router.core.events import BadRequest, CancelRequest, NewOrder, ReplaceRequest, StatusRequest
from router.core.instruments import Instrument, TickBand
from router.core.types import BusinessRejectReason, OrdRejReason, OrdType, Side, TimeInForce
from router.gateway import ClientSession, Gateway

REPO = Path(__file__).parents[3]
STANDARD = load_dialect(REPO / "config" / "dialects" / "standard.toml")
HOUSE = load_dialect(REPO / "config" / "dialects" / "house_example.toml")
CLIENTS = {
    "EMS42": ClientSession("EMS42", "FIX.4.2", STANDARD),
    "EMS44": ClientSession("EMS44", "FIX.4.4", STANDARD),
    "HOUSE": ClientSession("HOUSE", "FIX.4.4", HOUSE),
}
INSTRUMENTS = {
    "ACME": Instrument("ACME"),
    "LLOY": Instrument("LLOY", currency="GBP", ticks=(TickBand(0, 1),)),
}
GATEWAY = Gateway(INSTRUMENTS, CLIENTS, ["XLIT", "XDRK"])
AT_NS = 1_704_205_800_000_000_000  # 2024-01-02 14:30:00 UTC

ORDER: dict[int, str | int] = {
    34: 7,
    11: "A1",
    21: 1,
    55: "ACME",
    54: 1,
    60: "20240102-14:30:00",
    38: 500,
    40: 2,
    44: "10.25",
}


def text(msg_type: str = "D", begin_string: str = "FIX.4.4", **changes: str | int | None) -> str:
    """The order with changes by tag (`t44="10.26"`; None leaves the field out); group members are not for this."""
    fields = dict(ORDER)
    for name, value in changes.items():
        tag = int(name[1:])
        if value is None:
            fields.pop(tag, None)
        else:
            fields[tag] = value
    return encode(msg_type, list(fields.items()), begin_string)


def raw_text(*fields: tuple[int, str], msg_type: str = "D") -> str:
    """A message whose values nothing checked, as a careless peer sends it."""
    body = "".join(f"{tag}={value}\x01" for tag, value in ((35, msg_type), *fields))
    size = len(body.encode("utf-8", "surrogateescape"))
    head = f"8=FIX.4.4\x019={size}\x01{body}"
    total = checksum(head.encode("utf-8", "surrogateescape").decode("latin-1"))
    return f"{head}10={total}\x01"


def changed(tag: int, value: str) -> str:
    """The order with the raw `value` in `tag`, whatever it is."""
    return raw_text(*((known, value if known == tag else str(old)) for known, old in {**ORDER, tag: value}.items()))


def refused(raw: str, client: str = "EMS44") -> BadRequest:
    event = GATEWAY.to_event(client, raw)
    assert isinstance(event, BadRequest), event
    return event


# --- what is understood


def test_an_order_becomes_its_event() -> None:
    event = GATEWAY.to_event(
        "EMS44",
        text(t1="ACC", t15="USD", t18="1", t59=0, t110=100, t1138=200, t97="Y", t847=2, t849="0.1", t115="FUND"),
    )

    assert event == NewOrder(
        client="EMS44",
        cl_ord_id="A1",
        symbol="ACME",
        side=Side.BUY,
        qty=500,
        ord_type=OrdType.LIMIT,
        px=102_500,
        account="ACC",
        strategy="POV",
        params=(("ParticipationRate", "0.1"),),
        currency="USD",
        exec_inst="1",
        display_qty=200,
        min_qty=100,
        transact_time=AT_NS,
        poss_resend=True,
        echo=((128, "FUND"), (15, "USD"), (847, "2"), (849, "0.1")),
        seq_num=7,
    )


def test_one_order_in_three_dialects_is_one_parent() -> None:
    standard42 = text(
        begin_string="FIX.4.2", t55="LLOY", t15="GBP", t44="0.5973", t847=2, t849="0.1", t168="20240102-14:35:00"
    )
    by_group = encode(
        "D",
        [
            *{**ORDER, 55: "LLOY", 15: "GBP", 44: "0.5973", 847: 2}.items(),
            *((957, 2), (958, "StartTime"), (960, "20240102-14:35:00"), (958, "ParticipationRate"), (960, "0.10")),
        ],
    )
    house = text(t55="LLOYLN", t48="0870612", t22=2, t15="GBp", t44="59.73", t6401="P", t6404="10", t6402="14:35:00")

    events = [GATEWAY.to_event(*sent) for sent in (("EMS42", standard42), ("EMS44", by_group), ("HOUSE", house))]

    parents = [replace(event, client="", echo=()) for event in events if isinstance(event, NewOrder)]
    assert parents[0].params == (("ParticipationRate", "0.1"), ("StartTime", "20240102-14:35:00"))
    assert parents[0].px == 5_973
    assert parents == [parents[0]] * 3


def test_a_replace_becomes_its_event_and_leaves_alone_what_it_does_not_name() -> None:
    event = GATEWAY.to_event("EMS44", text("G", t11="A2", t41="A1", t38=600, t37="O-1"))

    assert event == ReplaceRequest(
        client="EMS44",
        cl_ord_id="A2",
        orig_cl_ord_id="A1",
        symbol="ACME",
        side=Side.BUY,
        qty=600,
        ord_type=OrdType.LIMIT,
        px=102_500,
        order_id="O-1",
        transact_time=AT_NS,
        seq_num=7,
    )


def test_a_replace_that_names_a_strategy_replaces_all_its_parameters() -> None:
    event = GATEWAY.to_event("EMS44", text("G", t41="A0", t847=1))

    assert isinstance(event, ReplaceRequest)
    assert (event.strategy, event.params) == ("VWAP", ())


def test_a_cancel_and_a_status_request_become_their_events_for_any_symbol() -> None:
    cancel = GATEWAY.to_event("EMS44", text("F", t41="A0", t55="GONE"))
    status = GATEWAY.to_event("EMS44", text("H", t790="S1", t55="GONE", t60=None))

    assert cancel == CancelRequest(
        client="EMS44",
        cl_ord_id="A1",
        orig_cl_ord_id="A0",
        symbol="GONE",
        side=Side.BUY,
        transact_time=AT_NS,
        seq_num=7,
    )
    assert status == StatusRequest(
        client="EMS44", cl_ord_id="A1", symbol="GONE", side=Side.BUY, status_req_id="S1", seq_num=7
    )


def test_direct_access_names_a_venue_and_the_routers_own_name_is_none() -> None:
    direct, routed = (GATEWAY.to_event("EMS44", text(t100=name)) for name in ("XLIT", "SLUICE"))

    assert isinstance(direct, NewOrder)
    assert isinstance(routed, NewOrder)
    assert (direct.ex_destination, routed.ex_destination) == ("XLIT", None)


def test_a_good_till_date_ends_at_its_time_or_at_the_end_of_its_date() -> None:
    by_time = GATEWAY.to_event("EMS44", text(t59=6, t126="20240105-21:00:00", t847=1))
    by_date = GATEWAY.to_event("EMS44", text(t59=6, t432="20240105"))

    assert isinstance(by_time, NewOrder)
    assert isinstance(by_date, NewOrder)
    assert (by_time.expire_time, by_time.params) == (1_704_488_400_000_000_000, ())
    assert by_date.expire_time == 1_704_499_199_999_999_999
    assert by_date.tif is TimeInForce.GTD


def test_bytes_are_read_like_text() -> None:
    assert GATEWAY.to_event("EMS44", text().encode()) == GATEWAY.to_event("EMS44", text())


# --- what is refused, and in which words


@pytest.mark.parametrize(
    ("tag", "value", "words"),
    [
        (38, "-100", "OrderQty(38) must be plain decimal digits: got '-100'"),
        (38, "0", "OrderQty(38) must be greater than zero (limit 0): got '0'"),
        (38, "100.5", "OrderQty(38) must be a whole number of shares: got '100.5'"),
        (38, "9" * 400, "OrderQty(38) must be at most 12 integer digits (limit 12): got '999"),
        (44, "10.00000000000000000001", "Price(44) must be at most 8 fraction digits (limit 8): got '10.0"),
        (44, "NAN", "Price(44) must be plain decimal digits: got 'NAN'"),
        (44, "10.255", "Price(44) must be a multiple of the tick (limit 0.01): got '10.255'"),
        (44, "-1", "Price(44) must be plain decimal digits: got '-1'"),
        (55, "NONE", "Symbol(55) must be an instrument that is traded here: got 'NONE'"),
        (1, "Zürich", "Account(1) must be printable ASCII: got 'Z"),
        (100, "XBAD", "ExDestination(100) must be one of SLUICE, XLIT, XDRK: got 'XBAD'"),
        (111, "501", "MaxFloor(111) must be at most OrderQty(38) (limit 500): got '501'"),
        (1138, "501", "DisplayQty(1138) must be at most OrderQty(38) (limit 500): got '501'"),
        (110, "501", "MinQty(110) must be at most OrderQty(38) (limit 500): got '501'"),
        (11, "A\n1", "ClOrdID(11) must be printable ASCII: got 'A 1'"),
        (
            11,
            "x" * 65,
            "ClOrdID(11) must be at most 64 characters (limit 64): got 'xxxxxxxxxxxxxxxx... (65 characters)'",
        ),
        (
            11,
            "x" * 65_536,
            "ClOrdID(11) must be at most 1024 characters (limit 1024): got 'xxxxxxxxxxxxxxxx... (65536 ",
        ),
        (58, "y" * 65_536, "Text(58) must be at most 1024 characters (limit 1024): got 'yyyyyyyyyyyyyyyy... (65536 "),
        (58, "bell\x07", "Text(58) must be printable ASCII: got 'bell '"),
        (58, "caf\udce9", "Text(58) must be printable ASCII: got 'caf?'"),
        (54, "3", "Side(54) must be one of 1 BUY, 2 SELL, 5 SELL_SHORT, 6 SELL_SHORT_EXEMPT: got '3'"),
        (40, "Z", "OrdType(40) must be one of 1 MARKET, 2 LIMIT, P PEGGED: got 'Z'"),
        (40, "1", "Price(44) must be absent on a market order: got '10.25'"),
        (59, "Z", "TimeInForce(59) must be one of 0 DAY, 1 GTC, 2 AT_OPEN, 3 IOC, 4 FOK, 6 GTD, 7 AT_CLOSE: got 'Z'"),
        (59, "6", "ExpireTime(126) must be present (or ExpireDate(432)) where TimeInForce(59) is 6: got ''"),
        (21, "9", "HandlInst(21) must be 1, 2 or 3: got '9'"),
        (99, "9.5", "StopPx(99) must be absent or 0, since it is not kept here: got '9.5'"),
        (152, "1000", "CashOrderQty(152) must be absent or 0, since it is not kept here: got '1000'"),
        (211, "-0.01", "PegOffsetValue(211) must be absent or 0, since it is not kept here: got '-0.01'"),
        (388, "0", "DiscretionInst(388) must be absent without a DiscretionOffsetValue(389): got '0'"),
        (389, "0.02", "DiscretionOffsetValue(389) must be absent or 0, since it is not kept here: got '0.02'"),
        (516, "50", "OrderPercent(516) must be absent or 0, since it is not kept here: got '50'"),
        (18, "1 Z", "ExecInst(18) must be of the codes 1 2 5 6 f G M P R: got '1 Z'"),
        (15, "EUR", "Currency(15) must be USD, the currency of ACME: got 'EUR'"),
        (60, "now", "TransactTime(60) must be a UTC timestamp"),
        (847, "9", "TargetStrategy(847) must be one of 1 VWAP, 2 POV, 3 IS, 1000 TWAP: got '9'"),
        (849, "2", "ParticipationRate(849) must be a ParticipationRate of at most 1 (fraction) (limit 1): got '2'"),
    ],
)
def test_bad_input_is_refused_by_rule_limit_and_value(tag: int, value: str, words: str) -> None:
    bad = refused(changed(tag, value))

    assert bad.text.startswith(words)
    assert (bad.msg_type, bad.seq_num, bad.side is None) == ("D", 7, tag == 54 and value == "3")
    assert bad.text.isascii()
    assert bad.text.isprintable()


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        (38, OrdRejReason.INCORRECT_QUANTITY),
        (55, OrdRejReason.UNKNOWN_SYMBOL),
        (40, OrdRejReason.UNSUPPORTED),
        (44, OrdRejReason.OTHER),
    ],
)
def test_the_reject_reason_is_the_fields_own(tag: int, reason: OrdRejReason) -> None:
    bad = refused(changed(tag, "?"))

    assert (bad.ref_tag, bad.ord_rej_reason) == (tag, reason)


@pytest.mark.parametrize("tag", [11, 55, 54, 38, 40, 44])
def test_a_missing_field_is_named(tag: int) -> None:
    bad = refused(raw_text(*((known, str(value)) for known, value in ORDER.items() if known != tag)))

    assert bad.ref_tag == tag
    assert f"({tag}) must be present" in bad.text


def test_what_could_be_read_is_kept_for_the_answer() -> None:
    bad = refused(text(t1="ACC", t44="10.255", t115="FUND"))

    assert bad == BadRequest(
        client="EMS44",
        msg_type="D",
        text="Price(44) must be a multiple of the tick (limit 0.01): got '10.255'",
        cl_ord_id="A1",
        symbol="ACME",
        side=Side.BUY,
        qty=500,
        ord_type=OrdType.LIMIT,
        account="ACC",
        ref_tag=44,
        echo=((128, "FUND"),),
        seq_num=7,
    )


def test_a_message_that_breaks_the_syntax_is_answered_with_what_it_says() -> None:
    twice = raw_text((34, "7"), (11, "A1"), (54, "1"), (55, "ACME"), (38, "100"), (38, "200"))

    bad = refused(twice)

    assert (bad.cl_ord_id, bad.side, bad.ref_tag, bad.text) == ("A1", Side.BUY, 38, "tag 38 appears twice at byte 51")


def test_poison_is_answered_with_the_message_type_if_any() -> None:
    types = [refused(raw).msg_type for raw in ("", "\udcff\x00", "8=FIX.4.4\x019=1\x0135=D\x01junk\x01", "35=G\x01")]

    assert types == ["?", "?", "D", "G"]


@pytest.mark.parametrize("msg_type", ["Q", "AB", "AE", "V"])
def test_another_message_type_is_not_supported(msg_type: str) -> None:
    bad = refused(text(msg_type))

    assert bad.business_reason is BusinessRejectReason.UNSUPPORTED_MESSAGE_TYPE
    assert bad.text == f"MsgType(35) {msg_type} is not supported"


def test_another_version_than_the_sessions_is_refused() -> None:
    assert "BeginString(8) must be FIX.4.4: got 'FIX.4.2'" in refused(text(begin_string="FIX.4.2")).text


def test_an_offset_of_nothing_is_taken() -> None:
    event = GATEWAY.to_event("EMS44", text(t211="0.00", t388="0", t389="0", t99="-0"))

    assert isinstance(event, NewOrder)


@pytest.mark.parametrize("tag", [18, 21, 99, 152, 211, 388, 389, 516])
def test_a_replace_is_read_as_strictly_as_the_order(tag: int) -> None:
    bad = refused(text("G", t41="A0", **{f"t{tag}": "4" if tag == 21 else "3"}))

    assert (bad.ref_tag, bad.ord_rej_reason) == (tag, OrdRejReason.UNSUPPORTED)


def test_a_replace_carries_its_instructions() -> None:
    said, silent = (GATEWAY.to_event("EMS44", text("G", t41="A0", t18=value)) for value in ("1 6", None))

    assert isinstance(said, ReplaceRequest)
    assert isinstance(silent, ReplaceRequest)
    assert (said.exec_inst, silent.exec_inst) == ("1 6", None)


# --- properties

scraps = st.one_of(
    st.text(max_size=12), st.sampled_from(["", "1", "-1", "1e5", "0.1", "\x01", "A\x01B", "9" * 30, "Y"])
)
tags = st.sampled_from([11, 41, 37, 55, 48, 22, 54, 38, 40, 44, 59, 126, 432, 1, 15, 18, 21, 100, 110, 111, 1138, 60])


@given(st.text(), st.sampled_from(sorted(CLIENTS)))
def test_any_text_gives_an_event(raw: str, client: str) -> None:
    assert isinstance(GATEWAY.to_event(client, raw), BadRequest)


@given(st.binary(), st.sampled_from(sorted(CLIENTS)))
def test_any_bytes_give_an_event(raw: bytes, client: str) -> None:
    assert isinstance(GATEWAY.to_event(client, raw), BadRequest)


@given(
    st.sampled_from("DFGH"),
    st.dictionaries(st.one_of(tags, st.sampled_from([847, 848, 849, 957, 958, 960, 97, 34, 20001])), scraps),
    st.sampled_from(["EMS44", "HOUSE"]),
)
def test_any_change_to_an_order_gives_an_event_fit_to_be_answered(
    msg_type: str, changes: dict[int, str], client: str
) -> None:
    fields = {tag: str(value) for tag, value in ORDER.items()} | changes

    event = GATEWAY.to_event(client, raw_text(*fields.items(), msg_type=msg_type).encode("utf-8", "surrogatepass"))

    assert isinstance(event, (NewOrder, ReplaceRequest, CancelRequest, StatusRequest, BadRequest))
    for _, value in event.echo:
        assert value.isascii()
        assert value.isprintable()


@pytest.mark.real_data
def test_understands_a_real_client_but_for_what_it_trades(real_data_dir: Path) -> None:
    dialect = load_dialect(REPO / "tests" / "fixspec" / "data" / "ems_2020.toml")
    instruments = {
        "LLOY": Instrument("LLOY", currency="GBP", price_scale=1_000_000, ticks=(TickBand(0, 1),)),
        **{name: Instrument(name, currency="EUR", ticks=(TickBand(0, 1),)) for name in ("ABI", "AC", "AGL")},
    }
    gateway = Gateway(instruments, {"IREACH": ClientSession("IREACH", "FIX.4.4", dialect)}, [])
    log = real_data_dir / "fixlogs" / "ems_to_algo_desk_uat_2020.log"
    requests = [message for message in messages(read_log(log)) if message.msg_type in {"D", "F", "G", "H"}]

    events = [
        gateway.to_event("IREACH", encode_again(list(message.fields[3:-1]), message.msg_type)) for message in requests
    ]

    assert [event for event in events if isinstance(event, BadRequest)] == []
    assert len(events) == 42


def encode_again(fields: list[tuple[int, str]], msg_type: str) -> str:
    sent: list[OutField] = list(fields)
    return encode(msg_type, sent)
