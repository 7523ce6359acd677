"""A venue behind FIX, message by message: what each command is on the wire, and what each report means."""

import pytest
from msgspec.structs import replace

from fixspec.codec import decode, encode
from router.core.events import (
    AuctionImbalance,
    BookSnapshot,
    ChildAccepted,
    ChildBusted,
    ChildCanceled,
    ChildCorrected,
    ChildFilled,
    ChildRejected,
    ChildReplaced,
    ChildRequestRejected,
    ChildStatus,
    Event,
    FirmUpRequest,
    LevelUpdate,
    TradePrint,
    VenueDown,
    VenueUp,
)
from router.core.instruments import Instrument
from router.core.outputs import CancelChild, QueryChild, ReplaceChild, SendChild, VenueCommand
from router.core.types import SECOND, LastLiquidityInd, OrdType, Peg, PrintKind, Reason, Side, TimeInForce
from router.runtime.fix.fix_venue import FixVenueLink, Understood

AT = 1_340_285_400_123_456_789  # 2012-06-21 13:30:00.123
Pair = tuple[int, str | int]

SEND = SendChild(
    venue="XFIX",
    child_id="C1",
    symbol="ABC",
    side=Side.SELL,
    qty=300,
    ord_type=OrdType.LIMIT,
    px=100_500,
    reason=Reason.SWEEP,
)
REPLACE = ReplaceChild(
    venue="XFIX",
    child_id="C1",
    request_id="R1",
    symbol="ABC",
    side=Side.SELL,
    qty=200,
    px=100_400,
    reason=Reason.RE_PEG,
)
CANCEL = CancelChild(venue="XFIX", child_id="C1", request_id="R2", symbol="ABC", side=Side.SELL)
QUERY = QueryChild(venue="XFIX", child_id="C1", symbol="ABC", side=Side.SELL)


@pytest.fixture
def link() -> FixVenueLink:
    """A link that is up and has sent C1."""
    link = FixVenueLink("XFIX", {"ABC": Instrument("ABC")})
    link.logged_on(AT)
    link.message(encode("0", [(112, "XFIX-UP-1")]))
    link.command(AT, SEND)
    return link


def said(text: str) -> list[Pair]:
    """A message's type and fields, without framing."""
    message = decode(text)
    return [(35, message.msg_type), *((tag, value) for tag, value in message.fields if tag not in {8, 9, 10, 35})]


def report(*fields: Pair, cl_ord_id: str = "C1") -> str:
    return encode("8", [(37, "V1"), (11, cl_ord_id), (55, "ABC"), (54, 2), *fields])


# --- the session


def test_the_venue_is_up_when_its_answer_to_our_test_request_is_back() -> None:
    link = FixVenueLink("XFIX", {"ABC": Instrument("ABC")})

    assert said(link.logged_on(AT)) == [(35, "1"), (112, "XFIX-UP-1")]
    assert link.message(encode("0", [])) == Understood()
    assert link.message(encode("0", [(112, "another")])) == Understood()
    up = link.message(encode("0", [(112, "XFIX-UP-1")]))

    assert up.events == (VenueUp("XFIX"),)
    assert [said(reply) for reply in up.replies] == [
        [
            (35, "V"),
            (262, "XFIX-MD-1-ABC"),
            (263, "1"),
            (264, "0"),
            (265, "1"),
            (267, "3"),
            (269, "0"),
            (269, "1"),
            (269, "2"),
            (146, "1"),
            (55, "ABC"),
        ]
    ]


