"""Journals on disk for tests of their readers: of what was said by hand, or of the floor's real engine and market."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from router.core.events import CancelRequest, ReplaceRequest
from router.core.types import SECOND, OrdType, Side
from router.runtime.journal_file import FILE_NAME, JournalFile
from support.floor import CLIENT, OPEN, Floor, order
from support.tca_day import Said


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
