"""A synthetic market's parameters estimated from one recorded day, and as a section of `config/market.toml`.

Bias: quotes that are picked off are taken for market orders and withdrawn ones for cancels, as nobody can tell them
apart from outside; the rate of market orders comes out high by as much. What one lit venue's day cannot show (auctions,
orders that stay hidden, stale quotes, impact of ours) is left to the defaults, by name. It must not know a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

import msgspec
import numpy as np

from router.api import PPM, SECOND
from simulator.facts import measures
from simulator.facts.recording import Floats, Recording
from simulator.synthetic_params import SyntheticParams

MINUTE_NS: Final = 60 * SECOND
LINGER: Final = (0.15, 1.15)
"""Half-spread seen to half-spread quoted, in ticks: a line through the default market's three symbols."""
BURST_NS: Final = 50_000_000.0
"""Mean gap within a burst from which the search begins."""


class Estimate(NamedTuple):
    """A parameter's estimate, and how far off it may be: a part of the true value, as tested on synthetic days."""

    value: float
    tolerance: float


OF_THE_TAPE: Final = ("open_px", "volatility_ppm", "off_exchange_ppm", "half_spread_ticks", "spread_open")
"""What trades and the national best tell without orders: in a consolidated replay those are the replay's own."""


def fit(recording: Recording, *, orders: bool = True) -> dict[str, Estimate]:
    """Every parameter that the day tells, by its name in `SyntheticParams`; without `orders`, those `OF_THE_TAPE`.

    ValueError when the day has too little in it: under 100 trades or 1,000 orders.
    """
    if len(recording.trade_at) < 100 or len(recording.arrival_at) < 1_000:
        raise ValueError(
            f"{recording.symbol}: {len(recording.trade_at)} trades and {len(recording.arrival_at)} orders; "
            "a fit wants at least 100 and 1000"
        )
    found: dict[str, Estimate] = {}
    for estimator in (_price, _rates, _places, _sizes, _bursts, _rhythm):
        found |= estimator(recording)
    return found if orders else {name: found[name] for name in OF_THE_TAPE if name in found}


def fitted(estimates: Mapping[str, Estimate]) -> SyntheticParams:
    """The parameters with the estimates in place of the defaults."""
    kinds = {field.name: field.type for field in msgspec.structs.fields(SyntheticParams)}
    values = {name: (found.value if kinds[name] is float else round(found.value)) for name, found in estimates.items()}
    return msgspec.convert(values, SyntheticParams)


def to_toml(symbol: str, estimates: Mapping[str, Estimate], origin: str) -> str:
    """The section `[symbol.NAME]`; `origin` says where it is from."""
    params = fitted(estimates)
    lines = [
        f"[symbol.{symbol}]",
        f"# Estimated from {origin}; errors are as tested on synthetic days of the same size.",
    ]
    for name, found in estimates.items():
        value = getattr(params, name)
        shown = f"{value:_}" if isinstance(value, int) else f"{value:.4g}" if value >= 1e-3 else "0.0"
        shown = shown if isinstance(value, int) or "." in shown else f"{shown}.0"
        lines.append(f"{f'{name} = {shown}':<30}# within about {found.tolerance:.0%}")
    unseen = [name for name in SyntheticParams.__struct_fields__ if name not in estimates]
    lines.append(f"# Not to be seen in such a day, left to [default]: {', '.join(unseen)}.")
    return "\n".join(lines) + "\n"


# --- one estimator a group of parameters


def _price(recording: Recording) -> dict[str, Estimate]:
    # Five minutes are long enough for bounce to drown; five shifted grids use what lies between.
    spans = 5 * MINUTE_NS
    mids = measures.sampled_mid(recording, MINUTE_NS)
    squares = [float((np.diff(np.log(mids[shift::5])) ** 2).sum()) for shift in range(5)]
    covered = (recording.day.close - recording.day.open) / max(len(mids[::5]) - 1, 1) / spans
    return {
        "open_px": Estimate(float(recording.mid[0]), 0.001),
        "volatility_ppm": Estimate(float(np.sqrt(np.mean(squares) * covered)) * PPM, 0.3),
    }


def _rates(recording: Recording) -> dict[str, Estimate]:
    """Of the model: arrivals are half of all events, and what is no cancel is an arrival or a market order."""
    seconds = (recording.day.close - recording.day.open) / SECOND
    arrivals, trades, off = len(recording.arrival_at), len(recording.trade_at), len(recording.off_qty)
    found = {
        "events_per_second": Estimate(2 * arrivals / seconds, 0.35),
        "market_ppm": Estimate((trades + off) / arrivals * PPM, 0.7),
        "resting_orders": Estimate(max(float(recording.census.mean()), 2.0), 0.4),
    }
    # A day of one book shows no prints elsewhere; that does not say that there are none.
    return found | ({"off_exchange_ppm": Estimate(off / (trades + off) * PPM, 0.4)} if off else {})


