"""The index of a basket's names: the dearest first, what each should have cost, and a sum that is the basket's."""

from fractions import Fraction

from msgspec.structs import replace

from router.basket.attribution import MANUAL, NameCost, Parts
from router.basket.name_index import HEAD, name_index
from router.basket.page import html
from router.core.types import Side
from router.tca.cost.arrival_estimate import EstimateSection
from router.tca.pretrade.figure import around, exact
from router.tca.report.tca_report import TcaReport, tca_report
from support.baskets import name
from support.twelve_trades import case

NAMES = (name("ACME", Side.SELL, 400), name("BOLT", Side.BUY, 2_000))
COSTS = (
    NameCost(
        symbol="ACME",
        sector="tools",
        side="sell",
        worked="VWAP",
        notional=NAMES[0].notional,
        parts=Parts(trading=Fraction("-20.5")),
    ),
    NameCost(
        symbol="BOLT",
        sector="tools",
        side="buy",
        worked=MANUAL,
        notional=NAMES[1].notional,
        parts=Parts(opportunity=Fraction(100)),
    ),
)
LINKS = {"ACME": "ACME-tca.html", "ACME before": "ACME-pretrade.html"}


def acme() -> TcaReport:
    """Expected to cost 3 bp of a likely -17 to 23; it gained 2, which is a quarter of its timing risk of 20 less."""
    estimate = EstimateSection(
        expected=around(3.0, 1.0, "bps", "by hand"),
        outcome=around(3.0, 20.0, "bps", "by hand"),
        realised=exact(-2.0, "bps", "by hand"),
        score=exact(-0.25, "timing risks", "by hand"),
    )
    return replace(tca_report(case("O2")), estimate=estimate)


def test_names_are_told_the_dearest_first_and_their_sum_last() -> None:
    index = name_index(NAMES, COSTS, {"ACME": acme()}, LINKS)

    (table,) = index.tables
    assert [dict(zip(HEAD, row, strict=True)) for row in table.rows] == [
        row("BOLT", "BOLT before", "buy", "2,000", "100,000", "0.00%", "a person", "100.00", "10.00"),
        row(
            *("ACME", "ACME before", "sell", "400", "20,000", "100.00%", "VWAP", "-20.50", "-10.25"),
            *("3.00", "-17.00 to 23.00", "-2.00", "-0.25"),
        ),
        row("2 names", "", "", "", "120,000", "", "", "79.50", "6.62", "", "", "", ""),
    ]


def row(*cells: str) -> dict[str, str]:
    """A row under the header; what is left out at its end is not known."""
    return dict(zip(HEAD, (*cells, *("none",) * (len(HEAD) - len(cells))), strict=True))


def test_a_name_leads_to_its_pages() -> None:
    page = html(name_index(NAMES, COSTS, {"ACME": acme()}, LINKS))

    assert '<td><a href="ACME-tca.html">ACME</a></td><td><a href="ACME-pretrade.html">ACME before</a></td>' in page
    assert "<td>BOLT</td><td>BOLT before</td>" in page
