"""How well one parent's children can be guessed, in plain numbers for a report.

Only rewrites the figures of `router.tca.footprint.predictability`. Knows no format.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from router.core.types import Qty
from router.tca.estimate import Estimate
from router.tca.exact import Money, exact_decimal
from router.tca.facts.case import Case
from router.tca.footprint.predictability import (
    Predictability,
    Sending,
    exposure,
    interval_predictability,
    round_sizes,
    sendings,
    size_predictability,
)


class SequenceRow(Struct, frozen=True):
    """One sequence: entropy in bits (corrected), p-values of Ljung-Box and of runs, and the detector's share of hits.

    `evenness` 1 is a uniform draw of the same values; `by_chance` what the detector would hit without memory.
    """

    name: str
    n: int
    entropy_bits: float | None
    evenness: float | None
    first_lag: float | None
    ljung_box_p: float | None
    runs_p: float | None
    hits: Estimate
    by_chance: float | None
    note: str = ""


class GuessingSection(Struct, frozen=True):
    """Sizes and intervals of what was sent, round sizes, and what being timed would cost."""

    currency: str
    sendings: int
    rows: tuple[SequenceRow, ...]
    round_share: Estimate
    """Sendings of a multiple of five round lots."""
    round_by_chance: float
    round_p: float
    timed_per_bp: Money
    """For each basis point that somebody moves the price before the children that he timed."""
    timed_share: float | None
    """Value of the fills of these children, as a part of the order's."""
    note: str = ""


def guessing(case: Case) -> GuessingSection:
    """Of one parent."""
    sent = sendings(case)
    rounded = round_sizes(sent, case.instrument.round_lot)
    exposed = exposure(case)
    return GuessingSection(
        currency=case.instrument.currency,
        sendings=len(sent),
        rows=(
            _row("sizes", size_predictability(sent), *_one_lot(sent, case.instrument.round_lot)),
            _row("intervals", interval_predictability(sent)),
        ),
        round_share=rounded.share,
        round_by_chance=float(rounded.by_chance),
        round_p=rounded.p_value,
        timed_per_bp=exact_decimal(exposed.per_bp),
        timed_share=exposed.share,
        note="" if exposed.notional else "nothing was filled",
    )


def _one_lot(sent: Sequence[Sending], lot: Qty) -> tuple[str, ...]:
    """Where most are one lot, guessing so is right and tells nobody from the crowd: no market has a commoner size."""
    count = sum(each.qty == lot for each in sent)
    if 2 * count <= len(sent):
        return ()
    return (f"{count / len(sent):.0%} are one lot, the commonest size of all: a hit on it says little",)


def _row(name: str, found: Predictability, *notes: str) -> SequenceRow:
    entropy, lags, runs = found.entropy, found.autocorrelation, found.runs
    return SequenceRow(
        name=name,
        n=found.n,
        entropy_bits=entropy.corrected if entropy else None,
        evenness=entropy.evenness if entropy else None,
        first_lag=lags.lags[0] if lags else None,
        ljung_box_p=lags.p_value if lags else None,
        runs_p=runs.p_value if runs else None,
        hits=found.guesses.hits,
        by_chance=found.guesses.by_chance,
        note="; ".join((*notes, *found.notes)),
    )
