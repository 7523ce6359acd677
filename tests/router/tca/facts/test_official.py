"""Open, close and previous close of a date, with auctions and without."""

import msgspec
import pytest

from router.core.events import DayStart, Genesis, TradePrint
from router.core.profiles import CalendarDay
from router.core.types import SECOND, PrintKind, Side
from router.tca.cost.benchmarks import reversions
from router.tca.cost.decomposition import decompose
from router.tca.facts.case import Case
from router.tca.facts.marks import Mark
from router.tca.facts.official import close_price, open_price, previous_close, together
from router.tca.facts.recorder import Recorder
from router.tca.facts.tape import MarketTape
from router.tca.venues.markouts import mid2_after
from support.floor import ACME, DAY
from support.tca_day import Said
from support.twelve_trades import Parent, at, case, config, px, quote, recorded, tape, trade, until, usd

NEXT_S = 86_400


def day(*trades: tuple[float, str, int, PrintKind, str], primary: str | None = None, as_of_s: float = 700) -> Case:
    """Two dates, of which the first has these prints; sessions from -60 s to 600 s."""
    prints = MarketTape()
    for second, price, qty, kind, venue in trades:
        prints.add(at(second), TradePrint(venue, "ACME", px(price), qty, kind=kind))
    return msgspec.structs.replace(
        case("O1"),
        tape=prints,
        as_of=at(as_of_s),
        instrument=msgspec.structs.replace(ACME, primary_venue=primary),
        days=((at(-90), "20260316"), (at(NEXT_S - 90), "20260317")),
        sessions=(
            CalendarDay("20260316", at(-60), at(600)),
            CalendarDay("20260317", at(NEXT_S - 60), at(NEXT_S + 600)),
        ),
    )


def test_the_auction_of_the_primary_venue_is_official() -> None:
    auctions = [(600, "40.20", 100, PrintKind.CLOSING, "XONE"), (600, "40.21", 900, PrintKind.CLOSING, "XTWO")]

    primary, largest = day(*auctions, primary="XONE"), day(*auctions)

    assert close_price(primary, at(0)) == Mark(usd("402000"), at(600), "closing auction, XONE")
    assert close_price(largest, at(0)) == Mark(usd("402100"), at(600), "closing auction, XTWO")


def test_a_journal_that_ends_with_the_session_has_its_close() -> None:
    last = (599, "40.20", 100, PrintKind.REGULAR, "XONE")

    whole, short = day(last, as_of_s=600), day(last, as_of_s=599.999)

    assert close_price(whole, at(0)).px == usd("402000")
    assert close_price(short, at(0)).reason == "the session closes after the journal's end"


def test_a_reopening_after_a_halt_is_not_the_open() -> None:
    was = day((-60, "39.95", 100, PrintKind.OPENING, "XONE"), (300, "42.00", 9_000, PrintKind.OPENING, "XONE"))

    assert open_price(was, at(400)) == Mark(usd("399500"), at(-60), "opening auction, XONE")


def test_without_auctions_the_sessions_first_and_last_prints_stand() -> None:
    was = day(
        (-70, "39.00", 100, PrintKind.REGULAR, "XONE"),
        (-50, "39.90", 100, PrintKind.OFF_EXCHANGE, "XOFF"),
        (-40, "40.00", 100, PrintKind.REGULAR, "XONE"),
        (599, "40.10", 100, PrintKind.DARK, "XDRK"),
        (650, "40.50", 100, PrintKind.REGULAR, "XONE"),
    )

    assert open_price(was, at(0)) == Mark(usd("400000"), at(-40), "first print of the session, XONE")
    assert close_price(was, at(0)) == Mark(usd("401000"), at(599), "last print of the session, XDRK")


def test_a_date_without_prints_has_neither() -> None:
    was = day()

    assert open_price(was, at(0)).reason == "no print on its date"
    assert close_price(was, at(0)).reason == "no print on its date"


def test_yesterdays_prints_are_not_todays_open_or_close() -> None:
    was = day((-40, "40.00", 100, PrintKind.REGULAR, "XONE"), as_of_s=NEXT_S + 700)

    assert open_price(was, at(NEXT_S)).reason == "no print on its date"
    assert close_price(was, at(NEXT_S)).reason == "no print on its date"


def test_a_close_that_is_yet_to_come_is_none() -> None:
    was = day((-40, "40.00", 100, PrintKind.REGULAR, "XONE"), as_of_s=599)

    assert close_price(was, at(0)).reason == "the session closes after the journal's end"


def test_without_a_calendar_only_an_auction_closes_a_date() -> None:
    was = msgspec.structs.replace(day((-40, "40.00", 100, PrintKind.REGULAR, "XONE")), sessions=())

    assert close_price(was, at(0)).reason.startswith("no calendar says when its date closes")


