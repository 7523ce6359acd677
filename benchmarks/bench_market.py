"""What the synthetic market reproduces, measured; beside a recorded day where there is one; and what sources cost.

python -m benchmarks.bench_market

Facts are taken from what an engine would hear (no latency), so that venues and world are in them. The impact figures
are of meta-orders of 20 equal market orders over ten minutes, mean over seeds of the mid's move against the start;
their size is what was filled, since the touch may hold less than a slice.
"""

from __future__ import annotations

from itertools import cycle
from math import sqrt
from typing import NamedTuple

import numpy as np

from benchmarks.harness import rate, real_data, seconds, table
from router.api import (
    SECOND,
    CalendarDay,
    ChildFilled,
    Instrument,
    Ns,
    OrdType,
    Reason,
    SendChild,
    Side,
    TimeInForce,
    TradePrint,
    VenueKind,
    VenueProfile,
)
from simulator.feeds import lobster
from simulator.market_spec import build_world
from simulator.synthetic_params import MarketConfig, default_market
from simulator.world import World

OPEN: Ns = 1_709_562_600 * SECOND
"""2024-03-04 09:30 in New York."""
DAYS = {"XNYS": (CalendarDay("20240304", OPEN, OPEN + 23_400 * SECOND),)}
MICS = ("XLIT", "XALT", "XINV")
SAMPLE_NS: Ns = 10 * SECOND
LAGS = (1, 10, 50)
SEEDS = 100
FRACTIONS = (0.005, 0.02, 0.08)
"""Meta-orders as a part of the day's volume."""
SLICES = 20
VOLUME = 300_000
"""Shares of a day at one event a second."""
SLICE_NS: Ns = 30 * SECOND


class Heard(NamedTuple):
    """A day as heard: mids and spreads sampled every ten seconds, and every print of a lit book."""

    mids: list[float]
    spreads: list[int]
    depths: list[int]
    signs: list[int]
    times: list[Ns]
    shares: int
    events: int


def venues(count: int) -> list[VenueProfile]:
    return [VenueProfile(mic, VenueKind.LIT, "lit", latency_ns=0, market_data_latency_ns=0) for mic in MICS[:count]]


def listen(world: World, symbol: str, until: Ns) -> Heard:
    heard = Heard([], [], [], [], [], 0, 0)
    shares = events = 0
    sample_at = 0
    while (at := world.next_at) is not None and at < until:
        said = world.step()
        events += len(said)
        for _, event in said:
            if isinstance(event, TradePrint) and event.aggressor_is_buy is not None:
                shares += event.qty
                # One order that takes several makers is one trade.
                if not heard.times or heard.times[-1] != at:
                    heard.times.append(at)
                    heard.signs.append(1 if event.aggressor_is_buy else -1)
        nbbo = world.nbbo(symbol)
        if at >= sample_at and nbbo.bid is not None and nbbo.ask is not None:
            sample_at = at + SAMPLE_NS
            heard.mids.append((nbbo.bid + nbbo.ask) / 2)
            heard.spreads.append(nbbo.ask - nbbo.bid)
            heard.depths.append(nbbo.bid_qty + nbbo.ask_qty)
    return heard._replace(shares=shares, events=events)


def facts(heard: Heard) -> dict[str, str]:
    """The stylised facts of a day, as figures."""
    returns = np.diff(np.log(heard.mids))
    slow = np.diff(np.log(heard.mids[::30]))
    gaps = np.diff(np.array(heard.times)) / SECOND
    out = {
        "events heard": f"{heard.events:,}",
        "trades": f"{len(heard.times):,}",
        "shares": f"{heard.shares:,}",
        "spread, bps": f"{np.mean(np.array(heard.spreads) / np.array(heard.mids)) * 1e4:.2f}",
        "shares at the touch": f"{np.mean(heard.depths) / 2:,.0f}",
        "time between trades: deviation / mean": f"{gaps.std() / gaps.mean():.2f}",
        "10 s return correlation": f"{correlation(returns, 1):+.3f}",
        "volatility a day, from 10 s": f"{returns.std() * sqrt(2_340) * 1e2:.2f} %",
        "volatility a day, from 5 min": f"{slow.std() * sqrt(78) * 1e2:.2f} %",
    }
    signs = np.array(heard.signs, dtype=float)
    out |= {f"sign correlation, lag {lag}": f"{correlation(signs, lag):+.3f}" for lag in LAGS}
    return out


