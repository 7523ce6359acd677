"""The $500M rebalance of 200 names, worked to the close: lists in, statuses back, hard names by a person, cost by cause.

    python examples/rebalance/run.py --out rebalance
    python examples/rebalance/run.py --out rebalance --at-once     # and beside it the same basket as one list

The plan is that of `rebalance.py`. The market is synthetic, one day of all its names; the same seed gives the same
files. The names of the plan share betas and sectors; those of the market move each by itself.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import rebalance
from msgspec import Struct

from router.basket import pictures
from router.basket.control import Worked, work
from router.basket.fills import Held, held, imbalance_path, limits_of
from router.basket.orders import BasketOrder, window_order
from router.core.types import SECOND, HandlInst
from router.runtime.assembly import make_market
from router.runtime.basket_desk import BasketDesk, Release
from router.runtime.invented_names import InventedName, invented_home
from simulator.several_days import EVENING_NS

DAY = "20260427"
WARM_UP_NS = 5 * SECOND
"""After the open: the router has seen the books of all names by then."""
RELEASE_NS = 1_800 * SECOND
"""After the open: when the person at the desk begins with what is staged."""
RELEASE_EVERY_NS = 60 * SECOND


def day(arguments):
    rng = Random(arguments.seed)
    stocks = rebalance.universe(rng, arguments.names)
    settings = invented_home(
        arguments.out / "home",
        [InventedName(symbol=s.symbol, px=s.px, adv=s.adv, sigma=s.sigma, spread=s.spread) for s in stocks],
        pace=arguments.pace,
    )
    return settings
