"""A market that was made anew with the process: where it goes on, and its venues' ids."""

from router.core.events import ChildAccepted, ChildBusted, ChildFilled, Event, TradePrint, VenueDown, VenueUp
from router.core.instruments import Instrument
from router.core.profiles import VenueProfile
from router.core.types import SECOND, LastLiquidityInd, Ns, VenueKind
from router.runtime.later_life import LaterLife, catch_up
from simulator import world
from simulator.source import MarketPort


class World:
    next_at: Ns | None = 5

    def step(self, until: Ns) -> list[tuple[Ns, Event]]:
        return [
            (5, ChildAccepted("XLIT", "C7", "XLIT-1", ahead=100)),
            (5, fill("XLIT-X1")),
            (5, ChildBusted("XLIT", "C7", "XLIT-X2", "XLIT-X1")),
            (until, TradePrint("XLIT", "ABC", 100_000, 100)),
        ]


def fill(exec_id: str) -> ChildFilled:
    return ChildFilled(
        venue="XLIT", child_id="C7", exec_id=exec_id, qty=100, px=100_000, liquidity=LastLiquidityInd.ADDED
    )


def test_each_life_marks_its_ids_and_nothing_else() -> None:
    market = LaterLife(World(), 2)

    assert market.next_at == 5
    assert list(market.step(9)) == [
        (5, ChildAccepted("XLIT", "C7", "XLIT-1-L2", ahead=100)),
        (5, fill("XLIT-X1-L2")),
        (5, ChildBusted("XLIT", "C7", "XLIT-X2-L2", "XLIT-X1-L2")),
        (9, TradePrint("XLIT", "ABC", 100_000, 100)),
    ]


class LineCut:
    """XLIT is down from second 10 to second 70."""

    next_at: Ns | None = 10 * SECOND

    def step(self, port: MarketPort) -> None:
        if self.next_at == 10 * SECOND:
            port.venue_down("XLIT", "line cut")
            self.next_at = 70 * SECOND
        else:
            port.venue_up("XLIT")
            self.next_at = None


def test_a_venue_that_is_down_at_the_restart_comes_back_in_its_own_time_and_the_others_at_once() -> None:
    venues = [VenueProfile(mic, VenueKind.LIT, "lit", latency_ns=0) for mic in ("XLIT", "XALT")]
    fresh = world.World(venues, {"ABC": Instrument("ABC")}, [LineCut()], seed=7, start=0)

    catch_up(fresh, ["XLIT", "XALT"], 30 * SECOND)

    heard: list[tuple[Ns, object]] = []
    while fresh.next_at is not None:
        heard += fresh.step()
    assert [(at // SECOND, event) for at, event in heard if isinstance(event, VenueDown | VenueUp)] == [
        (10, VenueDown("XALT", "restarted with the router")),
        (10, VenueUp("XALT")),
        (70, VenueUp("XLIT")),
    ]
