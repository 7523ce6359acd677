"""Both files of the amended Rule 605: a day reckoned by hand, and by a script that shares no code with them."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from router.core.instruments import Instrument
from router.runtime.analysis.journal_cases import read_cases
from router.tca.facts.case import Case, cases
from router.tca.facts.recorder import Recorder
from router.tca.regulatory.rule605_2024 import NotCovered, OrderType
from router.tca.regulatory.rule605_2024_files import DETAILED, SUMMARY, detailed_text, file_stem, summary_text
from router.tca.regulatory.rule605_2024_lines import Report2024, report605_2024
from support import sec_script_2024
from support.journals import write_journal
from support.sec_day import november_day, sec_day, two_days
from support.tca_cases import case, child, fill, quotes
from support.tca_day import Said, lines


def day_cases(said: list[Said] | None = None) -> list[Case]:
    recorder = Recorder()
    recorder.follow(*lines(said or sec_day()))
    return list(cases(recorder))


def files(report: Report2024, *members: str) -> dict[str, str]:
    texts = {}
    for venue, month in report.files:
        texts[f"{file_stem(venue, month)}.txt"] = detailed_text(report, "T", venue, month)
        texts[f"{file_stem(venue, month)}.csv"] = summary_text(report, "T", venue, month, members)
    return texts


def rows(text: str, delimiter: str = "|") -> list[dict[str, str]]:
    """Records by field name, the head line apart."""
    head, *records = text.removesuffix("\r\n").split("\r\n")
    return [dict(zip(head.split(delimiter), record.split(delimiter), strict=True)) for record in records]


XLIT = """\
T|XLIT|202603|ACME|ROUND|5000|LNYNN|1|8002|200|0|200|0|0|0|0|0|0|0|200|0|0|0|0|0|0|0|0|0|-0.04|-0.001|40.01|\
0.02|0|0|0|200|0.01|45000|0||0||||||||200|0|1|0|0|45000
T|XLIT|202603|ACME|ROUND|10000|LNNNN|1|16000|400|300|100|0|0|0|0|0|100|0|0|0|\
-0.02|-0.0005|-0.02|-0.0005|-0.02|-0.0005|-0.02|-0.0005|-0.06|-0.0015|40.01||||||||||||||||||||1|0|0|5000
T|XLIT|202603|ACME|ROUND|20000|LYNYN|1|20010|500|0|500|0|0|0|500|0|0|0|0|0|\
0.008|0.0002|0.008|0.0002|0.008|0.0002|0.008|0.0002|-0.032|-0.0008|40.01|\
0.02|0.008|0.0002|0.4|300|0.01|2|200|4|0||||||||500|0||||
"""
"""C2 was replaced by 200 at the midpoint 40.01, worth 8,002, which traded there after 45 s; before, 400 of it at the
bid, worth 16,000, bought 100 after 5 s at 40.00: 2 x -0.01 against 40.01, 2 x -0.03 against 40.03 five minutes on, of
40.01. C1, immediate or cancel at 40.02 and worth 20,010, took 300 at the midpoint after 2 ms and 200 at the offer after
4: its effective spread is 200 x 2 x 0.01 of 500, 0.4 of the quoted 0.02."""
XALT = """\
T|XALT|202603|ACME|ODD|1000|LYNYN|1|2001|50|0|50|0|0|0|50|0|0|0|0|0|\
0.02|0.0005|0.02|0.0005|0.02|0.0005|0.02|0.0005|-0.02|-0.0005|40.01|\
0.02|0.02|0.0005|1|0|||50|1|0||||||||50|0||||
T|XALT|202603|ACME|ROUND|1000|LNNNN|1|4000|100|0|0|0|0|0|0|0|0|0|0|0|||||||||||||||||||||||||||||||0|0|0|
T|XALT|202603|ACME|ROUND|20000|MXXNN|1|24000|600|0|400|0|0|0|0|400|0|0|0|0|\
0.06|0.0015|0.06|0.0015|0.06|0.0015|0.06|0.0015|0.1|0.002499|40.01|\
0.02|0.06|0.0015|3|0|||0||400|0.02|10||||||600|0||||
"""
"""C7's 50 shares at the offer after 1 ms are an odd lot; C10 is open at the bid; C8 sold 400 of 600 at 39.98 as
corrected, two cents under the bid of 40.00 that it is worth: 2 x 0.03 against 40.01, 2 x 0.05 against 40.03, of
40.01."""
SUMMED = """\
T,XALT,202603,Y,20000,M,600,24000,40.01,0,0,-0.0005,0.0015,0.0005,3,0.0015,0.0015,10
T,XALT,202603,Y,199999,M,600,24000,40.01,0,0,-0.0005,0.0015,0.0005,3,0.0015,0.0015,10
"""


def whole(head: tuple[str, ...], records: str, delimiter: str) -> str:
    return f"{delimiter.join(head)}\n{records}".replace("\n", "\r\n")


HAND = {
    "XALT202603.txt": whole(DETAILED, XALT, "|"),
    "XALT202603.csv": whole(SUMMARY, SUMMED, ","),
    "XLIT202603.txt": whole(DETAILED, XLIT, "|"),
    "XLIT202603.csv": whole(SUMMARY, "", ","),
}


def test_every_field_of_a_day_reckoned_by_hand() -> None:
    report = report605_2024(day_cases())

    assert files(report, "ACME") == HAND
    assert {why: count for why, count in report.excluded.items() if count} == {
        NotCovered.CONDITIONAL: 1,
        NotCovered.SPECIAL: 1,
        NotCovered.NEVER: 2,
    }


def test_the_script_agrees_on_the_day_by_hand(tmp_path: Path) -> None:
    journal = write_journal(tmp_path, sec_day())

    assert sec_script_2024.files605_2024(journal, {"ACME"}) == HAND


def test_a_script_of_other_means_computes_the_same_files_of_a_simulated_day(floor_day: Path) -> None:
    report = report605_2024(read_cases([floor_day]))

    assert files(report, "BOLT") == sec_script_2024.files605_2024(floor_day, {"BOLT"})
    assert sum(line.market_shares for line in report.lines.values()) > 0
    assert sum(line.benchmark for line in report.lines.values()) > 0


def test_a_day_with_prints_a_bid_that_falls_and_a_halt(tmp_path: Path) -> None:
    report = report605_2024(day_cases(november_day()))

    made = files(report, "ACME")
    (c3,) = [row for row in rows(made["XALT202611.txt"]) if row["OrderSize"] == "10000"]
    (c8,) = [row for row in rows(made["XALT202611.txt"]) if row["OrderType"] == "MXXNN"]
    # 500 at 39.95, executable from 60 s until it was withdrawn at 100 s: 50 and 70 traded there, 50 of them displayed.
    names = ("OrderType", "CvrdOrderQty", "CvrdOrderCnclQty", "RegExctdOrderQty", "RegExctdOrderOnXchngQty")
    assert [c3[name] for name in names] == ["LNNNN", "500", "500", "120", "50"]
    # Received in the halt, two cents outside the quote: at or after November 2026 that is told twice.
    assert [c8[name] for name in ("ExctdOrderOutQuotQty", "ExctdOrderOutBestPrWghtdAvgAmt")] == ["400", "0.02"]
    assert made == sec_script_2024.files605_2024(write_journal(tmp_path, november_day()), {"ACME"})


@pytest.mark.slow
@pytest.mark.untraced
def test_the_script_agrees_on_other_days_too(other_floor_day: Path) -> None:
    made = files(report605_2024(read_cases([other_floor_day])), "ACME")

    assert made == sec_script_2024.files605_2024(other_floor_day, {"ACME"})


def test_an_order_executed_on_a_later_day_is_of_the_month_of_its_receipt(tmp_path: Path) -> None:
    report = report605_2024(day_cases(two_days()))

    (c10,) = [row for row in rows(files(report)["XALT202603.txt"]) if row["OrderType"] == "LNNNN"]
    assert (c10["CvrdOrderQtyOthr"], c10["FilledOrderCnt"], c10["AvgRealSprd5min"]) == ("100", "1", "0")
    assert files(report, "ACME") == sec_script_2024.files605_2024(write_journal(tmp_path, two_days()), {"ACME"})


def test_shares_are_executed_cancelled_or_open_and_each_execution_stands_somewhere_to_the_quote(
    floor_day: Path,
) -> None:
    report = report605_2024(read_cases([floor_day]))

    for key, line in report.lines.items():
        executed, kind = line.executed_here + line.executed_away, OrderType(key.kind)
        placed = line.improved.shares + line.at_quote_time.shares + line.outside.shares
        assert line.canceled + executed <= line.shares, key
        assert sum(line.within) == line.time.shares == executed, key
        assert placed == (executed if kind.against_quote else 0), key
        assert line.filled_orders <= line.orders, key


def test_every_number_is_of_the_form_and_the_range_that_the_specification_gives(floor_day: Path) -> None:
    made = files(report605_2024([*read_cases([floor_day]), *day_cases()]), "ACME")

    detailed = [row for name, text in made.items() if name.endswith(".txt") for row in rows(text)]
    summary = [row for name, text in made.items() if name.endswith(".csv") for row in rows(text, ",")]
    numbers = [row[name] for row in detailed for name in DETAILED[7:]]
    numbers += [row[name] for row in summary for name in SUMMARY[6:]]
    assert [each for each in numbers if not re.fullmatch(r"(-?\d+(\.\d{0,5}[1-9])?)?", each)] == []
    assert {(len(row), row["DsgntParticipant"]) for row in detailed} == {(55, "T")}
    for row in summary:
        shares = [float(row[name] or 0) for name in ("PctExctdPI", "PctExctdAtQuotOrBetter")]
        assert 0 <= shares[0] <= shares[1] <= 1, row


def lot_of(qty: int, px: int, symbol: str = "ACME", filled: int | None = None) -> Case:
    order = child("C1", 1, qty, px=px)
    trades = [] if filled is None else [fill("E1", 2, filled, order, qty)]
    return case(quotes([(0, 400_000, 400_200)]), [order], trades, instrument=Instrument(symbol))


def in_month(of: Case, month: str) -> Case:
    """The same, on another date."""
    day = f"{month}16"
    return replace(of, days=((0, day),), sessions=tuple(replace(each, day=day) for each in of.sessions))


def test_columns_relative_to_the_best_available_displayed_price_begin_in_november_2026() -> None:
    bought = lot_of(300, 400_200, filled=400_100)
    names = [name for name in DETAILED if "BestPr" in name]

    found = [
        rows(detailed_text(report605_2024([in_month(bought, month)]), "T", "XLIT", month))
        for month in ("202610", "202611")
    ]

    assert [[row[name] for name in names] for (row,) in found] == [[""] * 5, ["300", "0.01", "0", "0", ""]]


def test_a_locked_market_has_no_effective_over_quoted_spread() -> None:
    order = child("C1", 1, px=400_100)
    report = report605_2024([case(quotes([(0, 400_100, 400_100)]), [order], [fill("E1", 2, 400_100, order)])])

    (row,) = rows(detailed_text(report, "T", "XLIT", "202603"))

    assert (row["ExctdOrderAvgQuotSprd"], row["AvgEffctvSprd"], row["AvgEFQPct"]) == ("0", "0", "")


def test_the_summary_counts_market_and_marketable_limit_orders_by_membership_and_worth() -> None:
    sent = [
        lot_of(5_000, 400_200, filled=400_200),  # 200,100: in no sum of smaller ones
        lot_of(100, 400_200, filled=400_100),
        lot_of(200, 400_200, filled=400_200),
        lot_of(100, 400_200, "BOLT"),
        lot_of(100, 400_000),
    ]

    found = rows(summary_text(report605_2024(sent), "T", "XLIT", "202603", {"ACME"}), ",")

    names = ("Sp500", "OrderSize", "AvgOrderQty", "AvgOrderSize", "PctExctdAtQuotOrBetter", "PctExctdPI")
    assert [tuple(row[name] for name in names) for row in found] == [
        ("N", "1000", "100", "4002", "", ""),
        ("N", "199999", "100", "4002", "", ""),
        ("Y", "1000", "100", "4002", "1", "1"),
        ("Y", "5000", "200", "8004", "1", "0"),
        ("Y", "199999", "150", "6003", "1", "0.333333"),
        ("Y", "200000", "5000", "200100", "1", "0"),
    ]
    assert {(row["OrderType"], row["WghtdAvgExctnTime"]) for row in found} == {("ML", ""), ("ML", "1000")}


def test_the_summary_adds_symbols_of_different_price_scales_in_currency() -> None:
    coarse = Instrument("BOLT", price_scale=100)
    order = child("C1", 1, 300, px=4_002)
    other = case(quotes([(0, 4_000, 4_002)]), [order], [fill("E1", 2, 4_002, order, 300)], instrument=coarse)
    sent = [lot_of(100, 400_200, filled=400_100), other]

    found = rows(summary_text(report605_2024(sent), "T", "XLIT", "202603", ()), ",")

    # 100 at the midpoint, 300 a cent above it: 1.5 cents of two.
    together = next(row for row in found if row["OrderSize"] == "199999")
    assert [together[name] for name in ("AvgOrderSize", "ExctdOrderMidPtAvg", "AvgEFQPct")] == ["8004", "40.01", "0.75"]


@given(
    done=st.lists(st.tuples(st.sampled_from([100, 200, 5_000]), st.integers(400_000, 400_400)), min_size=1, max_size=6)
)
def test_the_summary_of_several_orders_is_the_share_weighted_mean_of_theirs(done: list[tuple[int, int]]) -> None:
    sent = [lot_of(qty, 400_400, filled=px) for qty, px in done]
    small = [(qty, px) for qty, px in done if qty < 5_000]

    found = rows(summary_text(report605_2024(sent), "T", "XLIT", "202603", ()), ",")

    told = {row["OrderSize"]: row for row in found}
    assert ("199999" in told) == bool(small)
    if small:
        shares = sum(qty for qty, _ in small)
        effective = sum(qty * 2 * (px - 400_100) for qty, px in small) / shares / 400_100
        assert float(told["199999"]["AvgEffctvSprdPct"]) == pytest.approx(effective, abs=5.1e-7)


@pytest.mark.parametrize(
    ("qty", "px", "shown"),
    [(400, 400_101, "0.000001"), (401, 400_101, "0"), (400, 400_099, "-0.000001"), (401, 400_099, "0")],
)
def test_the_sixth_decimal_is_rounded_half_away_from_nought(qty: int, px: int, shown: str) -> None:
    """One share a quantum off the midpoint, the others at it: twice 0.0001 over 400 shares is half a millionth."""
    order = child("C1", 1, qty, px=400_200)
    trades = [fill("E1", 2, 400_100, order, qty - 1), fill("E2", 3, px, order, 1)]
    report = report605_2024([case(quotes([(0, 400_000, 400_200)]), [order], trades)])

    (row,) = rows(detailed_text(report, "T", "XLIT", "202603"))

    assert row["AvgEffctvSprd"] == shown
