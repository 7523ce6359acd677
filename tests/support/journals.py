"""Journals on disk for tests of their readers: of what was said by hand, or of the floor's real engine and market."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from router.core.events import (
    CancelRequest,
    ChildBusted,
    ChildCorrected,
    ChildFilled,
    DayEnd,
    DayStart,
    ReplaceRequest,
)
from router.core.profiles import CalendarDay
from router.core.types import SECOND, OrdType, Side, TimeInForce
from router.journal import decode_event
from router.runtime.journal_file import FILE_NAME, JournalFile
from support.floor import CLIENT, DAY, OPEN, Floor, engine_config, order
from support.tca_day import Said

NEXT_DAY = "20260317"


def write_journal(state: Path, said: Sequence[Said]) -> Path:
    """The journal in `state` of these inputs with their outputs."""
    file = JournalFile(state)
    for at, event, outputs in said:
        file.write_outputs(file.append(at, event), outputs)
    file.close()
    return state / FILE_NAME


def floor_journal(state: Path, *, seed: int) -> Path:
    """The journal in `state` of seven minutes of a seeded market, with orders of every way of working.

    A VWAP amended on its way, one for the router at once, one sent to the client's venue and cancelled, one refused.
    """
    file = JournalFile(state)
    floor = Floor(seed=seed, journal=file)
    floor.run(OPEN + 30 * SECOND)
    floor.say(
        order("V1", qty=6_000, strategy="VWAP", params=(("EndTime", "20260316-13:33:00"),)),
        order("S1", qty=800, side=Side.SELL),
        order("R1", qty=2_000_000),
    )
    floor.run(OPEN + 31 * SECOND)
    near = max(report.last_px for report in floor.reports("S1"))
    floor.say(
        order("D1", qty=300, ord_type=OrdType.LIMIT, px=near - near % 100 - 500, ex_destination="XLIT", exec_inst="1"),
    )
    floor.run(OPEN + 90 * SECOND)
    floor.say(
        ReplaceRequest(
            client=CLIENT,
            cl_ord_id="V2",
            orig_cl_ord_id="V1",
            symbol="ACME",
            side=Side.BUY,
            qty=7_000,
            ord_type=OrdType.MARKET,
        ),
        CancelRequest(client=CLIENT, cl_ord_id="D2", orig_cl_ord_id="D1", symbol="ACME", side=Side.BUY),
    )
    floor.run(OPEN + 420 * SECOND)
    file.close()
    return state / FILE_NAME


def two_day_journal(state: Path, *, seed: int) -> Path:
    """The journal in `state` of two short days of a seeded market: a GTC order that outlives the first, a VWAP on it.

    The VWAP's first trade is taken back by its venue, its second corrected by a cent.
    """
    next_open = OPEN + 86_400 * SECOND
    config = engine_config()
    days = (CalendarDay(DAY, OPEN, OPEN + 480 * SECOND), CalendarDay(NEXT_DAY, next_open, next_open + 480 * SECOND))
    file = JournalFile(state)
    floor = Floor(seed=seed, config=replace(config, calendars={"XNYS": days}), journal=file)
    floor.run(OPEN + 30 * SECOND)
    floor.say(
        order("G1", qty=3_000, tif=TimeInForce.GTC, ord_type=OrdType.LIMIT, px=395_000),
        order("V1", qty=2_000, strategy="VWAP", params=(("EndTime", "20260316-13:36:00"),)),
    )
    floor.run(OPEN + 400 * SECOND)
    first, second = _trades(file)[:2]
    floor.say(
        ChildBusted(first.venue, first.child_id, "BUST", first.exec_id),
        ChildCorrected(second.venue, second.child_id, "CORRECT", second.exec_id, second.qty, second.px + 100),
    )
    floor.run(OPEN + 500 * SECOND)
    floor.say(DayEnd(DAY))
    floor.run(next_open - 60 * SECOND)
    floor.say(DayStart(NEXT_DAY))
    floor.run(next_open + 470 * SECOND)
    file.close()
    return state / FILE_NAME


def _trades(file: JournalFile) -> list[ChildFilled]:
    file.commit()
    reader = file.reader()
    heard = [decode_event(line.body) for line in reader.inputs() if line.kind == "ChildFilled"]
    reader.close()
    return [event for event in heard if isinstance(event, ChildFilled)]
