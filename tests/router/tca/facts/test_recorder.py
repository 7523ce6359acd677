"""What a journal says of an order: first words, amendments, busts and corrections."""

import msgspec
import pytest

from router.core.events import ReplaceRequest
from router.core.outputs import Note, SendChild
from router.core.types import (
    SECOND,
    ExecType,
    LastLiquidityInd,
    Ns,
    OrdStatus,
    OrdType,
    PrintKind,
    Qty,
    Reason,
    Side,
)
from router.tca.facts.record import Child, ChildEnd, Fill, Terms
from router.tca.facts.recorder import Recorder
from support.floor import OPEN, engine_config, order
from support.scripted import TWO_LIT, Scripted
from support.tca_day import T0, day, fill_note, report


def _child(child_id: str, venue: str, qty: Qty, reason: Reason, ended_at: Ns) -> Child:
    return Child(
        at=T0 + SECOND,
        child_id=child_id,
        venue=venue,
        qty=qty,
        reason=reason,
        px=400_000,
        terms=[Terms(T0 + SECOND, qty, 400_000)],
        filled=qty,
        ended_at=ended_at,
        end=ChildEnd.FILLED,
    )


def test_an_order_is_told_by_its_reports_and_notes(recorder: Recorder) -> None:
    record = recorder.orders["O1"]

    assert (record.cl_ord_id, record.symbol, record.side, record.algorithm) == ("A1", "ACME", Side.BUY, "VWAP")
    assert (record.status, record.cum_qty, record.notional) == (OrdStatus.FILLED, 1_000, 400_040_000)
    assert (record.arrived_at, record.ended_at, record.arrival_mid2) == (T0, T0 + 50 * SECOND, 800_200)
    assert record.children == [
        _child("C1", "XLIT", 600, Reason.PASSIVE_POST, ended_at=T0 + 10 * SECOND),
        _child("C2", "XDRK", 400, Reason.DARK_REST, ended_at=T0 + 50 * SECOND),
    ]
    added, removed = LastLiquidityInd.ADDED, LastLiquidityInd.REMOVED
    assert list(record.fills.values()) == [
        Fill(T0 + 10 * SECOND, "E1", "XLIT", 600, 400_000, added, PrintKind.REGULAR, Reason.PASSIVE_POST, "C1"),
        Fill(T0 + 50 * SECOND, "E3", "XDRK", 400, 400_100, removed, PrintKind.DARK, Reason.DARK_REST, "C2"),
    ]


def test_a_refused_order_is_there_with_its_reason(recorder: Recorder) -> None:
    record = recorder.orders["O3"]

    assert (record.status, record.algorithm, record.children, record.fills) == (OrdStatus.REJECTED, "", [], {})
    assert record.text.startswith("maximum quantity: ")


def test_a_busted_fill_is_gone_and_a_corrected_one_is_as_corrected(recorder: Recorder) -> None:
    bust = report("O1", "A1", ExecType.TRADE_CANCEL, OrdStatus.PARTIALLY_FILLED, exec_id="E8", exec_ref_id="E1")
    correction = report(
        "O1",
        "A1",
        ExecType.TRADE_CORRECT,
        OrdStatus.PARTIALLY_FILLED,
        exec_id="E9",
        exec_ref_id="E3",
        last_qty=300,
        last_px=400_200,
        cum_qty=300,
        notional=300 * 400_200,
    )

    recorder.observe(T0 + 70 * SECOND, None, [bust, correction])

    record = recorder.orders["O1"]
    assert list(record.fills) == ["E9"]
    fill = record.fills["E9"]
    assert (fill.at, fill.venue, fill.qty, fill.px) == (T0 + 50 * SECOND, "XDRK", 300, 400_200)
    assert record.is_open
    assert record.ended_at is None


def test_a_corrected_trade_keeps_its_place_among_the_trades(recorder: Recorder) -> None:
    correction = report(
        "O1",
        "A1",
        ExecType.TRADE_CORRECT,
        OrdStatus.FILLED,
        exec_id="E9",
        exec_ref_id="E1",
        last_qty=600,
        last_px=400_100,
        cum_qty=1_000,
        notional=1_000 * 400_100,
    )

    recorder.observe(T0 + 70 * SECOND, None, [correction])

    assert [(fill.exec_id, fill.at) for fill in recorder.orders["O1"].fills.values()] == [
        ("E9", T0 + 10 * SECOND),
        ("E3", T0 + 50 * SECOND),
    ]