class TestImbalances:
    """Asked for where the venue's auctions are the instrument's, with the book, so that one request may be refused."""

    def link(self) -> FixVenueLink:
        link = FixVenueLink("XFIX", {"ABC": Instrument("ABC", primary_venue="XFIX"), "DEF": Instrument("DEF")})
        link.logged_on(AT)
        return link

    def test_are_asked_for_where_the_auctions_are(self) -> None:
        asked = self.link().message(encode("0", [(112, "XFIX-UP-1")])).replies

        kinds = [[entry.get(269) for entry in decode(text).group(267)] for text in asked]
        assert kinds == [["0", "1", "2", "A"], ["0", "1", "2"]]

    def test_a_venue_that_has_none_is_asked_for_the_rest_alone(self) -> None:
        link = self.link()
        link.message(encode("0", [(112, "XFIX-UP-1")]))
        refusal = encode("Y", [(262, "XFIX-MD-1-ABC"), (281, 8)])

        first, again = link.message(refusal), link.message(refusal)

        (text,) = first.replies
        message = decode(text)
        assert (message.get(262), [entry.get(269) for entry in message.group(267)]) == (
            "XFIX-MD-1-ABC-2",
            ["0", "1", "2"],
        )
        assert (again.replies, len(again.troubles)) == ((), 1)

    def test_what_a_venue_may_leave_out_is_nothing_or_the_opening(self) -> None:
        link = self.link()
        link.message(encode("0", [(112, "XFIX-UP-1")]))

        understood = link.message(encode("X", [(268, 1), (279, 0), (269, "A"), (55, "ABC"), (271, 500), (277, "Q")]))

        assert understood.events == (AuctionImbalance("XFIX", "ABC", PrintKind.OPENING, 0, -500),)


def test_a_second_answer_brings_nothing_up_twice(link: FixVenueLink) -> None:
    assert link.message(encode("0", [(112, "XFIX-UP-1")])) == Understood()


def test_a_lost_session_takes_the_venue_down_until_a_new_answer(link: FixVenueLink) -> None:
    assert link.logged_out() == (VenueDown("XFIX", "FIX session lost"),)
    link.logged_on(AT)
    assert link.message(encode("0", [(112, "XFIX-UP-1")])) == Understood()
    assert link.message(encode("0", [(112, "XFIX-UP-2")])).events == (VenueUp("XFIX"),)


def test_market_data_resent_before_the_venue_is_up_is_passed_over(link: FixVenueLink) -> None:
    link.logged_out()

    assert link.message(encode("W", [(55, "ABC"), (268, 1), (269, 0), (270, "9.99"), (271, 100)])) == Understood()


