"""What is put together from settings: the days of a market that is not simulated."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from router.runtime.assembly import LIVE_DAYS, make_market
from router.runtime.settings import read_settings

EVERY_DAY = """\
[calendars.XNYS]
timezone = "Etc/GMT+11"
weekdays = [1, 2, 3, 4, 5, 6, 7]
open = "00:00"
close = "23:59"
"""


def days_of(home: Path, day: str | None) -> list[str]:
    return [each.day for each in make_market(read_settings(home), "none", day).config.calendars["XNYS"]]


def test_a_live_market_knows_yesterday_whose_session_may_not_be_over_in_the_west(home: Path) -> None:
    (home / "config" / "calendars.toml").write_text(EVERY_DAY)
    before = datetime.now(UTC)

    days = days_of(home, None)

    yesterdays = {f"{each - timedelta(days=1):%Y%m%d}" for each in (before, datetime.now(UTC))}
    assert days[0] in yesterdays
    assert len(days) == LIVE_DAYS + 2


def test_with_a_day_it_begins_on_that_day(home: Path) -> None:
    (home / "config" / "calendars.toml").write_text(EVERY_DAY)

    days = days_of(home, "20260316")

    assert (days[0], len(days)) == ("20260316", LIVE_DAYS + 1)
