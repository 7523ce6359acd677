"""The example of docs/market.md, taken from its text, is a market that plays as the page says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import cast

from router.api import Instrument, TradePrint
from simulator.world import Delivered, World

PAGE = Path(__file__).resolve().parents[2] / "docs" / "market.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)


def example() -> Callable[[Instrument, int], World]:
    """What the page's Python defines, run as one module."""
    names: dict[str, object] = {"__name__": "market"}
    for block in BLOCKS:
        exec(compile(block, str(PAGE), "exec"), names)  # noqa: S102 - our own documentation, under test
    return cast("Callable[[Instrument, int], World]", names["market"])


def played(seed: int, instants: int = 3_000) -> list[list[tuple[int, Delivered]]]:
    """What the first instants of the page's market say."""
    world = example()(Instrument("XYZ"), seed)
    return [list(world.step()) for _ in range(instants) if world.next_at is not None]


def test_the_page_s_market_trades() -> None:
    said = [event for instant in played(1) for _, event in instant]

    assert any(isinstance(event, TradePrint) for event in said)


def test_it_repeats_by_its_seed() -> None:
    first, again, other = played(1), played(1), played(2)

    assert first == again
    assert first != other
