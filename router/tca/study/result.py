"""What a cell of a study brought: outcomes and the run's digest, or why there is nothing. Kept by the shell as JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from msgspec import Struct

from router.core.algo import SchedulePoint
from router.core.types import Ns
from router.tca.study.window import MarketMinutes
from router.tca.universe.outcome import Outcome


class Worked(Struct, frozen=True, kw_only=True):
    """One order of a run. `outcome` is None where it has no cost, and `why` says why."""

    name: str
    outcome: Outcome | None
    why: str = ""
    arrived_at: Ns
    schedule: tuple[SchedulePoint, ...] = ()
    """What its algorithm expected to do, as it stated at the order's arrival."""


class DayResult(Struct, frozen=True, kw_only=True):
    """A run: `digest` is of every input and output of the engine, in order, and of the configuration before them."""

    digest: str
    open: Ns
    orders: tuple[Worked, ...]
    minutes: tuple[MarketMinutes, ...] = ()
    """The market of each watched symbol."""


class CellResult(Struct, frozen=True, kw_only=True):
    """A cell as it is kept. One of `result` and `error` is there."""

    number: int
    setting: str
    seed: int
    result: DayResult | None = None
    error: str = ""
    """The last line of what went wrong."""
    trace: str = ""
    repeat: str = ""
    """The command that runs this cell alone."""

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        found = self.result.orders if self.result else ()
        return tuple(each.outcome for each in found if each.outcome is not None)


def study_digest(results: Sequence[CellResult]) -> str:
    """SHA-256 of the cells' digests by number, an error counted as one: the order in which they came has no part."""
    whole = hashlib.sha256()
    for each in sorted(results, key=lambda result: result.number):
        whole.update(f"{each.number} {each.result.digest if each.result else 'error'}\n".encode())
    return whole.hexdigest()
