"""Rule 606(b)(3): one customer's not-held orders, reckoned by hand and by a script that shares no code with it."""

from fractions import Fraction
from pathlib import Path

import pytest
from msgspec.structs import replace

from router.core.types import Side
from router.runtime.analysis.journal_cases import read_cases
from router.tca.facts.case import cases
from router.tca.facts.recorder import Recorder
from router.tca.regulatory.rule606 import Month, Report606, Section, VenueLine, report606
from router.tca.regulatory.rule606_files import csv_text
from support import sec_script
from support.floor import CLIENT
from support.journals import write_journal
from support.sec_day import sec_day, two_days
from support.tca_day import lines


def line(venue: str, **columns: object) -> VenueLine:
    nothing = dict.fromkeys(VenueLine.__struct_fields__, 0)
    return VenueLine(**({**nothing, "venue": venue, "duration_ms": None} | columns))  # type: ignore[arg-type]  # a test's


def by_hand() -> Report606:
    xalt = line(
        "XALT",
        orders=3,
        routed=750,
        routed_ioc=50,
        executed=50,
        fills=1,
        fees=150_000,
        far_side=50,
        removed=50,
        removed_fees=150_000,
        duration_ms=Fraction(79_500),
    )
    xdrk = line(
        "XDRK",
        orders=1,
        routed=300,
        executed=300,
        fills=1,
        fees=150_000,
        at_midpoint=300,
        provided=300,
        provided_fees=150_000,
        duration_ms=Fraction(1_000),
    )
    xlit = line(
        "XLIT",
        orders=3,
        routed=1_100,
        routed_ioc=500,
        executed=800,
        fills=4,
        fees=900_000,
        at_midpoint=500,
        near_side=100,
        far_side=200,
        provided=300,
        provided_fees=-600_000,
        removed=500,
        removed_fees=1_500_000,
        duration_ms=Fraction(32_500),
    )
    return Report606(
        client="EMS44",
        months=(
            Month(Section.DIRECTED, "202603", 2, 200, 0, (), (line("XALT", orders=1, routed=100),)),
            Month(Section.NON_DIRECTED, "202603", 1, 3_000, 1, ("XBLK",), (xalt, xdrk, xlit)),
        ),
        held=1,
        refused=1,
    )


@pytest.fixture(name="sec")
def recorded() -> Recorder:
    recorder = Recorder()
    recorder.follow(*lines(sec_day()))
    return recorder


def test_every_figure_of_a_day_reckoned_by_hand(sec: Recorder) -> None:
    assert report606(cases(sec), "EMS44") == by_hand()


def test_an_order_over_two_months_is_counted_where_it_came_and_where_its_children_were_sent(tmp_path: Path) -> None:
    journal = write_journal(tmp_path, two_days())

    report = report606(read_cases([journal]), "EMS44")

    directed = [month for month in report.months if month.section is Section.DIRECTED]
    assert [(month.month, month.sent, month.venues[0].executed) for month in directed] == [("202603", 200, 100)]
    assert csv_text(report).partition("\n")[2] == sec_script.csv606(journal, "EMS44")


def test_what_is_far_for_a_buyer_is_near_for_a_seller(sec: Recorder) -> None:
    bought = list(cases(sec))
    sold = [replace(each, record=replace(each.record, side=Side.SELL)) for each in bought]

    (buyer, seller) = (
        {venue.venue: venue for month in report606(of, "EMS44").months for venue in month.venues}["XLIT"]
        for of in (bought, sold)
    )

    assert (buyer.near_side, buyer.far_side) == (100, 200)
    assert (seller.near_side, seller.far_side) == (200, 100)


def test_another_clients_orders_are_not_in_it(sec: Recorder) -> None:
    assert report606(cases(sec), "OTHER") == Report606("OTHER", (), 0, 0)


def test_a_script_of_other_means_computes_the_same_table_of_a_simulated_day(floor_day: Path) -> None:
    table = csv_text(report606(read_cases([floor_day]), CLIENT))

    assert table.partition("\n")[2] == sec_script.csv606(floor_day, CLIENT)
    assert table.count("\n") > 2


def test_the_script_agrees_on_the_day_by_hand(tmp_path: Path) -> None:
    journal = write_journal(tmp_path, sec_day())

    assert csv_text(by_hand()).partition("\n")[2] == sec_script.csv606(journal, "EMS44")


def test_executed_shares_are_split_by_side_of_the_spread(floor_day: Path) -> None:
    report = report606(read_cases([floor_day]), CLIENT)

    venues = [venue for month in report.months for venue in month.venues]
    placed = [each.at_midpoint + each.near_side + each.far_side + each.unplaced for each in venues]
    assert placed == [each.executed for each in venues]
    assert all(each.executed <= each.routed for each in venues)
