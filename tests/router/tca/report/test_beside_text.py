"""Estimate, leakage and peers as tables: every figure with its unit, every gap with its reason."""

from router.tca.report.beside_text import estimate_tables, leakage_tables, peers_table
from router.tca.universe.peers import Universe
from support.outcomes import outcome
from support.sheets import sheets
from support.tca_day import day
from support.twelve_trades import recorded, tape


def test_the_estimate_stands_beside_the_outcome_its_models_and_its_inputs() -> None:
    report = sheets(recorded(tape()))[0].report
    estimate = report.estimate

    outcome_table, models, inputs = estimate_tables(estimate)

    rows = {row[0]: row[1:] for row in outcome_table.rows}
    assert estimate.realised is not None
    assert rows["realised cost, fees in it"] == (
        f"{estimate.realised.value:.2f}", "exact", "bps", "fills against the midpoint at arrival, and fees",
    )  # fmt: skip
    assert [row[0] for row in models.rows] == [each.model for each in estimate.models]
    assert ("price", "40.02", "exact", "USD", "midpoint at arrival") in inputs.rows
    assert ("average daily volume", "2,000,000", "exact", "shares a day", "configured") in inputs.rows


def test_without_an_estimate_there_is_the_reason() -> None:
    refused = sheets(recorded(day()))[2].report

    (table,) = estimate_tables(refused.estimate)

    assert table.rows == (("none", "the order was refused"),)


def test_moves_before_and_after_stand_with_their_intervals_or_notes() -> None:
    before, after = leakage_tables(sheets(recorded(tape()))[0].report.leakage)

    assert before.title == "Moves of the midpoint in the 10 s before own activity"
    # Sent at 10 and 12 s: the midpoint rose by 5 bps between them. Filled at 10.5 and 40 s: by 0 and 10.
    alone = "an interval takes two independent observations, there is 1"
    assert [row[:6] for row in before.rows] == [
        ("sent", "2", "2", "2.50", "0.00", "2.50"),
        ("sent anew", "2", "2", "2.50", "0.00", "2.50"),
        ("fill", "2", "2", "5.00", "0.00", "5.00"),
    ]
    assert [(row[-2], row[-1]) for row in before.rows] == [("none", alone), ("none", alone), ("0.500", "")]
    # The IOC filled: at 11 s the midpoint was two cents higher, 5 bps.
    assert after.rows[1][:3] == ("XLIT", "1 s", "5.00")
    assert all(row[-1] for row in after.rows)


def test_a_rank_has_its_interval_and_where_its_like_are_from() -> None:
    past = Universe([outcome(f"P{n}", q_adv=0.0005, pov=0.25, cost_bps=float(n)) for n in range(20)])

    rows = {row[0]: row[1:] for row in peers_table(sheets(recorded(tape()), past)[0].report.peers).rows}

    assert rows["percentile"][0] == "30.00"
    assert rows["mean of its like"][0] == "9.50"
    assert rows["its like"][0] == "20"
    assert rows["its like"][3].startswith("of 20, from ")


def test_without_a_universe_there_is_the_reason() -> None:
    assert peers_table(sheets(recorded(tape()))[0].report.peers).rows == (
        ("none", "no universe of past orders was given"),
    )
