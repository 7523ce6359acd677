"""A number that can stand in a report: with unit, 95 % interval and where it is from. Never a NaN, never a blank."""

from __future__ import annotations

from math import isfinite

from msgspec import Struct


class Figure(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`value` and the interval that should hold it 19 times in 20; equal ends: exact, as given or as a rule says."""

    value: float
    unit: str
    low: float
    high: float
    source: str
    """`given`, `assumed: ...`, `measured ...`, `rule: ...`, or how it was reckoned."""

    def __post_init__(self) -> None:
        assert all(map(isfinite, (self.value, self.low, self.high))), self
        assert self.low <= self.value <= self.high, self
        assert self.unit, self
        assert self.source, self

    @property
    def exact(self) -> bool:
        return self.low == self.high


def exact(value: float, unit: str, source: str) -> Figure:
    """A number without doubt about it."""
    return Figure(value=value, unit=unit, low=value, high=value, source=source)


def around(value: float, half_width: float, unit: str, source: str) -> Figure:
    """A number with as much doubt above as below."""
    return Figure(value=value, unit=unit, low=value - half_width, high=value + half_width, source=source)


def scaled(figure: Figure, factor: float, unit: str) -> Figure:
    """The same in another unit; `factor` is above 0."""
    return Figure(
        value=figure.value * factor, unit=unit, low=figure.low * factor, high=figure.high * factor, source=figure.source
    )


def spanning(value: float, *others: float, unit: str, source: str) -> Figure:
    """A number whose interval reaches over all the others, itself included."""
    return Figure(value=value, unit=unit, low=min((value, *others)), high=max((value, *others)), source=source)
