"""Times to compare with: far from ourselves, alike in what came before, and each taken once."""

from router.core.events import TradePrint
from router.core.types import SECOND
from router.tca.facts.tape import MarketTape
from router.tca.footprint.controls import Controls
from support.tca_cases import at, case, quotes

WINDOW, BEFORE = 10 * SECOND, 20 * SECOND


def controls(*busy: float, tape: MarketTape | None = None, until: float = 200) -> Controls:
    """Of a market that rises by a cent at 95 s."""
    market = quotes([(0, 400_000, 400_200), (95, 400_100, 400_300)])
    parent = case(market, tape=tape, as_of=at(until))
    return Controls(parent, [at(second) for second in busy], window=WINDOW, before=BEFORE, sample=SECOND)


def test_without_own_activity_every_window_after_the_first_history_is_a_control() -> None:
    found = controls()

    # Ends at 30, 40, ... 200 s.
    assert sorted(found.nearest(at(100), 99)) == list(range(18))
    assert found.take(range(18)) == 100 / 400_100 * 10_000 / 18


def test_nothing_within_two_windows_after_or_one_before_own_activity_is_a_control() -> None:
    found = controls(100)

    # Of the 18, those that end at 90, 100, 110 and 120 s are not.
    assert len(found.nearest(at(100), 99)) == 14


def test_the_likest_come_first_by_what_traded_before_the_window() -> None:
    busy = MarketTape()
    for second in (101, 102, 171, 172):
        busy.add(at(second), TradePrint("XLIT", "ACME", 400_100, 5_000))
    found = controls(tape=busy)

    near = [30 + 10 * place for place in found.nearest(at(195), 3)]

    # Windows that end at 120, 130, 190 and 200 s had that volume before them; that of 120 s had the cent, too.
    assert sorted(near) == [130, 190, 200]


def test_a_control_is_taken_once() -> None:
    found = controls()

    first = found.nearest(at(100), 3)
    found.take(first)

    assert not set(first) & set(found.nearest(at(100), 99))
    assert len(found.nearest(at(100), 99)) == 15


def test_a_window_is_in_reach_with_all_of_its_history() -> None:
    found = controls()

    assert [found.in_reach(at(second)) for second in (29, 30, 200, 201)] == [False, True, True, False]


def test_a_move_takes_a_market_at_both_ends() -> None:
    found = controls()

    assert (found.move(at(100)), found.move(at(95))) == (100 / 400_100 * 10_000, 0.0)
    assert found.move(at(5)) is None
    assert controls(until=0).nearest(at(100), 9) == []