def correlation(series: np.ndarray[tuple[int], np.dtype[np.float64]], lag: int) -> float:
    centred = series - series.mean()
    return float((centred[:-lag] * centred[lag:]).mean() / centred.var())


def synthetic() -> Heard:
    world = build_world("synthetic:1", venues(3), {"XYZ": Instrument("XYZ")}, DAYS, seed=1, config=MarketConfig())
    return listen(world, "XYZ", DAYS["XNYS"][0].close)


def recorded() -> Heard | None:
    folder = real_data()
    path = next(iter((folder / "orderflow").glob("GOOG_*_message_10.csv.xz")), None) if folder else None
    if path is None:
        return None
    goog = {"GOOG": Instrument("GOOG")}
    world = build_world(f"lobster:{path}", venues(1), goog, {}, seed=1, config=MarketConfig())
    return listen(world, "GOOG", lobster.open_day(path).close)


def meta_order(seed: int, fraction: float) -> tuple[float, float]:
    """(the filled part of a day's volume, the mid's relative move) of a buyer's ten minutes."""
    config = default_market({"events_per_second": 1.0})
    world = build_world(f"synthetic:{seed}", venues(3), {"XYZ": Instrument("XYZ")}, DAYS, seed=1, config=config)
    start = OPEN + 600 * SECOND
    before, filled = run_to(world, start)
    for number, mic in zip(range(SLICES), cycle(MICS), strict=False):
        at = start + number * SLICE_NS
        filled += run_to(world, at)[1]
        world.send(at, order(number, mic, round(VOLUME * fraction / SLICES)))
    after, last_filled = run_to(world, start + SLICES * SLICE_NS)
    return (filled + last_filled) / VOLUME, after / before - 1


def order(number: int, mic: str, qty: int) -> SendChild:
    return SendChild(
        venue=mic,
        child_id=f"m{number}",
        symbol="XYZ",
        side=Side.BUY,
        qty=qty,
        ord_type=OrdType.MARKET,
        tif=TimeInForce.IOC,
        reason=Reason.IMMEDIATE,
    )


def run_to(world: World, until: Ns) -> tuple[float, int]:
    """Run the world to `until`. Returns the last two-sided mid on the way, and the shares we were filled."""
    last = 0.0
    filled = 0
    while (at := world.next_at) is not None and at <= until:
        filled += sum(event.qty for _, event in world.step() if isinstance(event, ChildFilled))
        nbbo = world.nbbo("XYZ")
        if nbbo.bid is not None and nbbo.ask is not None:
            last = (nbbo.bid + nbbo.ask) / 2
    return last, filled


def impact() -> list[list[str]]:
    """A row a size, and the exponent of a power law fitted through them."""
    runs = [[meta_order(seed, fraction) for seed in range(SEEDS)] for fraction in FRACTIONS]
    sizes = [sum(size for size, _ in run) / SEEDS for run in runs]
    moves = [sum(move for _, move in run) / SEEDS for run in runs]
    rows = [[f"{size:.2%} of the day", f"{move * 1e4:+.1f}"] for size, move in zip(sizes, moves, strict=True)]
    if min(moves) > 0:
        exponent = np.polyfit(np.log(sizes), np.log(moves), 1)[0]
        rows.append(["exponent (square root: 0.5)", f"{exponent:.2f}"])
    return rows


def main() -> None:
    days: list[Heard | None] = []
    took = seconds(lambda: days.append(synthetic()), rounds=1)
    days.append(recorded())
    found = [facts(day) for day in days if day is not None]
    names = ["synthetic", "GOOG 2012-06-21"][: len(found)]
    table("one day, heard", ["", *names], [[name, *(day[name] for day in found)] for name in found[0]])
    table(f"impact, mean of {SEEDS} seeds", ["meta-order", "move, bps"], impact())
    assert days[0] is not None
    table("cost", ["", "events heard"], [["synthetic day, three lit venues", rate(days[0].events, took)]])


if __name__ == "__main__":
    main()
