"""`sluice run --hold`: a simulated market at full speed that does not run away before its first client is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixspec.values import parse_utc_timestamp
from router.core.types import SECOND
from router.runtime.journal_file import FILE_NAME, JournalReader
from router.runtime.settings import write_home
from support.ems import Order, trade_day

pytestmark = [pytest.mark.fix, pytest.mark.slow]

OPEN = parse_utc_timestamp("20260316-13:30:00", 60)


def test_a_held_market_is_open_and_stands_still_until_the_first_client_has_logged_on(tmp_path: Path) -> None:
    """The order is sent at once: there is a price by which a market order can be judged, and no day has gone by."""
    write_home(tmp_path / "home")

    day = trade_day(tmp_path, "synthetic:1:0.01", [Order("NOW", 0, "ACME", "buy", 100)], "--day", "20260316")

    assert [(book.last.get(39), book.qty) for book in day.ems.books.values()] == [("2", 100)]
    reader = JournalReader(day.state / FILE_NAME)
    up = next(line for line in reader.inputs() if line.kind == "ClientUp")
    before = {line.kind for line in reader.inputs() if line.seq < up.seq}
    reader.close()
    assert up.at == OPEN + SECOND
    assert {"PhaseChange", "LevelUpdate"} <= before
