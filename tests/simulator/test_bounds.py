"""A setting that no venue can have is refused by its name, its value and its limit."""

from __future__ import annotations

import pytest

from router.api import VenueKind, VenueProfile
from simulator.faults import with_faults
from simulator.testing import INSTRUMENTS
from simulator.world import FACTORIES

KIND = {"lit": VenueKind.LIT, "dark": VenueKind.DARK, "cross": VenueKind.CROSS, "vwap": VenueKind.CROSS}


@pytest.mark.parametrize(
    ("plugin", "settings", "text"),
    [
        ("lit", {"close_cutoff_ns": -1}, "close_cutoff_ns = -1: 0 or more"),
        ("lit", {"imbalance_every_ns": 0}, "imbalance_every_ns = 0: 1 or more"),
        ("dark", {"firm_up_ns": 0}, "firm_up_ns = 0: 1 or more"),
        ("dark", {"nbbo_lag_ns": -7}, "nbbo_lag_ns = -7: 0 or more"),
        ("dark", {"contra_per_second_ppm": -5}, "contra_per_second_ppm = -5: 0 or more"),
        ("dark", {"contra_lots_mean": 0}, "contra_lots_mean = 0: 1 or more"),
        ("dark", {"noise_ppm": 2_000_000}, "noise_ppm = 2000000: 0 to 1000000, in millionths"),
        ("dark", {"tier_fills_min": 0}, "tier_fills_min = 0: 1 or more"),
        ("dark", {"tier_3_ppm": 50}, "tier_3_ppm = 50: not below tier_2_ppm, 100"),
        ("dark", {"declines_max": 11}, "declines_max = 11: at most declines_of, 10"),
        ("dark", {"block_min_qty": -1}, "block_min_qty = -1: 0 or more"),
        ("dark", {"tolerance_ppm": 300_000}, "tolerance_ppm = 300000: 10000 to 250000"),
        ("dark", {"flow_ppm": -1}, "flow_ppm = -1: 0 or more"),
        ("cross", {"timezone": "Mars/X"}, "timezone = 'Mars/X': a name of the tz database, such as America/New_York"),
        ("cross", {"window_ns": -1}, "window_ns = -1: 0 or more"),
        ("cross", {"contra_ppm": -1}, "contra_ppm = -1: 0 to 1000000, in millionths"),
        ("vwap", {"first_s": -1}, "first_s = -1: 0 or more"),
        ("vwap", {"last_s": 36_000}, "last_s = 36000: 36001 or more"),
        ("vwap", {"timezone": ""}, "timezone = '': a name of the tz database, such as America/New_York"),
    ],
)
def test_of_a_venue(plugin: str, settings: dict[str, str | int | float | bool], text: str) -> None:
    profile = VenueProfile("XBAD", KIND[plugin], plugin, settings=settings)

    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is compared whole
        FACTORIES[plugin](profile, INSTRUMENTS, 7)

    assert str(caught.value) == f"venue XBAD, settings: {text}"


@pytest.mark.parametrize(
    ("setting", "value", "text"),
    [
        ("fault_reject_ppm", 5_000_000, "fault_reject_ppm = 5000000: 0 to 1000000, in millionths"),
        ("fault_late_ns", -5, "fault_late_ns = -5: 0 or more"),
    ],
)
def test_of_a_fault(setting: str, value: int, text: str) -> None:
    profile = VenueProfile("XBAD", VenueKind.DARK, "dark", settings={setting: value})
    venue = FACTORIES["dark"](profile, INSTRUMENTS, 7)

    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is compared whole
        with_faults(venue, profile, 7)

    assert str(caught.value) == f"venue XBAD, settings: {text}"
