"""The example of docs/market/real-days.md, taken from its text, is a feed that trades as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from router.api import SECOND, CalendarDay
from simulator.feeds.orders import Counts
from simulator.feeds.text import FeedError
from simulator.verify import OrdersCheck, verify_orders

PAGE = Path(__file__).resolve().parents[2] / "docs" / "market" / "real-days.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
SESSION = CalendarDay("20130610", 1_370_871_000 * SECOND, 1_370_874_600 * SECOND)


def example() -> dict[str, object]:
    """What the page's Python defines, run as one module."""
    names: dict[str, object] = {"__name__": "feed"}
    for block in BLOCKS:
        exec(compile(block, str(PAGE), "exec"), names)  # noqa: S102 - our own documentation, under test
    return names


MY_FEED = example()["MyFeed"]


def test_the_page_s_feed_is_played_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("1,a,B,10000,30\n2,b,S,9900,50\n3,a,B,10000,0\n3,b,S,9900,20\n")

    check = verify_orders(MY_FEED(path, "XYZ", SESSION))  # type: ignore[operator] # a page is not a module that mypy reads

    counts = Counts(rows=4, messages=3, crossed=1, held_max_ns=SECOND)
    assert check == OrdersCheck(counts, executed=30, instants=2)


def test_the_page_s_feed_refuses_what_is_no_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("1,a,B,10000,30\nno row\n")

    with pytest.raises(FeedError, match=r"rows\.csv:2: not a row: 'no row'"):
        verify_orders(MY_FEED(path, "XYZ", SESSION))  # type: ignore[operator] # a page is not a module that mypy reads
