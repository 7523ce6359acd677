"""An order of three dates, cut date by date: worked by hand, and the identity for any fills in any market."""

from decimal import Decimal
from fractions import Fraction
from math import sqrt

import msgspec
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from router.core.algo import SchedulePoint
from router.core.outputs import ExecReport
from router.core.types import ExecType, OrdStatus, OrdType, Px, Qty, Side, TimeInForce
from router.tca.cost.by_date import DateCosts, by_date
from router.tca.cost.decomposition import timing_risk
from router.tca.cost.shortfall import shortfall
from router.tca.facts.case import Case
from router.tca.facts.record import Planned
from router.tca.facts.recorder import Recorder
from router.tca.facts.volatility import given
from router.tca.report.tca_report import tca_report
from support.floor import order
from support.three_dates import BUY, TAPE, market, on, worked


def costs_of(case: Case) -> tuple[DateCosts, ...]:
    return by_date(case, shortfall(case))


def test_a_buy_of_three_dates_by_hand() -> None:
    """600 asked at 40.00; 100 bought at 40.10, then 200 at 41.10, none on the third date, which closes at 40.20.

    night    500 x (41.00 - 40.50) = 250; 300 x (40.40 - 40.80) = -120
    traded   100 x (40.10 - 40.00) = 10; 200 x (41.10 - 41.00) = 20
    carried  500 x (40.50 - 40.00) = 250; 300 x (40.80 - 41.00) = -60; 300 x (40.20 - 40.40) = -60
    """
    found = costs_of(BUY)

    assert [(each.day, each.filled, each.left) for each in found] == [
        ("20260316", 100, 500),
        ("20260317", 200, 300),
        ("20260318", 0, 300),
    ]
    assert [each.night for each in found] == [0, 250, -120]
    assert [each.traded for each in found] == [10, 20, 0]
    assert [each.carried for each in found] == [250, -60, -60]


def test_a_date_s_volume_is_that_of_its_time_at_work() -> None:
    """Done for the day at 400 s: the 9,000 shares that traded late are not in it, but on the last date."""
    found = costs_of(BUY)

    assert [each.interval.volume for each in found] == [1_000, 1_000, 10_000]
    assert [each.participation for each in found] == [Fraction(1, 10), Fraction(1, 5), Fraction(0)]
    assert [each.average_px for each in found] == [401_000, 411_000, None]


def test_a_journal_that_ends_in_the_night_has_the_dates_that_it_saw() -> None:
    was = worked(Side.SELL, 600, [(0, 401_000, 100)], TAPE, dates=1)

    found = costs_of(was)

    # s (Q - n)(40.50 - 40.00), the close being what values the balance.
    assert [(each.day, each.left) for each in found] == [("20260316", 500)]
    assert [(each.traded, each.carried) for each in found] == [(Fraction(-10), Fraction(-250))]


def test_an_order_that_is_done_for_the_day_only_is_said_to_go_on() -> None:
    was = worked(Side.BUY, 600, [(0, 401_000, 100)], TAPE, dates=1)
    record = msgspec.structs.replace(was.record, status=OrdStatus.DONE_FOR_DAY, ended_at=on(0, 600))

    report = tca_report(msgspec.structs.replace(was, record=record))

    assert report.notes[0] == (
        "The order is done for the day, and what is left goes on on the next date: it is valued at the close."
    )
    assert report.shortfall.end.basis == "closing auction, XLIT"


def test_a_date_without_a_print_is_where_the_one_before_ended() -> None:
    whole = market(opens=(400_000,), closes=(405_000,))

    found = costs_of(worked(Side.BUY, 600, [(0, 401_000, 100), (1, 411_000, 200)], whole, dates=2))

    assert [each.night for each in found] == [0, 0]
    assert found[1].start.basis == "as it ended before: no print on its date"
    assert found[1].traded == 200 * Fraction("0.60")


