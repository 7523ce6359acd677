"""A basket's report as text and as a page: nothing to fetch, text from outside escaped, numbers to the right."""

from fractions import Fraction

from router.basket.attribution import NameCost, Parts
from router.basket.causes import Causes
from router.basket.page import SIGN, Picture, Report, causes_row, html, markdown
from router.tca.tables import Table

REPORT = Report(
    title="Basket <1>",
    lead=("One name.",),
    pictures=(Picture("a.svg", "<svg>drawn</svg>", "What it shows & more"),),
    tables=(Table("By name", ("name", "cost", "why"), (("ACME", "1,200.50", "a | b"), ("BOLT", "none", "<i>"))),),
)


def test_markdown_names_its_pictures_and_keeps_bars_in_cells() -> None:
    assert (
        markdown(REPORT)
        == f"""# Basket <1>

One name.

{SIGN}

![What it shows & more](a.svg)

What it shows & more

## By name

| name | cost | why |
| --- | --- | --- |
| ACME | 1,200.50 | a \\| b |
| BOLT | none | <i> |
"""
    )


def test_the_page_holds_its_pictures_and_escapes_what_is_said() -> None:
    page = html(REPORT)

    assert "<svg>drawn</svg>" in page
    assert "<h1>Basket &lt;1&gt;</h1>" in page
    assert "What it shows &amp; more" in page
    assert '<td>ACME</td><td class="n">1,200.50</td><td>a | b</td>' in page
    assert "<td>&lt;i&gt;</td>" in page
    assert "http" not in page
    assert SIGN in page


def test_a_column_of_numbers_is_one_though_a_cell_of_it_is_empty() -> None:
    table = Table("By name", ("name", "cost"), (("ACME", "1.50"), ("all", "")))

    page = html(Report(title="Basket", lead=(), tables=(table,)))

    assert '<th>name</th><th class="n">cost</th>' in page
    assert '<td>all</td><td class="n"></td>' in page


def test_a_cell_leads_to_the_file_beside_the_report_that_is_linked_by_its_text() -> None:
    table = Table("By name", ("name",), (("ACME",), ("BOLT",)))
    linked = Report(title="Basket", lead=(), tables=(table,), links={"ACME": "ACME-tca.html"})

    assert "| [ACME](ACME-tca.html) |\n| BOLT |" in markdown(linked)
    assert '<td><a href="ACME-tca.html">ACME</a></td></tr>\n<tr><td>BOLT</td>' in html(linked)


def test_a_row_sums_its_names_causes_to_the_cent() -> None:
    worth = Fraction(100_000)
    costs = [
        NameCost(symbol=symbol, sector="", side="buy", worked="VWAP", notional=worth, parts=Parts(Fraction(money)))
        for symbol, money in (("ACME", "12.345"), ("BOLT", "-2.345"))
    ]
    causes = {"ACME": Causes(waiting=Fraction("12.345")), "BOLT": Causes(spread=Fraction("-2.345"))}

    row = causes_row("both", costs, causes)

    assert row == ("both", "2", "12.34", "-2.34", "0.00", "0.00", "0.00", "0.00", "10.00", "0.50")
