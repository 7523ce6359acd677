"""The world without a router: what venues, latency, NBBO and a seeded market cost per event that an engine would hear.

python -m benchmarks.bench_world
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.harness import rate, real_data, seconds, table
from router.api import SECOND, CalendarDay, Instrument, Ns, VenueKind, VenueProfile
from simulator.feeds import lobster
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


def measure_recorded(path: Path) -> list[str]:
    """A whole recorded day, and what reading its two files costs alone."""
    day = lobster.open_day(path)
    goog = {day.symbol: Instrument(day.symbol)}
    counts: list[int] = []

    def read() -> int:
        return sum(1 for _ in zip(lobster.read_messages(day), lobster.read_rows(day), strict=True))

    def play() -> None:
        world = build_world(f"lobster:{path}", VENUES, goog, {}, seed=1, config=MarketConfig())
        heard = 0
        while (at := world.next_at) is not None and at < day.close:
            heard += len(world.step(day.close))
        counts.append(heard)

    reading, all_of_it = seconds(read), seconds(play)
    beyond = all_of_it - reading
    return [path.name[:15], f"{read():,}", f"{counts[0]:,}", f"{reading:.2f}", f"{beyond:.2f}", rate(counts[0], beyond)]


def main() -> None:
    table("world, no engine", ["", "events", "events heard"], [measure(1, 30), measure(10, 5)])
    folder = real_data()
    paths = sorted(folder.glob("orderflow/GOOG_*_message_10.csv.xz")) if folder else []
    if paths:
        columns = ["a recorded day", "messages", "heard", "reading, s", "beyond it, s", "events heard"]
        table("world, no engine", columns, [measure_recorded(path) for path in paths])


if __name__ == "__main__":
    main()
