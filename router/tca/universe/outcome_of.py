"""A journal's parent as one `Outcome`, so that it can stand among its like and be compared. Knows no file.

Cost is that of `router.tca.costs` against the arrival mid (`router.tca.facts.marks`); participation and its interval
are those of `router.tca.cost.benchmarks`, and the spread is that of the same interval.
"""

from __future__ import annotations

from router.core.types import Ns
from router.tca.cost.benchmarks import participation, volume_interval
from router.tca.costs import cost_against
from router.tca.facts.case import Case
from router.tca.facts.marks import arrival
from router.tca.facts.quotes import QuoteTape
from router.tca.universe.outcome import Outcome, OutcomeError


def outcome_of(
    case: Case,
    *,
    adv: float | None = None,
    sigma: float | None = None,
    estimate_bps: float | None = None,
    timing_risk_bps: float | None = None,
    setting: str = "",
    pair: str = "",
    seed: int | None = None,
) -> Outcome:
    """The parent's figures. `adv` (shares) is the instrument's own where not given; `sigma` daily, part of the price.

    Raises OutcomeError for an order that has no cost: nothing filled, or no two-sided market when it came; without an
    average daily volume, or before the journal's first date.
    """
    record = case.record
    adv = adv or case.instrument.adv
    if not adv or adv <= 0:
        raise OutcomeError(f"{record.order_id}: its size takes the average daily volume of {record.symbol}, above 0")
    cost = cost_against(record.side, record.cum_qty, record.notional, arrival(case).px)
    if cost is None:
        lacks = "a two-sided market when it came" if record.cum_qty else "a fill"
        raise OutcomeError(f"{record.order_id}: a cost takes {lacks}, there was none")
    day = case.day(record.arrived_at)
    if not day:
        raise OutcomeError(f"{record.order_id}: it came before the first trading date of its journal")
    volume = volume_interval(case)
    part = participation(case, volume)
    return Outcome(
        order_id=record.order_id,
        symbol=record.symbol,
        side=record.side,
        date=day,
        algorithm=record.algorithm,
        q_adv=record.qty / adv,
        # More of our own than of the tape: prints of our fills are late or lost, and there is no rate.
        pov=None if part is None or part > 1 else float(part),
        sigma=sigma,
        spread_bps=quoted_spread_bps(case.quotes, volume.start, volume.end),
        cost_bps=cost.bps,
        estimate_bps=estimate_bps,
        timing_risk_bps=timing_risk_bps,
        qty=record.qty,
        filled=record.cum_qty,
        setting=setting,
        pair=pair,
        seed=seed,
    )


def quoted_spread_bps(quotes: QuoteTape, start: Ns, end: Ns) -> float | None:
    """Mean quoted spread from `start` to `end` in bps of the midpoint, by time; moments without a market left out."""
    held = list(quotes.between(start, end))
    total, weight = 0.0, 0
    for quote, until in zip(held, [*(quote.at for quote in held[1:]), end], strict=True):
        lasts = until - max(quote.at, start)
        if quote.spread is not None and quote.mid2 is not None and lasts > 0:
            total += 20_000 * quote.spread / quote.mid2 * lasts
            weight += lasts
    return total / weight if weight else None