def test_the_previous_close_is_the_journals_before_the_configured_one() -> None:
    was = day((500, "40.30", 100, PrintKind.REGULAR, "XONE"), as_of_s=NEXT_S + 700)

    assert previous_close(was, at(NEXT_S)) == Mark(usd("403000"), at(500), "last print of the session, XONE")
    assert previous_close(was, at(0)) == Mark(usd("399000"), None, "previous close, as configured")


def test_no_previous_close_is_said_to_be_none() -> None:
    was = msgspec.structs.replace(day(), previous_close=None)

    assert previous_close(was, at(0)).reason.startswith("the journal begins with this date")


# --- several journals


def a_day(number: int, instance: str, close: str | None) -> Recorder:
    """One date's journal: an order, and a closing auction where there is one; no previous close is configured."""
    start = at(number * NEXT_S)
    order = Parent(f"{instance}-O1", "A1", Side.BUY, 100, None)
    genesis = Genesis(instance, msgspec.json.encode(msgspec.structs.replace(config(), last_px={})).decode(), "by hand")
    said: list[Said] = [
        (start, genesis, []),
        (start, DayStart(f"2026031{6 + number}"), []),
        (start + 1, order.order(), order.arrives("40.00", "40.04")),
    ]
    if close is not None:
        said.append((start + 2, trade(close, 100, PrintKind.CLOSING), []))
    return recorded(said)


def test_the_last_close_of_one_journal_is_the_next_ones_previous() -> None:
    monday, tuesday, wednesday = a_day(0, "T1", "40.30"), a_day(1, "T2", None), a_day(2, "T3", "40.50")

    found = together([wednesday, monday, tuesday])

    assert [each.record.order_id for each in found] == ["T1-O1", "T2-O1", "T3-O1"]
    assert [each.previous_close for each in found] == [None, px("40.30"), px("40.30")]


# --- a date in two journals


def after_a_restart(market: str = "by hand", starts: float = 160, day: str = DAY) -> Recorder:
    """The day in a new state directory: the price a dime higher from 170 s on, and the close."""
    genesis = Genesis("T2", msgspec.json.encode(config()).decode(), market)
    said: list[Said] = [
        (at(starts), genesis, []),
        (at(starts), DayStart(day), []),
        (at(starts + 10), quote("40.18", "40.22"), []),
        (at(600), trade("40.30", 3_000, PrintKind.CLOSING), []),
        (at(700), trade("40.30", 1, PrintKind.LATE), []),
    ]
    return recorded(said)


def back(*journals: Recorder) -> dict[str, float | str]:
    """Reversion of the sell, filled at 150 s at a midpoint of 40.08, in basis points or why there is none."""
    (sell,) = [each for each in together(journals) if each.record.cl_ord_id == "SELL"]
    return {each.name: each.reason if each.bps is None else round(each.bps, 2) for each in reversions(sell)}


def test_the_next_journal_of_the_date_says_what_came_after_an_order_that_was_over() -> None:
    """Up to 10 s after is before its first quote; up 0.12 is 29.94 bps of 40.08, up 0.22 is 54.89."""
    alone, both = back(recorded(until(155))), back(recorded(until(155)), after_a_restart())

    end = "lies after the journal's end"
    close = "the session closes after the journal's end"
    assert alone == {"1 s": end, "10 s": end, "1 min": end, "5 min": end, "close": close}
    between = "lies between two journals"
    assert both == {"1 s": between, "10 s": between, "1 min": 29.94, "5 min": 29.94, "close": 54.89}


def test_impact_and_markouts_are_answered_from_there_too() -> None:
    (sell,) = [each for each in together([recorded(until(155)), after_a_restart()]) if each.record.cl_ord_id == "SELL"]

    assert mid2_after(sell, at(150), 60 * SECOND) == (2 * px("40.20"), "")
    assert decompose(sell).permanent.value == pytest.approx(-10 / 40.10 * 100)


@pytest.mark.parametrize(
    "other",
    [
        after_a_restart(market="another seed"),
        after_a_restart(starts=100),
        after_a_restart(starts=NEXT_S, day="20260317"),
    ],
    ids=["another market", "at the same time", "the next date"],
)
def test_a_journal_of_another_market_time_or_date_says_nothing_of_it(other: Recorder) -> None:
    assert back(recorded(until(155)), other)["1 min"] == "lies after the journal's end"


def test_an_order_that_is_open_at_its_journals_end_is_valued_there() -> None:
    found = together([recorded(until(130)), after_a_restart()])

    assert [(each.record.cl_ord_id, each.then is None) for each in found] == [("BUY", False), ("SELL", True)]


# --- copies


def test_a_journal_that_is_there_twice_counts_once_and_the_one_that_knows_more_stands() -> None:
    whole, cut = recorded(tape()), recorded(until(89))

    found = together([whole, cut, whole])

    assert [(each.record.cl_ord_id, each.as_of) for each in found] == [("BUY", at(700)), ("SELL", at(700))]
