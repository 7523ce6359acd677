"""The TCA report in words: what a trader reads."""

from decimal import Decimal

import msgspec
import pytest

from router.tca.report.tca_report import SIGN, Beside, tca_report
from router.tca.report.tca_text import assumptions, markdown, px_text, tables, time_text, title
from router.tca.tables import bps_text, money_text, part_text
from router.tca.universe.peers import Universe
from support.pretrade import impact_file
from support.twelve_trades import at, case


def test_the_shortfall_of_the_buy_as_it_is_read() -> None:
    (shortfall,) = [table for table in tables(tca_report(case("O1"))) if table.title == "Implementation shortfall"]

    assert shortfall.header == ("part", "USD", "bps of paper", "note")
    assert shortfall.rows == (
        ("delay", "20.00", "5.00", ""),
        ("spread", "3.00", "0.75", ""),
        ("impact", "2.00", "0.50", ""),
        ("timing", "4.00", "1.00", ""),
        ("opportunity", "108.00", "27.00", ""),
        ("fees", "0.70", "0.17", ""),
        ("total", "137.70", "34.42", ""),
    )


def test_every_order_is_a_page_and_every_page_says_the_sign() -> None:
    text = markdown([tca_report(case("O1")), tca_report(case("O2"))])

    assert [line for line in text.splitlines() if line.startswith("# ")] == [
        "# TCA: Buy 1,000 ACME, BUY (O1)",
        "# TCA: Sell 400 ACME, SELL (O2)",
    ]
    assert text.count(SIGN) == 2
    assert "| arrival | 40.02 | 5.62 | 9.00 | midpoint at arrival |" in text


def test_every_row_has_as_many_cells_as_its_table() -> None:
    for order_id in ("O1", "O2"):
        for table in tables(tca_report(case(order_id))):
            assert {len(row) for row in table.rows} <= {len(table.header)}, table.title


def test_what_a_client_sent_is_text() -> None:
    was = case("O1")
    record = msgspec.structs.replace(was.record, cl_ord_id="a|b\n# <script>[x](y)")
    report = tca_report(msgspec.structs.replace(was, record=record))

    first = markdown([report]).splitlines()[0]

    assert title(report).startswith("Buy 1,000 ACME, a|b\n#")
    assert first == "# TCA: Buy 1,000 ACME, a\\|b # &lt;script&gt;\\[x\\](y) (O1)"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (px_text(Decimal("40.0425")), "40.0425"),
        (px_text(Decimal("1234.5")), "1,234.50"),
        (px_text(Decimal(1) / 3), "0.333333"),
        (px_text(None), "none"),
        (money_text(Decimal("-1234.565")), "-1,234.56"),
        (bps_text(-0.125), "-0.12"),
        (part_text(0.07), "7.00%"),
        (part_text(None), "none"),
        (time_text(at(10.5)), "2026-03-16 13:31:10.500"),
        (time_text(None), "none"),
    ],
)
def test_how_a_figure_is_written(written: str, said: str) -> None:
    assert written == said


def test_what_nobody_asked_for_has_no_table() -> None:
    alone = [table.title for table in tables(tca_report(case("O1")))]
    asked = [
        table.title
        for table in tables(tca_report(case("O1"), beside=Beside(impact=impact_file(), universe=Universe(()))))
    ]

    estimate = ["Estimate at arrival", "Estimate by model, without fees", "What the estimate stands on"]
    assert asked == [*alone, *estimate, "Among its like"]
    assert alone[-2:] == [
        "Moves of the midpoint in the 10 s before own activity",
        "Moves of the midpoint after IOC and FOK orders",
    ]


def test_what_the_estimate_assumed_stands_with_what_the_report_did() -> None:
    report = tca_report(case("O1"), beside=Beside(impact=impact_file()))

    assert assumptions(report)[0] == "Trades taken back, which are in no figure: 1, of 100 shares."
    assert "The estimate: variance curve: assumed: even over the session." in assumptions(report)
