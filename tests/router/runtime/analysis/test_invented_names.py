"""A home of invented names: its market is what was said of them, and the rest is as shipped."""

from pathlib import Path

import pytest

from router.runtime.analysis.invented_names import InventedName, invented_home
from router.runtime.assembly import make_market, market_config
from router.runtime.settings import default_home, read_settings
from router.runtime.toml_file import SettingsError
from simulator.synthetic import SyntheticSource

DAY = "20260427"
NAMES = (
    InventedName(symbol="AAA", px=500_000, adv=3e6, sigma=0.02, spread=0.02),
    InventedName(symbol="BBB", px=80_000, adv=4e5, sigma=0.035, spread=0.05),
)


def test_the_names_are_the_only_instruments_and_as_busy_as_said(tmp_path: Path) -> None:
    settings = invented_home(tmp_path / "home", NAMES, pace=0.5)

    config = make_market(settings, "synthetic:1", DAY).config
    assert [(each.symbol, each.adv) for each in config.instruments] == [("AAA", 3_000_000), ("BBB", 400_000)]
    for name, instrument in zip(NAMES, config.instruments, strict=True):
        params = market_config(settings).params(name.symbol)
        (day,) = config.calendars["XNYS"]
        source = SyntheticSource(instrument, ["XLIT"], params, day, seed=1)
        assert (params.open_px, params.volatility_ppm) == (name.px, round(name.sigma * 1e6))
        auctions = 1 + (params.opening_ppm + params.closing_ppm) / 1e6
        assert source.day_volume * auctions == pytest.approx(name.adv, rel=0.01)


def test_a_slower_market_has_pools_that_are_slower_by_as_much(tmp_path: Path) -> None:
    settings = invented_home(tmp_path / "home", NAMES, pace=0.6)

    shipped = {venue.mic: venue.settings for venue in read_settings(default_home()).venues}
    paced = {venue.mic: venue.settings for venue in settings.venues}
    assert shipped["XBLK"]["contra_per_second_ppm"] == 10_000
    assert paced["XBLK"] == {**shipped["XBLK"], "contra_per_second_ppm": 1_000, "contra_lots_mean": 600}
    assert paced["XLIT"] == shipped["XLIT"]


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    invented_home(tmp_path / "home", NAMES, pace=1.0)

    with pytest.raises(SettingsError, match="is there already"):
        invented_home(tmp_path / "home", NAMES, pace=1.0)
