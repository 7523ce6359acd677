"""Minute bars of the synthetic market, as a file that `sluice curves` reads: where the shipped volume curves come from.

    python examples/synthetic_bars.py --days 20 --activity 0.05 > bars.csv
    sluice curves bars.csv --out config/curves.toml

One line a symbol, date and minute: SYMBOL,YYYYMMDD,ms,open,high,low,close,volume, in New York time.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator

from router.core.events import TradePrint
from router.core.types import SECOND, Ns, PrintKind
from router.runtime.settings import default_home, read_settings
from simulator.market_spec import build_world
from simulator.synthetic_params import parse_market

MINUTE: Ns = 60 * SECOND
MIDNIGHT_TO_OPEN_MS = 34_200_000
COUNTED = (PrintKind.REGULAR, PrintKind.HIDDEN)


def bars(day: str, seed: int, activity: float) -> Iterator[str]:
    """One date's bars, symbol by symbol."""
    settings = read_settings(default_home())
    config = settings.engine_config(day)
    market = parse_market((settings.config / "market.toml").read_text())
    made = [instrument for instrument in config.instruments if instrument.symbol in market.symbol]
    world = build_world(
        f"synthetic:{seed}:{activity}",
        [venue for venue in config.venues if venue.enabled and venue.plugin == "lit"],
        {instrument.symbol: instrument for instrument in made},
        config.calendars,
        seed=seed,
        config=market,
        day=day,
    )
    session = config.calendars["XNYS"][0]
    trades: dict[str, dict[int, list[TradePrint]]] = defaultdict(lambda: defaultdict(list))
    while (at := world.next_at) is not None and at < session.close:
        for heard, event in world.step():
            if isinstance(event, TradePrint) and event.kind in COUNTED and heard >= session.open:
                trades[event.symbol][(heard - session.open) // MINUTE].append(event)
    for symbol, minutes in sorted(trades.items()):
        for minute, prints in sorted(minutes.items()):
            prices = [trade.px for trade in prints]
            volume = sum(trade.qty for trade in prints)
            ms = MIDNIGHT_TO_OPEN_MS + minute * 60_000
            ohlc = f"{prices[0]},{max(prices)},{min(prices)},{prices[-1]}"
            yield f"{symbol},{day},{ms},{ohlc},{volume}"


def main() -> None:
    """Print the bars of as many trading dates as asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--activity", type=float, default=0.05)
    parser.add_argument("--first", default="20260202", help="YYYYMMDD")
    parser.add_argument("--last", default="20261231", help="YYYYMMDD")
    arguments = parser.parse_args()
    calendar = read_settings(default_home()).calendar_days(arguments.first, arguments.last)["XNYS"]
    full = [day for day in calendar if day.close - day.open == 390 * MINUTE][: arguments.days]
    for seed, day in enumerate(full, 1):
        for line in bars(day.day, seed, arguments.activity):
            print(line)


if __name__ == "__main__":
    main()
