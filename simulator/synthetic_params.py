"""What a synthetic market is made of, by symbol: numbers only, from `config/market.toml`, each with its unit there.

It must not know how the numbers are used (`synthetic_model`, `synthetic`), nor open a file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from router.api import Ns, Ppm, Px, Qty


class SyntheticParams(Struct, frozen=True, forbid_unknown_fields=True):
    """One symbol's market. The defaults are a liquid US equity at low frequency; `config/market.toml` says why each."""

    open_px: Px = 400_000
    volatility_ppm: Ppm = 12_000
    events_per_second: float = 10.0
    market_ppm: Ppm = 120_000
    resting_orders: int = 300
    half_spread_ticks: float = 0.6
    spread_open: float = 2.0
    spread_open_s: float = 1_200.0
    depth_ticks: float = 4.0
    fill_gap_ppm: Ppm = 950_000
    cancel_youth: float = 3.0
    size_median: Qty = 150
    size_sigma: float = 0.9
    size_round_ppm: Ppm = 400_000
    odd_lot_ppm: Ppm = 150_000
    hidden_ppm: Ppm = 20_000
    run_tail: float = 1.5
    run_follow_ppm: Ppm = 750_000
    burst_ppm: Ppm = 500_000
    burst_ns: Ns = 20_000_000
    u_shape: float = 1.2
    activity_sigma: float = 0.6
    activity_s: float = 300.0
    informed_ppm: Ppm = 300_000
    pick_off_ppm: Ppm = 250_000
    reaction_ns: Ns = 5_000_000
    off_exchange_ppm: Ppm = 300_000
    opening_ppm: Ppm = 15_000
    closing_ppm: Ppm = 80_000
    impact: bool = True
    impact_y: float = 0.8
    impact_decay_s: float = 900.0
    impact_permanent_ppm: Ppm = 300_000
    shares: dict[str, int] = {}

    def __post_init__(self) -> None:
        for name, ok, wanted in self._rules():
            if not ok:
                raise ValueError(f"{name} = {getattr(self, name)!r}: {wanted}")

    def _rules(self) -> tuple[tuple[str, bool, str], ...]:
        shares = [name for name in self.__struct_fields__ if name.endswith("_ppm") and name != "volatility_ppm"]
        return (
            ("open_px", self.open_px > 0, "above 0 quanta"),
            ("volatility_ppm", 0 <= self.volatility_ppm <= 500_000, "0 to 500000 ppm a day"),
            ("events_per_second", 0 < self.events_per_second <= 100_000, "above 0 and at most 100000"),
            ("resting_orders", 2 <= self.resting_orders <= 100_000, "2 to 100000"),
            ("half_spread_ticks", self.half_spread_ticks > 0, "above 0"),
            ("spread_open", 0 <= self.spread_open <= 10, "0 to 10"),
            ("spread_open_s", self.spread_open_s > 0, "above 0 seconds"),
            ("cancel_youth", 1 <= self.cancel_youth <= 20, "1 to 20"),
            ("activity_sigma", 0 <= self.activity_sigma <= 2, "0 to 2"),
            ("activity_s", self.activity_s > 0, "above 0 seconds"),
            ("depth_ticks", self.depth_ticks > 0, "above 0"),
            ("size_median", self.size_median > 0, "above 0 shares"),
            ("size_sigma", 0 <= self.size_sigma <= 3, "0 to 3"),
            ("run_tail", self.run_tail > 1, "above 1: a run's mean length is finite"),
            ("u_shape", 0 <= self.u_shape < 3, "0 to below 3: activity at noon stays above 0"),
            ("burst_ppm", self.burst_ppm < 1_000_000, "below 1000000 ppm: a burst ends"),
            ("burst_ns", self.burst_ns > 0, "above 0"),
            ("reaction_ns", self.reaction_ns > 0, "above 0"),
            ("impact_y", self.impact_y >= 0, "0 or more"),
            ("impact_decay_s", self.impact_decay_s > 0, "above 0 seconds"),
            ("shares", all(share > 0 for share in self.shares.values()), "each venue's share above 0"),
            *((name, 0 <= getattr(self, name) <= 1_000_000, "0 to 1000000 ppm") for name in shares),
        )


class MarketConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of `config/market.toml`: `default` for every symbol, and what a symbol has otherwise."""

    default: dict[str, object] = {}
    symbol: dict[str, dict[str, object]] = {}
    exchanges: dict[str, str] = {}
    """SIP exchange letter -> our venue, for consolidated replays."""

    def params(self, symbol: str) -> SyntheticParams:
        """A symbol's parameters: the defaults, overlaid with its own. ValueError names symbol, key and value."""
        merged = {**self.default, **self.symbol.get(symbol, {})}
        try:
            return msgspec.convert(merged, SyntheticParams)
        except msgspec.ValidationError as error:
            raise ValueError(f"market of {symbol}: {error}") from None


def opening_at(config: MarketConfig, prices: Mapping[str, Px]) -> MarketConfig:
    """The same market on a day that opens at these prices, in quanta by symbol."""
    own = {symbol: config.symbol.get(symbol, {}) | {"open_px": px} for symbol, px in prices.items()}
    return replace(config, symbol={**config.symbol, **own})


def parse_market(text: str) -> MarketConfig:
    """The configuration from its TOML text; unknown keys, wrong types and values out of range are refused by name."""
    try:
        config = msgspec.convert(tomllib.loads(text), MarketConfig)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"market configuration: {error}") from None
    for symbol in ("default", *config.symbol):
        config.params(symbol)
    return config


def default_market(overrides: Mapping[str, object] | None = None) -> MarketConfig:
    """A configuration without a file, for tests and scenarios."""
    return MarketConfig(default=dict(overrides or {}))
