"""What every impact model is asked and answers: an order, the path it is worked along, an estimate with its error.

Costs are fractions of the price inside the models and basis points in an `Estimate`; positive is a cost for a buy and
for a sell. A model says what shares cost, and the rest is said once, here, for all: the spread, the drift, the timing
risk, what the errors of a model's parameters come to, and whether an order lies where the model was measured.
"""

from __future__ import annotations

from itertools import pairwise
from math import fsum, isfinite, sqrt
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Protocol

from msgspec import Meta, Struct
from msgspec.structs import replace

from router.core.profiles import Day
from router.core.types import Qty, Side
from router.tca.profile.profile import NotNegative, Positive

BPS: Final = 10_000
Z95: Final = 1.959964
"""Standard deviations on either side of a normal mean that hold 95 %."""


class ImpactInputError(ValueError):
    """An order or path of which no model can say anything; the text names rule, limit and value."""


PRICE_MAX: Final = 1e9
ADV_MAX: Final = 1e12
SIGMA_MAX: Final = 10.0
MOMENTUM_MAX: Final = 1.0
"""Above these a figure is a slip of the unit, and powers of it leave the range of a float."""
LEAST: Final = 1e-9
"""Of price and volatility: below, they are as good as 0, and nothing can be divided by them."""


def _refuse_unless(good: bool, what: str, rule: str, value: object) -> None:
    if not good:
        raise ImpactInputError(f"{what}: {rule}: got {value}")


class ImpactOrder(Struct, frozen=True, kw_only=True):
    """One order and its instrument, as a model sees them. Raises ImpactInputError for what cannot be estimated."""

    side: Side
    qty: Qty
    price: float
    """Arrival price, currency."""
    adv: float
    """Average daily volume, shares."""
    sigma: float
    """Daily volatility, a fraction of the price."""
    spread: float = 0.0
    """Quoted spread, currency."""
    shares_outstanding: float | None = None
    momentum: float = 0.0
    """Expected return of the price over a day, a fraction; positive is a rising price, whatever the side."""
    regime: str = "normal"
    concentration: float = 0.0
    """This order's part of all that is traded in its sector at the same time by the same desk, 0 to 1."""

    def __post_init__(self) -> None:
        _refuse_unless(self.qty > 0, "OrderQty(38)", "must be above 0", self.qty)
        for name, unit, least, most in (
            ("price", "currency", LEAST, PRICE_MAX),
            ("adv", "shares a day", 1.0, ADV_MAX),
            ("sigma", "a fraction of the price", LEAST, SIGMA_MAX),
        ):
            value = getattr(self, name)
            _refuse_unless(least <= value <= most, name, f"must be from {least:g} to {most:g} ({unit})", value)
        _refuse_unless(
            isfinite(self.spread) and self.spread >= 0, "spread", "must be at least 0 (currency)", self.spread
        )
        _refuse_unless(self.spread < self.price, "spread", f"must be below the price of {self.price:g}", self.spread)
        limit = f"must be from -{MOMENTUM_MAX:g} to {MOMENTUM_MAX:g} (a return a day)"
        _refuse_unless(abs(self.momentum) <= MOMENTUM_MAX, "momentum", limit, self.momentum)
        _refuse_unless(0 <= self.concentration <= 1, "concentration", "must be from 0 to 1", self.concentration)

    @property
    def size(self) -> float:
        """Q/ADV."""
        return self.qty / self.adv

    @property
    def notional(self) -> float:
        """Currency, at the arrival price."""
        return self.qty * self.price

    @property
    def spread_fraction(self) -> float:
        return self.spread / self.price


