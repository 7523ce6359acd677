"""What the demonstration's trader does, and how each order should end. Data only: it knows no process and no FIX.

Minutes count from the open of a day of 390; a shorter scenario shrinks them, and quantities with the volume.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from msgspec import Struct

from router.core.types import SECOND, Ns, OrdStatus, Qty

DAY_MINUTES: Final = 390
DATE: Final = "20260316"
SYMBOLS: Final = ("ACME", "BOLT", "CRUX")
_LOT: Final = 100
_DONE: Final = (OrdStatus.FILLED, OrdStatus.DONE_FOR_DAY)


class Scenario(Struct, frozen=True):
    """How long the market runs, how busy it is (1: as configured), and how much faster than the wall."""

    minutes: int
    activity: float
    speed: float

    @property
    def wall_s_max(self) -> float:
        """When to give up: four times what the market takes, and a minute to start, on a machine with other work."""
        return 4 * self.minutes * 60 / self.speed + 60

    def when(self, open_at: Ns, minute: float) -> Ns:
        """A minute of the full day, in this scenario's time."""
        return open_at + int(minute / DAY_MINUTES * self.minutes * 60 * SECOND)

    def seconds(self, minutes: float) -> float:
        """A length of the full day in seconds of this scenario."""
        return round(minutes / DAY_MINUTES * self.minutes * 60, 3)

    def qty(self, full: Qty) -> Qty:
        """A quantity of the full day in whole lots, for this scenario's volume."""
        share = self.minutes * self.activity / (DAY.minutes * DAY.activity)
        return max(_LOT, round(full * share / _LOT) * _LOT)


DAY: Final = Scenario(minutes=DAY_MINUTES, activity=0.1, speed=950.0)
"""A working day with a tenth of its volume, in less than half a minute."""
BRIEF: Final = Scenario(minutes=20, activity=0.5, speed=150.0)
"""Twenty minutes with a quarter of that, in some seconds: for a first look, and for the test."""


class DemoOrder(Struct, frozen=True, kw_only=True):
    """One parent order.

    `window` is from and until which minute its algorithm works, `slice_minutes` its Interval; `ends` how it may end.
    """

    cl_ord_id: str
    side: str
    qty: Qty
    symbol: str
    at: float
    strategy: str | None = None
    params: tuple[tuple[str, str], ...] = ()
    window: tuple[float, float] | None = None
    slice_minutes: float | None = None
    destination: str | None = None
    as_written: bool = False
    """`qty` stands as it is in any scenario."""
    ends: tuple[OrdStatus, ...] = (OrdStatus.FILLED,)


class Amend(Struct, frozen=True, kw_only=True):
    """OrderCancelReplaceRequest(G) to another quantity."""

    cl_ord_id: str
    orig: str
    qty: Qty
    at: float


class Cancel(Struct, frozen=True, kw_only=True):
    """OrderCancelRequest(F)."""

    cl_ord_id: str
    orig: str
    at: float


Step: TypeAlias = DemoOrder | Amend | Cancel
_COMPLETE: Final = ("Completion", "Complete")

STEPS: Final[tuple[Step, ...]] = (
    DemoOrder(
        cl_ord_id="VWAP-1",
        side="buy",
        qty=30_000,
        symbol="ACME",
        at=4,
        strategy="VWAP",
        window=(10, 360),
        slice_minutes=15,
        params=(_COMPLETE,),
    ),
    DemoOrder(
        cl_ord_id="TWAP-1",
        side="sell",
        qty=40_000,
        symbol="BOLT",
        at=5,
        strategy="TWAP",
        window=(15, 230),
        params=(_COMPLETE,),
    ),
    DemoOrder(
        cl_ord_id="BIG-1",
        side="buy",
        qty=2_000_000,
        symbol="ACME",
        at=8,
        as_written=True,
        ends=(OrdStatus.REJECTED,),
    ),
    DemoOrder(
        cl_ord_id="IS-1",
        side="buy",
        qty=30_000,
        symbol="BOLT",
        at=20,
        strategy="IS",
        window=(20, 270),
        slice_minutes=12,
        params=(_COMPLETE, ("Urgency", "High")),
    ),
    DemoOrder(
        cl_ord_id="TWAP-2",
        side="buy",
        qty=9_000,
        symbol="CRUX",
        at=30,
        strategy="TWAP",
        window=(30, 330),
        ends=(OrdStatus.CANCELED,),
    ),
    DemoOrder(
        cl_ord_id="POV-1",
        side="sell",
        qty=15_000,
        symbol="ACME",
        at=60,
        strategy="POV",
        window=(60, 370),
        params=(("ParticipationRate", "0.10"),),
        ends=_DONE,
    ),
    DemoOrder(cl_ord_id="NOW-1", side="sell", qty=800, symbol="BOLT", at=75),
    DemoOrder(cl_ord_id="DMA-1", side="buy", qty=300, symbol="ACME", at=90, destination="XALT"),
    Amend(cl_ord_id="VWAP-1A", orig="VWAP-1", qty=24_000, at=120),
    Cancel(cl_ord_id="TWAP-2C", orig="TWAP-2", at=150),
    DemoOrder(
        cl_ord_id="IS-2",
        side="sell",
        qty=9_000,
        symbol="CRUX",
        at=180,
        strategy="IS",
        window=(180, 360),
        slice_minutes=15,
        params=(_COMPLETE, ("Urgency", "Low")),
    ),
)
"""Buys and sells in three symbols by four algorithms: one amended, one cancelled, one refused, one direct."""


def orders() -> Iterator[DemoOrder]:
    """The parent orders of the script, in the order of their sending."""
    return (step for step in STEPS if isinstance(step, DemoOrder))
