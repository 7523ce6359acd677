"""Time in which an instrument trades."""

import msgspec

from router.core.profiles import CalendarDay
from router.tca.facts.trading_time import Span, date_of, seconds, spans
from support.twelve_trades import at, case

TWO_DAYS = msgspec.structs.replace(
    case("O1"),
    days=((at(-90), "20260316"), (at(910), "20260317")),
    sessions=(CalendarDay("20260316", at(-60), at(600)), CalendarDay("20260317", at(1_000), at(1_600))),
    as_of=at(1_200),
)


def test_a_night_is_no_trading_time() -> None:
    found = list(spans(TWO_DAYS, at(590), at(1_020)))

    assert found == [Span(at(-60), at(590), at(600)), Span(at(1_000), at(1_000), at(1_020))]
    assert seconds(TWO_DAYS, at(590), at(1_020)) == 30


def test_outside_of_sessions_and_backwards_no_time_passes() -> None:
    assert seconds(TWO_DAYS, at(700), at(900)) == 0
    assert seconds(TWO_DAYS, at(100), at(50)) == 0


def test_without_a_calendar_all_time_is_trading_time() -> None:
    bare = msgspec.structs.replace(TWO_DAYS, sessions=())

    assert list(spans(bare, at(590), at(1_020))) == [Span(at(590), at(590), at(1_020))]
    assert list(spans(bare, at(5), at(5))) == []


def test_a_date_lasts_to_the_next_ones_beginning_or_the_journals_end() -> None:
    assert date_of(TWO_DAYS, at(0)) == (at(-90), at(910) - 1)
    assert date_of(TWO_DAYS, at(1_000)) == (at(910), at(1_200))
    assert date_of(TWO_DAYS, at(-100)) == (0, at(-90) - 1)
