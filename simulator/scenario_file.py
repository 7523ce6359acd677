"""A scenario as a file: a name, a seed, and happenings, each with its time, whom it concerns, and its numbers.

Data and their bounds only: it must not know how a happening is played, nor open a file. Times of the file are seconds
(`_s`) or local wall time; they become nanoseconds when a market is known (`simulator.scenario_plan`).
"""

from __future__ import annotations

import re
import tomllib
from typing import Final, Literal, TypeAlias

import msgspec
from msgspec import Struct

from router.api import Qty

DAY_S: Final = 86_400


class ScenarioError(ValueError):
    """A scenario that cannot be had in this market; `number` is which of several, `under` the key in it."""

    def __init__(self, number: int, under: tuple[str | int, ...], why: str) -> None:
        self.number = number
        self.under = under
        self.why = why
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in under).lstrip(".")
        super().__init__(f"scenario: {place}: {why}")


Rule: TypeAlias = tuple[str, bool, str]
"""(key, whether its value is in bounds, the bounds in words)."""
_DATE: Final = re.compile(r"[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])")
_WALL: Final = re.compile(r"(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?")


def wall_seconds(text: str) -> int:
    """Seconds since local midnight of "HH:MM" or "HH:MM:SS". ValueError for anything else."""
    found = _WALL.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no local time: HH:MM or HH:MM:SS")
    return int(found["hour"]) * 3600 + int(found["minute"]) * 60 + int(found["second"] or 0)