def test_the_report_has_the_dates_of_an_order_of_several_and_none_of_an_order_of_one() -> None:
    one = worked(Side.BUY, 600, [(0, 401_000, 100)], TAPE, dates=1)

    several, single = tca_report(BUY).dates, tca_report(one).dates

    assert [(line.day, line.night, line.vwap_px) for line in several] == [
        ("20260316", Decimal(0), Decimal("40.25")),
        ("20260317", Decimal(250), Decimal("40.90")),
        ("20260318", Decimal(-120), Decimal("40.39")),
    ]
    assert single == ()


@drawn(
    side=st.sampled_from((Side.BUY, Side.SELL)),
    left=st.integers(0, 500),
    fills=st.lists(
        st.tuples(st.integers(0, 2), st.integers(1, 900_000), st.integers(1, 10_000)), min_size=1, max_size=12
    ),
    pxs=st.tuples(*[st.integers(1, 900_000)] * 6),
    dates=st.integers(1, 3),
)
def test_nights_trading_and_what_was_carried_are_the_shortfall_s_trading_and_opportunity(
    side: Side, left: Qty, fills: list[tuple[int, Px, Qty]], pxs: tuple[Px, ...], dates: int
) -> None:
    seen = sorted(fill for fill in fills if fill[0] < dates)
    qty = left + sum(size for _, _, size in seen)
    was = worked(side, qty or 1, seen, market(pxs[:3], pxs[3:]), dates)

    costs, found = shortfall(was), by_date(was, shortfall(was))

    assert costs.trading is not None
    assert costs.opportunity is not None
    assert sum(each.night + each.traded + (each.carried or 0) for each in found) == costs.trading + costs.opportunity
    assert sum(each.filled for each in found) == was.record.cum_qty


def test_the_expected_risk_of_several_dates_is_of_all_their_plans() -> None:
    """Straight from 300 to 200 to 100 to 0 of 300 shares, over three sessions of 600 s, of 1 bp a second's root:

    the integral of the squared part left is that of one straight line over 1,800 s.
    """
    plans = [
        Planned(on(n, -1_800 if n else 0), (SchedulePoint(on(n, 0), 100 * n), SchedulePoint(on(n, 600), 100 * n + 100)))
        for n in range(3)
    ]
    # An amendment at noon: what was expected before it stands.
    plans.insert(1, Planned(on(0, 300), (SchedulePoint(on(0, 300), 90), SchedulePoint(on(0, 600), 100))))
    was = worked(Side.BUY, 300, [(0, 401_000, 300)], TAPE)
    was = msgspec.structs.replace(was, record=msgspec.structs.replace(was.record, plans=plans))

    risk = timing_risk(was, shortfall(was), given(0.01, 10_000, "a tenth of a basis point"))

    assert risk.expected.value == pytest.approx(sqrt(1_800 / 3))


def test_the_recorder_keeps_when_an_order_was_done_for_a_day_and_when_it_went_on() -> None:
    recorder = Recorder()
    recorder.observe(on(0, 2), order("A1", qty=600, tif=TimeInForce.GTC), [])
    for at, exec_type, status in (
        (on(0, 2), ExecType.NEW, OrdStatus.NEW),
        (on(0, 400), ExecType.DONE_FOR_DAY, OrdStatus.DONE_FOR_DAY),
        (on(1, -1_800), ExecType.RESTATED, OrdStatus.NEW),
        (on(1, 600), ExecType.DONE_FOR_DAY, OrdStatus.DONE_FOR_DAY),
    ):
        recorder.observe(at, None, [report(exec_type, status)])

    record = recorder.orders["O1"]
    assert record.rests == [(on(0, 400), on(1, -1_800))]
    assert (record.goes_on, record.ended_at) == (True, on(1, 600))


def report(exec_type: ExecType, status: OrdStatus) -> ExecReport:
    return ExecReport(
        client="EMS44",
        order_id="O1",
        exec_id=f"X{status}",
        cl_ord_id="A1",
        symbol="ACME",
        side=Side.BUY,
        ord_type=OrdType.MARKET,
        px=None,
        exec_type=exec_type,
        ord_status=status,
        qty=600,
        cum_qty=0,
        leaves=600,
        notional=0,
        transact_time=0,
    )
