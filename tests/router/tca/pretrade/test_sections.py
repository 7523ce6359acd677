"""Tables for every reader: no cell is blank, and a number is written by its unit."""

import pytest
from msgspec.structs import replace

from router.runtime.plugins import load_algos
from router.tca.pretrade.documents import PreTrade
from router.tca.pretrade.figure import Figure, exact
from router.tca.pretrade.fill import fill
from router.tca.pretrade.sections import Section, chapters, headline, interval, number, strategies_section
from support.pretrade import GIVEN, LATER, assessment


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (200_000.0, "shares", "200,000"),
        (10_287.594, "USD", "10,287.59"),
        (12.86, "bps", "12.9"),
        (-0.01, "bps", "0.0"),
        (0.0123456, "fraction", "0.01235"),
        (123_456.7, "minutes", "123,457"),
        (-0.0, "factor", "0"),
    ],
)
def test_a_number_is_written_by_its_unit(value: float, unit: str, text: str) -> None:
    assert number(value, unit) == text


def test_an_interval_has_two_ends_or_is_exact() -> None:
    assert interval(Figure(value=2.0, unit="bps", low=-1.04, high=30.0, source="x")) == "-1.0 to 30.0"
    assert interval(exact(2.0, "bps", "given")) == "exact"


def test_the_headline_says_what_is_traded_and_when(document: PreTrade) -> None:
    said = "buy 200,000 ACME on 20261130, 20261130-14:30:00 to 20261130-17:45:00 UTC"

    assert headline(document.execution_strategy.order) == said


def test_no_cell_is_blank_and_no_row_is_short(document: PreTrade) -> None:
    for chapter in chapters(document):
        for section in chapter.sections:
            for row in section.rows:
                assert len(row) == len(section.heads), section.title
                assert all(cell.strip() and "nan" not in cell.lower().split() for cell in row), (section.title, row)
            assert section.rows or section.notes, section.title


def test_every_figure_stands_with_unit_interval_and_source(document: PreTrade) -> None:
    tables = [section for chapter in chapters(document) for section in chapter.sections if "unit" in section.heads]

    assert len(tables) >= 11
    for section in tables:
        assert "95 % interval" in section.heads or "interval" in section.heads, section.title


def test_the_parts_of_every_strategy_stand_beside_the_cost_that_they_sum_to() -> None:
    rising = assessment(overrides=replace(GIVEN, momentum=0.001))
    document = fill(rising, load_algos()[rising.choice.evaluation.candidate.strategy])

    section = strategies_section(document)

    parts = [section.heads.index(each) for each in ("spread", "temporary", "permanent", "drift", "fees")]
    total = section.heads.index("cost, bps")
    for row in section.rows:
        # Each is rounded to a tenth.
        assert sum(float(row[place]) for place in parts) == pytest.approx(float(row[total]), abs=0.3)
    assert any(float(row[section.heads.index("drift")]) for row in section.rows)


def test_tables_of_models_and_strategies_can_be_sorted(document: PreTrade) -> None:
    sortable = {section.title for chapter in chapters(document) for section in chapter.sections if section.sortable}

    assert sortable == {"Each model", "Every strategy", "Every strategy by every model", "Efficient frontier"}


def test_the_recommended_row_is_set_off(document: PreTrade) -> None:
    by_title = {section.title: section for chapter in chapters(document) for section in chapter.sections}

    every, by_model = by_title["Every strategy"], by_title["Every strategy by every model"]
    (row,) = every.marked
    assert by_model.marked == every.marked
    assert every.rows[row][:5] == ("IS", "Medium", "own", "1", "195")
    assert every.notes[0].startswith("rate own: it works to a schedule of its own, and takes no rate")


def sections(**changed: object) -> dict[str, Section]:
    it = assessment(**changed)
    found = fill(it, load_algos()[it.choice.evaluation.candidate.strategy])
    return {section.title: section for chapter in chapters(found) for section in chapter.sections}


def test_what_is_left_has_a_quantity_a_worth_and_a_day_s_risk(document: PreTrade) -> None:
    complete = {section.title: section for chapter in chapters(document) for section in chapter.sections}

    rows = {row[0]: row[1:3] for row in sections(qty=2_000_000)["What is left"].rows}

    assert complete["What is left"].notes == ("nothing is left: the expected schedule is the whole order",)
    assert rows["shares left at the end"] == ("1,647,100", "shares")
    assert rows["worth"] == ("65,884,000.00", "USD")
    assert rows["a day's move of what is left, in money"] == ("1,317,680.00", "USD")


def test_every_date_is_told_with_what_is_held_over_its_night() -> None:
    found = sections(qty=600_000, later=LATER, dates_most=3, urgency="Low")["Trading dates"]

    assert [row[0] for row in found.rows] == ["20261130", "20261201", "20261202"]
    assert [row[2] for row in found.rows] == ["200,000"] * 3
    assert [row[7] for row in found.rows] == ["400,000", "200,000", "0"]
    # 2 % a day, a quarter of its variance at night: 100 bps on two thirds, and on a third, of the order.
    assert [row[8] for row in found.rows] == ["66.7", "33.3", "0.0"]
    assert found.rows[-1][9] == "the order is over"


def test_each_number_of_dates_has_a_verdict() -> None:
    rows = sections(qty=600_000, later=LATER, dates_most=2, urgency="Low")["How many trading dates"].rows

    assert [(row[0], row[-1]) for row in rows] == [
        ("1", "does not complete within the limit"),
        ("2", "recommended, leaves shares"),
        ("3", "fits, longer than asked for"),
    ]
