"""Configuration as the engine holds it: venues, fees, limits, clients. Data only.

Knows no file format: the shell reads TOML into these structs (unknown keys refused), tests build them by hand.
Everything that the engine's decisions depend on is in `EngineConfig`, which the journal's first line carries.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from router.core.instruments import Instrument
from router.core.types import MILLISECOND, SECOND, Micros, Ns, Ppm, Px, Qty, VenueKind

AtLeast0: TypeAlias = Annotated[int, Meta(ge=0)]
AtLeast1: TypeAlias = Annotated[int, Meta(ge=1)]
SecondOfDay: TypeAlias = Annotated[int, Meta(ge=0, le=86_399)]
Day: TypeAlias = Annotated[str, Meta(pattern="^[0-9]{8}$")]
"""YYYYMMDD."""


class FeeRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Fees in force from a date (YYYYMMDD), in millionths of the currency per share; a rebate is negative."""

    from_date: Day = "19700101"
    add: Micros = 0
    remove: Micros = 0
    cross: Micros = 0
    auction: Micros = 0


class VenueProfile(Struct, frozen=True, forbid_unknown_fields=True):
    """One venue, as the router and the simulator know it.

    `kind` is what it is to the router; `plugin` the entry point in `sluice.venues` that provides it ("lit", "dark",
    "cross", "fix", ...). Latencies are one way. `protected` quotes take part in the NBBO and in order protection.
    `cross_times` are seconds after local midnight.
    """

    mic: str
    kind: VenueKind
    plugin: str
    enabled: bool = True
    fees: tuple[FeeRule, ...] = (FeeRule(),)
    latency_ns: AtLeast0 = 200_000
    latency_jitter_ns: AtLeast0 = 0
    market_data_latency_ns: AtLeast0 = 200_000
    protected: bool = True
    supports_post_only: bool = True
    supports_hidden: bool = True
    supports_min_qty: bool = True
    supports_ioc: bool = True
    replace_keeps_place: bool = True
    conditional: bool = False
    """Slices rest there as conditional orders, which commit nothing until the venue asks for a firm one."""
    block_tiers: tuple[AtLeast1, ...] = ()
    """Tiers of its participants that our orders there never meet."""
    reply_timeout_ns: AtLeast1 = 2 * SECOND
    cross_times: tuple[SecondOfDay, ...] = ()
    settings: dict[str, str | int | float | bool] = {}

    def fee(self, day: str) -> FeeRule:
        """The fee rule in force on `day`; rules stand in order of date."""
        in_force = [rule for rule in self.fees if rule.from_date <= day]
        assert in_force, f"{self.mic}: no fee rule in force on {day}"
        return in_force[-1]


class RuleProfile(Struct, frozen=True, forbid_unknown_fields=True):
    """Market structure rules in force from a date.

    Order protection, lock/cross ban, access-fee cap (micros per share).
    """

    from_date: Day = "19700101"
    order_protection: bool = True
    ban_locking: bool = True
    access_fee_cap: AtLeast0 = 3_000


class RiskLimits(Struct, frozen=True, forbid_unknown_fields=True):
    """Pre-trade limits of one client (or the default of all); None switches a limit off.

    `max_notional` in whole currency units; `collar_ppm` around a reference not older than `reference_age_max_ns` (no
    fresh reference: refused). `max_participation_ppm` caps ParticipationRate(849) and an order's size against ADV where
    known. `max_list_orders` and `max_list_notional` (as `max_notional`, in each currency) hold for a list as a whole.
    """

    max_qty: Qty | None = 1_000_000
    max_notional: int | None = 50_000_000
    collar_ppm: Ppm | None = 100_000
    reference_age_max_ns: Ns = 60 * SECOND
    max_participation_ppm: Ppm | None = 500_000
    max_adv_ppm: Ppm | None = None
    max_open_orders: int | None = 20_000
    max_list_orders: int | None = 1_000
    max_list_notional: int | None = None
    max_messages_per_second: int | None = 10_000
    symbols: tuple[str, ...] | None = None
    restricted: tuple[str, ...] = ()
    accounts: tuple[str, ...] | None = None
    child_max_qty: Qty | None = None
    child_max_notional: int | None = None


class ClientProfile(Struct, frozen=True, forbid_unknown_fields=True):
    """A client: its limits and what it asked of us. The dialect is the gateway's business, not here."""

    comp_id: str
    limits: RiskLimits = RiskLimits()
    cancel_on_disconnect: bool = False
    default_strategy: str | None = None
    self_match_id: str | None = None
    """SelfMatchPreventionID(2362) of its orders at venues."""
    pending_new: bool = False
    report_halts: bool = True
    """Tell the client of a halt: Suspended, and Restated after it; else its orders just rest."""
    refuse_replace_below_cum: bool = False
    queue_replaces: bool = True
    overlap_replaces: bool = False
    """Announce a second replace while the first is pending (FIX 4.4 App. D, D.2.b), not after it (D.2.a)."""
    revive_filled: bool = True
    """A replace of a filled order to a larger quantity is taken (C.1.c), else refused as too late."""


class RouterSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How the router works orders; each default's reason stands in `config/engine.toml`."""

    re_peg_interval_ns: AtLeast1 = 250 * MILLISECOND
    passive_patience_ns: AtLeast0 = 5 * SECOND
    dark_first: bool = True
    dark_min_qty: AtLeast1 = 100
    dark_probe_ns: AtLeast0 = 500 * MILLISECOND
    simulated_ioc_ns: AtLeast0 = 20 * MILLISECOND
    max_children_per_slice: AtLeast1 = 16
    queue_model: Literal["risk-averse", "uniform", "power", "log", "young"] = "risk-averse"
    fill_rate_window_ns: AtLeast1 = 60 * SECOND
    fill_queue_ppm: AtLeast0 = 450_000
    fill_price_ns: AtLeast1 = 65 * SECOND
    taker_levels: AtLeast1 = 10


class CalendarDay(Struct, frozen=True):
    """One trading date of one calendar, in UTC ns."""

    day: str
    open: Ns
    close: Ns
    previous_close: Ns | None = None


class EngineConfig(Struct, frozen=True):
    """All that decisions depend on. `calendars` maps a calendar's name to its trading dates, in order."""

    instruments: tuple[Instrument, ...]
    venues: tuple[VenueProfile, ...]
    clients: tuple[ClientProfile, ...]
    calendars: dict[str, tuple[CalendarDay, ...]]
    rules: tuple[RuleProfile, ...] = (RuleProfile(),)
    router: RouterSettings = RouterSettings()
    curves: dict[str, tuple[Ppm, ...]] = {}
    """Volume curves by symbol, "*" for the pooled one: the day in equal bins, open to close, summing to 10^6."""
    curve_days: dict[str, int] = {}
    """How many days of history each curve is from, where that is known."""
    seed: int = 0
    child_reply_timeout_ns: Ns = 2 * SECOND
    last_px: dict[str, Px] = {}
    """Previous closing prices, the reference for a collar before the first quote where a client's limits allow."""
