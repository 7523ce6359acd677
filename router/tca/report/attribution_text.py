"""Attribution and guessing in words: tables of text, the same for a terminal and for Markdown. Reckons nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from router.tca.footprint.guessing import GuessingSection, SequenceRow
from router.tca.tables import NOTHING, Table, bps_text, interval_text, money_text, part_interval_text, part_text
from router.tca.venues.attribution import By
from router.tca.venues.attribution_rows import AttributionRow, AttributionSection, HorizonRow


def attribution_tables(sections: Sequence[AttributionSection]) -> Iterator[Table]:
    """Each grouping: what was filled, and on what terms; of the venues, what was sent and what the market did after."""
    for section in sections:
        yield _terms(section)
        if section.by is By.VENUE:
            yield _sent(section)
            yield _after(section)


def _terms(section: AttributionSection) -> Table:
    header = (
        section.by.value, "shares", "part", "fill rate", "filled in, s", "quoted, bps", "effective, bps", "capture",
        f"cost, {section.currency}", "cost, bps", "fees, bps",
    )  # fmt: skip
    index = "" if section.herfindahl is None else f" (Herfindahl {section.herfindahl:.2f})"
    return Table(f"By {section.by.value}{index}", header, tuple(_term_row(row) for row in section.rows))


def _term_row(row: AttributionRow) -> tuple[str, ...]:
    sent = row.orders
    return (
        row.group,
        f"{row.shares:,}",
        part_text(row.part),
        part_text(sent.fill_rate_shares if sent else None),
        bps_text(sent.kaplan_meier_s if sent else None),
        bps_text(row.quoted_bps),
        bps_text(row.effective_bps),
        bps_text(row.capture),
        money_text(row.cost),
        bps_text(row.cost_bps),
        bps_text(row.net_fees_bps),
    )


def _sent(section: AttributionSection) -> Table:
    header = (
        section.by.value, "orders", "filled at all", "rejected", "shares sent", "at the midpoint",
        "better than the quote", "at it", "outside", f"beyond it, {section.currency}", f"fees, {section.currency}",
        f"rebates, {section.currency}",
    )  # fmt: skip
    return Table("Sent, price improvement, fees", header, tuple(_sent_row(row) for row in section.rows))


def _sent_row(row: AttributionRow) -> tuple[str, ...]:
    sent = row.orders
    return (
        row.group,
        NOTHING if sent is None else f"{sent.orders:,}",
        part_text(sent.fill_rate_orders if sent else None),
        NOTHING if sent is None else f"{sent.rejected:,}",
        NOTHING if sent is None else f"{sent.sent:,}",
        part_text(row.midpoint_share),
        *(f"{shares:,}" for shares in (row.improved, row.at_quote, row.outside)),
        money_text(row.beyond_quote),
        money_text(row.fees),
        money_text(row.rebates),
    )


def _after(section: AttributionSection) -> Table:
    header = (
        section.by.value, "after", "shares", "realised, bps", "impact, bps", "markout, bps", "95 % interval",
        "adverse, bps", "95 % interval", "note",
    )  # fmt: skip
    rows = tuple(_horizon_row(row.group, each) for row in section.rows for each in row.horizons if row.shares)
    return Table("After the fills", header, rows, keys=2)


def _horizon_row(group: str, row: HorizonRow) -> tuple[str, ...]:
    markout, adverse = row.markout_bps, row.adverse_bps
    return (
        group,
        f"{row.horizon_s:g} s",
        f"{row.shares:,}",
        bps_text(row.realised_bps),
        bps_text(row.impact_bps),
        bps_text(markout.value),
        interval_text(markout.low, markout.high),
        bps_text(adverse.value),
        interval_text(adverse.low, adverse.high),
        "; ".join(dict.fromkeys(note for note in (row.reason, markout.note, adverse.note) if note)),
    )


def guessing_table(section: GuessingSection) -> Table:
    """How well sizes and times of the children are guessed."""
    header = (
        "guessed",
        "n",
        "evenness",
        "lag 1",
        "Ljung-Box p",
        "runs p",
        "hits",
        "95 % interval",
        "by chance",
        "note",
    )
    timed = f"timed: {money_text(section.timed_per_bp)} {section.currency} a bp"
    rows = tuple(_sequence_row(row) for row in section.rows)
    return Table(f"Guessing the next child ({timed})", header, rows)


def _sequence_row(row: SequenceRow) -> tuple[str, ...]:
    tests = [NOTHING if p is None else f"{p:.3f}" for p in (row.ljung_box_p, row.runs_p)]
    chance = part_text(row.by_chance)
    return (
        row.name, f"{row.n:,}", bps_text(row.evenness), bps_text(row.first_lag), *tests, part_text(row.hits.value),
        part_interval_text(row.hits.low, row.hits.high), chance, row.note or row.hits.note,
    )  # fmt: skip
