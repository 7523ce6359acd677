"""Messages as LOBSTER rows: exact time, the state after each, only what is in view, and what cannot be said."""

import pytest

from router.api import SECOND, CalendarDay
from simulator.feeds.lobster_writer import LobsterWriter
from simulator.feeds.orders import OID_MAX, Kind, Message
from simulator.feeds.text import FormatError, midnight, parse_day

START = midnight(parse_day("2012-06-21"))
SESSION = CalendarDay("20120621", START + 34_200 * SECOND, START + 57_600 * SECOND)
BID, ASK = True, False


def message(kind: Kind, oid: int, qty: int, px: int, is_bid: bool, ns: int = 5) -> Message:
    return Message(SESSION.open + ns, kind, oid, qty, px, is_bid)


def test_the_names_say_symbol_day_session_and_levels() -> None:
    writer = LobsterWriter("XYZ", SESSION, 3)

    assert writer.names == (
        "XYZ_2012-06-21_34200000_57600000_message_3.csv",
        "XYZ_2012-06-21_34200000_57600000_orderbook_3.csv",
    )


def test_a_row_is_the_message_and_the_state_after_it() -> None:
    writer = LobsterWriter("XYZ", SESSION, 2)

    rows = [
        writer.rows(message(Kind.ADD, 7, 30, 100, BID)),
        writer.rows(message(Kind.ADD, 8, 20, 101, ASK)),
        writer.rows(message(Kind.REDUCE, 7, 10, 100, BID)),
        writer.rows(message(Kind.EXECUTE, 8, 20, 101, ASK, ns=1_234_567_890)),
        writer.rows(message(Kind.EXECUTE_HIDDEN, 0, 5, 102, ASK)),
        writer.rows(message(Kind.HALT, 0, 0, -1, ASK)),
    ]

    none = "9999999999,0", "-9999999999,0"
    assert rows == [
        ("34200.000000005,1,7,30,100,1", f"{none[0]},100,30,{none[0]},{none[1]}"),
        ("34200.000000005,1,8,20,101,-1", f"101,20,100,30,{none[0]},{none[1]}"),
        ("34200.000000005,2,7,10,100,1", f"101,20,100,20,{none[0]},{none[1]}"),
        ("34201.234567890,4,8,20,101,-1", f"{none[0]},100,20,{none[0]},{none[1]}"),
        ("34200.000000005,5,0,5,102,-1", f"{none[0]},100,20,{none[0]},{none[1]}"),
        ("34200.000000005,7,0,0,-1,-1", f"{none[0]},100,20,{none[0]},{none[1]}"),
    ]


def test_what_happens_out_of_view_has_no_row_but_shows_when_it_comes_in() -> None:
    writer = LobsterWriter("XYZ", SESSION, 1)

    first = writer.rows(message(Kind.ADD, 1, 30, 100, BID))
    unseen = writer.rows(message(Kind.ADD, 2, 40, 99, BID))
    after = writer.rows(message(Kind.DELETE, 1, 30, 100, BID))

    assert first is not None
    assert unseen is None
    assert after == ("34200.000000005,3,1,30,100,1", "9999999999,0,99,40")


def test_what_the_format_cannot_say_is_refused() -> None:
    fine = CalendarDay("20120621", SESSION.open + 1, SESSION.close)
    night = CalendarDay("20120621", START - SECOND, SESSION.close)

    with pytest.raises(FormatError, match="0 levels: 1 to 1000"):
        LobsterWriter("XYZ", SESSION, 0)
    with pytest.raises(FormatError, match="symbol 'BRK/B': capitals and dots only"):
        LobsterWriter("BRK/B", SESSION, 1)
    for session in (fine, night):
        with pytest.raises(FormatError, match="ms after New York midnight is not one of 2012-06-21"):
            LobsterWriter("XYZ", session, 1)
    with pytest.raises(FormatError, match=f"order id {OID_MAX}: 0 to "):
        LobsterWriter("XYZ", SESSION, 1).rows(message(Kind.ADD, OID_MAX, 1, 1, BID))
    with pytest.raises(FormatError, match="5 shares leave 100, where only 0 stand"):
        LobsterWriter("XYZ", SESSION, 1).rows(message(Kind.DELETE, 1, 5, 100, BID))