def _places(recording: Recording) -> dict[str, Estimate]:
    """An exponential law is the same behind any place: the mean of what lies a tick or more behind gives its rate."""
    behind = recording.arrival_behind[recording.arrival_behind >= 1]
    mean = max(float(behind.mean()), 1.01) if len(behind) else 1.01
    spreads = measures.spread_by_time(recording)
    opened, spread = float(spreads[0]), float(spreads[len(spreads) // 3 :].mean())
    # Rounding away from the price adds half a tick on each side, whatever the distance before it; a quote that the
    # price has come near to stays until it is passed, which takes off what is given back here.
    half = max(LINGER[0] + LINGER[1] * (spread - 1.0) / 2.0, 0.1)
    # The first half-hour's mean holds about half of the widening with which it begins.
    widening = max(LINGER[1] * (opened - spread) / 2.0 / half / 0.518, 0.0)
    return {
        "half_spread_ticks": Estimate(half, 0.3),
        "spread_open": Estimate(min(widening, 10.0), 0.6),
        "depth_ticks": Estimate(-1.0 / log(1.0 - 1.0 / mean), 0.15),
    }


def _sizes(recording: Recording) -> dict[str, Estimate]:
    """A line through the normal scores of how many orders are below sizes that no preference for round lots crosses."""
    lot = recording.lot
    odd = float(np.mean(recording.arrival_qty < lot))
    even = recording.arrival_qty[recording.arrival_qty >= lot]
    cuts = [1.5, 2.5, 3.5, 4.5, 5.5, 12.5, 22.5]
    below = [(log(cut * lot), float(np.mean(even < cut * lot))) for cut in cuts]
    kept = [(cut, NormalDist().inv_cdf(part)) for cut, part in below if 0.001 < part < 0.999]
    if len(kept) < 2:
        sigma, median = 0.0, float(np.median(even)) if len(even) else float(lot)
    else:
        logs, scores = np.array(kept).T
        slope, intercept = np.polyfit(logs, scores, 1)
        sigma, median = min(1.0 / max(float(slope), 1 / 3), 3.0), exp(-float(intercept) / float(slope))
    large = even[even > 7 * lot]
    fives = float(np.mean(large % (5 * lot) == 0)) if len(large) else 0.2
    return {
        "size_median": Estimate(max(median, 1.0), 0.1),
        "size_sigma": Estimate(sigma, 0.1),
        # One in five is a multiple of five by chance.
        "size_round_ppm": Estimate(max((fives - 0.2) / 0.8, 0.0) * PPM, 0.25),
        "odd_lot_ppm": Estimate(odd * PPM, 0.1),
    }


def _bursts(recording: Recording) -> dict[str, Estimate]:
    """Two exponential laws in the times between trades of one sign, told apart by expectation and maximisation."""
    signs = recording.trade_sign
    gaps = np.diff(recording.trade_at).astype(np.float64)
    part, mean, slow = 0.5, BURST_NS, float(gaps.mean()) * 2.0
    for _ in range(200):
        fast = part / mean * np.exp(-gaps / mean)
        other = (1.0 - part) / slow * np.exp(-gaps / slow)
        weight: Floats = np.where(signs[1:] == signs[:-1], fast / np.maximum(fast + other, 1e-300), 0.0)
        part = float(weight.mean())
        mean = max(float((weight * gaps).sum() / max(weight.sum(), 1e-9)), 1.0)
        slow = float(((1.0 - weight) * gaps).sum() / max((1.0 - weight).sum(), 1e-9))
    # Of a burst, what prints off exchange is passed over: p = b(1 - f) + b f p of a next trade in the book.
    elsewhere = len(recording.off_qty) / (len(recording.off_qty) + len(signs))
    follows = part / (1.0 - elsewhere + part * elsewhere)
    return {
        "burst_ppm": Estimate(min(follows, 0.99) * PPM, 0.35),
        "burst_ns": Estimate(mean, 0.35),
    }


def _rhythm(recording: Recording) -> dict[str, Estimate]:
    """Arrivals by minute: the U by least squares, and what varies around it beyond a Poisson count."""
    day = recording.day
    edges = np.arange(day.open, day.close + 1, MINUTE_NS)
    counts, _ = np.histogram(recording.arrival_at, edges)
    x = (np.arange(len(counts)) + 0.5) / len(counts)
    shape = (2.0 * x - 1.0) ** 2 - 1.0 / 3.0
    u = float((shape * (counts / counts.mean() - 1.0)).sum() / (shape**2).sum())
    u = min(max(u, 0.0), 2.99)
    usual = counts.mean() * (1.0 + u * shape)
    # Var(N / usual) = (e^(s^2) - 1) + 1 / usual for a lognormal rate.
    extra = float(np.mean((counts / usual - 1.0) ** 2 - 1.0 / usual))
    return {
        "u_shape": Estimate(u, 0.6),
        "activity_sigma": Estimate(min(sqrt(log(1.0 + max(extra, 0.0))), 2.0), 0.35),
    }
