"""The whole market without a router: sources, venues, latency, NBBO, and the consolidated book of all that is heard.

    python -m benchmarks world

An event is one turn of a source: an order joins, is withdrawn, or comes to trade, with all that follows from it.
Several trades of one taker, and all orders that makers withdraw at one price, are one event; what pools, crosses and
the NBBO do of themselves is none. What is heard of it (levels, prints) is counted beside. The counts come from a run of
their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from benchmarks.bench_simulation import Counted
from benchmarks.harness import rate, real_data, seconds, table
from router.core.events import MarketEvent, VenueUp
from router.core.instruments import Instrument
from router.core.profiles import CalendarDay, VenueProfile
from router.core.types import SECOND, Ns, VenueKind
from router.market.market import Market
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


DAY = CalendarDay("20240304", OPEN, OPEN + 23_400 * SECOND)
SLICE_NS: Ns = SECOND // 10
"""Market time that is heard at once: little enough to stay in the caches."""


@dataclass
class Whole:
    """A world, and whoever listens to all of it: the consolidated book that the router keeps."""

    world: World
    market: Market
    heard: int = 0

    def run(self, until: Ns) -> int:
        """Everything up to `until`; returns how many events were heard."""
        world, on_event = self.world, self.market.on_event
        while (at := world.next_at) is not None and at <= until:
            said = world.hear(min(at + SLICE_NS, until))
            self.heard += len(said)
            for when, event in said:
                if event.__class__ is not VenueUp:
                    on_event(when, cast("MarketEvent", event))
        return self.heard

    def turns(self, until: Ns) -> int:
        """How often its sources have their turn until then."""
        counted = [Counted(source) for source in self.world._sources]
        self.world._sources = tuple(counted)
        self.run(until)
        return sum(source.turns for source in counted)


def build(spec: str, *symbols: str) -> Whole:
    instruments = {symbol: Instrument(symbol) for symbol in symbols}
    days = {"XNYS": (DAY,)}
    world = build_world(spec, VENUES, instruments, days, seed=1, config=MarketConfig())
    return Whole(world, Market(instruments.values(), VENUES, days))


def measure(symbols: int, minutes: int) -> list[str]:
    names = [f"S{number}" for number in range(symbols)]
    until = OPEN + minutes * 60 * SECOND
    events = build("synthetic:1:5", *names).turns(until)
    heard: list[int] = []
    best = float("inf")
    for _ in range(3):
        whole = build("synthetic:1:5", *names)
        best = min(best, seconds(lambda whole=whole: heard.append(whole.run(until)), rounds=1))
    return [f"synthetic, {symbols} symbols", f"{events:,}", f"{heard[0]:,}", rate(events, best), rate(heard[0], best)]


def measure_recorded(path: Path) -> list[str]:
    """A whole recorded day, and what reading its two files costs alone."""
    day = lobster.open_day(path)
    spec = f"lobster:{path}"
    heard: list[int] = []

    def read() -> int:
        return sum(1 for _ in zip(lobster.read_messages(day), lobster.read_rows(day), strict=True))

    messages = read()
    reading = seconds(read)
    all_of_it = seconds(lambda: heard.append(build(spec, day.symbol).run(day.close)))
    beyond = all_of_it - reading
    return [
        path.name[:15],
        f"{messages:,}",
        f"{heard[0]:,}",
        f"{reading:.2f}",
        f"{beyond:.2f}",
        rate(messages, beyond),
    ]


def main() -> None:
    columns = ["", "events", "heard", "events a second", "heard a second"]
    table(f"the whole market, {len(VENUES)} venues, no engine", columns, [measure(1, 30), measure(10, 5)])
    folder = real_data()
    paths = sorted(folder.glob("orderflow/GOOG_*_message_10.csv.xz")) if folder else []
    if paths:
        columns = ["a recorded day", "messages", "heard", "reading, s", "beyond it, s", "messages a second"]
        table("the whole market, no engine", columns, [measure_recorded(path) for path in paths])


if __name__ == "__main__":
    main()
