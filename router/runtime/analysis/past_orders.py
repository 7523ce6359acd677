"""The user's past orders, from whatever holds them: journals, studies' folders, files of outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from router.runtime.analysis.journal_cases import journal_of, read_recorder
from router.runtime.studies.study_store import OUTCOMES
from router.tca.cost.arrival_estimate import arrival_estimate
from router.tca.facts.case import Case
from router.tca.facts.official import together
from router.tca.facts.trading_time import seconds
from router.tca.facts.volatility import measure
from router.tca.pretrade.rules import ImpactFile
from router.tca.universe.outcome import Outcome, OutcomeError
from router.tca.universe.outcome_of import outcome_of

OPEN_AT_THE_END: Final = "open where the outputs of their journal end"
FILES: Final = (".parquet", ".json", ".jsonl")


def read_past(
    paths: Sequence[Path], sigma: float | None = None, *, impact: ImpactFile | None = None
) -> tuple[tuple[Outcome, ...], dict[str, int]]:
    """Every order with a cost, and why others have none: reason and how many. OutcomeError where no order has one.

    `sigma`, the daily volatility, is for journals; None: measured from each order's own date, overnight moves apart.
    With `impact` their orders have the estimate at arrival and its timing risk, where there was one.
    An order that is open where the outputs of its journal end has no cost yet: more fills may be missing.
    """
    found: list[Outcome] = []
    without: dict[str, int] = {}
    journals = [path for path in paths if _outcomes_file(path) is None]
    for path in paths:
        file = _outcomes_file(path)
        if file is not None:
            from router.tca.universe.outcome_file import read_outcomes  # noqa: PLC0415 - pyarrow is of the extra `analysis`

            found += read_outcomes(file)
    for case in together([read_recorder(journal_of(path)) for path in journals]):
        why = ""
        try:
            if case.is_cut_short:
                why = OPEN_AT_THE_END
            else:
                found.append(_outcome(case, sigma or _sigma(case), impact))
        except OutcomeError as error:
            why = str(error).partition(": ")[2]
        if why:
            without[why] = without.get(why, 0) + 1
    if not found:
        whys = ", ".join(f"{count:,}: {why}" for why, count in without.items())
        left_out = f"no order with a cost in it; left out: {whys}" if without else "no order in it"
        raise OutcomeError(f"{', '.join(map(str, paths))}: {left_out}")
    return tuple(found), without


def _outcome(case: Case, sigma: float | None, impact: ImpactFile | None) -> Outcome:
    if impact is None:
        return outcome_of(case, sigma=sigma)
    known = arrival_estimate(case, impact)
    risk = None if known.timing_risk is None else known.timing_risk.value
    return outcome_of(case, sigma=sigma, estimate_bps=known.bare_bps, timing_risk_bps=risk)


def _outcomes_file(path: Path) -> Path | None:
    """The file of outcomes that `path` is or holds; None of a journal."""
    if path.is_dir():
        return path / OUTCOMES if (path / OUTCOMES).is_file() else None
    return path if path.suffix in FILES else None


def _sigma(case: Case) -> float | None:
    """A session's volatility by the midpoints of the order's date."""
    at = case.record.arrived_at
    session = case.session(at)
    if session is None:
        return None
    known = measure(case, at, case.record.ended_at or case.as_of)
    return known.over(seconds(case, session.open, session.close)) or None
