"""Recordings for tests: made by hand, or of a synthetic market's first minutes. It must not know what is measured."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from router.api import SECOND, CalendarDay, Instrument, Ns, VenueKind, VenueProfile
from simulator.facts.recording import Heard, Recording, hear_market
from simulator.synthetic_params import default_market

OPEN: Ns = 1_709_562_600 * SECOND
"""2024-03-04 09:30 in New York."""
HOUR = 3_600 * SECOND
DAY = CalendarDay("20240304", OPEN, OPEN + 23_400 * SECOND)
SYMBOL = "XYZ"
LIT = tuple(VenueProfile(mic, VenueKind.LIT, "lit") for mic in ("XLIT", "XALT", "XINV"))


def recording(seconds: int = 100, **columns: Sequence[int]) -> Recording:
    """A session of `seconds` from time 0 with a tick of 100 quanta; columns that are not named are empty."""
    arrays: dict[str, Any] = {
        name: np.array(columns.pop(name, ()), dtype=np.int64)
        for name in Recording._fields
        if name not in {"symbol", "day", "tick", "lot"}
    }
    assert not columns, columns
    return Recording(symbol=SYMBOL, day=CalendarDay("19700101", 0, seconds * SECOND), tick=100, lot=100, **arrays)


def synthetic(seed: int, **params: object) -> Heard:
    """A fresh synthetic market of one symbol on three lit venues."""
    config = default_market(params)
    return hear_market(f"synthetic:{seed}", SYMBOL, LIT, {SYMBOL: Instrument(SYMBOL)}, {"XNYS": (DAY,)}, config=config)