# --- commands


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (
            SEND,
            [(35, "D"), (11, "C1"), (21, "1"), (55, "ABC"), (54, "2"), (60, "20120621-13:30:00.123"), (38, "300"),
             (40, "2"), (44, "10.05"), (59, "0")],
        ),
        (
            SendChild(venue="XFIX", child_id="C2", symbol="ABC", side=Side.BUY, qty=100, ord_type=OrdType.PEGGED,
                      px=100_000, tif=TimeInForce.IOC, display_qty=0, min_qty=50, post_only=True, peg=Peg.MID,
                      reason=Reason.DARK_PROBE),
            [(35, "D"), (11, "C2"), (21, "1"), (18, "6 M"), (55, "ABC"), (54, "1"), (60, "20120621-13:30:00.123"),
             (38, "100"), (40, "P"), (44, "10"), (59, "3"), (110, "50"), (111, "0")],
        ),
        (
            SendChild(venue="XFIX", child_id="C3", symbol="ABC", side=Side.BUY, qty=100, ord_type=OrdType.MARKET,
                      reason=Reason.IMMEDIATE),
            [(35, "D"), (11, "C3"), (21, "1"), (55, "ABC"), (54, "1"), (60, "20120621-13:30:00.123"), (38, "100"),
             (40, "1"), (59, "0")],
        ),
        (
            SendChild(venue="XFIX", child_id="C4", symbol="ABC", side=Side.BUY, qty=900, ord_type=OrdType.PEGGED,
                      peg=Peg.PRIMARY, peg_offset=-200, display_qty=100, display_high_qty=300, self_match_id="D1",
                      reason=Reason.DIRECT),
            [(35, "D"), (11, "C4"), (21, "1"), (18, "R"), (55, "ABC"), (54, "1"), (60, "20120621-13:30:00.123"),
             (38, "900"), (40, "P"), (211, "-0.02"), (59, "0"), (111, "100"), (1084, "3"), (1086, "300"),
             (2362, "D1")],
        ),
        (
            SendChild(venue="XFIX", child_id="C6", symbol="ABC", side=Side.BUY, qty=100, ord_type=OrdType.PEGGED,
                      peg=Peg.MID, conditional=True, blocked_tiers=(2, 3), self_match_id="EMS",
                      reason=Reason.CONDITIONAL),
            [(35, "D"), (11, "C6"), (21, "1"), (18, "M"), (55, "ABC"), (54, "1"), (60, "20120621-13:30:00.123"),
             (38, "100"), (40, "P"), (59, "0"), (2362, "EMS"), (20101, "Y"), (20102, "2 3")],
        ),
        (
            SendChild(venue="XFIX", child_id="C5", symbol="ABC", side=Side.BUY, qty=100, ord_type=OrdType.PEGGED,
                      peg=Peg.MID, tif=TimeInForce.IOC, firm_up_id="F1", reason=Reason.FIRM_UP),
            [(35, "D"), (11, "C5"), (21, "1"), (18, "M"), (55, "ABC"), (54, "1"), (60, "20120621-13:30:00.123"),
             (38, "100"), (40, "P"), (59, "3"), (23, "F1")],
        ),
        (
            REPLACE,
            [(35, "G"), (11, "R1"), (41, "C1"), (55, "ABC"), (54, "2"), (21, "1"), (60, "20120621-13:30:00.123"),
             (38, "200"), (40, "2"), (44, "10.04"), (59, "0")],
        ),
        (CANCEL, [(35, "F"), (11, "R2"), (41, "C1"), (55, "ABC"), (54, "2"), (60, "20120621-13:30:00.123")]),
        (QUERY, [(35, "H"), (11, "C1"), (55, "ABC"), (54, "2")]),
    ],
)  # fmt: skip
def test_a_command_on_the_wire(link: FixVenueLink, command: VenueCommand, fields: list[Pair]) -> None:
    assert said(link.command(AT, command)) == fields


def test_a_replace_says_again_what_the_order_asked_for(link: FixVenueLink) -> None:
    order = SendChild(venue="XFIX", child_id="C2", symbol="ABC", side=Side.BUY, qty=300, ord_type=OrdType.PEGGED,
                      px=100_000, tif=TimeInForce.GTD, expire_time=AT + 60 * SECOND, display_qty=100, peg=Peg.MID,
                      reason=Reason.DIRECT)  # fmt: skip

    sent = said(link.command(AT, order))
    changed = said(link.command(AT, replace(REPLACE, child_id="C2", side=Side.BUY)))

    kept = [(59, "6"), (126, "20120621-13:31:00.123456789"), (111, "100")]
    assert sent[-6:] == [(38, "300"), (40, "P"), (44, "10"), *kept]
    assert changed[5:] == [(21, "1"), (18, "M"), (60, "20120621-13:30:00.123"), (38, "200"), (40, "P"), (44, "10.04"),
                           *kept]  # fmt: skip


def test_after_a_replace_the_venue_knows_the_child_by_the_request_s_id(link: FixVenueLink) -> None:
    link.command(AT, REPLACE)
    link.message(report((150, 5), (39, 0), (41, "C1"), (38, 200), (44, "10.04"), cl_ord_id="R1"))

    assert said(link.command(AT, CANCEL))[1:3] == [(11, "R2"), (41, "R1")]


def test_a_link_made_again_from_the_journal_knows_the_same_ids() -> None:
    link = FixVenueLink("XFIX", {"ABC": Instrument("ABC")})
    link.remember(SEND)
    link.remember(REPLACE)
    link.remember_report(ChildReplaced("XFIX", "C1", "R1", 200, 100_400))
    link.remember_report(ChildReplaced("XFIX", "C1", "", 100, 100_400))  # the venue's own doing, under no new id

    assert said(link.command(AT, QUERY)) == [(35, "H"), (11, "R1"), (55, "ABC"), (54, "2")]