def _tag(name: str) -> str:
    """The value of `what` for a class's name: `VenueDown` is "venue-down"."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name.lstrip("_")).lower()


class Happening(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="what", tag=_tag):
    """What all have: when, and which symbols (none named: all of the market's).

    One of: `at` (local wall time), `after_open_s`, `after_first_order_s` (after a venue first has an order of ours).
    `date` (YYYYMMDD): only on that trading date of a market of several; left out: on each.
    """

    date: str | None = None
    at: str | None = None
    after_open_s: float | None = None
    after_first_order_s: float | None = None
    symbols: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.at is not None:
            wall_seconds(self.at)
        for name, ok, wanted in (*self._time_rules(), *self._rules()):
            if not ok:
                raise ValueError(f"{name} = {getattr(self, name)!r}: {wanted}")

    def _time_rules(self) -> tuple[Rule, ...]:
        given = [name for name in ("at", "after_open_s", "after_first_order_s") if getattr(self, name) is not None]
        if len(given) != 1:
            said = " and ".join(given) or "none"
            raise ValueError(f"one of at, after_open_s and after_first_order_s says when: {said} given")
        return (
            ("date", self.date is None or _DATE.fullmatch(self.date) is not None, "a trading date YYYYMMDD"),
            ("after_open_s", 0 <= (self.after_open_s or 0) < DAY_S, f"0 to below {DAY_S} seconds"),
            ("after_first_order_s", 0 <= (self.after_first_order_s or 0) < DAY_S, f"0 to below {DAY_S} seconds"),
        )

    def _rules(self) -> tuple[Rule, ...]:
        return ()


def _lasting(lasts_s: float | None) -> Rule:
    return ("lasts_s", lasts_s is None or 0 < lasts_s <= DAY_S, f"above 0 and at most {DAY_S} seconds")


def _factor(name: str, value: float) -> Rule:
    return (name, 0.01 <= value <= 100, "0.01 to 100 times as much")


def _seconds(name: str, value: float) -> Rule:
    return (name, 0 < value <= DAY_S, f"above 0 and at most {DAY_S} seconds")


class Halt(Happening, frozen=True, kw_only=True):
    """Trading stops for `lasts_s`, on `venues` or (none named) everywhere, and goes on after."""

    lasts_s: float
    venues: tuple[str, ...] = ()

    def _rules(self) -> tuple[Rule, ...]:
        return (_lasting(self.lasts_s),)


class EarlyClose(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="what", tag="early-close"):
    """The session of every calendar ends at `close`, local wall time; everybody knows it beforehand."""

    close: str

    def __post_init__(self) -> None:
        wall_seconds(self.close)


class News(Happening, frozen=True, kw_only=True):
    """The price jumps by `jump_sigmas` of the day's standard deviation; moods come with it and go with `decay_s`."""

    jump_sigmas: float
    rate_times: float = 1.0
    spread_times: float = 1.0
    depth_times: float = 1.0
    decay_s: float = 120.0

    def _rules(self) -> tuple[Rule, ...]:
        return (
            ("jump_sigmas", -20 <= self.jump_sigmas <= 20, "-20 to 20 standard deviations of the day"),
            _factor("rate_times", self.rate_times),
            _factor("spread_times", self.spread_times),
            _factor("depth_times", self.depth_times),
            _seconds("decay_s", self.decay_s),
        )


class Momentum(Happening, frozen=True, kw_only=True):
    """A burst of `orders` takers of `qty` on `side`, `gap_s` apart, turned round `reverse_after_s` after the last."""

    side: Literal["buy", "sell"]
    orders: int
    qty: Qty
    gap_s: float = 0.1
    reverse_after_s: float = 10.0
    drag_sigmas: float = 0.0

    def _rules(self) -> tuple[Rule, ...]:
        return (
            ("orders", 1 <= self.orders <= 10_000, "1 to 10000"),
            ("qty", 1 <= self.qty <= 10_000_000, "1 to 10000000 shares"),
            _seconds("gap_s", self.gap_s),
            _seconds("reverse_after_s", self.reverse_after_s),
            ("drag_sigmas", 0 <= self.drag_sigmas <= 20, "0 to 20 standard deviations of the day"),
        )


class Ping(Happening, frozen=True, kw_only=True):
    """Immediate-or-cancel orders of `qty` probe `venues` (pools); what they find is run ahead of, see `Pinger`."""

    venues: tuple[str, ...]
    lasts_s: float
    qty: Qty = 100
    gap_s: float = 0.5
    run_qty: Qty = 0
    hold_s: float = 5.0
    drag_sigmas: float = 0.0

    def _rules(self) -> tuple[Rule, ...]:
        return (
            ("venues", bool(self.venues), "at least one pool"),
            _lasting(self.lasts_s),
            ("qty", 1 <= self.qty <= 1_000_000, "1 to 1000000 shares"),
            _seconds("gap_s", self.gap_s),
            ("run_qty", 0 <= self.run_qty <= 10_000_000, "0 to 10000000 shares"),
            _seconds("hold_s", self.hold_s),
            ("drag_sigmas", 0 <= self.drag_sigmas <= 20, "0 to 20 standard deviations of the day"),
        )


class _OfVenues(Happening, frozen=True, kw_only=True):
    """What happens to venues as a whole, and so to every symbol."""

    venues: tuple[str, ...]

    def _rules(self) -> tuple[Rule, ...]:
        return (
            ("venues", bool(self.venues), "at least one venue"),
            ("symbols", not self.symbols, "a venue has this happen to every symbol"),
        )


class Settings(_OfVenues, frozen=True, kw_only=True):
    """`venues` have these `settings` over their own for `lasts_s` (left out: to the end), `fault_` ones included."""

    settings: dict[str, str | int | float | bool]
    lasts_s: float | None = None

    def _rules(self) -> tuple[Rule, ...]:
        return (*super()._rules(), ("settings", bool(self.settings), "at least one setting"), _lasting(self.lasts_s))


class Fade(Happening, frozen=True, kw_only=True):
    """When we take on one of the lit venues, quotes at that price on `venues` (none named: all lit) withdraw."""

    lasts_s: float
    venues: tuple[str, ...] = ()
    share_ppm: int = 1_000_000
    react_s: float = 0.0001

    def _rules(self) -> tuple[Rule, ...]:
        return (
            _lasting(self.lasts_s),
            ("share_ppm", 0 < self.share_ppm <= 1_000_000, "above 0 and at most 1000000 ppm"),
            ("react_s", 0 <= self.react_s <= 60, "0 to 60 seconds"),
        )


class VenueDown(_OfVenues, frozen=True, kw_only=True):
    """`venues` log out, and come back after `lasts_s` (left out: never)."""

    lasts_s: float | None = None
    text: str = "scenario: venue down"

    def _rules(self) -> tuple[Rule, ...]:
        return (*super()._rules(), _lasting(self.lasts_s))


class SlowVenue(_OfVenues, frozen=True, kw_only=True):
    """Orders to `venues` and their reports take `times` as long."""

    times: float
    lasts_s: float

    def _rules(self) -> tuple[Rule, ...]:
        rules = (("times", 1 < self.times <= 1_000_000, "above 1 and at most 1000000"), _lasting(self.lasts_s))
        return (*super()._rules(), *rules)


class StaleFeed(_OfVenues, frozen=True, kw_only=True):
    """Market data of `venues` come `lag_s` later (left out: not at all) while they trade on."""

    lasts_s: float
    lag_s: float | None = None

    def _rules(self) -> tuple[Rule, ...]:
        lag = ("lag_s", self.lag_s is None or 0 < self.lag_s <= 3_600, "above 0 and at most 3600 seconds")
        return (*super()._rules(), _lasting(self.lasts_s), lag)


class LockedMarket(Happening, frozen=True, kw_only=True):
    """`bidding` bids `qty` at the offer of `offering` (`through_ticks` 0: locked) or above it (crossed)."""

    offering: str
    bidding: str
    lasts_s: float
    through_ticks: int = 0
    qty: Qty = 500

    def _rules(self) -> tuple[Rule, ...]:
        return (
            ("bidding", self.bidding != self.offering, "another venue than the offering one"),
            _lasting(self.lasts_s),
            ("through_ticks", 0 <= self.through_ticks <= 1_000, "0 to 1000 ticks"),
            ("qty", 1 <= self.qty <= 1_000_000, "1 to 1000000 shares"),
        )


Timed: TypeAlias = Halt | News | Momentum | Ping | Settings | Fade | VenueDown | SlowVenue | StaleFeed | LockedMarket
AnyHappening: TypeAlias = Timed | EarlyClose


class ScenarioFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of a scenario. `timezone` is whose wall time `at` and `close` are; `seed` is for what it draws."""

    name: str
    seed: int
    happening: tuple[AnyHappening, ...]
    about: str = ""
    timezone: str = "America/New_York"


def parse_scenario(text: str) -> ScenarioFile:
    """A scenario from its TOML text. ValueError names the place, the rule, the limit and the value."""
    try:
        return msgspec.convert(tomllib.loads(text), ScenarioFile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"scenario: {error}") from None
