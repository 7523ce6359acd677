"""What a study asks: orders, settings with their grids, seeds; and the cells that this comes to, in a fixed order.

A cell is one seeded day under one setting, with every order of the study in it. Read from TOML by the shell; pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from router.core.events import Params
from router.core.profiles import Day
from router.core.types import Side
from router.tca.universe.outcome import Name, Positive

SIDES: Final = {"buy": Side.BUY, "sell": Side.SELL}
CELLS_MAX: Final = 100_000
"""More cells than this are a slip of a grid, not a study; their results, some kilobytes each, lie in memory."""
Minutes: TypeAlias = Annotated[float, Meta(ge=0, le=390)]
Value: TypeAlias = str | int | float


class StudyError(ValueError):
    """A study that cannot be run; the text names the rule, the limit and the value."""


class PlannedOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One order that every cell has: `[[orders]]`."""

    name: Name
    symbol: Name
    side: Literal["buy", "sell"]
    size: Annotated[float, Meta(gt=0, le=1)]
    """OrderQty(38) as a part of average daily volume; rounded to round lots, one at least."""
    start: Minutes = 1.0
    """Minutes after the open at which it is sent."""
    minutes: Annotated[float, Meta(gt=0, le=390)] = 15.0
    """From then to its EndTime."""
    strategy: str = ""
    """Instead of the setting's."""
    params: dict[str, Value] = {}
    """Parameters of its own, over the setting's."""


class Setting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way of working them: `[[settings]]`. `grid` lists values of parameters, and stands for every combination."""

    name: Name
    strategy: Name
    params: dict[str, Value] = {}
    grid: dict[str, Annotated[tuple[Value, ...], Meta(min_length=1)]] = {}


class Seeds(Struct, frozen=True, forbid_unknown_fields=True):
    """`first`, `first` + 1, ...: one market each."""

    count: Annotated[int, Meta(ge=1)]
    first: Annotated[int, Meta(ge=0)] = 1


class Study(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    name: Name
    day: Day
    seeds: Seeds
    orders: Annotated[tuple[PlannedOrder, ...], Meta(min_length=1)]
    settings: Annotated[tuple[Setting, ...], Meta(min_length=1)]
    activity: Positive = 1.0
    """Times the market's events per second, and its volume with them."""
    after: Minutes = 0.5
    """Minutes of market after the last order's end."""
    client: str = "EMS44"
    against: str = ""
    """The setting that the others are compared with; empty: the first."""
    market: dict[str, object] = {}
    """Keys of market.toml's `[default]`, for every symbol of this study."""


class OrderSpec(Struct, frozen=True, kw_only=True):
    """One order of a run, as it is sent: times in minutes after the open, parameters as (name, text)."""

    name: str
    symbol: str
    side: Side
    size: float
    start: float
    minutes: float
    strategy: str
    params: Params


class RunSpec(Struct, frozen=True, kw_only=True):
    """One seeded day, whole: the same specification is the same bytes wherever it runs."""

    setting: str
    seed: int
    day: Day
    orders: tuple[OrderSpec, ...]
    minutes: float
    """How long the market runs, from its open."""
    activity: float = 1.0
    client: str = "EMS44"
    market: dict[str, object] = {}
    watch: tuple[str, ...] = ()
    """Symbols whose market is wanted minute by minute, besides the orders'."""


class Cell(Struct, frozen=True):
    """The `number`th run of a study, from 0."""

    number: int
    spec: RunSpec


Arms: TypeAlias = tuple[tuple[str, str, Params], ...]
"""(name, strategy, parameters) of each setting, grids written out."""


def arms(study: Study) -> Arms:
    """Every setting with every combination of its grid, in the file's order; StudyError where two share a name."""
    found = tuple(arm for setting in study.settings for arm in _combined(setting))
    names = [name for name, _, _ in found]
    for name in names:
        if names.count(name) > 1:
            raise StudyError(f"settings: a name stands for one of them: {name!r} comes {names.count(name)} times")
    if study.against and study.against not in names:
        raise StudyError(f"against: must be one of {', '.join(names)}: got {study.against!r}")
    return found


def cells(study: Study) -> tuple[Cell, ...]:
    """All runs: for each seed every setting, so that a study cut short compares what it has."""
    _refuse(study)
    ways = arms(study)
    count = study.seeds.count * len(ways)
    if count > CELLS_MAX:
        raise StudyError(f"cells: at most {CELLS_MAX}: got {count}")
    seeds = range(study.seeds.first, study.seeds.first + study.seeds.count)
    specs = (run_spec(study, seed, way) for seed in seeds for way in ways)
    return tuple(Cell(number, spec) for number, spec in enumerate(specs))


def run_spec(study: Study, seed: int, way: tuple[str, str, Params]) -> RunSpec:
    """One day of a study."""
    name, strategy, params = way
    return RunSpec(
        setting=name,
        seed=seed,
        day=study.day,
        orders=tuple(_order(order, strategy, params) for order in study.orders),
        minutes=max(order.start + order.minutes for order in study.orders) + study.after,
        activity=study.activity,
        client=study.client,
        market=study.market,
    )


def _combined(setting: Setting) -> Iterator[tuple[str, str, Params]]:
    for values in product(*setting.grid.values()):
        chosen = dict(zip(setting.grid, values, strict=True))
        said = " ".join(f"{key}={_text(value)}" for key, value in chosen.items())
        yield f"{setting.name} {said}".strip(), setting.strategy, _params({**setting.params, **chosen})


def _params(values: dict[str, Value]) -> Params:
    return tuple(sorted((name, _text(value)) for name, value in values.items()))


def _text(value: Value) -> str:
    return format(value, "f").rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _order(order: PlannedOrder, strategy: str, params: Params) -> OrderSpec:
    return OrderSpec(
        name=order.name,
        symbol=order.symbol,
        side=SIDES[order.side],
        size=order.size,
        start=order.start,
        minutes=order.minutes,
        strategy=order.strategy or strategy,
        params=tuple(sorted((dict(params) | dict(_params(order.params))).items())),
    )


def _refuse(study: Study) -> None:
    names = [order.name for order in study.orders]
    for name in names:
        if names.count(name) > 1:
            raise StudyError(f"orders: a name stands for one of them: {name!r} comes {names.count(name)} times")


def canonical(value: Struct) -> bytes:
    """JSON with keys in order: what identities are taken of."""
    return msgspec.json.encode(value, order="sorted")