# --- reports


@pytest.mark.parametrize(
    ("fields", "event"),
    [
        ([(150, 0), (39, 0)], ChildAccepted("XFIX", "C1", "V1")),
        ([(150, 8), (39, 8), (58, "halted")], ChildRejected("XFIX", "C1", "halted")),
        ([(150, 4), (39, 4)], ChildCanceled("XFIX", "C1")),
        ([(150, "C"), (39, "C"), (58, "IOC")], ChildCanceled("XFIX", "C1", None, "IOC")),
        (
            [(150, 4), (39, 4), (23, "F1"), (27, 5_000), (62, "20120621-13:30:01.000")],
            FirmUpRequest("XFIX", "C1", "F1", 5_000, 1_340_285_401_000_000_000),
        ),
        (
            [(150, "F"), (39, 1), (17, "X1"), (32, "100"), (31, "10.045"), (851, 1), (30, "XNAS"), (14, "100")],
            ChildFilled(
                venue="XFIX",
                child_id="C1",
                exec_id="X1",
                qty=100,
                px=100_450,
                liquidity=LastLiquidityInd.ADDED,
                last_mkt="XNAS",
                cum_qty=100,
            ),
        ),
        (
            [(150, 1), (39, 1), (17, "X1"), (32, "100.00"), (31, "10.05")],
            ChildFilled(
                venue="XFIX",
                child_id="C1",
                exec_id="X1",
                qty=100,
                px=100_500,
                liquidity=LastLiquidityInd.REMOVED,
                last_mkt="XFIX",
            ),
        ),
        ([(150, "I"), (39, 1), (14, 100)], ChildStatus("XFIX", "C1", known=True, is_open=True, cum_qty=100)),
        ([(150, "I"), (39, 4), (14, 100)], ChildStatus("XFIX", "C1", known=True, cum_qty=100)),
        ([(150, "I"), (39, 8), (14, 0)], ChildStatus("XFIX", "C1", known=False)),
        ([(150, "D"), (39, 0), (38, 200), (44, "10.05")], ChildReplaced("XFIX", "C1", "", 200, 100_500, False)),
        ([(150, "H"), (17, "X9"), (19, "X1")], ChildBusted("XFIX", "C1", "X9", "X1")),
        (
            [(150, "G"), (17, "X9"), (19, "X1"), (32, 90), (31, "10.01")],
            ChildCorrected("XFIX", "C1", "X9", "X1", 90, 100_100),
        ),
    ],
)
def test_a_report_of_the_venue(link: FixVenueLink, fields: list[Pair], event: Event) -> None:
    assert link.message(report(*fields)) == Understood((event,))


@pytest.mark.parametrize("exec_type", ["A", "6", "E"])
def test_pending_states_change_nothing(link: FixVenueLink, exec_type: str) -> None:
    assert link.message(report((150, exec_type))) == Understood()


def test_answers_to_our_requests_carry_their_ids(link: FixVenueLink) -> None:
    link.command(AT, REPLACE)
    link.command(AT, CANCEL)

    refused = link.message(encode("9", [(37, "V1"), (11, "R1"), (41, "C1"), (39, 0), (102, 0), (434, 2)]))
    cancelled = link.message(report((150, 4), (39, 4), (41, "C1"), cl_ord_id="R2"))

    assert refused.events == (ChildRequestRejected("XFIX", "C1", "R1", "CxlRejReason(102)=0", too_late=True),)
    assert cancelled.events == (ChildCanceled("XFIX", "C1", "R2"),)


