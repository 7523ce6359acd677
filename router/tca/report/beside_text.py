"""Estimate, leakage and peers in words: tables of text for a terminal, Markdown and a page. Reckons nothing."""

from __future__ import annotations

from collections.abc import Iterator

from router.tca.cost.arrival_estimate import EstimateSection
from router.tca.estimate import Estimate
from router.tca.footprint.leakage_rows import LeakageSection
from router.tca.pretrade.figure import Figure
from router.tca.tables import EXACT, NOTHING, Table, bps_text, interval_text
from router.tca.universe.peers_rows import PeersSection

_FIGURES = ("figure", "value", "95 % interval", "unit", "note")
_P_SHOWN = 0.001
"""Below it a p-value is said to be below it."""


def estimate_tables(section: EstimateSection) -> Iterator[Table]:
    """The estimate against the outcome, by model, and what it stands on."""
    title = "Estimate at arrival"
    if section.reason:
        yield Table(title, ("estimate", "note"), ((NOTHING, section.reason),))
        return
    yield Table(title, _FIGURES, tuple(_estimate_rows(section)))
    yield Table(
        "Estimate by model, without fees",
        ("model", "spread, bps", "temporary, bps", "permanent, bps", "total, bps", "note"),
        tuple(
            (each.model, *map(bps_text, (each.spread, each.temporary, each.permanent, each.total)),
             "beyond what the model was made for" if each.outside else "")
            for each in section.models
        ),
    )  # fmt: skip
    yield Table(
        "What the estimate stands on",
        ("what", "value", "95 % interval", "unit", "note"),
        tuple((each.name, *_figure(each.figure)) for each in section.inputs),
    )


def _estimate_rows(section: EstimateSection) -> Iterator[tuple[str, ...]]:
    reasons = section.reasons
    named = (
        ("expected cost, fees in it", section.expected, ""),
        ("cost of one such order", section.outcome, ""),
        ("timing risk", section.timing_risk, ""),
        ("realised cost, fees in it", section.realised, reasons.get("realised", "")),
        ("timing risk of the fills' path", section.realised_risk, reasons.get("realised_risk", "")),
    )
    for name, figure, reason in named:
        value, interval, unit, note = _figure_or(figure, "bps", reason)
        yield name, value, interval, unit, f"{note}; {section.schedule}" if figure is section.expected else note
    yield ("score", *_figure_or(section.score, "timing risks", reasons.get("score", "")))


def _figure_or(figure: Figure | None, unit: str, reason: str) -> tuple[str, str, str, str]:
    return (NOTHING, NOTHING, unit, reason) if figure is None else _figure(figure)


def _figure(figure: Figure) -> tuple[str, str, str, str]:
    interval = EXACT if figure.exact else f"{_plain(figure.low)} to {_plain(figure.high)}"
    return _plain(figure.value), interval, figure.unit, figure.source


def _plain(value: float) -> str:
    """Two places, more of what is small, none of what is large."""
    if value and abs(value) < 0.1:
        return f"{value:.4f}"
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:,.2f}"


def leakage_tables(section: LeakageSection) -> Iterator[Table]:
    """Moves before own activity against controls, and after orders that do not rest."""
    header = (
        "before",
        "times",
        "matched",
        "own, bps",
        "controls, bps",
        "difference, bps",
        "95 % interval",
        "p",
        "note",
    )
    rows = tuple(
        (row.anchor.value, f"{row.events:,}", f"{row.matched:,}", *_values(row.own_bps, row.control_bps),
         *_with_interval(row.difference_bps), _p_text(row.p_value), row.note)
        for row in section.before
    )  # fmt: skip
    yield Table(f"Moves of the midpoint in the {section.window_s:g} s before own activity", header, rows)
    columns = ("venue", "after", "filled, bps", "95 % interval", "unfilled, bps", "95 % interval", "note")
    after = tuple(
        (row.venue, f"{row.horizon_s:g} s", *_with_interval(row.filled_bps), *_with_interval(row.unfilled_bps),
         _notes(row.filled_bps, row.unfilled_bps))
        for row in section.after
    )  # fmt: skip
    yield Table("Moves of the midpoint after IOC and FOK orders", columns, after, keys=2)


def peers_table(section: PeersSection) -> Table:
    """The order's place among its like."""
    title, rank = "Among its like", section.rank
    if rank is None:
        return Table(title, ("percentile", "note"), ((NOTHING, section.reason),))
    near = "its own bucket" if not rank.steps else f"buckets up to {rank.steps} steps away"
    percentile, low, high = (None if each is None else each * 100 for each in _ends(rank.percentile))
    rows = (
        ("cost, no fees in it", bps_text(section.cost_bps), EXACT, "bps", "against the midpoint at arrival"),
        ("percentile", bps_text(percentile), interval_text(low, high), "%", "0 is the cheapest"),
        ("mean of its like", *_with_interval(rank.peer_mean), "bps", rank.peer_mean.note),
        ("median of its like", bps_text(rank.peer_median), EXACT, "bps", "of those that there are"),
        ("its like", f"{rank.peers:,}", EXACT, "orders", f"of {section.universe:,}, from {near}: {rank.bucket}"),
        (
            "cost less estimate",
            bps_text(rank.z),
            NOTHING if rank.z is None else EXACT,
            "timing risks",
            rank.z_note or "as both stand; of right estimates 19 in 20 lie within 2",
        ),
    )
    return Table(title, _FIGURES, rows)


def _ends(estimate: Estimate) -> tuple[float | None, float | None, float | None]:
    return estimate.value, estimate.low, estimate.high


def _values(*estimates: Estimate) -> Iterator[str]:
    return (bps_text(each.value) for each in estimates)


def _with_interval(estimate: Estimate) -> tuple[str, str]:
    return bps_text(estimate.value), interval_text(estimate.low, estimate.high)


def _notes(*estimates: Estimate) -> str:
    return "; ".join(dict.fromkeys(each.note for each in estimates if each.note))


def _p_text(p: float | None) -> str:
    if p is None:
        return NOTHING
    return f"below {_P_SHOWN}" if p < _P_SHOWN else f"{p:.3f}"
