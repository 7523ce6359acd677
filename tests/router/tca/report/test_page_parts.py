"""Parts of the page: columns by what is in them, shades by how large, totals by currency, the ends of many orders."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from router.tca.report.page_parts import Sheet, chosen, heat_map, kind_parts, shown, totals, venue_colours
from router.tca.tables import Table
from support.sheets import sheets
from support.tca_day import day
from support.twelve_trades import recorded, tape


def test_figures_stand_to_the_right_notes_may_break_and_what_is_none_is_a_dash() -> None:
    table = Table("T", ("what", "bps", "95 % interval", "unit", "note"), (("a", "-1,000.50", "none", "USD", "why"),))

    found = shown(table)

    assert [kind for _, kind in found.header] == ["", "n", "n", "unit", "note"]
    assert found.rows == ((("a", ""), ("-1,000.50", "n"), ("\N{EN DASH}", "n"), ("USD", "unit"), ("why", "note")),)
    assert found.foot == ()


def test_one_total_at_the_end_stands_apart_and_is_not_sorted() -> None:
    rows = (("a", "1"), ("b", "2"), ("total", "3"))

    assert [row[0][0] for row in shown(Table("T", ("x", "n"), rows)).foot] == ["total"]
    assert shown(Table("T", ("x", "n"), (*rows, ("total", "4")))).foot == ()


def test_a_table_of_many_columns_or_long_notes_takes_the_whole_width() -> None:
    five = ("a", "b", "c", "d", "note")

    assert not shown(Table("T", five, (("1", "2", "3", "4", "short"),))).broad
    assert shown(Table("T", five, (("1", "2", "3", "4", "long " * 10),))).broad
    assert shown(Table("T", (*five, "e"), ())).broad


def test_venues_are_shaded_by_the_largest_of_each_measure() -> None:
    report = sheets(recorded(day()))[0].report

    found = heat_map(report)

    assert found.header[:4] == ("of shares, %", "fill rate, %", "effective spread, bps", "fees, bps")
    lit, dark = found.rows
    assert (lit.venue, dark.venue) == ("XLIT", "XDRK")
    assert [cell.text for cell in lit.cells[:2]] == ["60.00%", "100.00%"]
    assert (lit.cells[1].variable, lit.cells[1].shade) == ("--fill", 42)
    assert (lit.cells[3].text, lit.cells[3].variable, lit.cells[3].shade) == ("-0.50", "--gained", 42)
    assert (dark.cells[3].text, dark.cells[3].variable) == ("0.12", "--paid")


def test_an_order_without_a_fill_has_no_heat_map() -> None:
    assert heat_map(sheets(recorded(day()))[2].report).rows == ()


def test_parts_by_kind_have_every_kind() -> None:
    assert kind_parts(sheets(recorded(day()))[0].report) == (("lit", 0.6), ("dark", 0.4), ("cross", 0.0))


def test_venues_keep_their_colour_and_strangers_come_last() -> None:
    found = [sheet.case for sheet in sheets(recorded(day()))]
    strange = replace(found[0], venues={"XDRK": found[0].venues["XDRK"]})

    assert venue_colours([strange]) == {"XDRK": 0, "XLIT": 1}


def test_totals_sum_to_the_cent_what_the_reports_say() -> None:
    reports = [sheet.report for sheet in sheets(recorded(tape()))]

    (found,) = totals(reports)

    arrivals = [line.money for each in reports for line in each.benchmarks if line.name == "arrival"]
    assert (found.currency, found.orders, found.filled, found.unmeasured) == ("USD", 2, 800, 0)
    assert found.traded == sum(each.order.traded for each in reports)
    assert found.arrival_money == sum(money for money in arrivals if money is not None)
    assert found.shortfall == sum(each.shortfall.total.money or Decimal(0) for each in reports)
    # 400 bought against 40.02 and 400 sold against 40.10.
    assert found.arrival_bps == pytest.approx(float(found.arrival_money) / (400 * 80.12) * 1e4)


def test_currencies_are_not_summed_and_orders_without_a_shortfall_are_counted() -> None:
    first, _, refused = (sheet.report for sheet in sheets(recorded(day())))
    other = replace(first, order=replace(first.order, currency="GBP"))

    found = totals([first, refused, other])

    assert [(each.currency, each.orders, each.unmeasured) for each in found] == [("USD", 2, 1), ("GBP", 1, 0)]
    assert found[0].shortfall == found[1].shortfall


def test_of_few_orders_all_are_shown_and_of_many_the_ends_in_their_order() -> None:
    made = [priced(sheets(recorded(tape()))[0], n, Decimal(money)) for n, money in enumerate((5, -3, 9, 0, 7))]

    assert [sheet.order_id for sheet in chosen(made, 5)] == ["O0", "O1", "O2", "O3", "O4"]
    assert [sheet.order_id for sheet in chosen(made, 4)] == ["O1", "O2", "O3", "O4"]


def priced(sheet: Sheet, number: int, money: Decimal) -> Sheet:
    order = replace(sheet.report.order, order_id=f"O{number}")
    costs = replace(sheet.report.shortfall, total=replace(sheet.report.shortfall.total, money=money))
    return replace(sheet, report=replace(sheet.report, order=order, shortfall=costs))