def test_a_business_reject_answers_the_request_that_it_names(link: FixVenueLink) -> None:
    link.command(AT, CANCEL)

    order = link.message(encode("j", [(45, 2), (372, "D"), (379, "C1"), (380, 4), (58, "closed")]))
    cancel = link.message(encode("j", [(45, 3), (372, "F"), (379, "R2"), (380, 3)]))
    nothing = link.message(encode("j", [(45, 3), (372, "V"), (380, 3)]))

    assert order.events == (ChildRejected("XFIX", "C1", "closed"),)
    assert cancel.events == (ChildRequestRejected("XFIX", "C1", "R2", "BusinessRejectReason(380)=3"),)
    assert nothing.troubles[0].startswith("XFIX: BusinessMessageReject(j) that names no request of ours")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (report((150, 0), cl_ord_id="C77"), "a report of an order that is not ours: ClOrdID(11)=C77"),
        (report((150, "Z")), "ExecType(150)=Z is not understood"),
        (
            report((150, "F"), (17, "X1"), (32, 100), (31, "10.00001")),
            "LastPx(31) must be a multiple of",
        ),
        (report((150, "F"), (17, "X1"), (31, "10.00")), "tag 32 is missing"),
        (encode("9", [(37, "V1"), (11, "R9"), (41, "C1"), (39, 0)]), "to a request that is not ours: R9"),
        (encode("B", [(148, "news")]), "35=B is not understood"),
        (encode("W", [(55, "NOPE")]), "Symbol(55)=NOPE is not configured"),
        ("8=FIX.4.4\x019=5\x0135=8\x0110=000\x01", "CheckSum(10)"),
    ],
)
def test_what_is_not_understood_is_told_and_changes_nothing(link: FixVenueLink, text: str, why: str) -> None:
    understood = link.message(text)

    assert (understood.events, understood.replies, len(understood.troubles)) == ((), (), 1)
    assert why in understood.troubles[0]


# --- market data


def test_a_snapshot_is_the_whole_book_best_first(link: FixVenueLink) -> None:
    entries: list[Pair] = [(269, 0), (270, "9.98"), (271, 100), (269, 1), (270, "10.01"), (271, 300), (269, 0)]

    understood = link.message(encode("W", [(55, "ABC"), (268, 3), *entries, (270, "9.99"), (271, 200)]))

    book = BookSnapshot("XFIX", "ABC", ((99_900, 200), (99_800, 100)), ((100_100, 300),))
    assert understood.events == (book,)


def test_increments_by_price_and_trades(link: FixVenueLink) -> None:
    trade: list[Pair] = [(279, 0), (269, 2), (55, "ABC"), (270, "10.01"), (271, 50)]
    change: list[Pair] = [(279, 1), (269, 1), (55, "ABC"), (270, "10.01"), (271, 250)]
    delete: list[Pair] = [(279, 2), (269, 0), (55, "ABC"), (270, "9.99")]

    understood = link.message(encode("X", [(268, 3), *trade, *change, *delete]))

    assert understood.events == (
        TradePrint("XFIX", "ABC", 100_100, 50),
        LevelUpdate("XFIX", "ABC", is_bid=False, px=100_100, qty=250),
        LevelUpdate("XFIX", "ABC", is_bid=True, px=99_900, qty=0),
    )


def test_increments_by_entry_id_move_and_remove_the_level_they_named(link: FixVenueLink) -> None:
    new: list[Pair] = [(279, 0), (269, 0), (278, "L1"), (55, "ABC"), (270, "9.99"), (271, 100)]
    moved: list[Pair] = [(279, 1), (269, 0), (278, "L1"), (55, "ABC"), (270, "9.98"), (271, 100)]
    gone: list[Pair] = [(279, 2), (278, "L1"), (55, "ABC")]

    events = [link.message(encode("X", [(268, 1), *entry])).events for entry in (new, moved, gone)]

    def level(px: int, qty: int) -> LevelUpdate:
        return LevelUpdate("XFIX", "ABC", is_bid=True, px=px, qty=qty)

    assert events == [(level(99_900, 100),), (level(99_900, 0), level(99_800, 100)), (level(99_800, 0),)]
