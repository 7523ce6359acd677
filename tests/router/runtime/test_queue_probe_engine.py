"""The probe beside the real engine: of the children that the engine sends, both must say the same of every place."""

from __future__ import annotations

import pytest

from router.core.events import Event
from router.core.outputs import Output, SendChild
from router.core.types import SECOND, Ns, Side
from router.engine import Engine
from router.market.market import Market
from router.runtime.queue_probe import QueueProbe
from router.sor.work import Router
from support.floor import OPEN, Floor, order

pytestmark = pytest.mark.slow


class Overheard:
    """An engine whose every input and child a probe hears too; `compared` holds (child, engine's place, probe's)."""

    def __init__(self, engine: Engine, probe: QueueProbe) -> None:
        self._engine = engine
        self._probe = probe
        self._sent: list[str] = []
        self.compared: list[tuple[str, int | None, int | None]] = []

    def _router(self) -> Router:
        assert self._engine._desk is not None
        return self._engine._desk.router

    def handle(self, at: Ns, event: Event) -> list[Output]:
        self._probe.on_heard(at, event)
        outputs = self._engine.handle(at, event)
        for output in outputs:
            if isinstance(output, SendChild):
                self._probe.on_sent(at, output)
                self._sent.append(output.child_id)
        self._probe.settle(at)
        router, chosen = self._router(), self._probe.chosen
        self.compared += [(child, router.queue_ahead(child), chosen.ahead(child)) for child in self._sent[-20:]]
        return outputs


def test_the_probe_s_place_of_the_chosen_model_is_the_router_s_own() -> None:
    floor = Floor(seed=3)
    config = floor.config
    market = Market(config.instruments, config.venues, config.calendars)
    probe = QueueProbe("floor", market, config.router, floor.world.ahead, horizons_ns=[5 * SECOND])
    overheard = Overheard(floor.engine, probe)
    floor.pipeline._engine = overheard
    floor.run(OPEN + 10 * SECOND)

    params = (("ParticipationRate", "0.2"), ("Urgency", "Low"))
    floor.say(
        order("BUY", qty=20_000, strategy="POV", params=params),
        order("SELL", side=Side.SELL, qty=20_000, strategy="TWAP"),
    )
    floor.run(OPEN + 200 * SECOND)

    placed = [each for each in overheard.compared if each[1] is not None]
    assert [each for each in overheard.compared if each[1] != each[2]] == []
    assert len({ahead for _, ahead, _ in placed}) > 50
    assert len(probe.recording.orders) > 20
    assert probe.recording.samples
