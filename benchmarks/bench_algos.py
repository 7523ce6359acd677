"""Algorithms: the cost of a wake-up, when a slot begins and in its middle, and of 10,000 parents woken once a second.

    python -m benchmarks.bench_algos

The views are made beforehand: what is timed is the algorithm's own decision.
"""

from __future__ import annotations

from random import Random

from msgspec import structs

from algos.implementation_shortfall import ImplementationShortfall, IsParams
from algos.pov import Pov, PovParams
from algos.testing import Conditions, Driver, example_terms
from algos.twap import Twap, TwapParams
from algos.vwap import Vwap, VwapParams
from benchmarks.harness import seconds, table
from router.api import SECOND, AlgoFactory, AlgoParams, AlgoView, Cause

SECONDS = 1_200
CASES: tuple[tuple[AlgoFactory, AlgoParams], ...] = (
    (Twap, TwapParams(max_participation=100_000)),
    (Vwap, VwapParams(max_participation=100_000)),
    (Pov, PovParams(participation_rate=100_000)),
    (ImplementationShortfall, IsParams(max_participation=100_000)),
)
TERMS = example_terms(qty=1_000_000, minutes=30, adv=50_000_000)


def views(step: int) -> list[AlgoView]:
    """A wake-up every `step` seconds of an order that is filled at a tenth of the volume."""
    driver = Driver(Twap, TwapParams(), TERMS, Conditions())
    seen = []
    for second in range(0, SECONDS, step):
        at = TERMS.start + second * SECOND
        market = driver.market(at)
        filled = market.volume // 10 // 100 * 100
        seen.append(
            AlgoView(
                now=at,
                cause=Cause.TIMER,
                order=TERMS,
                market=market,
                filled=filled,
                open=0,
                available=TERMS.qty - filled,
                slices_open=0,
                rng=Random(1),
            )
        )
    return seen


def microseconds(factory: AlgoFactory, params: AlgoParams, seen: list[AlgoView]) -> float:
    """Mean time of one wake-up."""

    def work() -> None:
        for _ in range(10):
            algorithm = factory(params, TERMS)
            for view in seen:
                algorithm.on_wake(view)

    return seconds(work) / (10 * len(seen)) * 1e6


def main() -> None:
    each_second, each_slot = views(1), views(60)
    rows = []
    for factory, params in CASES:
        looking = microseconds(factory, params, each_second)
        # Slots of a second, so that every wake-up begins one and draws from the generator.
        cutting = microseconds(factory, structs.replace(params, interval=SECOND), each_slot)
        rows.append((factory.name, f"{looking:.1f}", f"{cutting:.1f}", f"{looking * 10_000 / 1e6:.2f}"))
    table("Wake-ups", ("algorithm", "a second, us", "a new slot, us", "10,000 parents, s CPU per s"), rows)


if __name__ == "__main__":
    main()
