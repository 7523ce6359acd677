"""A good-till-cancel order of the real engine over a night: both dates, each one's close, the night's move."""

from fractions import Fraction

import msgspec

from router.core.events import DayStart, Event, Genesis, PhaseChange, TradePrint
from router.core.outputs import CancelChild, Output, SendChild
from router.core.profiles import CalendarDay, EngineConfig
from router.core.types import SECOND, OrdType, Phase, PrintKind, Px, Side, TimeInForce
from router.tca.facts.case import case_of
from router.tca.facts.recorder import Recorder
from router.tca.report.tca_report import TcaReport, tca_report
from support.floor import DAY, OPEN, engine_config, order
from support.scripted import TWO_LIT, Scripted

NIGHT = 86_400 * SECOND
SESSION = 600 * SECOND


def two_days() -> EngineConfig:
    days = (
        CalendarDay(DAY, OPEN, OPEN + SESSION),
        CalendarDay("20260317", OPEN + NIGHT, OPEN + NIGHT + SESSION),
    )
    return msgspec.structs.replace(engine_config(venues=TWO_LIT), calendars={"XNYS": days})


class Recorded(Scripted):
    """A scripted floor with an analyst who reads along; its first line names the configuration."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        super().__init__(config=two_days())

    def say(self, event: Event) -> list[Output]:
        said = super().say(event)
        if isinstance(event, Genesis):
            event = Genesis("T1", msgspec.json.encode(two_days()).decode())
        self.recorder.observe(self.at, event, said)
        return said

    def close(self, px: Px) -> None:
        """The session ends with an auction at `px`."""
        self.wait(OPEN + SESSION - self.at if self.at < OPEN + SESSION else OPEN + NIGHT + SESSION - self.at)
        self.say(TradePrint("XLIT", "ACME", px, 5_000, kind=PrintKind.CLOSING))
        self.say(PhaseChange("ACME", Phase.CLOSED))


def worked_over_a_night() -> TcaReport:
    """A sell of 600 at 40.03 or better: 100 the first day, 200 the next, which opens a dollar higher."""
    floor = Recorded()
    terms = {"side": Side.SELL, "qty": 600, "ord_type": OrdType.LIMIT, "px": 400_300, "tif": TimeInForce.GTC}
    floor.wait(10 * SECOND)
    floor.say(order("A1", **terms))
    floor.wait(10 * SECOND)
    floor.fill(floor.last(SendChild), 100)
    floor.close(400_200)
    floor.canceled(floor.last(CancelChild))
    floor.wait(OPEN + NIGHT - floor.at)
    floor.say(DayStart("20260317"))
    for mic in ("XLIT", "XALT"):
        floor.quote(mic, bid=410_000, ask=410_100)
    floor.say(PhaseChange("ACME", Phase.CONTINUOUS))
    floor.wait(10 * SECOND)
    floor.fill(floor.last(SendChild), 200, 410_000)
    floor.close(411_000)
    return tca_report(case_of(floor.recorder, floor.recorder.orders["T1-O1"]))


def test_an_order_over_a_night_has_both_dates_and_the_close_of_each() -> None:
    report = worked_over_a_night()

    closes = {line.name: line.px for line in report.benchmarks if "close" in line.name}
    assert report.order.days == (DAY, "20260317")
    assert [closes[f"close {DAY}"], closes["close"]] == [Fraction("40.02"), Fraction("41.1")]


def test_the_nights_move_is_in_timing_and_what_was_left_is_valued_at_the_last_close() -> None:
    """Decided at 40.005. Sold 100 at 40.03 with the midpoint there still, and 200 at 41.00 with it at 41.005.

    spread  -[100 x (40.03 - 40.005) + 200 x (41.00 - 41.005)] = -2.50 + 1.00
    timing  -[200 x (41.005 - 40.005)], nothing else having moved it
    opportunity  -[300 x (41.10 - 40.005)]
    """
    costs = worked_over_a_night().shortfall

    money = {part.name: part.money for part in costs.parts}
    assert money["spread"] == Fraction("-1.5")
    assert [money["impact"], money["timing"], money["opportunity"]] == [0, -200, Fraction("-328.5")]
