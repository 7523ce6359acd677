"""All facts of one recorded day in one go: curves to draw, and the figures that are judged.

It must not know which day is whose. The recording is not kept: twenty days fit where two would not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from router.api import SECOND
from simulator.facts import measures
from simulator.facts.queues import queue_rates
from simulator.facts.recording import Floats, Recording

SIZE_GRID: Final = tuple(np.geomspace(0.1, 30.0, 24).tolist())
"""Order sizes in round lots."""
GAP_GRID: Final = tuple(np.geomspace(0.001, 20.0, 30).tolist())
"""Times between trades in their mean."""
LIFE_GRID_S: Final = tuple(np.geomspace(0.001, 10_000.0, 30).tolist())
VOLATILITY_LAGS: Final = tuple(range(1, 21))
RETURN_STEPS_S: Final = (1, 2, 5, 10, 30, 60)
QUEUES: Final = 16
"""Sizes of a queue that are drawn."""


class DayFacts(NamedTuple):
    """What was measured of one day: curves by name (see `_curves`), figures by the key of their fact."""

    symbol: str
    curves: Mapping[str, Floats]
    figures: Mapping[str, float]


def measure(recording: Recording) -> DayFacts:
    """Everything that a recording of one day tells."""
    curves = _curves(recording)
    return DayFacts(recording.symbol, curves, _figures(recording, curves))


def _curves(recording: Recording) -> dict[str, Floats]:
    minutes = np.abs(measures.returns(recording, 60 * SECOND))
    queue = queue_rates(recording)
    gaps = np.diff(recording.trade_at)
    return {
        "spread": measures.spread_by_time(recording),
        "depth": measures.depth_by_time(recording),
        "volume": measures.volume_curve(recording),
        "sizes": measures.survival(recording.arrival_qty, [lots * recording.lot for lots in SIZE_GRID]),
        "gaps": measures.survival(gaps, [part * float(gaps.mean()) for part in GAP_GRID]),
        "lives": measures.survival(recording.life_ns, [life * SECOND for life in LIFE_GRID_S]),
        "signs": measures.sign_correlations(recording),
        "returns": np.array([measures.return_correlation(recording, step) for step in RETURN_STEPS_S]),
        "volatility": np.array([measures.correlation(minutes, lag) for lag in VOLATILITY_LAGS]),
        "signature": measures.relative_signature(recording),
        "response": measures.response(recording),
        "resilience": measures.resilience(recording),
        "queue": queue.observed[:QUEUES],
        "queue_law": queue.law()[:QUEUES],
        "queue_distance": np.array([queue.distance()]),
    }


def _figures(recording: Recording, curves: Mapping[str, Floats]) -> dict[str, float]:
    signs, response = curves["signs"], curves["response"]
    spread = measures.by_time(recording, (recording.ask - recording.bid) / recording.mid * 1e4, 1)
    return {
        "spread_bps": float(spread[0]),
        "spread_open": measures.open_over_middle(curves["spread"]),
        "depth": float(measures.depth_by_time(recording, 1)[0]),
        "volume_u": measures.edge_over_middle(curves["volume"]),
        "orders_per_trade": len(recording.arrival_at) / max(len(recording.trade_at), 1),
        "one_lot": measures.lot_share(recording),
        "five_lots": measures.five_lot_share(recording),
        "gap_dispersion": measures.gap_dispersion(recording),
        "life_decades": measures.life_decades(recording),
        "sign_first": float(signs[0]),
        "sign_exponent": measures.sign_exponent(recording),
        "return_correlation": measures.return_correlation(recording, 10),
        "signature": measures.signature_ratio(recording),
        "volatility_correlation": float(curves["volatility"][0]),
        "kurtosis": measures.kurtosis(recording),
        "response_first": float(response[0]),
        "response_rises": float(response[measures.RESPONSE_LAGS.index(10)] - response[0]),
        "resilience": measures.half_life(measures.RESILIENCE_S, curves["resilience"]),
        "queue_law": float(curves["queue_distance"][0]),
    }


def mean_curve(days: Sequence[DayFacts], name: str) -> Floats:
    """A curve's mean over days; NaN where no day has a value."""
    rows = np.array([day.curves[name] for day in days])
    counts = np.isfinite(rows).sum(axis=0)
    sums: Floats = np.where(np.isfinite(rows), rows, 0.0).sum(axis=0)
    return np.asarray(np.divide(sums, counts, out=np.full(rows.shape[1], np.nan), where=counts > 0))
