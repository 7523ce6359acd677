"""A router over three trading dates in one process, and the same three in two lives with a night between."""

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from router.core.events import Genesis
from router.core.outputs import ExecReport, Output
from router.core.types import SECOND, ExecType, Ns, OrdStatus, Qty, TimeInForce
from router.engine import Engine
from router.journal import replay, verify
from router.runtime.assembly import MarketOf
from router.runtime.journal_file import FILE_NAME, JournalFile, JournalReader
from router.runtime.simulation import Simulation
from simulator.several_days import EVENING_NS, SeveralDays
from support.floor import ALGOS, engine_config, order
from support.several_days import DAYS, VENUES, market

CONFIG = replace(engine_config(venues=VENUES), calendars={"XNYS": DAYS})
CONFIG = replace(CONFIG, instruments=CONFIG.instruments[:1])
GENESIS = Genesis("T1", msgspec.json.encode(CONFIG).decode(), "synthetic:1")
ORDER = order(
    "A1", qty=900, strategy="TWAP", tif=TimeInForce.GTD, expire_time=DAYS[2].close, params=(("Interval", "30"),)
)


class Life:
    """One life of the router in `state`, and what its client heard in it."""

    def __init__(self, state: Path) -> None:
        self.heard: list[ExecReport] = []
        whole: MarketOf[SeveralDays] = MarketOf("synthetic:1", CONFIG, market(), DAYS[0].open - 60 * SECOND)
        journal = JournalFile(state, durability="process")
        self.simulation = Simulation(whole, journal, lambda _: Engine(CONFIG, ALGOS), GENESIS, self._hear)

    def _hear(self, at: Ns, output: Output) -> None:
        del at
        if isinstance(output, ExecReport):
            self.heard.append(output)

    @property
    def days(self) -> list[tuple[OrdStatus, Qty, Qty]]:
        """How each of its days ended: OrdStatus(39), CumQty(14), LeavesQty(151)."""
        ends = [each for each in self.heard if each.exec_type is ExecType.DONE_FOR_DAY or each.leaves == 0]
        return [(each.ord_status, each.cum_qty, each.leaves) for each in ends]


def replayed(state: Path) -> str | None:
    reader = JournalReader(state / FILE_NAME)
    verify(reader.inputs(), reader.outputs())
    difference = replay(reader.inputs(), reader.outputs(), lambda _: Engine(CONFIG, ALGOS))
    reader.close()
    return None if difference is None else str(difference)


THIRDS = [(OrdStatus.DONE_FOR_DAY, 300, 600), (OrdStatus.DONE_FOR_DAY, 600, 300), (OrdStatus.FILLED, 900, 0)]


def test_three_days_in_one_process_are_one_journal(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.simulation.run(DAYS[0].open + 10 * SECOND)
    life.simulation.say(ORDER)

    life.simulation.run(DAYS[2].close + EVENING_NS)
    life.simulation.close()

    assert life.days == THIRDS
    assert replayed(tmp_path) is None


@pytest.mark.slow
def test_an_order_is_carried_over_a_night_in_which_the_router_was_down(tmp_path: Path) -> None:
    first = Life(tmp_path)
    first.simulation.run(DAYS[0].open + 10 * SECOND)
    first.simulation.say(ORDER)
    first.simulation.run(DAYS[0].close + EVENING_NS)
    first.simulation.close()

    second = Life(tmp_path)
    second.simulation.run(DAYS[2].close + EVENING_NS)
    second.simulation.close()

    assert first.days + second.days == THIRDS
    renewed = second.heard[0]
    assert (renewed.exec_type, renewed.day_order_qty, renewed.day_cum_qty) == (ExecType.RESTATED, 600, 0)
    assert replayed(tmp_path) is None
