"""The engine as a function: deterministic, complete over its events, and never wanting for an answer."""

from typing import get_args

import msgspec
import pytest

from router.core.events import Event, Genesis, NewOrder
from router.core.outputs import ExecReport, SendChild
from router.core.types import SECOND, Side
from router.engine import Engine
from router.engine.engine import handlers
from support.floor import ALGOS, OPEN, Floor, engine_config, order
from support.scripted import Scripted


def test_every_event_but_genesis_has_one_handler() -> None:
    floor = Scripted()

    known = set(handlers(floor.engine))

    assert known == set(get_args(Event)) - {Genesis}


def test_the_first_event_must_be_genesis() -> None:
    engine = Engine(engine_config(), ALGOS)

    with pytest.raises(AssertionError, match="the first event is Genesis, not NewOrder"):
        engine.handle(OPEN, order())


def test_time_does_not_run_backwards() -> None:
    floor = Scripted()

    with pytest.raises(AssertionError, match="time runs backwards"):
        floor.engine.handle(OPEN - 1, order())


def day_in_miniature(seed: int) -> list[bytes]:
    """Four algorithms over four minutes of a synthetic market; every output as its journal line."""
    floor = Floor(seed=seed, events_per_second=5.0)
    floor.run(OPEN + 10 * SECOND)
    for number, strategy in enumerate(("TWAP", "VWAP", "POV", "IS")):
        rate = (("ParticipationRate", "0.2"),) if strategy == "POV" else ()
        params = (("EndTime", "20260316-13:40:00"), *rate)
        side = Side.SELL if number % 2 else Side.BUY
        floor.say(order(f"A{number}", strategy=strategy, side=side, qty=4_000, params=params))
    floor.say(order("A9", qty=700))
    floor.run(OPEN + 240 * SECOND)
    return [msgspec.json.encode(output) for _, output in floor.outputs]


@pytest.mark.untraced
def test_the_same_inputs_give_the_same_outputs() -> None:
    first, second = day_in_miniature(3), day_in_miniature(3)

    assert first == second
    assert len(first) > 100


@pytest.mark.untraced
def test_another_seed_gives_another_day() -> None:
    assert day_in_miniature(3) != day_in_miniature(4)


def test_filled_and_open_never_exceed_the_order_whatever_the_market_does() -> None:
    floor = Floor(seed=11, events_per_second=8.0)
    floor.run(OPEN + 5 * SECOND)
    asked: list[NewOrder] = [
        order(f"A{number}", strategy=strategy, side=side, qty=3_000, params=(("EndTime", "20260316-13:40:00"),))
        for number, (strategy, side) in enumerate((("TWAP", Side.BUY), ("VWAP", Side.SELL), ("IS", Side.BUY)))
    ]
    floor.say(*asked)

    for minute in range(1, 6):
        floor.run(OPEN + minute * 60 * SECOND)
        desk = floor.engine.desk
        for parent in desk.parents:
            assert parent.cum_qty + desk.children.exposure(parent.order_id) <= parent.qty

    filled = sum(report.last_qty for report in floor.of(ExecReport))
    assert filled == sum(parent.cum_qty for parent in floor.engine.desk.parents)
    assert floor.of(SendChild)
