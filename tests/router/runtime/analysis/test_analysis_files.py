"""The analyst's files: strict, and each error with file, line and key."""

from pathlib import Path

import pytest

from router.runtime.analysis.analysis_files import read_events
from router.runtime.settings import config_folder, default_home
from router.runtime.toml_file import SettingsError
from router.tca.profile.events import EventKind, EventTime, MarketDate

ACME = """[[events]]
date = "20261203"
kind = "earnings"
symbol = "ACME"
when = "after-close"
"""


def test_events_are_read_in_the_file_s_order(tmp_path: Path) -> None:
    (tmp_path / "events.toml").write_text(ACME)

    assert read_events(tmp_path) == (
        MarketDate(date="20261203", kind=EventKind.EARNINGS, symbol="ACME", when=EventTime.AFTER_CLOSE),
    )


def test_a_home_without_events_has_none(tmp_path: Path) -> None:
    assert read_events(tmp_path) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{ACME}volatilty = 2.0\n", r"events.toml:6: events\[0\].volatilty: .*unknown field"),
        (f"{ACME}volume = 0.0\n", r"events.toml:6: events\[0\].volume: .*> 0"),
        (ACME + ACME, r"events.toml:6: events\[1\]: earnings of ACME, 20261203 after-close is there twice"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "events.toml").write_text(text)

    with pytest.raises(SettingsError, match=said):
        read_events(tmp_path)


def test_the_shipped_events_are_read() -> None:
    kinds = {each.kind for each in read_events(config_folder(default_home()))}

    assert {EventKind.EARNINGS, EventKind.RATES, EventKind.EXPIRY, EventKind.REBALANCE} <= kinds