class Path(Struct, frozen=True, kw_only=True):
    """How an order is worked: intervals, in order, in each of which shares trade evenly.

    `volume` and `variance` are what an interval brings in units of an average day's (a whole ordinary day: 1), `days`
    how long it is in sessions, `at` its middle as a fraction of the session. `taken` is the part of the shares that
    pay half the spread. An interval without shares is a wait: a halt, or what is left open at the end; one without time
    of a session is a night. Prices move in it, and nothing can be traded.
    """

    qty: tuple[float, ...]
    volume: tuple[float, ...]
    variance: tuple[float, ...]
    days: tuple[float, ...]
    at: tuple[float, ...] = ()
    taken: float = 1.0

    def __post_init__(self) -> None:
        lengths = {len(self.qty), len(self.volume), len(self.variance), len(self.days)}
        _refuse_unless(
            len(lengths) == 1 and bool(self.qty), "path", "must have one figure of each kind an interval", lengths
        )
        _refuse_unless(len(self.at) in {0, len(self.qty)}, "path", "must have its times or none", len(self.at))
        _refuse_unless(min(self.qty) >= 0, "path", "no interval may trade backwards", min(self.qty))
        _refuse_unless(self.executed > 0, "path", "must trade something", self.executed)
        _refuse_unless(0 <= self.taken <= 1, "path", "part that takes must be from 0 to 1", self.taken)
        for qty, volume, days in zip(self.qty, self.volume, self.days, strict=True):
            # Trading without volume or time is an infinite rate, which no model knows.
            _refuse_unless(
                not qty or (volume > 0 and days > 0), "path", "volume and time must be above 0 where it trades", qty
            )

    @property
    def executed(self) -> float:
        """Shares."""
        return fsum(self.qty)

    @property
    def trading_days(self) -> float:
        """Sessions in which it trades."""
        return fsum(days for qty, days in zip(self.qty, self.days, strict=True) if qty)

    @property
    def volume_days(self) -> float:
        """Average days of volume that trade while it does: the horizon in volume time."""
        return fsum(volume for qty, volume in zip(self.qty, self.volume, strict=True) if qty)

    def rates(self, adv: float) -> tuple[float, ...]:
        """Shares over market volume, by interval; 0 where nothing trades."""
        return tuple(qty / (adv * volume) if qty else 0.0 for qty, volume in zip(self.qty, self.volume, strict=True))

    def participation(self, adv: float) -> float:
        """POV: own shares over own and others' while it trades, where ADV is what others trade."""
        return self.executed / (self.executed + adv * self.volume_days)

    def sessions(self) -> tuple[slice, ...]:
        """Where the intervals of each date are: those between the nights."""
        nights = [index for index, (qty, days) in enumerate(zip(self.qty, self.days, strict=True)) if not (qty or days)]
        return tuple(slice(a + 1, b) for a, b in pairwise([-1, *nights, len(self.qty)]) if b > a + 1)

    def weights(self) -> tuple[float, ...]:
        """Each interval's part of what trades."""
        whole = self.executed
        return tuple(qty / whole for qty in self.qty)

    def held(self, qty: float) -> tuple[tuple[float, float], ...]:
        """Shares left of `qty` at the beginning and at the end of each interval."""
        left = [float(qty)]
        for each in self.qty:
            left.append(max(0.0, left[-1] - each))
        return tuple(pairwise(left))


def even_path(qty: float, days: float, parts: int = 1, taken: float = 1.0) -> Path:
    """`qty` shares evenly over `days` ordinary sessions, in equal intervals."""
    step = (days / parts,) * parts
    return Path(qty=(qty / parts,) * parts, volume=step, variance=step, days=step, taken=taken)


class PowerCost(Struct, frozen=True):
    """The temporary cost of a share at a rate of the volume, coefficient x rate^exponent; a fraction of the price."""

    coefficient: float
    exponent: float


class Parts(Struct, frozen=True):
    """Expected cost per share, fractions of the price, without the spread."""

    temporary: float
    permanent: float
    drift: float = 0.0

    @property
    def total(self) -> float:
        return self.temporary + self.permanent + self.drift


class Estimate(Struct, frozen=True, kw_only=True):
    """What one model expects, in basis points of the arrival price, per share executed; positive is a cost."""

    model: str
    spread: float
    temporary: float
    permanent: float
    drift: float
    """What momentum is expected to add while the order waits."""
    timing_risk: float
    """One standard deviation of the cost, from the price alone."""
    error: float
    """One standard deviation of the expected cost, from the errors of the model's parameters."""
    outside: bool = False
    """The order lies beyond what the model was made for; the warnings say in what."""
    warnings: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        return self.spread + self.temporary + self.permanent + self.drift

    @property
    def impact(self) -> float:
        """Without spread and drift."""
        return self.temporary + self.permanent

    @property
    def deviation(self) -> float:
        """One standard deviation of what one order costs: timing risk and model error, taken as independent."""
        return sqrt(self.timing_risk**2 + self.error**2)

    def interval(self, z: float = Z95) -> tuple[float, float]:
        """Where the cost of one order should lie; 95 % unless told."""
        return self.total - z * self.deviation, self.total + z * self.deviation

    def money(self, notional: float) -> float:
        """The total in the currency of `notional`, the value of the shares executed."""
        return self.total * notional / BPS


class Parameter(Struct, frozen=True, forbid_unknown_fields=True):
    """A number of a model and its standard error; 0: taken as exact, or not known."""

    value: float
    error: NotNegative = 0.0

    def __post_init__(self) -> None:
        _refuse_unless(isfinite(self.value) and isfinite(self.error), "parameter", "must be finite", self.value)


