"""The world without a router: what venues, latency, NBBO and a seeded market cost per event that an engine would hear.

python -m benchmarks.bench_world
"""

from __future__ import annotations

from benchmarks.harness import rate, seconds, table
from router.api import SECOND, CalendarDay, Instrument, Ns, VenueKind, VenueProfile
from simulator.market_spec import build_world
from simulator.synthetic_params import MarketConfig
from simulator.world import World

OPEN: Ns = 1_709_562_600 * SECOND
"""2024-03-04 09:30 in New York."""
VENUES = (
    VenueProfile("XLIT", VenueKind.LIT, "lit"),
    VenueProfile("XALT", VenueKind.LIT, "lit"),
    VenueProfile("XINV", VenueKind.LIT, "lit"),
    VenueProfile("XDRK", VenueKind.DARK, "dark"),
    VenueProfile("XBLK", VenueKind.DARK, "dark"),
    VenueProfile("XCRS", VenueKind.CROSS, "cross", cross_times=(11 * 3_600,)),
)


def market(symbols: int) -> World:
    instruments = {f"S{number}": Instrument(f"S{number}") for number in range(symbols)}
    days = (CalendarDay("20240304", OPEN, OPEN + 23_400 * SECOND),)
    return build_world("synthetic:1:5", VENUES, instruments, {"XNYS": days}, seed=1, config=MarketConfig())


def run(world: World, minutes: int) -> int:
    """Everything up to `minutes` after the open; returns how many events an engine would have heard."""
    heard = 0
    until = OPEN + minutes * 60 * SECOND
    while (at := world.next_at) is not None and at < until:
        heard += len(world.step(until))
    return heard


def measure(symbols: int, minutes: int) -> list[str]:
    counts: list[int] = []
    took = seconds(lambda: counts.append(run(market(symbols), minutes)))
    return [f"{symbols} symbols on {len(VENUES)} venues", f"{counts[0]:,}", rate(counts[0], took)]


def main() -> None:
    table("world, no engine", ["", "events", "events heard"], [measure(1, 30), measure(10, 5)])


if __name__ == "__main__":
    main()
