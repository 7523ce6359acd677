"""`config/market.toml` as structs: overlaid by symbol, strict, and every refusal names its key."""

from pathlib import Path

import pytest

from simulator.synthetic_params import SyntheticParams, default_market, parse_market


def test_a_symbol_takes_the_defaults_overlaid_by_its_own() -> None:
    config = parse_market("[default]\nopen_px = 5_000\nimpact = false\n[symbol.ACME]\nopen_px = 7_000\n")

    assert config.params("ACME") == SyntheticParams(open_px=7_000, impact=False)
    assert config.params("OTHER") == SyntheticParams(open_px=5_000, impact=False)


def test_without_a_file_everything_has_a_default() -> None:
    assert default_market().params("ANY") == SyntheticParams()
    assert default_market({"events_per_second": 2.0}).params("ANY").events_per_second == 2.0


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("[default]\nspeed = 1\n", "market of default: .*speed"),
        ("[defaults]\n", "market configuration: .*defaults"),
        ("[default\n", "market configuration: "),
        ("[symbol.ACME]\nopen_px = 'high'\n", "market of ACME: .*open_px"),
        ("[default]\nu_shape = 3\n", r"u_shape = 3.*activity at noon stays above 0"),
        ("[default]\nevents_per_second = 0\n", "events_per_second = 0.*above 0"),
        ("[default]\nhidden_ppm = 1_000_001\n", "hidden_ppm = 1000001: 0 to 1000000 ppm"),
        ("[default]\nrun_tail = 1.0\n", "run_tail = 1.0: above 1"),
        ("[default]\nburst_ppm = 1_000_000\n", "burst_ppm = 1000000: below 1000000 ppm: a burst ends"),
        ("[default.shares]\nXLIT = 0\n", "shares = .*each venue's share above 0"),
    ],
)
def test_a_bad_setting_is_refused_by_its_name(text: str, refusal: str) -> None:
    with pytest.raises(ValueError, match=refusal):
        parse_market(text)


def test_the_shipped_file_is_sound(repo: Path) -> None:
    config = parse_market((repo / "config" / "market.toml").read_text())

    assert sorted(config.symbol) == ["ACME", "BOLT", "CRUX"]
    assert set(config.exchanges.values()) <= set(config.params("ACME").shares)
