"""What became of one parent order, in the few figures that orders are compared by.

One record from a journal, a study or the user's own past. Knows no journal, no file and no statistic. Costs are in
basis points of the arrival mid, positive is a cost.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta, Struct

from router.core.profiles import Day
from router.core.types import Qty, Side

NotNegative: TypeAlias = Annotated[float, Meta(ge=0)]
Positive: TypeAlias = Annotated[float, Meta(gt=0)]
Part: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
Name: TypeAlias = Annotated[str, Meta(min_length=1)]


class OutcomeError(ValueError):
    """A record of past orders that cannot be used; the text names the record, the rule and the value."""


class Outcome(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One worked parent. What is not known of it is None: it then has no place in analyses that need the figure."""

    order_id: Name
    symbol: Name
    side: Side
    date: Day
    """Trading date of its arrival, YYYYMMDD."""
    algorithm: str
    q_adv: Positive
    """OrderQty(38) as a part of average daily volume."""
    pov: Part | None
    """Own eligible fills in the eligible volume of its interval, own included, 0 to 1."""
    sigma: Positive | None
    """Daily volatility as a part of the price."""
    spread_bps: NotNegative | None
    """Quoted spread, weighted by time, in basis points of the midpoint."""
    cost_bps: float
    """Of what was filled, against the arrival mid."""
    estimate_bps: float | None = None
    """The pre-trade estimate of `cost_bps`."""
    timing_risk_bps: NotNegative | None = None
    """The pre-trade standard deviation of `cost_bps`."""
    qty: Annotated[Qty, Meta(ge=1)] | None = None
    filled: Annotated[Qty, Meta(ge=0)] | None = None
    setting: str = ""
    """Name of the settings that it was worked with, where a study has several."""
    pair: str = ""
    """What the same order has in common in every arm of a comparison; empty: its OrderID(37)."""
    seed: int | None = None
    """The market's seed, of an order in a simulation: orders of one seed share a day."""

    @property
    def executed(self) -> float:
        """CumQty(14) as a part of average daily volume; the whole order where only that is known."""
        if self.qty is None or self.filled is None:
            return self.q_adv
        return self.q_adv * self.filled / self.qty

    @property
    def z(self) -> float | None:
        """Cost less estimate in units of timing risk; None without an estimate, or without a risk above 0."""
        if self.estimate_bps is None or not self.timing_risk_bps:
            return None
        return (self.cost_bps - self.estimate_bps) / self.timing_risk_bps


def checked(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """The same outcomes, if each keeps its own rules (ranges, no figure that is not a number, no identifier twice).

    A struct made in Python is not validated; this is the one door for outcomes from outside. Raises OutcomeError.
    """
    found = tuple(outcomes)
    seen: set[tuple[str, str, int | None]] = set()
    for number, outcome in enumerate(found, 1):
        _check(number, outcome)
        key = (outcome.setting, outcome.order_id, outcome.seed)
        if key in seen:
            raise OutcomeError(f"outcome {number}: order_id {outcome.order_id} is there twice in one setting and seed")
        seen.add(key)
    return found


def _check(number: int, outcome: Outcome) -> None:
    for name in outcome.__struct_fields__:
        value = getattr(outcome, name)
        if isinstance(value, float) and not math.isfinite(value):
            raise OutcomeError(f"outcome {number} ({outcome.order_id}): {name} must be a number, it is {value}")
    try:
        msgspec.convert(msgspec.to_builtins(outcome), Outcome)
    except msgspec.ValidationError as error:
        raise OutcomeError(f"outcome {number} ({outcome.order_id}): {error}") from None


def encode_outcomes(outcomes: Sequence[Outcome]) -> bytes:
    """JSON Lines: one outcome a line, in the order given."""
    return b"".join(msgspec.json.encode(outcome) + b"\n" for outcome in outcomes)


def decode_outcomes(text: bytes) -> tuple[Outcome, ...]:
    """Of JSON Lines, or of one JSON array. Raises OutcomeError with the record's number."""
    if text.lstrip().startswith(b"["):
        try:
            return checked(msgspec.json.decode(text, type=list[Outcome]))
        except msgspec.DecodeError as error:
            raise OutcomeError(f"outcomes: {error}") from None
    return checked(_line(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())


def _line(number: int, line: bytes) -> Outcome:
    try:
        return msgspec.json.decode(line, type=Outcome)
    except msgspec.DecodeError as error:
        raise OutcomeError(f"outcome on line {number}: {error}") from None
