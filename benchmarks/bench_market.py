"""What sources cost: an hour of the synthetic market and of a recorded day, heard by a recorder and measured.

python -m benchmarks market

What these markets are like is `sluice market facts` (docs/market/synthetic.md).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.harness import rate, real_data, seconds, table
from router.api import SECOND, CalendarDay, Instrument, Ns, VenueKind, VenueProfile
from simulator.facts.day import measure
from simulator.facts.recording import Heard, hear_market, record
from simulator.synthetic_params import MarketConfig

OPEN: Ns = 1_709_562_600 * SECOND
"""2024-03-04 09:30 in New York."""
DAYS = {"XNYS": (CalendarDay("20240304", OPEN, OPEN + 23_400 * SECOND),)}
VENUES = tuple(VenueProfile(mic, VenueKind.LIT, "lit") for mic in ("XLIT", "XALT", "XINV"))
HOUR_NS: Ns = 3_600 * SECOND


def market(spec: str, symbol: str, venues: int) -> Callable[[], Heard]:
    one = {symbol: Instrument(symbol)}
    return lambda: hear_market(spec, symbol, VENUES[:venues], one, DAYS, config=MarketConfig())


def cost(name: str, make: Callable[[], Heard]) -> list[str]:
    """One row: changes of displayed queues heard, how many a second, and seconds to measure all facts of them."""
    heard = [make()]
    found = []
    took = seconds(lambda: found.append(record(heard[0], heard[0].day.open + HOUR_NS)), rounds=1)
    changes = len(found[0].queue_at)
    return [name, f"{changes:,}", rate(changes, took), f"{seconds(lambda: measure(found[0])):.2f} s"]


def recorded() -> Path | None:
    folder = real_data()
    return next(iter((folder / "orderflow").glob("GOOG_*_message_10.csv.xz")), None) if folder else None


def main() -> None:
    rows = [cost("synthetic, three lit venues", market("synthetic:1", "XYZ", 3))]
    path = recorded()
    if path is not None:
        rows.append(cost("GOOG 2012-06-21, order by order", market(f"lobster:{path}", "GOOG", 1)))
    table("one hour, recorded", ["", "queue changes", "recorded", "measured"], rows)


if __name__ == "__main__":
    main()
