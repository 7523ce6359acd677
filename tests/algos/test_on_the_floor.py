"""The four algorithms in the real engine, on simulated venues: each keeps to what it says it does."""

from collections.abc import Mapping

import pytest

from router.core.outputs import ExecReport
from router.core.params import show_time
from router.core.types import SECOND, OrdStatus, Side
from support.floor import OPEN, Floor, order

pytestmark = pytest.mark.slow

MINUTE = 60 * SECOND
MINUTES = 6
START = OPEN + MINUTE
QTY = 2_437
STRATEGIES = ("TWAP", "VWAP", "POV", "IS")
RATE_PPM = 100_000


class Day:
    """What the floor showed after each minute: filled by strategy, and POV's volume of others."""

    def __init__(self) -> None:
        self.filled: list[Mapping[str, int]] = []
        self.others: list[int] = []
        self.last: dict[str, ExecReport] = {}


@pytest.fixture(scope="module")
def day() -> Day:
    floor, seen = Floor(seed=5, events_per_second=8.0), Day()
    floor.run(START)
    for strategy in STRATEGIES:
        rate = (("ParticipationRate", "0.1"),) if strategy == "POV" else ()
        params = (("EndTime", show_time(START + MINUTES * MINUTE)), *rate)
        # Too much for POV to finish, so that its share can be read to the end.
        qty, side = (50_000, Side.SELL) if strategy == "POV" else (QTY, Side.BUY)
        floor.say(order(strategy, strategy=strategy, side=side, qty=qty, params=params))
    pov = next(work for work in floor.engine.desk.works.values() if work.parent.qty == 50_000)
    for minute in range(1, MINUTES + 1):
        floor.run(START + minute * MINUTE - SECOND)
        filled = {name: sum(report.last_qty for report in floor.reports(name)) for name in STRATEGIES}
        seen.filled.append(filled)
        seen.others.append(pov.window.volume)
    floor.run(START + MINUTES * MINUTE + 5 * SECOND)
    seen.last = {name: floor.reports(name)[-1] for name in STRATEGIES}
    return seen


@pytest.mark.parametrize("strategy", ["TWAP", "VWAP", "IS"])
def test_a_schedule_is_kept_within_a_third_of_the_order(day: Day, strategy: str) -> None:
    # A third, because IS is ahead of the line on purpose, and a passive slice may wait its whole slot.
    for minute, filled in enumerate(day.filled, start=1):
        assert filled[strategy] == pytest.approx(QTY * minute / MINUTES, abs=QTY / 3), minute


@pytest.mark.parametrize("strategy", ["TWAP", "VWAP", "IS"])
def test_a_schedule_that_the_market_can_bear_ends_filled(day: Day, strategy: str) -> None:
    last = day.last[strategy]

    assert (last.ord_status, last.cum_qty, last.leaves) == (OrdStatus.FILLED, QTY, 0)


def test_pov_is_never_above_its_rate_and_ends_near_it(day: Day) -> None:
    shares = [filled["POV"] / (filled["POV"] + others) for filled, others in zip(day.filled, day.others, strict=True)]

    assert max(shares) <= RATE_PPM / 1e6
    assert shares[-1] > 0.09


def test_pov_with_residue_is_done_for_the_day(day: Day) -> None:
    assert day.last["POV"].ord_status is OrdStatus.DONE_FOR_DAY
