"""An order that names the interval-VWAP cross: sent there as it is, filled at the VWAP of the tape that was heard."""

from fractions import Fraction

import pytest

from router.core.events import TradePrint
from router.core.outputs import SendChild
from router.core.profiles import VenueProfile
from router.core.types import SECOND, Ns, OrdType, VenueKind
from simulator.world import Delivered
from support.floor import OPEN, Floor, engine_config, lit, order

CROSS = VenueProfile(
    "XVWP",
    VenueKind.CROSS,
    "vwap",
    protected=False,
    settings={"first_s": 34_260, "last_s": 34_320, "interval_s": 60, "contra_ppm": 1_000_000, "contra_lots_mean": 500},
)
BEGINS, ENDS = OPEN + 60 * SECOND, OPEN + 120 * SECOND


@pytest.mark.untraced
def test_is_filled_after_the_interval_at_the_consolidated_vwap_to_a_quantum_in_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    floor = Floor(config=engine_config(venues=(lit("XLIT"), lit("XALT"), CROSS)))
    heard: list[tuple[Ns, TradePrint]] = []
    step = floor.world.step

    def overheard(until: Ns | None = None) -> list[tuple[Ns, Delivered]]:
        said = step(until)
        heard.extend((at, event) for at, event in said if isinstance(event, TradePrint) and event.symbol == "ACME")
        return said

    monkeypatch.setattr(floor.world, "step", overheard)
    floor.run(OPEN + 10 * SECOND)

    floor.say(order("A1", qty=200, ord_type=OrdType.MARKET, ex_destination="XVWP"))
    floor.run(BEGINS)
    filled_early = [report.cum_qty for report in floor.reports("A1") if report.cum_qty]
    floor.run(ENDS + SECOND)

    # A print was made one market-data latency before it was heard.
    made = [(at - CROSS.market_data_latency_ns, event) for at, event in heard if event.venue != "XVWP"]
    trades = [event for at, event in made if BEGINS <= at < ENDS]
    vwap = Fraction(sum(event.px * event.qty for event in trades), sum(event.qty for event in trades))
    (child,) = floor.of(SendChild)
    last = floor.reports("A1")[-1]
    assert (child.venue, child.ord_type, filled_early) == ("XVWP", OrdType.MARKET, [])
    assert len(trades) > 10
    assert last.cum_qty > 0
    assert abs(last.notional - last.cum_qty * vwap) < 1