class ImpactModel(Protocol):
    """A model: a name, and an estimate for any order and path."""

    name: ClassVar[str]
    title: ClassVar[str]

    def estimate(self, order: ImpactOrder, path: Path) -> Estimate:
        """What `order` worked along `path` should cost."""
        ...


class ParametricModel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model whose numbers are data, in force from a date; a subclass adds its `Parameter`s and `parts`."""

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    source: str
    """Where its numbers are from."""
    from_date: Day = "19700101"
    size_min: NotNegative = 0.0
    """Least and most Q/ADV, and the highest rate of market volume, at which it is held valid."""
    size_max: Positive | None = None
    rate_max: Annotated[float, Meta(gt=0)] | None = None

    if TYPE_CHECKING:

        def parts(self, order: ImpactOrder, path: Path) -> Parts:
            """The expected cost by the formula of the subclass."""
            ...

    def estimate(self, order: ImpactOrder, path: Path) -> Estimate:
        """Spread, impact, timing risk and model error of `order` worked along `path`."""
        parts = self.parts(order, path)
        return Estimate(
            model=self.name,
            spread=BPS * spread_paid(order, path),
            temporary=BPS * parts.temporary,
            permanent=BPS * parts.permanent,
            drift=BPS * self.drift(order, path),
            timing_risk=BPS * timing_risk(order, path),
            error=BPS * self.error(order, path),
            outside=bool(self.beyond(order, path)),
            warnings=self.warnings(order, path),
        )

    def drift(self, order: ImpactOrder, path: Path) -> float:
        """What momentum adds, a fraction; an expected return is the same whatever the impact."""
        return expected_drift(order, path)

    def error(self, order: ImpactOrder, path: Path) -> float:
        """Standard deviation of the expected cost, a fraction: each parameter moved by its error, the effects squared.

        Errors are taken as independent, since papers print no covariances.
        """
        return sqrt(fsum(self._effect(name, order, path) ** 2 for name in self.uncertain()))

    def uncertain(self) -> tuple[str, ...]:
        """The parameters that have an error."""
        values = [(name, getattr(self, name)) for name in self.__struct_fields__]
        return tuple(name for name, value in values if isinstance(value, Parameter) and value.error > 0)

    def _effect(self, name: str, order: ImpactOrder, path: Path) -> float:
        parameter = getattr(self, name)
        high, low = (
            replace(self, **{name: Parameter(parameter.value + sign * parameter.error)}).parts(order, path).total
            for sign in (1, -1)
        )
        return (high - low) / 2

    def warnings(self, order: ImpactOrder, path: Path) -> tuple[str, ...]:
        """What should be known of the estimate."""
        return self.beyond(order, path)

    def beyond(self, order: ImpactOrder, path: Path) -> tuple[str, ...]:
        """In what the order lies beyond what the model was made for. The rate is the average share's."""
        rate = fsum(part * each for part, each in zip(path.weights(), path.rates(order.adv), strict=True))
        held = "at which it is held valid"
        said = []
        if order.size < self.size_min:
            said.append(f"{_percent(order.size)} of ADV is below the {_percent(self.size_min)} {held}")
        if self.size_max is not None and order.size > self.size_max:
            said.append(f"{_percent(order.size)} of ADV is above the {_percent(self.size_max)} {held}")
        if self.rate_max is not None and rate > self.rate_max:
            said.append(f"{_percent(rate)} of the volume is above the {_percent(self.rate_max)} {held}")
        return tuple(said)


def _percent(part: float) -> str:
    return f"{100 * part:.3g} %"


def spread_paid(order: ImpactOrder, path: Path) -> float:
    """Half the quoted spread on the part that takes; a fraction of the price."""
    return path.taken * order.spread_fraction / 2


def timing_risk(order: ImpactOrder, path: Path) -> float:
    """The volatility of what is still held, sigma sqrt(integral of (x/X)^2 dt); a fraction of the price.

    Time is variance: an ordinary day's is 1. Inside an interval the holding falls evenly. Shares that the path leaves
    are held to its end. For a straight line over T days it is sigma sqrt(T/3), Kissell's timing risk.
    """
    held = path.held(order.qty)
    squares = ((a * a + a * b + b * b) / 3 * v for (a, b), v in zip(held, path.variance, strict=True))
    return order.sigma * sqrt(fsum(squares)) / order.qty


def expected_drift(order: ImpactOrder, path: Path) -> float:
    """The price's expected move while the average share waits, a fraction; positive where it goes against the order."""
    return order.side.sign * order.momentum * waiting_days(path)


def waiting_days(path: Path) -> float:
    """The average share's wait, in sessions."""
    held = path.held(path.executed)
    return fsum((a + b) / 2 * days for (a, b), days in zip(held, path.days, strict=True)) / path.executed
