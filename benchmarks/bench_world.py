"""The whole market without a router: sources, venues, latency, NBBO, and the consolidated book of all that is heard.

    python -m benchmarks world

An event is one turn of a source: an order joins, is withdrawn, or comes to trade, with all that follows from it.
Several trades of one taker, and all orders that makers withdraw at one price, are one event; what pools, crosses and
the NBBO do of themselves is none. What is heard of it (levels, prints) is counted beside. The counts come from a run of
their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from benchmarks.harness import rate, real_data, seconds, table
from router.core.events import MarketEvent, VenueUp
from router.core.instruments import Instrument
from router.core.profiles import CalendarDay, VenueProfile
from router.core.types import SECOND, Ns, VenueKind
from router.market.market import Market
from simulator.feeds import lobster
from simulator.market_spec import build_world
from simulator.synthetic_params import MarketConfig
from simulator.world import Delivered, World

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
Listener = Callable[[Ns, Delivered], object]


@dataclass
class Whole:
    """A world, and whoever listens to all of it: the consolidated book that the router keeps."""

    world: World
    market: Market

    def run(self, until: Ns) -> None:
        """Everything up to `until`. At the first instant the venues say that they are up, which is no market data."""
        for at, event in self.world.step():
            if not isinstance(event, VenueUp):
                self.market.on_event(at, cast("MarketEvent", event))
        self.world.hear(until, cast("Listener", self.market.on_event))

    def count(self, until: Ns) -> int:
        """Everything up to `until`, too; returns how many events were heard."""
        heard = len(self.world.step())

        def count(_at: Ns, _event: Delivered) -> None:
            nonlocal heard
            heard += 1

        self.world.hear(until, count)
        return heard


def build(spec: str, *symbols: str) -> Whole:
    instruments = {symbol: Instrument(symbol) for symbol in symbols}
    days = {"XNYS": (DAY,)}
    world = build_world(spec, VENUES, instruments, days, seed=1, config=MarketConfig())
    return Whole(world, Market(instruments.values(), VENUES, days))


def measure(symbols: int, minutes: int) -> list[str]:
    names = [f"S{number}" for number in range(symbols)]
    until = OPEN + minutes * 60 * SECOND
    counted = build("synthetic:1:5", *names)
    heard = counted.count(until)
    events = counted.world.turns
    best = float("inf")
    for _ in range(3):
        whole = build("synthetic:1:5", *names)
        best = min(best, seconds(lambda whole=whole: whole.run(until), rounds=1))
    return [f"synthetic, {symbols} symbols", f"{events:,}", f"{heard:,}", rate(events, best), rate(heard, best)]


def measure_recorded(path: Path) -> list[str]:
    """A whole recorded day, and what reading its two files costs alone."""
    day = lobster.open_day(path)
    spec = f"lobster:{path}"
    heard = build(spec, day.symbol).count(day.close)

    def read() -> int:
        return sum(1 for _ in zip(lobster.read_messages(day), lobster.read_rows(day), strict=True))

    messages = read()
    reading = seconds(read)
    all_of_it = seconds(lambda: build(spec, day.symbol).run(day.close))
    beyond = all_of_it - reading
    return [
        path.name[:15],
        f"{messages:,}",
        f"{heard:,}",
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