def test_the_schedule_in_force_is_the_last_one_noted(recorder: Recorder) -> None:
    record = recorder.orders["O1"]
    points = f"{T0}:0 {T0 + 100 * SECOND}:3000"
    recorder.observe(T0 + 60 * SECOND, None, [Note(order_id="O1", what="schedule", data=(("points", points),))])

    expected = [record.planned(T0 + second * SECOND) for second in (-5, 0, 25, 59, 60, 75, 100, 500)]

    assert expected == [0, 0, 250, 590, 1_800, 2_250, 3_000, 3_000]
    assert recorder.orders["O2"].planned(T0) is None


def test_every_order_quantity_and_limit_is_kept_with_its_time() -> None:
    floor, recorder = Scripted(), Recorder()
    first = order("A1", side=Side.SELL, qty=400, ord_type=OrdType.LIMIT, px=400_400)
    more = ReplaceRequest(
        client="EMS44",
        cl_ord_id="A2",
        orig_cl_ord_id="A1",
        symbol="ACME",
        side=Side.SELL,
        qty=700,
        ord_type=OrdType.LIMIT,
        px=400_300,
    )

    for event in (first, more):
        recorder.observe(OPEN, event, floor.say(event))

    (record,) = recorder.orders.values()
    assert record.quantities == [(OPEN, 400), (OPEN, 700)]
    assert (record.cl_ord_id, record.limit_px) == ("A1", 400_300)
    assert record.limits == [(OPEN, 400_400), (OPEN, 400_300)]
    assert [record.limit_at(at) for at in (OPEN - 1, OPEN)] == [400_400, 400_300]


def test_the_child_of_direct_market_access_is_the_orders_though_nobody_decided_on_it() -> None:
    floor, recorder = Scripted(), Recorder()
    event = order("A1", ex_destination="XLIT", ord_type=OrdType.LIMIT, px=399_900)

    outputs = floor.say(event)
    recorder.observe(OPEN, event, outputs)

    (sent,) = [output for output in outputs if isinstance(output, SendChild)]
    (record,) = recorder.orders.values()
    assert record.algorithm == "DMA"
    assert [child.child_id for child in record.children] == [sent.child_id]


@pytest.mark.parametrize(
    ("curves", "strategy", "source", "days"),
    [
        ({"ACME": (1, 2, 1)}, "VWAP", "historical", 5),
        ({"*": (1, 2, 1)}, "VWAP", "pooled", 7),
        ({}, "VWAP", "uniform", 0),
        ({"ACME": (1, 2, 1)}, "TWAP", "", 0),
    ],
)
def test_an_order_says_where_its_volume_curve_is_from(
    curves: dict[str, tuple[int, ...]], strategy: str, source: str, days: int
) -> None:
    config = msgspec.structs.replace(engine_config(venues=TWO_LIT), curves=curves, curve_days={"ACME": 5, "*": 7})
    floor, recorder = Scripted(config=config), Recorder()
    event = order("A1", strategy=strategy)

    recorder.observe(OPEN, event, floor.say(event))

    record = recorder.orders["T1-O1"]
    assert (record.curve, record.curve_days) == (source, days)


def test_a_market_that_is_one_sided_or_crossed_has_no_midpoint() -> None:
    for bid, ask in (("400000", None), ("400200", "400000")):
        recorder = Recorder()
        quote = [(name, px) for name, px in (("bid", bid), ("ask", ask)) if px is not None]
        data = (("algorithm", "SOR"), ("start", str(T0)), ("end", str(T0)), *quote)
        recorder.observe(T0, order("A1"), [Note(order_id="O1", what="arrival", data=data)])

        assert recorder.orders["O1"].arrival_mid2 is None


def test_following_line_by_line_is_following_at_once(recorder: Recorder) -> None:
    stepwise = Recorder()
    for at, event, outputs in day():
        stepwise.observe(at, event, outputs)

    assert stepwise.orders == recorder.orders
    assert (stepwise.at, stepwise.day, stepwise.config) == (recorder.at, recorder.day, recorder.config)


def test_a_fill_note_describes_the_trade_before_it(recorder: Recorder) -> None:
    recorder.observe(T0, None, [fill_note("O9", "C1", "XLIT", PrintKind.REGULAR, Reason.SWEEP)])

    assert "O9" not in recorder.orders
