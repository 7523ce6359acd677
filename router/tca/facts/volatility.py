"""Volatility of an instrument as one case saw it: what the noise of an estimate is reckoned from.

The root of the mean squared log return of the last normal midpoint, sampled at equal steps in trading time, nights and
days off apart. Midpoints, since prints bounce between bid and offer. Bias: our own impact is in it, and what happens
faster than a step is seen only as far as it lasts. Knows no order's fills.
"""

from __future__ import annotations

from itertools import pairwise
from math import log, sqrt
from typing import Final

from msgspec import Struct

from router.core.types import SECOND, Ns
from router.tca.facts.case import Case
from router.tca.facts.trading_time import Span, date_of, spans

STEPS_NS: Final[tuple[Ns, ...]] = (60 * SECOND, 10 * SECOND, SECOND)
"""The longest step that gives enough returns is taken: the longer, the less of it is the book's own flicker."""
RETURNS_MIN: Final = 30
"""Below, the standard error of a standard deviation is above an eighth of it."""


class Volatility(Struct, frozen=True):
    """Standard deviation of log returns for a second of trading; of `t` seconds it is sqrt(t) times that.

    `error` is its standard error, sigma / sqrt(2 n) of `returns` independent normal returns. None with `reason`.
    """

    per_second: float | None
    error: float | None = None
    returns: int = 0
    basis: str = ""
    reason: str = ""

    def over(self, trading_seconds: float) -> float | None:
        """Standard deviation of the log price's move in so many seconds of trading."""
        return None if self.per_second is None else self.per_second * sqrt(max(trading_seconds, 0.0))

    def error_over(self, trading_seconds: float) -> float | None:
        """The standard error of `over`."""
        return None if self.error is None else self.error * sqrt(max(trading_seconds, 0.0))


def given(sigma: float, session_seconds: float, basis: str) -> Volatility:
    """From a session's volatility (part of the price, such as `SymbolProfile.sigma_intraday`); without an error."""
    if sigma < 0 or session_seconds <= 0:
        raise ValueError(f"volatility is at least 0 and a session longer than 0 s, not {sigma} in {session_seconds} s")
    return Volatility(sigma / sqrt(session_seconds), basis=basis)


def measure(case: Case, start: Ns, end: Ns) -> Volatility:
    """From the midpoints of the dates from `start` to `end`, as far as the journal goes."""
    began, ended = date_of(case, start)[0], date_of(case, end)[1]
    first = next(iter(case.quotes), None)
    if first is None:
        return Volatility(None, reason="no quote was seen")
    seen = list(spans(case, max(began, first.at), min(ended, case.as_of)))
    count = 0
    for step in STEPS_NS:
        returns = [move for span in seen for move in _returns(case, span, step)]
        count = len(returns)
        if count >= RETURNS_MIN:
            sigma = sqrt(sum(move * move for move in returns) / count / (step / SECOND))
            basis = f"{count:,} returns of the midpoint over {step // SECOND} s"
            return Volatility(sigma, sigma / sqrt(2 * count), count, basis)
    return Volatility(
        None,
        returns=count,
        reason=f"only {count} returns of the midpoint over a second were seen, {RETURNS_MIN} are needed",
    )


def _returns(case: Case, span: Span, step: Ns) -> list[float]:
    mids = [case.quotes.last_mid(at) for at in range(span.start, span.end + 1, step)]
    # A midpoint from before the span is last night's: its move is no return of this session.
    known = [float(mid[0]) for mid in mids if mid is not None and mid[1] >= span.open]
    return [log(after / before) for before, after in pairwise(known)]
