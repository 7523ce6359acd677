"""A scenario's text into happenings, and what is refused: by rule, limit and value, with its place."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from simulator.scenario_file import (
    AnyHappening,
    EarlyClose,
    Fade,
    Halt,
    LockedMarket,
    Momentum,
    News,
    Ping,
    ScenarioFile,
    Settings,
    SlowVenue,
    StaleFeed,
    VenueDown,
    parse_scenario,
    wall_seconds,
)

WHEN = "after_open_s = 1"
EACH: dict[str, tuple[str, AnyHappening]] = {
    "halt": (f'{WHEN}\nlasts_s = 2\nsymbols = ["A"]', Halt(after_open_s=1, lasts_s=2, symbols=("A",))),
    "early-close": ('close = "13:00"', EarlyClose(close="13:00")),
    "news": ('at = "10:00"\njump_sigmas = -2', News(at="10:00", jump_sigmas=-2)),
    "momentum": (
        f'{WHEN}\nside = "sell"\norders = 3\nqty = 100',
        Momentum(after_open_s=1, side="sell", orders=3, qty=100),
    ),
    "ping": (f'{WHEN}\nlasts_s = 9\nvenues = ["X"]', Ping(after_open_s=1, lasts_s=9, venues=("X",))),
    "settings": (
        f'{WHEN}\nvenues = ["X"]\nsettings = {{ toxic_ppm = 1 }}',
        Settings(after_open_s=1, venues=("X",), settings={"toxic_ppm": 1}),
    ),
    "fade": ("after_first_order_s = 0\nlasts_s = 9", Fade(after_first_order_s=0, lasts_s=9)),
    "venue-down": (f'{WHEN}\nvenues = ["X"]', VenueDown(after_open_s=1, venues=("X",))),
    "slow-venue": (
        f'{WHEN}\nvenues = ["X"]\ntimes = 9\nlasts_s = 9',
        SlowVenue(after_open_s=1, venues=("X",), times=9, lasts_s=9),
    ),
    "stale-feed": (
        f'{WHEN}\nvenues = ["X"]\nlag_s = 0.5\nlasts_s = 9',
        StaleFeed(after_open_s=1, venues=("X",), lag_s=0.5, lasts_s=9),
    ),
    "locked-market": (
        f'{WHEN}\noffering = "X"\nbidding = "Y"\nlasts_s = 9',
        LockedMarket(after_open_s=1, offering="X", bidding="Y", lasts_s=9),
    ),
}


def one(what: str, keys: str) -> ScenarioFile:
    return parse_scenario(f'name = "test"\nseed = 1\n[[happening]]\nwhat = "{what}"\n{keys}\n')


@pytest.mark.parametrize("what", EACH)
def test_each_kind_of_happening(what: str) -> None:
    keys, expected = EACH[what]

    assert one(what, keys) == ScenarioFile("test", 1, (expected,))


def test_all_kinds_are_here() -> None:
    assert {kind.__struct_config__.tag for kind in get_args(AnyHappening)} == EACH.keys()


def test_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="Invalid value 'earthquake'"):
        one("earthquake", WHEN)


@pytest.mark.parametrize(
    ("what", "keys", "words"),
    [
        ("halt", "lasts_s = 2", "one of at, after_open_s and after_first_order_s says when: none given"),
        ("halt", f'{WHEN}\nat = "10:00"\nlasts_s = 2', "says when: at and after_open_s given"),
        ("halt", f'{WHEN}\ndate = "2026-04-27"\nlasts_s = 2', "date = '2026-04-27': a trading date YYYYMMDD"),
        ("halt", f"{WHEN}\nlasts_s = 0", "lasts_s = 0.0: above 0 and at most 86400 seconds"),
        ("halt", "after_open_s = -1\nlasts_s = 2", "after_open_s = -1.0: 0 to below 86400 seconds"),
        ("halt", f"{WHEN}\nlasts_s = 2\nlast_s = 2", "unknown field `last_s`"),
        ("halt", WHEN, "missing required field `lasts_s`"),
        ("halt", 'at = "9:30"\nlasts_s = 2', "'9:30' is no local time: HH:MM or HH:MM:SS"),
        ("early-close", 'close = "24:00"', "'24:00' is no local time"),
        ("news", f"{WHEN}\njump_sigmas = 21", "jump_sigmas = 21.0: -20 to 20 standard deviations of the day"),
        ("news", f"{WHEN}\njump_sigmas = 1\ndepth_times = 0", "depth_times = 0.0: 0.01 to 100 times as much"),
        ("momentum", f'{WHEN}\nside = "up"\norders = 1\nqty = 1', "Invalid enum value 'up'"),
        ("momentum", f'{WHEN}\nside = "buy"\norders = 0\nqty = 1', "orders = 0: 1 to 10000"),
        ("ping", f"{WHEN}\nlasts_s = 1\nvenues = []", "venues = (): at least one pool"),
        ("settings", f'{WHEN}\nvenues = ["X"]\nsettings = {{}}', "settings = {}: at least one setting"),
        ("fade", f"{WHEN}\nlasts_s = 1\nshare_ppm = 0", "share_ppm = 0: above 0 and at most 1000000 ppm"),
        (
            "venue-down",
            f'{WHEN}\nvenues = ["X"]\nsymbols = ["A"]',
            "symbols = ('A',): a venue has this happen to every",
        ),
        ("slow-venue", f'{WHEN}\nvenues = ["X"]\ntimes = 1\nlasts_s = 1', "times = 1.0: above 1 and at most 1000000"),
        ("stale-feed", f'{WHEN}\nvenues = ["X"]\nlasts_s = 1\nlag_s = 0', "lag_s = 0.0: above 0 and at most 3600"),
        ("locked-market", f'{WHEN}\noffering = "X"\nbidding = "X"\nlasts_s = 1', "bidding = 'X': another venue"),
    ],
)
def test_what_is_out_of_bounds_is_refused_with_its_limit_and_value(what: str, keys: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)) as refused:
        one(what, keys)

    assert "$.happening[0]" in str(refused.value)


@pytest.mark.parametrize(("text", "seconds"), [("09:30", 34_200), ("00:00", 0), ("23:59:59", 86_399)])
def test_wall_time(text: str, seconds: int) -> None:
    assert wall_seconds(text) == seconds


def test_what_is_no_toml_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^scenario: .*line 1"):
        parse_scenario("name = halt")
