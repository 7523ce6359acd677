"""Volatility as a case saw it."""

from math import log, sqrt

import msgspec
import pytest

from router.core.profiles import CalendarDay
from router.tca.facts.case import Case
from router.tca.facts.quotes import Quote, QuoteTape
from router.tca.facts.volatility import Volatility, given, measure
from support.twelve_trades import at, case


def market(mids: list[tuple[float, int]], *, close_s: float, as_of_s: float) -> Case:
    """Midpoints in quanta from these seconds on; the session begins at 0 s."""
    quotes = QuoteTape()
    for second, mid in mids:
        quotes.add(Quote(at(second), mid - 100, mid + 100))
    return msgspec.structs.replace(
        case("O1"),
        quotes=quotes,
        as_of=at(as_of_s),
        days=((at(-90), "20260316"),),
        sessions=(CalendarDay("20260316", at(0), at(close_s)),),
    )


def test_one_minute_returns_where_there_are_enough() -> None:
    """Thirty minutes, up and down by turns: every squared return is that of 40.00 to 40.04."""
    was = market([(minute * 60, 400_000 + 400 * (minute % 2)) for minute in range(31)], close_s=1_800, as_of_s=1_800)

    found = measure(was, at(0), at(1_800))

    move = log(400_400 / 400_000)
    assert found.per_second == pytest.approx(move / sqrt(60))
    assert found.error == pytest.approx(move / sqrt(60) / sqrt(60))
    assert (found.returns, found.basis) == (30, "30 returns of the midpoint over 60 s")
    assert found.over(240) == pytest.approx(2 * move)
    assert found.error_over(240) == pytest.approx(2 * move / sqrt(60))


def test_shorter_returns_of_a_shorter_market() -> None:
    was = market([(10 * step, 400_000 + 400 * (step % 2)) for step in range(31)], close_s=300, as_of_s=300)

    found = measure(was, at(0), at(300))

    assert found.basis == "30 returns of the midpoint over 10 s"
    assert found.per_second == pytest.approx(log(400_400 / 400_000) / sqrt(10))


def test_a_market_that_stood_still_has_no_volatility_and_that_is_a_figure() -> None:
    found = measure(market([(0, 400_000)], close_s=1_800, as_of_s=1_800), at(0), at(1_800))

    assert (found.per_second, found.error, found.over(60)) == (0, 0, 0)


def test_too_short_a_market_is_none_with_the_reason() -> None:
    found = measure(market([(0, 400_000)], close_s=20, as_of_s=20), at(0), at(20))

    assert found == Volatility(
        None, returns=20, reason="only 20 returns of the midpoint over a second were seen, 30 are needed"
    )
    assert found.over(60) is None


def test_without_quotes_there_is_none() -> None:
    was = msgspec.structs.replace(case("O1"), quotes=QuoteTape())

    assert measure(was, at(0), at(20)).reason == "no quote was seen"


def test_the_nights_move_is_no_return() -> None:
    """Two sessions of thirty minutes at 40 and at 50: nothing moved within either."""
    was = market([(0, 400_000), (3_600, 500_000)], close_s=1_800, as_of_s=5_400)
    sessions = (*was.sessions, CalendarDay("20260317", at(3_600), at(5_400)))

    found = measure(msgspec.structs.replace(was, sessions=sessions), at(0), at(5_400))

    assert (found.per_second, found.returns) == (0, 60)


def test_a_midpoint_of_last_night_begins_no_return() -> None:
    """The second session's first quote comes 30 s after its open."""
    was = market([(0, 400_000), (3_630, 500_000)], close_s=1_800, as_of_s=5_400)
    sessions = (*was.sessions, CalendarDay("20260317", at(3_600), at(5_400)))

    found = measure(msgspec.structs.replace(was, sessions=sessions), at(0), at(5_400))

    assert (found.per_second, found.returns) == (0, 59)


def test_a_sessions_volatility_is_spread_over_its_seconds() -> None:
    found = given(0.02, 23_400, "profile")

    assert found.over(23_400) == pytest.approx(0.02)
    assert found.error_over(23_400) is None


@pytest.mark.parametrize(("sigma", "length"), [(-0.01, 23_400), (0.02, 0)])
def test_a_negative_volatility_or_an_empty_session_is_refused(sigma: float, length: float) -> None:
    with pytest.raises(ValueError, match="volatility is at least 0 and a session longer than 0 s, not"):
        given(sigma, length, "profile")
