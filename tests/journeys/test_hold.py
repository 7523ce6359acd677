"""`sluice run --hold`: a simulated market at full speed that does not run away before its first client is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixspec.values import parse_utc_timestamp
from router.runtime.journal_file import FILE_NAME, JournalReader
from router.runtime.settings import write_home
from support.ems import Order, trade_day

pytestmark = [pytest.mark.fix, pytest.mark.slow]

MARKET = ("BookSnapshot", "LevelUpdate", "TradePrint")


def test_a_held_market_begins_when_the_first_client_has_logged_on(tmp_path: Path) -> None:
    write_home(tmp_path / "home")
    order = Order("NOW", parse_utc_timestamp("20260316-13:31:00", 60), "ACME", "buy", 100)

    day = trade_day(tmp_path, "synthetic:1:0.01", [order], "--day", "20260316")

    assert [(book.last.get(39), book.qty) for book in day.ems.books.values()] == [("2", 100)]
    reader = JournalReader(day.state / FILE_NAME)
    first_word = next(line.kind for line in reader.inputs() if line.kind in {"ClientUp", *MARKET})
    reader.close()
    assert first_word == "ClientUp"
