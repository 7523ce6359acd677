"""Attribution as a trader reads it."""

from router.core.types import TimeInForce
from router.tca.footprint.guessing import guessing
from router.tca.report.attribution_text import attribution_tables, guessing_table
from router.tca.tables import Table
from router.tca.venues.attribution import By, attribute, gather
from router.tca.venues.attribution_rows import section
from support.tca_cases import at, case, child, fill, quotes

MARKET = quotes([(0, 400_000, 400_200), (15, 399_900, 400_100)])
POSTED = child("C1", 1, 200, ended_at=at(20))
TAKEN = child("C2", 2, tif=TimeInForce.IOC, venue="XDRK", ended_at=at(3))
PARENT = case(
    MARKET,
    [POSTED, TAKEN],
    [fill("E1", 9, 400_000, POSTED), fill("E2", 3, 400_100, TAKEN, 300, gave=False)],
    arrival=(400_000, 400_200),
    as_of=at(30),
)


def by(*groupings: By) -> list[Table]:
    material = gather([PARENT])
    return list(attribution_tables([section(attribute(material, each)) for each in groupings]))


def test_a_grouping_is_a_table_with_its_total_last() -> None:
    (found,) = by(By.LIQUIDITY)

    assert found == Table(
        title="By liquidity flag (Herfindahl 0.62)",
        header=("liquidity flag", "shares", "part", "fill rate", "filled in, s", "quoted, bps", "effective, bps",
                "capture", "cost, USD", "cost, bps", "fees, bps"),
        rows=(
            ("removed", "300", "75.00%", "none", "none", "5.00", "0.00", "0.50", "0.00", "0.00", "0.25"),
            ("added", "100", "25.00%", "none", "none", "5.00", "-5.00", "1.00", "-1.00", "-2.50", "-0.50"),
            ("total", "400", "100.00%", "none", "none", "5.00", "-1.25", "0.62", "-1.00", "-0.62", "0.06"),
        ),
    )  # fmt: skip


def test_venues_have_a_second_table_of_what_was_sent_and_a_third_of_what_the_market_did_after() -> None:
    terms, sent, after = by(By.VENUE)

    assert terms.title == "By venue (Herfindahl 0.62)"
    assert sent == Table(
        title="Sent, price improvement, fees",
        header=("venue", "orders", "filled at all", "rejected", "shares sent", "at the midpoint",
                "better than the quote", "at it", "outside", "beyond it, USD", "fees, USD", "rebates, USD"),
        rows=(
            ("XDRK", "1", "100.00%", "0", "100", "100.00%", "300", "0", "0", "-3.00", "0.30", "0.00"),
            ("XLIT", "1", "100.00%", "0", "200", "0.00%", "0", "0", "0", "0.00", "0.00", "-0.20"),
            ("total", "2", "100.00%", "0", "300", "75.00%", "300", "0", "0", "-3.00", "0.30", "-0.20"),
        ),
    )  # fmt: skip
    alone = "an interval takes two independent observations, there is 1"
    assert ("XLIT", "10 s", "100", "0.00", "-5.00", "0.00", "none", "2.50", "none", alone) in after.rows
    assert len(after.rows) == 3 * 5


def test_every_row_has_as_many_cells_as_its_table() -> None:
    for table in (*by(*By), guessing_table(guessing(PARENT))):
        assert {len(row) for row in table.rows} == {len(table.header)}, table.title
