"""Rule 605 statistics: a day reckoned by hand, and by a script that shares no code with it."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from router.core.events import LevelUpdate, PhaseChange
from router.core.types import SECOND, Phase
from router.runtime.analysis.journal_cases import read_cases
from router.tca.facts.case import Case, cases
from router.tca.facts.recorder import Recorder
from router.tca.regulatory.rule605 import FIELDS, NotCovered, Report605, file_name, file_text, known_form, report605
from support import sec_script
from support.floor import OPEN
from support.journals import write_journal
from support.sec_day import T0, sec_day, two_days
from support.tca_day import Said, lines


def day_cases(said: list[Said] | None = None) -> list[Case]:
    recorder = Recorder()
    recorder.follow(*lines(said or sec_day()))
    return list(cases(recorder))


def files(report: Report605) -> dict[str, str]:
    return {file_name("T", *each): file_text(report, "T", *each) for each in report.files}


XLIT = """\
T|XLIT|202603|ACME|12|22|1|500|0|500|0|500|0|0|0|0|-0.0320|0.0080|300|0.0100|0.002|200|0.004|0||
T|XLIT|202603|ACME|13|21|1|200|0|200|0|0|0|200|0|0|-0.0400|||||||||
T|XLIT|202603|ACME|14|21|1|400|300|100|0|100|0|0|0|0|-0.0600|||||||||
"""
"""C1 took 300 at the midpoint 40.01 after 2 ms and 200 at the offer 40.02 after 4 ms; five minutes on, the midpoint is
40.03: realized (300 x 2 x -0.02 + 200 x 2 x -0.01) / 500, effective (0 + 200 x 2 x 0.01) / 500. C2 rested at the bid,
bought 100 of 400 after 5 s at 40.00, and was replaced by 200 inside the quote, which traded at 40.01 45 s later."""
XALT = """\
T|XALT|202603|ACME|11|22|1|600|0|400|0|400|0|0|0|0|0.1000|0.0600|0|||0||400|0.0200|0.010
T|XALT|202603|ACME|14|21|1|100|0|0|0|0|0|0|0|0||||||||||
T|XALT|202603|ACME|15|22|1|500|500|0|0|0|0|0|0|0||||||||||
"""
"""C8 sold 400 of 600 at 39.98 as corrected, two cents under the bid, and 200 that were taken back; C10 is open at the
bid; C3 was five cents behind it and withdrawn."""


def test_every_column_of_a_day_reckoned_by_hand() -> None:
    report = report605(day_cases())

    assert files(report) == {"TXLIT202603.txt": XLIT, "TXALT202603.txt": XALT}


def test_every_order_is_in_a_line_or_counted_with_the_reason_why_not() -> None:
    report = report605(day_cases())

    assert {why: count for why, count in report.excluded.items() if count} == {
        NotCovered.CONDITIONAL: 1,
        NotCovered.SPECIAL: 1,
        NotCovered.SIZE: 1,
        NotCovered.AWAY: 1,
    }
    assert sum(line.orders for line in report.lines.values()) == 6


def test_a_script_of_other_means_computes_the_same_files_of_a_simulated_day(floor_day: Path) -> None:
    report = report605(read_cases([floor_day]))

    assert files(report) == sec_script.files605(floor_day)
    assert report.lines


@pytest.mark.slow
@pytest.mark.untraced
def test_the_script_agrees_on_other_days_too(other_floor_day: Path) -> None:
    report = report605(read_cases([other_floor_day]))

    assert files(report) == sec_script.files605(other_floor_day)


def test_the_script_agrees_on_the_day_by_hand(tmp_path: Path) -> None:
    journal = write_journal(tmp_path, sec_day())

    assert sec_script.files605(journal) == {"TXLIT202603.txt": XLIT, "TXALT202603.txt": XALT}


def test_shares_are_executed_cancelled_or_open_and_each_execution_stands_somewhere_to_the_quote(
    floor_day: Path,
) -> None:
    report = report605(read_cases([floor_day]))

    for key, line in report.lines.items():
        executed = line.executed_here + line.executed_away
        assert line.canceled + executed <= line.shares, key
        assert sum(line.by_time) == executed, key
        placed = line.improved.shares + line.at_quote_time.shares + line.outside.shares
        assert placed == (executed if key.order_type in {"11", "12"} else 0), key
    assert {len(line.split("|")) for text in files(report).values() for line in text.splitlines()} == {FIELDS}


def test_an_order_executed_on_a_later_day_is_of_the_month_of_its_receipt(tmp_path: Path) -> None:
    report = report605(day_cases(two_days()))

    # 100 executed a month later, in none of the times; realized twice the 0.00 to the midpoint five minutes after.
    c10 = "T|XALT|202603|ACME|14|21|1|100|0|100|0|0|0|0|0|0|0.0000|||||||||"
    assert file_text(report, "T", "XALT", "202603").splitlines()[1] == c10
    assert files(report) == sec_script.files605(write_journal(tmp_path, two_days()))


def test_orders_in_a_halt_a_crossed_or_a_one_sided_market_are_not_covered() -> None:
    at = OPEN + 2 * SECOND
    said = sec_day()
    halted: Said = (at, PhaseChange("ACME", Phase.HALTED), [])
    crossed: Said = (at, LevelUpdate("XALT", "ACME", is_bid=True, px=400_300, qty=100), [])
    one_sided: Said = (at, LevelUpdate("XLIT", "ACME", is_bid=False, px=400_200, qty=0), [])

    reports = [report605(day_cases([*said[:5], word, *said[5:]])) for word in (halted, crossed, one_sided)]

    whys = (NotCovered.HALT, NotCovered.CROSSED, NotCovered.NO_QUOTE)
    assert [report.excluded[why] for report, why in zip(reports, whys, strict=True)] == [8, 8, 8]
    assert [report.lines for report in reports] == [{}, {}, {}]


@pytest.mark.parametrize(("px", "near"), [(399_000, 1), (398_900, 0)])
def test_ten_cents_behind_the_quote_is_near_it_and_eleven_are_not(px: int, near: int) -> None:
    found = day_cases()
    child = next(each for each in found[0].record.children if each.child_id == "C3")
    child.px, child.terms = px, [replace(each, px=px) for each in child.terms]

    report = report605(found)

    assert sum(line.orders for key, line in report.lines.items() if key.order_type == "15") == near
    # Another one is away from the quote as it is.
    assert report.excluded[NotCovered.AWAY] == 2 - near


def test_an_order_received_at_the_close_is_out_of_hours() -> None:
    """C10 comes at 145 s, the last of all."""
    found = day_cases()

    reports = [
        report605([replace(each, sessions=tuple(replace(day, close=close) for day in each.sessions)) for each in found])
        for close in (T0 + 145 * SECOND, T0 + 145 * SECOND + 1)
    ]

    after, before = (report.excluded.get(NotCovered.HOURS, 0) for report in reports)
    assert after - before == 1


def test_a_locked_market_has_a_midpoint_and_its_orders_count() -> None:
    said = sec_day()
    locked: Said = (OPEN + 2 * SECOND, LevelUpdate("XALT", "ACME", is_bid=True, px=400_200, qty=100), [])

    report = report605(day_cases([*said[:5], locked, *said[5:]]))

    (first, *_) = file_text(report, "T", "XLIT", "202603").splitlines()
    assert first.split("|")[4:6] == ["12", "22"]
    # 300 a cent under the locked midpoint 40.02, 200 at it.
    assert first.split("|")[17] == "-0.0120"


def test_a_realized_spread_that_lies_beyond_the_journal_is_not_known() -> None:
    said = [each for each in sec_day() if each[0] <= T0 + 299 * SECOND]

    report = report605(day_cases(said))

    assert {line.realized.mean for line in report.lines.values()} == {None}


def test_the_last_quote_of_the_session_stands_for_a_midpoint_after_it() -> None:
    found = day_cases()
    close = T0 + 250 * SECOND
    short = [replace(case, sessions=tuple(replace(day, close=close) for day in case.sessions)) for case in found]

    report = report605(short)

    realized = {key.order_type: line.realized.mean for key, line in report.lines.items() if key.venue == "XLIT"}
    assert realized == {"12": -320, "13": -400, "14": -600}


def test_a_day_without_a_session_has_no_regular_hours() -> None:
    report = report605([replace(case, sessions=()) for case in day_cases()])

    assert report.lines == {}
    assert report.excluded[NotCovered.HOURS] == 8


def test_the_form_is_in_force_until_the_compliance_date_of_the_amended_rule() -> None:
    form = known_form()

    assert [form.in_force(month) for month in ("200104", "200105", "202607", "202608")] == [False, True, True, False]
    assert [form.size(qty) for qty in (99, 100, 499, 500, 1_999, 2_000, 5_000, 9_999, 10_000)] == [
        *(None, "21", "21", "22", "22", "23", "24", "24", None)
    ]
