"""Settings for a recorded day: the shipped ones, told how much the day's instruments trade.

The pools of the simulator have flow of their own, in orders a second and whatever the symbol. A recorded day has its
volume; flow beside it that doubles the tape would make it a record of nothing. Here the pools are as thin as pools
were.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from router.runtime.settings import write_home


def recorded_home(folder: Path, adv: Mapping[str, int]) -> None:
    """A home in `folder` whose instruments have these average daily volumes."""
    write_home(folder)
    instruments = folder / "instruments.toml"
    for symbol, shares in adv.items():
        _change(instruments, f'symbol = "{symbol}"\n', f'symbol = "{symbol}"\nadv = {shares}\n')
    venues = folder / "venues.toml"
    thin = "settings = { contra_per_second_ppm = 20_000, contra_lots_mean = 2, toxic_ppm = 2_000 }"
    _change(venues, 'mic = "XDRK"\n', f'mic = "XDRK"\n{thin}\n')
    _change(venues, r"contra_per_second_ppm = 10_000\b", "contra_per_second_ppm = 1_000")
    _change(venues, r"contra_lots_mean = 60\b", "contra_lots_mean = 30")


def _change(path: Path, pattern: str, text: str) -> None:
    changed, times = re.subn(pattern, text, path.read_text())
    assert times == 1, (path, pattern, times)
    path.write_text(changed)
