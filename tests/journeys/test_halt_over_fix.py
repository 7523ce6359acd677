"""A halt of an instrument at venues behind FIX: each says so for itself, and the client hears of one."""

from __future__ import annotations

from router.core.events import PhaseChange
from router.core.types import SECOND, OrdStatus, OrdType, Phase
from support.fix_wire import FixWire
from support.floor import FLOOR_VENUES, OPEN, Floor, engine_config, order

VENUES = tuple(venue for venue in FLOOR_VENUES if venue.mic in {"XLIT", "XALT", "XDRK"})


def test_an_order_is_suspended_in_it_and_back_when_the_venues_trade_again() -> None:
    floor = Floor(config=engine_config(venues=VENUES), behind=FixWire, start=OPEN - 10 * SECOND)
    floor.run(OPEN)
    floor.say(PhaseChange("ACME", Phase.CONTINUOUS))
    floor.run(OPEN + 5 * SECOND)
    floor.say(order("A1", ord_type=OrdType.LIMIT, px=390_000))

    floor.world.phase("ACME", Phase.HALTED)
    floor.run(OPEN + 100 * SECOND)
    floor.say(order("A2", ord_type=OrdType.LIMIT, px=390_000))
    floor.world.phase("ACME", Phase.CONTINUOUS)
    floor.run(OPEN + 110 * SECOND)

    halted, resumed = OrdStatus.SUSPENDED, OrdStatus.NEW
    assert [report.ord_status for report in floor.reports("A1")] == [OrdStatus.NEW, halted, resumed]
    assert [report.ord_status for report in floor.reports("A2")] == [OrdStatus.NEW, halted, resumed]
