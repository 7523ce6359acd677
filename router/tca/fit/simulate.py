"""Orders drawn from a seed, and what they would have cost if a model were true: what a fit is tried on.

Normal luck of the size that `points` takes it to be. No market: for one, run a study.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import exp, log
from random import Random

from msgspec.structs import replace

from router.core.types import Side
from router.tca.fit.points import points_of
from router.tca.impact.terms import BPS, ParametricModel
from router.tca.universe.outcome import Outcome


def draw_orders(count: int, seed: int, *, symbols: int = 50) -> tuple[Outcome, ...]:
    """Orders of 0.1 to 20 % of ADV at 2 to 30 % of volume, log-uniform, in symbols of 0.8 to 4 % a day; cost 0."""
    rng = Random(seed)
    known = [(_log_uniform(rng, 0.008, 0.04), _log_uniform(rng, 1.0, 20.0)) for _ in range(symbols)]
    return tuple(_order(rng, number, known[rng.randrange(symbols)]) for number in range(count))


def simulate_costs(
    model: ParametricModel, orders: Iterable[Outcome], *, seed: int, spread_part: float = 0.5
) -> tuple[Outcome, ...]:
    """The same orders with costs by `model`, `spread_part` of the half spread, and normal luck."""
    rng = Random(seed)
    points, _ = points_of(orders)
    return tuple(
        replace(
            point.outcome,
            cost_bps=spread_part * point.half_spread
            + BPS * model.parts(point.order, point.path).total
            + point.noise * rng.gauss(),
        )
        for point in points
    )


def _order(rng: Random, number: int, symbol: tuple[float, float]) -> Outcome:
    sigma, spread = symbol
    return Outcome(
        order_id=f"D{number}",
        symbol=f"S{sigma:.5f}",
        side=Side.BUY if rng.random() < 0.5 else Side.SELL,
        date="20260316",
        algorithm="VWAP",
        q_adv=_log_uniform(rng, 0.001, 0.2),
        pov=_log_uniform(rng, 0.02, 0.3),
        sigma=sigma,
        spread_bps=spread,
        cost_bps=0.0,
    )


def _log_uniform(rng: Random, low: float, high: float) -> float:
    return exp(rng.uniform(log(low), log(high)))
